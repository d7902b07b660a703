"""MinHash fingerprints and an inverted index over them.

In: shingle hashes. Out: 64 minima, and which documents share some of them. Never: decides what a copy is.
Look-up cost grows with the logarithm of what is remembered, and with what is found (capped).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from monitor.cluster.words import Hashes

SIZE = 64
"""Minima of a fingerprint. At Jaccard .141 two of 64 share fewer than two in 7 of 10,000 cases."""
_PER_KEY = 64
_BUFFERED = 512
_IN_CACHE = 32_768

_random = np.random.Generator(np.random.PCG64(20_240_101))  # fixed: fingerprints are stored in memos' stead
_FACTORS = _random.integers(1, 2**32, SIZE, dtype=np.uint32) | np.uint32(1)
_SHIFTS = _random.integers(0, 2**32, SIZE, dtype=np.uint32)
_POSITIONS = np.arange(SIZE, dtype=np.uint64) << np.uint64(32)

Numbers = npt.NDArray[np.uint32]
Keys = npt.NDArray[np.uint64]


def fingerprint(shingles: Hashes) -> Hashes:
    """`(SIZE,)` minima of as many multiply-add hashes (Broder 1997); of no shingles, none.

    In 32 bits, where the processor multiplies eight at once; the shingles come well mixed from `hash_shingles`.
    """
    if not len(shingles):
        return np.empty(0, np.uint32)
    minima = np.empty(SIZE, np.uint32)
    step = max(1, _IN_CACHE // len(shingles))
    for start in range(0, SIZE, step):
        part = slice(start, start + step)
        minima[part] = (shingles * _FACTORS[part, None] + _SHIFTS[part, None]).min(axis=1)
    return minima


class FingerprintIndex:
    """Which documents (by number) share minima: a sorted array, and a dict of what came since it was sorted."""

    def __init__(self) -> None:
        self._keys: Keys = np.empty(0, np.uint64)
        self._numbers: Numbers = np.empty(0, np.uint32)
        self._recent: dict[int, list[int]] = {}
        self._pending: list[tuple[Keys, int]] = []
        self._dead: set[int] = set()

    def add(self, number: int, minima: Hashes) -> None:
        keys = _POSITIONS | minima.astype(np.uint64)
        self._pending.append((keys, number))
        for key in keys.tolist():
            self._recent.setdefault(key, []).append(number)
        if len(self._pending) > max(_BUFFERED, len(self._keys) // SIZE // 4):
            self._sort()

    def remove(self, number: int) -> None:
        self._dead.add(number)
        if len(self._dead) > max(_BUFFERED, len(self._keys) // SIZE // 4):
            self._sort()

    def find(self, minima: Hashes, *, at_least: int) -> list[int]:
        """Numbers that share at least so many minima, those sharing most first, then the earliest."""
        keys = _POSITIONS | minima.astype(np.uint64)
        counts: Counter[int] = Counter()
        left = np.searchsorted(self._keys, keys, "left").tolist()
        right = np.searchsorted(self._keys, keys, "right").tolist()
        for start, stop, key in zip(left, right, keys.tolist(), strict=True):
            if start < stop:
                counts.update(self._numbers[start : min(stop, start + _PER_KEY)].tolist())
            if key in self._recent:
                counts.update(self._recent[key][:_PER_KEY])
        found = [(-n, number) for number, n in counts.items() if n >= at_least and number not in self._dead]
        return [number for _, number in sorted(found)]

    def _sort(self) -> None:
        """Merge what is recent into the array and drop what is dead."""
        new_keys = [keys for keys, _ in self._pending]
        new_numbers = [np.full(len(keys), number, np.uint32) for keys, number in self._pending]
        keys = np.concatenate([self._keys, *new_keys])
        numbers = np.concatenate([self._numbers, *new_numbers])
        alive = ~np.isin(numbers, np.fromiter(self._dead, np.uint32, len(self._dead)))
        keys, numbers = keys[alive], numbers[alive]
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = keys[order], numbers[order]
        self._recent, self._pending, self._dead = {}, [], set()
