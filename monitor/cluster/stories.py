"""The live stories: their members within the window, and which of them an article may belong to.

In: documents with a thread. Out: candidate stories for a document, by vector and by words.
Never: decides. What is called a story here is a thread: the whole of an open story, or one event of a seed story or of
stories that a person merged; `story_id` says of which story. It is nothing but its live members, so that it can be
rebuilt from them exactly: vectors are summed as integers, where the order of adding and taking away does not matter.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
import numpy.typing as npt

from monitor.cluster.document import ENTITIES, KINDS, WORDS, Document, brevity_of
from monitor.cluster.words import Hashes
from monitor.models import Vector

BY_VECTOR, BY_WORDS = 10, 8
"""Candidates taken from each side."""
_SCALE = 2.0**24
_WEIGHT_SCALE = 65_535
_NEAR_FIRST, _NEAR_LAST = 8, 24
"""Members whose vectors are compared one by one: what opened the story, and where it is now."""
_POSTED = {WORDS: 16, ENTITIES: 10}
_MAX_POSTING = 120
"""A term of more live stories than this finds none in particular."""

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Story:
    """The live members of a story and exact sums over them."""

    def __init__(self, story_id: str, row: int, dim: int) -> None:
        self.id = story_id
        self.row = row
        self.documents: dict[str, Document] = {}
        self._by_time: list[tuple[float, str]] = []
        self.total: Numbers = np.zeros(dim, np.int64)
        self._terms: Hashes = np.empty(0, np.uint32)
        self._sums: Numbers = np.empty(0, np.int64)
        self._kinds: npt.NDArray[np.uint8] = np.empty(0, np.uint8)
        self._brevity = 0
        self._summary: Summary | None = None

    @property
    def story_id(self) -> str:
        return next(iter(self.documents.values())).story_id

    def add(self, document: Document) -> None:
        self.documents[document.id] = document
        insort(self._by_time, (document.at, document.id))
        self.total += _as_integers(document.vector)
        self._brevity += _integer_brevity(document)
        places, known = self._places(document.terms)
        weights = _integer_weights(document)
        np.add.at(self._sums, places[known], weights[known])
        if not known.all():
            fresh, at = ~known, places[~known]
            self._terms = np.insert(self._terms, at, document.terms[fresh])
            self._sums = np.insert(self._sums, at, weights[fresh])
            self._kinds = np.insert(self._kinds, at, document.kinds[fresh])
        self._summary = None

    def remove(self, document: Document) -> None:
        del self.documents[document.id]
        del self._by_time[bisect_left(self._by_time, (document.at, document.id))]
        self.total -= _as_integers(document.vector)
        self._brevity -= _integer_brevity(document)
        places, _ = self._places(document.terms)
        np.subtract.at(self._sums, places, _integer_weights(document))
        self._summary = None

    def mean_vector(self) -> Vector:
        """Un-normalised: its product with an article is the mean similarity to the members."""
        mean: Vector = (self.total / (_SCALE * max(1, len(self.documents)))).astype(np.float32)
        return mean

    def mean_products(self, document: Document) -> Floats:
        """`(KINDS,)`: the mean over the members of the term vectors' cosines with the document's."""
        places, known = self._places(document.terms)
        products = document.weights[known] * self._sums[places[known]]
        sums = np.bincount(document.kinds[known], products, KINDS)
        return sums / (_WEIGHT_SCALE * len(self.documents))

    def cross_means(self, other: Story) -> Floats:
        """`(3,)`: mean similarity of a member of this one with one of the other, by vector, words and entities."""
        places, known = self._places(other._terms)
        products = self._sums[places[known]].astype(np.float64) * other._sums[known]
        sums = np.bincount(other._kinds[known], products, KINDS) / _WEIGHT_SCALE**2
        dense = float(self.mean_vector().astype(np.float64) @ other.mean_vector())
        sizes = len(self.documents) * len(other.documents)
        return np.array([dense, sums[WORDS] / sizes, sums[ENTITIES] / sizes])

    def is_central(self, document: Document) -> bool:
        """Whether this member is as near to the mean vector as any that `summary` looks at."""
        mean = self.mean_vector()
        return float(document.vector @ mean) >= float((self.summary().vectors @ mean).max()) - 1e-6

    def carries(self, terms: Hashes) -> npt.NDArray[np.bool_]:
        """Which of the terms a live member has."""
        places, known = self._places(terms)
        known[known] = self._sums[places[known]] > 0
        return known

    def summary(self) -> Summary:
        if self._summary is None:
            self._summary = self._summarise()
        return self._summary

    def _summarise(self) -> Summary:
        size = len(self._by_time)
        chosen = self._by_time
        if size > _NEAR_FIRST + _NEAR_LAST:
            chosen = chosen[:_NEAR_FIRST] + chosen[-_NEAR_LAST:]
        return Summary(
            vectors=np.stack([self.documents[item_id].vector for _, item_id in chosen]),
            last_at=self._by_time[-1][0],
            brevity=self._brevity / (_WEIGHT_SCALE * size),
        )

    def _places(self, terms: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where each term stands or would stand, and whether it stands there."""
        places = np.searchsorted(self._terms, terms)
        if not len(self._terms):
            return places, np.zeros(len(terms), np.bool_)
        known = self._terms[np.minimum(places, len(self._terms) - 1)] == terms
        return places, known


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is computed once per change: some members' vectors `(n, dim)`, the last one's time."""

    vectors: Vector
    last_at: float
    brevity: float
    """Mean of the members' `brevity_of`."""


class LiveStories:
    """All live stories with a matrix of their mean vectors and postings of their weightiest terms."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self._matrix: Vector = np.zeros((0, 0), np.float32)
        self._rows: list[str] = []
        self._postings: dict[int, dict[str, int]] = {}
        self._ahead: Vector = np.zeros((0, 0), np.float32)
        self._changed: set[int] = set()
        """Rows whose similarities in `_ahead` no longer hold."""

    def look_ahead(self, vectors: Sequence[Vector]) -> None:
        """Compare all stories with the next articles in one product: a matrix is read once for all of them."""
        self._ahead, self._changed = np.zeros((0, 0), np.float32), set()
        if self._rows and all(len(vector) == self._matrix.shape[1] for vector in vectors):
            self._ahead = np.stack(vectors) @ self._matrix[: len(self._rows)].T

    def add(self, document: Document) -> None:
        story = self.stories.get(document.thread) or self._open(document)
        story.add(document)
        self._set_row(story.row, story.mean_vector())
        for term in _posted_terms(document):
            posting = self._postings.setdefault(term, {})
            posting[story.id] = posting.get(story.id, 0) + 1

    def remove(self, document: Document) -> None:
        story = self.stories[document.thread]
        story.remove(document)
        for term in _posted_terms(document):
            self._unpost(term, story.id)
        if story.documents:
            self._set_row(story.row, story.mean_vector())
        else:
            self._close(story)

    def candidates(self, document: Document, *, ahead: int = -1) -> list[Story]:
        """At most `BY_VECTOR + BY_WORDS` stories, nearest by vector first.

        `ahead` is the document's place among the vectors of `look_ahead`; -1: it was not among them.
        """
        similar = self._similarities(document, ahead)
        size = len(similar)
        nearest = np.argpartition(-similar, BY_VECTOR)[:BY_VECTOR] if size > BY_VECTOR else np.arange(size)
        ids = [self._rows[row] for row in nearest.tolist()]
        ids += [story_id for story_id in self._by_words(document) if story_id not in ids]
        found = [self.stories[story_id] for story_id in ids]
        return sorted(found, key=lambda story: (-float(similar[story.row]), story.id))

    def _similarities(self, document: Document, ahead: int) -> Vector:
        if not self._rows or self._matrix.shape[1] != len(document.vector):
            return np.zeros(len(self._rows), np.float32)
        if not 0 <= ahead < len(self._ahead):
            product: Vector = self._matrix[: len(self._rows)] @ document.vector
            return product
        similar = np.zeros(len(self._rows), np.float32)
        kept = min(len(similar), self._ahead.shape[1])
        similar[:kept] = self._ahead[ahead, :kept]
        changed = [row for row in self._changed if row < len(similar)]
        similar[changed] = self._matrix[changed] @ document.vector
        return similar

    def _set_row(self, row: int, mean: Vector) -> None:
        self._matrix[row] = mean
        self._changed.add(row)

    def _by_words(self, document: Document) -> list[str]:
        scores: dict[str, float] = {}
        for term, weight in _weigh_posted(document):
            posting = self._postings.get(term, {})
            if len(posting) <= _MAX_POSTING:
                for story_id, members in posting.items():
                    share = members / len(self.stories[story_id].documents)
                    scores[story_id] = scores.get(story_id, 0.0) + weight * share
        return nlargest(BY_WORDS, scores, key=lambda story_id: (scores[story_id], story_id))

    def _open(self, document: Document) -> Story:
        dim, row = len(document.vector), len(self._rows)
        if row == 0 and self._matrix.shape[1] != dim:
            self._matrix = np.zeros((64, dim), np.float32)
        if row == len(self._matrix):
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        story = Story(document.thread, row, dim)
        self._rows.append(story.id)
        self.stories[story.id] = story
        return story

    def _close(self, story: Story) -> None:
        """The last row moves into the gap, so that the matrix stays dense."""
        last = self._rows.pop()
        if last != story.id:
            moved = self.stories[last]
            self._set_row(story.row, self._matrix[moved.row])
            self._rows[story.row], moved.row = last, story.row
        del self.stories[story.id]

    def _unpost(self, term: int, story_id: str) -> None:
        posting = self._postings[term]
        posting[story_id] -= 1
        if not posting[story_id]:
            del posting[story_id]
        if not posting:
            del self._postings[term]


def _as_integers(vector: Vector) -> npt.NDArray[np.int64]:
    return np.round(vector.astype(np.float64) * _SCALE).astype(np.int64)


def _integer_brevity(document: Document) -> int:
    return round(brevity_of(document.n_words) * _WEIGHT_SCALE)


def _integer_weights(document: Document) -> Numbers:
    """The weights as the 16-bit integers that they were rounded to: their sums are exact in any order."""
    return np.round(document.weights * np.float32(_WEIGHT_SCALE)).astype(np.int64)


def _weigh_posted(document: Document) -> Iterable[tuple[int, float]]:
    """The weightiest terms by kind, with their weights."""
    for kind, size in _POSTED.items():
        places = np.flatnonzero(document.kinds == kind)
        order = np.lexsort((document.terms[places], -document.weights[places]))[:size]
        chosen = places[order]
        yield from zip(document.terms[chosen].tolist(), document.weights[chosen].tolist(), strict=True)


def _posted_terms(document: Document) -> list[int]:
    return list(dict.fromkeys(term for term, _ in _weigh_posted(document)))
