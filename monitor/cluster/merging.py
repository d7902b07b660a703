"""Judge how likely an article belongs to each of some stories, and whether two stories are one.

In: a document and candidate stories, or a story and others. Out: features `(k, n)`, probabilities and log-odds `(k,)`.
Never: changes a story. The weights lie in `merge_model.json`, made by `training/cluster/fit.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from monitor.cluster.document import ENTITIES, TITLE, WORDS, Document, brevity_of
from monitor.cluster.stories import Story

Rows = npt.NDArray[np.float64]

FEATURES = (
    "dense_mean",
    "dense_centroid",
    "dense_max",
    "dense_fit",
    "words_mean",
    "words_centroid",
    "words_fit",
    "entities_mean",
    "entities_centroid",
    "entities_fit",
    "title_mean",
    "dense_rival",
    "words_rival",
    "entities_rival",
    "dense_margin",
    "words_margin",
    "entities_margin",
    "log_size",
    "gap",
    "brief",
    "brief_dense_mean",
    "brief_dense_centroid",
    "brief_dense_fit",
    "brief_words_centroid",
    "brief_words_fit",
    "brief_entities_centroid",
    "brief_entities_fit",
    "brief_dense_rival",
    "brief_words_rival",
    "brief_dense_margin",
    "brief_log_size",
)
"""`mean`: similarity to the members; `centroid`: to their mean vector in unit length; `fit`: the mean as a share of
what members have among themselves; `rival`: what else is near; `margin`: lead over the best other story; `brief_…`:
times the article's brevity."""
JOIN_FEATURES = (
    "dense_centroid",
    "words_centroid",
    "entities_centroid",
    "dense_fit",
    "words_fit",
    "entities_fit",
    "log_smaller",
    "log_larger",
    "gap",
    "brief",
    "brief_dense_fit",
    "brief_words_fit",
    "brief_log_smaller",
)
_RIVALS = slice(2, 8)
"""Candidates that stand for "something else": how near is this article to what it does not belong to."""
_NO_RIVAL = (0.25, 0.03, 0.03)
TYPICAL = np.array([0.6, 0.22, 0.26])
"""What members of a story have among themselves, as far as a story cannot tell yet (by vector, words, entities)."""
_TYPICAL_PAIRS, _LEAST_COHESION, _MOST_FIT = 4, 0.05, 1.5
_JOIN_FLOOR = 0.4
"""Cosine of two stories' mean vectors below which they are never joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeModel:
    """Two logistic regressions: over `FEATURES` (an article joins) and over `JOIN_FEATURES` (two stories are one)."""

    weights: Rows
    bias: float
    join_weights: Rows
    join_bias: float

    def probabilities(self, rows: Rows) -> npt.NDArray[np.float64]:
        logits = rows @ self.weights + self.bias
        result: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -40, 40)))
        return result

    def join_logits(self, story: Story, others: Sequence[Story], *, window_seconds: float) -> Rows:
        """Log-odds `(k,)` that each of the others is one with the story; minus infinity below the floor."""
        rows = compare_stories(story, others, window_seconds=window_seconds)
        logits: Rows = rows @ self.join_weights + self.join_bias
        logits[rows[:, 0] < _JOIN_FLOOR] = -np.inf
        return logits


def load_model() -> MergeModel:
    """The packaged weights, in the order of `FEATURES` and `JOIN_FEATURES`."""
    raw = json.loads(files("monitor.cluster").joinpath("merge_model.json").read_text("utf-8"))
    return MergeModel(
        weights=np.array([raw["weights"][name] for name in FEATURES]),
        bias=raw["bias"],
        join_weights=np.array([raw["join_weights"][name] for name in JOIN_FEATURES]),
        join_bias=raw["join_bias"],
    )


def measure(document: Document, stories: Sequence[Story], *, window_seconds: float) -> Rows:
    """One row of features per story."""
    summaries = [story.summary() for story in stories]
    sizes = np.array([len(story.documents) for story in stories], np.float64)
    lengths = np.stack([summary.lengths for summary in summaries])
    dense = np.stack([story.mean_vector() for story in stories]).astype(np.float64) @ document.vector
    products = np.stack([story.mean_products(document) for story in stories])
    means = np.column_stack([dense, products[:, WORDS], products[:, ENTITIES]])
    centroids, fits = means / lengths, np.minimum(_MOST_FIT, means / cohesions(lengths, sizes))
    columns = {
        "dense_max": np.array([float((summary.vectors @ document.vector).max()) for summary in summaries]),
        "title_mean": products[:, TITLE],
        "log_size": np.log(sizes),
        "gap": np.minimum(1.0, np.abs(document.at - np.array([s.last_at for s in summaries])) / window_seconds),
        "brief": np.ones(len(stories)),
    }
    for place, kind in enumerate(("dense", "words", "entities")):
        columns[f"{kind}_mean"], columns[f"{kind}_centroid"] = means[:, place], centroids[:, place]
        columns[f"{kind}_fit"], columns[f"{kind}_margin"] = fits[:, place], _margins(means[:, place])
        columns[f"{kind}_rival"] = np.full(len(stories), _rival_level(means[:, place], _NO_RIVAL[place]))
    brief = brevity_of(document.n_words)
    return np.column_stack(
        [
            brief * columns[name.removeprefix("brief_")] if name.startswith("brief") else columns[name]
            for name in FEATURES
        ]
    )


def compare_stories(story: Story, others: Sequence[Story], *, window_seconds: float) -> Rows:
    """One row of `JOIN_FEATURES` per other story. Two halves of one story fit at about 1, whatever their sizes."""
    summary, size = story.summary(), float(len(story.documents))
    own_cohesion = cohesions(summary.lengths[None], np.array([size]))[0]
    rows = []
    for other in others:
        its, its_size = other.summary(), float(len(other.documents))
        means = story.cross_means(other)
        cohesion = cohesions(its.lengths[None], np.array([its_size]))[0]
        fits = np.minimum(_MOST_FIT, means / np.sqrt(own_cohesion * cohesion))
        smaller, larger = np.log(min(size, its_size)), np.log(max(size, its_size))
        brief = (summary.brevity * size + its.brevity * its_size) / (size + its_size)
        gap = min(1.0, abs(summary.last_at - its.last_at) / window_seconds)
        centroids = means / (summary.lengths * its.lengths)
        scaled = (brief * fits[0], brief * fits[1], brief * smaller)
        rows.append([*centroids, *fits, smaller, larger, gap, brief, *scaled])
    return np.array(rows)


def cohesions(lengths: Rows, sizes: Rows) -> Rows:
    """`(k, 3)` mean similarity of two members, from the lengths of the mean vectors; young stories are given some
    typical pairs, so that one odd pair does not set the measure."""
    pairs = (sizes * (sizes - 1))[:, None]
    among = np.maximum(0.0, (lengths * sizes[:, None]) ** 2 - sizes[:, None])
    found: Rows = np.maximum(_LEAST_COHESION, (among + _TYPICAL_PAIRS * TYPICAL) / (pairs + _TYPICAL_PAIRS))
    return found


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
