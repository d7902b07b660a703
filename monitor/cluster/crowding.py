"""How near strangers come in this stream: what is alike here without belonging together.

In: for each article, its likeness to the nearest story that it does not belong to. Out: one level.
Never: looks ahead. A stream of look-alike events needs more likeness than one of everything: with one mean of cosines,
the best threshold was .40 for political headlines and .26 for a day's mixed news, and went with how near the nearest
stranger came (ninth decile .38 and .24).
"""

from __future__ import annotations

import struct

from monitor.cluster.merging import MergeModel

_TYPICAL = (0.3, 0.111, 0.129)
"""By vector, words and entities: where nothing was seen yet."""
_TYPICAL_SPREAD = 1 / 3
_PRIOR_ARTICLES, _MEMORY_ARTICLES = 20, 150
FEWEST_STORIES = 5
"""With fewer live ones there is nothing that could come near."""
_STATE = struct.Struct("<Qdd")


class Crowding:
    """Running mean and variance of the last 150 articles or so; the first ones count beside 20 that are made up."""

    def __init__(self, model: MergeModel) -> None:
        mean = float(model.weights(0.0) @ _TYPICAL)
        self._seen, self._mean, self._variance = 0, mean, (mean * _TYPICAL_SPREAD) ** 2

    @property
    def level(self) -> float:
        """A deviation above the mean: five in six strangers stay below it."""
        return float(self._mean + self._variance**0.5)

    def add(self, likeness: float) -> None:
        self._seen += 1
        share = 1 / min(self._seen + _PRIOR_ARTICLES, _MEMORY_ARTICLES)
        step = likeness - self._mean
        self._mean += share * step
        self._variance = (1 - share) * (self._variance + share * step * step)

    def dump(self) -> bytes:
        return _STATE.pack(self._seen, self._mean, self._variance)

    def restore(self, packed: bytes) -> None:
        self._seen, self._mean, self._variance = _STATE.unpack(packed)
