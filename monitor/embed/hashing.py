"""A stand-in for tests and dry runs: vectors of hashed words, without any model.

Texts that share words are near each other; nothing else is known of meaning. Not for real monitoring.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from monitor.models import Vector

DIM = 256
_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Signed feature hashing (Weinberger et al. 2009) of words and pairs of words."""

    model = "hashing@1"
    dim = DIM

    def encode(self, texts: Sequence[str]) -> Vector:
        rows = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for feature in _features(text):
                place, sign = _place(feature)
                row[place] += sign
        rows[~rows.any(axis=1), 0] = 1.0  # no words, or words that cancel out
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _features(text: str) -> list[str]:
    words = _WORD.findall(text.casefold())
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def _place(feature: str) -> tuple[int, float]:
    digest = hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest[:4]) % DIM, 1.0 if digest[4] & 1 else -1.0
