"""Put articles into stories and tell copies, in one pass and in order of arrival.

`make_clusterer` gives the one clusterer there is; `metrics` measures any clustering against a true one.
"""

from __future__ import annotations

from monitor.cluster.base import Clusterer
from monitor.settings.model import ClusterSettings


def make_clusterer(settings: ClusterSettings) -> Clusterer:
    """A clusterer with no memory yet: give it seeds, then `recall` and `restore`."""
    from monitor.cluster.merging import load_model  # noqa: PLC0415 - loaded when asked for
    from monitor.cluster.one_pass import OnePassClusterer  # noqa: PLC0415 - loaded when asked for

    return OnePassClusterer(settings, load_model())
