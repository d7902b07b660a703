"""Tell whether an article belongs to a story that the user gave.

In: a document and the seed's texts and vectors. Out: a probability and the parts it is made of.
Never: lets a seed drift: articles are compared with what the user wrote, not with what the seed took before.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.cluster import words as w
from monitor.cluster.base import SeedItem
from monitor.models import Vector

DENSE_WEIGHT, NAME_WEIGHT, BIAS = 20.0, 3.0, -13.8
"""Set by hand for all-MiniLM-L6-v2: three reports that belong to a seed reach cosines of .76 to .80; of 181 pages and
some hundred leads about other matters of the same country none reaches .55 but a few with .59, and those share fewer
names. With all of the names half of a chance is at cosine .54, with none at .69."""
DENSE_FLOOR = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedMatch:
    """`dense` is the mean of the two best cosines, `names` the share of the seed's main names in the article."""

    story_id: str
    probability: float
    dense: float
    names: float
    shared: tuple[str, ...]
    missing: tuple[str, ...]


class Seed:
    """A seed story: vectors `(n, dim)` of its texts and the names that most of them carry."""

    def __init__(self, item: SeedItem) -> None:
        self.story_id = item.story_id
        self.vectors: Vector = np.atleast_2d(np.asarray(item.vectors, np.float32))
        self.names = _main_names(item.texts)

    def match(self, vector: Vector, names: Container[str]) -> SeedMatch:
        if self.vectors.shape[1] != len(vector) or not len(self.vectors):
            cosines = np.zeros(1, np.float32)
        else:
            cosines = np.sort(self.vectors @ vector)[::-1]
        dense = float(cosines[:2].mean())
        total = sum(self.names.values())
        found = {name: weight for name, weight in self.names.items() if name in names}
        share = min(1.0, 2 * sum(found.values()) / total) if total else 0.5
        logit = DENSE_WEIGHT * dense + NAME_WEIGHT * share + BIAS
        probability = float(1 / (1 + np.exp(-logit))) if dense >= DENSE_FLOOR else 0.0
        ranked = sorted(self.names, key=lambda name: (-self.names[name], name))
        return SeedMatch(
            story_id=self.story_id,
            probability=probability,
            dense=dense,
            names=share,
            shared=tuple(name for name in ranked if name in found)[:8],
            missing=tuple(name for name in ranked if name not in found)[:5],
        )


def _main_names(texts: Sequence[str]) -> dict[str, float]:
    """Single names of the seed's texts, weighed by the share of texts that carry them; the twelve heaviest."""
    counts: dict[str, int] = {}
    for text in texts:
        for name in w.name_entities("", text):
            if " " not in name and not name.isdigit():
                counts[name] = counts.get(name, 0) + 1
    ranked = sorted(counts, key=lambda name: (-counts[name], name))[:12]
    return {name: counts[name] / max(1, len(texts)) for name in ranked}
