"""Count, as the stream goes, in how many articles a term or a sentence occurred.

In: hashes. Out: inverse document frequencies and boilerplate sentences, from what came before only.
Never: looks ahead. Memory is bounded: at `limit` entries the rarest are forgotten.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

PRIOR_ARTICLES = 50
"""Pseudo-articles at the start, so that the first real ones do not make every word look common."""


class Frequencies:
    """Document frequencies of 32-bit hashes."""

    def __init__(self, limit: int) -> None:
        self.articles = 0
        self.counts: dict[int, int] = {}
        self._limit = limit

    def add(self, hashes: Iterable[int]) -> None:
        self.articles += 1
        counts = self.counts
        for value in hashes:
            counts[value] = counts.get(value, 0) + 1
        if len(counts) > self._limit:
            self._forget_rarest()

    def idf(self, values: Iterable[int]) -> npt.NDArray[np.float64]:
        """log((N + prior) / (df + 1)) of each, never below a tenth."""
        counts = self.counts
        found = np.array([counts.get(value, 0) for value in values], np.float64)
        idf: npt.NDArray[np.float64] = np.log((self.articles + PRIOR_ARTICLES) / (np.minimum(found, self.articles) + 1))
        return np.maximum(idf, 0.1)

    def _forget_rarest(self) -> None:
        floor = 1
        while len(self.counts) > self._limit // 2:
            self.counts = {value: n for value, n in self.counts.items() if n > floor}
            floor *= 2

    def dump(self) -> bytes:
        values = np.fromiter(self.counts.keys(), np.uint32, len(self.counts))
        counts = np.fromiter(self.counts.values(), np.uint32, len(self.counts))
        head = np.array([self.articles, len(self.counts)], np.uint64)
        return zlib.compress(head.tobytes() + values.tobytes() + counts.tobytes(), 1)

    def restore(self, packed: bytes) -> None:
        raw = zlib.decompress(packed)
        articles, size = np.frombuffer(raw, np.uint64, 2).tolist()
        values = np.frombuffer(raw, np.uint32, size, 16).tolist()
        counts = np.frombuffer(raw, np.uint32, size, 16 + 4 * size).tolist()
        self.articles, self.counts = articles, dict(zip(values, counts, strict=True))
