"""What a worker process runs. Importing this module loads trafilatura and py3langid's model: only the worker does.

That is work at import, on purpose: a worker's start has a time limit of its own, and what were loaded with the first
article would count against that article's (on a busy machine it once cost one its text).
"""

from __future__ import annotations

from monitor.extract.article import extract_article
from monitor.extract.base import Extracted, ExtractJob
from monitor.extract.language import load_identifier
from monitor.settings.model import ExtractSettings

load_identifier()


def run(payload: tuple[ExtractJob, ExtractSettings]) -> Extracted:
    """One job. Raises what its libraries raise: the process border names it."""
    job, settings = payload
    return extract_article(job, settings)
