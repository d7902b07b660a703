"""The door of the embedding room.

In: texts. Out: unit vectors. Never: touches the store, cuts texts into passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.models import Vector


class Embedder(Protocol):
    """Same text, same vector (to float32 rounding), in the order given.

    `model` is `name@revision`; vectors of two models are never compared.
    `encode` of n texts gives `(n, dim)` float32, each row of unit length; of none, `(0, dim)`.
    """

    @property
    def model(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vector: ...
