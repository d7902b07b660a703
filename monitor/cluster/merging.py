"""Judge how likely an article belongs to each of some stories.

In: a document and candidate stories. Out: features `(k, len(FEATURES))` and probabilities `(k,)`.
Never: changes a story. The weights lie in `merge_model.json`, made by `training/cluster/fit.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from monitor.cluster.document import ENTITIES, TITLE, WORDS, Document
from monitor.cluster.stories import Story

Rows = npt.NDArray[np.float64]

FEATURES = (
    "dense_mean",
    "dense_centroid",
    "dense_max",
    "words_mean",
    "words_centroid",
    "entities_mean",
    "title_mean",
    "dense_rival",
    "words_rival",
    "dense_margin",
    "words_margin",
    "entities_margin",
    "log_size",
    "gap",
    "dense_cohesion",
    "words_cohesion",
    "brief",
    "brief_dense_mean",
    "brief_dense_centroid",
    "brief_words_centroid",
    "brief_entities_mean",
    "brief_title_mean",
    "brief_dense_rival",
    "brief_words_rival",
    "brief_dense_margin",
    "brief_log_size",
)
_RIVALS = slice(2, 8)
"""Candidates that stand for "something else": how near is this article to what it does not belong to."""
_NO_RIVAL_DENSE, _NO_RIVAL_WORDS = 0.25, 0.03
_ALONE_DENSE, _ALONE_WORDS = 0.55, 0.2
"""The cohesion that a story of one article is given."""
_BRIEF_WORDS, _FULL_WORDS = 15, 120
"""An article of so few words is brief (1), of so many is not (0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeModel:
    """Logistic regression over `FEATURES`."""

    weights: Rows
    bias: float
    join_logit: float = 1.5
    join_logit_per_log_size: float = 0.5
    """Two stories are joined when an article belongs to the second nearest with these log-odds or more."""

    def probabilities(self, rows: Rows) -> npt.NDArray[np.float64]:
        logits = rows @ self.weights + self.bias
        result: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -40, 40)))
        return result


def load_model() -> MergeModel:
    """The packaged weights, in the order of `FEATURES`."""
    raw = json.loads(files("monitor.cluster").joinpath("merge_model.json").read_text("utf-8"))
    return MergeModel(
        weights=np.array([raw["weights"][name] for name in FEATURES]),
        bias=raw["bias"],
        join_logit=raw["join_logit"],
        join_logit_per_log_size=raw["join_logit_per_log_size"],
    )


def measure(document: Document, stories: Sequence[Story], *, window_seconds: float) -> Rows:
    """One row of features per story; the stories come nearest by vector first."""
    summaries = [story.summary() for story in stories]
    sizes = np.array([len(story.documents) for story in stories], np.float64)
    dense_lengths = np.array([summary.dense_length for summary in summaries])
    word_lengths = np.array([summary.word_length for summary in summaries])
    last_at = np.array([summary.last_at for summary in summaries])
    dense = np.stack([story.mean_vector() for story in stories]).astype(np.float64) @ document.vector
    products = np.stack([story.mean_products(document) for story in stories])
    words, entities, title = products[:, WORDS], products[:, ENTITIES], products[:, TITLE]
    columns = {
        "dense_mean": dense,
        "dense_centroid": dense / dense_lengths,
        "dense_max": np.array([float((summary.vectors @ document.vector).max()) for summary in summaries]),
        "words_mean": words,
        "words_centroid": words / word_lengths,
        "entities_mean": entities,
        "title_mean": title,
        "dense_rival": np.full(len(stories), _rival_level(dense, _NO_RIVAL_DENSE)),
        "words_rival": np.full(len(stories), _rival_level(words, _NO_RIVAL_WORDS)),
        "dense_margin": _margins(dense),
        "words_margin": _margins(words),
        "entities_margin": _margins(entities),
        "log_size": np.log(sizes),
        "gap": np.minimum(1.0, np.abs(document.at - last_at) / window_seconds),
        "dense_cohesion": _cohesions(dense_lengths, sizes, _ALONE_DENSE),
        "words_cohesion": _cohesions(word_lengths, sizes, _ALONE_WORDS),
        "brief": np.ones(len(stories)),
    }
    brief = brevity_of(document.n_words)
    return np.column_stack(
        [
            brief * columns[name.removeprefix("brief_")] if name.startswith("brief") else columns[name]
            for name in FEATURES
        ]
    )


def brevity_of(n_words: int) -> float:
    """From 1 (a headline) to 0 (a full article), by the logarithm of the words: headlines share few words at best."""
    return float(np.clip(np.log(_FULL_WORDS / max(1, n_words)) / np.log(_FULL_WORDS / _BRIEF_WORDS), 0, 1))


def _rival_level(values: npt.NDArray[np.float64], fallback: float) -> float:
    ranked = np.sort(values)[::-1][_RIVALS]
    return float(ranked.mean()) if len(ranked) >= 3 else fallback


def _margins(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far each is ahead of (or behind) the best other one, at most .3."""
    if len(values) < 2:
        return np.full(len(values), 0.3)
    second, first = np.sort(values)[-2:]
    ahead: Rows = np.clip(values - np.where(values == first, second, first), -0.3, 0.3)
    return ahead


def _cohesions(lengths: Rows, sizes: Rows, alone: float) -> Rows:
    """Mean similarity of two members, from the length of the mean vector of unit vectors."""
    pairs = np.maximum(sizes - 1, 1)
    cohesions: Rows = np.where(sizes > 1, (lengths**2 * sizes - 1) / pairs, alone)
    return cohesions
