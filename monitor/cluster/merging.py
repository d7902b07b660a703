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

from monitor.cluster.document import ENTITIES, KINDS, TITLE, WORDS, Document
from monitor.cluster.stories import Sample, Story

Rows = npt.NDArray[np.float64]

FEATURES = (
    "dense_mean",
    "dense_centroid",
    "dense_max",
    "words_mean",
    "words_centroid",
    "words_max",
    "entities_mean",
    "entities_max",
    "title_mean",
    "title_max",
    "dense_rival",
    "words_rival",
    "dense_margin",
    "words_margin",
    "log_size",
    "gap",
    "brief",
    "brief_dense_centroid",
    "brief_words_centroid",
    "brief_dense_rival",
    "brief_log_size",
)
_RIVALS = slice(2, 8)
"""Candidates that stand for "something else": how near is this article to what it does not belong to."""
_NO_RIVAL_DENSE, _NO_RIVAL_WORDS = 0.25, 0.03
_BRIEF_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeModel:
    """Logistic regression over `FEATURES`."""

    weights: Rows
    bias: float

    def probabilities(self, rows: Rows) -> npt.NDArray[np.float64]:
        logits = rows @ self.weights + self.bias
        result: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -40, 40)))
        return result


def load_model() -> MergeModel:
    """The packaged weights, in the order of `FEATURES`."""
    raw = json.loads(files("monitor.cluster").joinpath("merge_model.json").read_text("utf-8"))
    return MergeModel(weights=np.array([raw["weights"][name] for name in FEATURES]), bias=raw["bias"])


def measure(document: Document, stories: Sequence[Story], *, window_seconds: float) -> Rows:
    """One row of features per story; the stories come nearest by vector first."""
    samples = [story.sample() for story in stories]
    terms = _compare_terms(document, samples)
    rows = np.empty((len(stories), len(FEATURES)))
    lengths = [float(np.linalg.norm(story.mean_vector())) for story in stories]
    dense = [sample.vectors.astype(np.float64) @ document.vector for sample in samples]
    means = np.array([float(story.mean_vector() @ document.vector) for story in stories])
    words = np.array([float(term[:, WORDS].mean()) for term in terms])
    rivals = _rival_level(means, _NO_RIVAL_DENSE), _rival_level(words, _NO_RIVAL_WORDS)
    brief = float(document.n_words < _BRIEF_WORDS)
    for i, (story, sample, term) in enumerate(zip(stories, samples, terms, strict=True)):
        d_centroid = means[i] / max(lengths[i], 1e-6)
        w_centroid = words[i] / max(sample.word_length, 1e-6)
        gap = abs(document.at - story.last_at) / window_seconds
        rows[i] = (
            means[i], d_centroid, float(dense[i].max()),
            words[i], w_centroid, float(term[:, WORDS].max()),
            float(term[:, ENTITIES].mean()), float(term[:, ENTITIES].max()),
            float(term[:, TITLE].mean()), float(term[:, TITLE].max()),
            rivals[0], rivals[1], _margin(means, i), _margin(words, i),
            np.log(len(story.documents)), min(gap, 1.0),
            brief, brief * d_centroid, brief * w_centroid,
            brief * rivals[0], brief * np.log(len(story.documents)),
        )  # fmt: skip
    return rows


def _compare_terms(document: Document, samples: Sequence[Sample]) -> list[Rows]:
    """For each story `(members, KINDS)` cosines of the term vectors, all in one look-up."""
    sizes = [len(sample.documents) for sample in samples]
    starts = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    if not len(document.terms):
        return [np.zeros((size, KINDS)) for size in sizes]
    terms = np.concatenate([sample.terms for sample in samples])
    weights = np.concatenate([sample.weights for sample in samples])
    owners = np.concatenate([s.owners + start * KINDS for s, start in zip(samples, starts, strict=False)])
    places = np.minimum(np.searchsorted(document.terms, terms), len(document.terms) - 1)
    shared = document.terms[places] == terms
    products = weights[shared] * document.weights[places[shared]]
    sums = np.bincount(owners[shared], products, starts[-1] * KINDS).reshape(-1, KINDS)
    return [sums[start : start + size].astype(np.float64) for start, size in zip(starts, sizes, strict=False)]


def _rival_level(values: npt.NDArray[np.float64], fallback: float) -> float:
    ranked = np.sort(values)[::-1][_RIVALS]
    return float(ranked.mean()) if len(ranked) >= 3 else fallback


def _margin(values: npt.NDArray[np.float64], i: int) -> float:
    """How far it is ahead of (or behind) the best other one, at most .3."""
    others = np.delete(values, i)
    return float(np.clip(values[i] - others.max(), -0.3, 0.3)) if len(others) else 0.3
