"""Ids and vectors: what every value is named by and compared with.

In: strings. Out: short stable ids. Never: randomness or a clock: the same work done twice names the same thing.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""`(dim,)` or `(n, dim)` float32 of unit length."""


def make_id(prefix: str, *parts: str) -> str:
    """A short stable id: the prefix and 80 bits of SHA-256 over the parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}-{digest[:20]}"
