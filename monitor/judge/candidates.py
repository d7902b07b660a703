"""Which positions a passage may bear on: cheap and with high recall, before the judge reads anything.

In: vectors and texts of passages and positions. Out: (passage index, position index), best first for each passage.
Never: decides stance: embeddings are near chance on negation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from monitor.judge.features import content_words
from monitor.judge.names import cast_of, contains_name, normalise
from monitor.models import Position, Vector
from monitor.settings import JudgeSettings

SPARSE_WEIGHT = 0.25
HOLDER_BONUS = 0.05
SPARSE_ENOUGH = 0.34
"""Share of a position's rare words (weighted) that makes a candidate although the vectors lie apart."""


def select_candidates(
    passage_vectors: Vector,
    passages: Sequence[str],
    positions: Sequence[Position],
    position_vectors: Vector,
    settings: JudgeSettings,
    *,
    story_id: str | None = None,
) -> list[tuple[int, int]]:
    """Pairs to judge, at most `settings.candidates_per_passage` for each passage.

    `passage_vectors` `(n, dim)`, `position_vectors` `(m, 2, dim)`: statement and topic of each position; all unit
    length, of one model. `story_id`: the story of the passages' article (None: not known); a position of another story
    must be nearer by `settings.candidate_margin_elsewhere`, and common words alone do not bring it in.
    """
    if not passages or not positions:
        return []
    near = np.asarray(np.einsum("nd,mtd->nmt", passage_vectors, position_vectors).max(axis=2), dtype=np.float64)
    sparse, named = _sparse_agreement(passages, positions), _names_holder(passages, positions)
    is_home = np.asarray([story_id is None or position.story_id == story_id for position in positions])
    floor = settings.candidate_similarity + np.where(is_home, 0.0, settings.candidate_margin_elsewhere)
    fits = (near >= floor) | ((sparse >= SPARSE_ENOUGH) & is_home)
    score = near + SPARSE_WEIGHT * sparse + HOLDER_BONUS * named
    chosen: list[tuple[int, int]] = []
    for row in range(len(passages)):
        order = np.argsort(-score[row], kind="stable")
        chosen += [(row, int(column)) for column in order if fits[row, column]][: settings.candidates_per_passage]
    return chosen


def _sparse_agreement(
    passages: Sequence[str], positions: Sequence[Position]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """`(n, m)`: share of each position's words, weighted by how few positions have them, that the passage has."""
    words = [content_words(f"{position.topic} {position.statement}") for position in positions]
    spread = Counter(word for of_one in words for word in of_one)
    weight = {word: math.log(1 + len(positions) / count) for word, count in spread.items()}
    found = [content_words(passage) for passage in passages]
    totals = [sum(weight[word] for word in of_one) or 1.0 for of_one in words]
    return np.asarray(
        [
            [sum(weight[w] for w in of_one & have) / total for of_one, total in zip(words, totals, strict=True)]
            for have in found
        ],
        dtype=np.float64,
    )


def _names_holder(
    passages: Sequence[str], positions: Sequence[Position]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """`(n, m)`: 1 where the passage names the position's holder by any of its names."""
    casts = [cast_of(position, None, None).holder for position in positions]
    texts = [normalise(passage) for passage in passages]
    return np.asarray([[float(contains_name(text, names)) for names in casts] for text in texts], dtype=np.float64)
