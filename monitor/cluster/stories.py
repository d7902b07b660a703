"""The live stories: their members within the window, and which of them an article may belong to.

In: documents with a story. Out: candidate stories for a document, by vector and by words.
Never: decides. A story is nothing but its live members, so that it can be rebuilt from them exactly:
vectors are summed as integers, where the order of adding and taking away does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
import numpy.typing as npt

from monitor.cluster.document import ENTITIES, KINDS, WORDS, Document
from monitor.models import Vector

BY_VECTOR, BY_WORDS = 10, 8
"""Candidates taken from each side."""
_SCALE = 2.0**24
_SAMPLE_FIRST, _SAMPLE_LAST = 8, 24
"""Members that are compared one by one: what opened the story, and where it is now."""
_POSTED = {WORDS: 16, ENTITIES: 10}
_MAX_POSTING = 300
"""A term of more live stories than this finds none in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Some members as arrays: `owners` is member · KINDS + kind of each term."""

    documents: tuple[Document, ...]
    vectors: Vector
    terms: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]
    owners: npt.NDArray[np.int64]
    word_length: float
    """Length of the members' mean word vector: 1 when all say the same."""


class Story:
    """The live members of a story, in order of arrival."""

    def __init__(self, story_id: str, row: int, dim: int) -> None:
        self.id = story_id
        self.row = row
        self.documents: dict[str, Document] = {}
        self.total: npt.NDArray[np.int64] = np.zeros(dim, np.int64)
        self._sample: Sample | None = None

    @property
    def last_at(self) -> float:
        return max(document.at for document in self.documents.values())

    def add(self, document: Document) -> None:
        self.documents[document.id] = document
        self.total += _as_integers(document.vector)
        self._sample = None

    def remove(self, document: Document) -> None:
        del self.documents[document.id]
        self.total -= _as_integers(document.vector)
        self._sample = None

    def mean_vector(self) -> Vector:
        """Un-normalised: its product with an article is the mean similarity to the members."""
        mean: Vector = (self.total / (_SCALE * max(1, len(self.documents)))).astype(np.float32)
        return mean

    def sample(self) -> Sample:
        if self._sample is None:
            self._sample = _take_sample(list(self.documents.values()))
        return self._sample


class LiveStories:
    """All live stories with a matrix of their mean vectors and postings of their weightiest terms."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self._matrix: Vector = np.zeros((0, 0), np.float32)
        self._rows: list[str] = []
        self._postings: dict[int, dict[str, int]] = {}

    def add(self, document: Document) -> None:
        story = self.stories.get(document.story_id) or self._open(document)
        story.add(document)
        self._matrix[story.row] = story.mean_vector()
        for term in _posted_terms(document):
            posting = self._postings.setdefault(term, {})
            posting[story.id] = posting.get(story.id, 0) + 1

    def remove(self, document: Document) -> None:
        story = self.stories[document.story_id]
        story.remove(document)
        for term in _posted_terms(document):
            self._unpost(term, story.id)
        if story.documents:
            self._matrix[story.row] = story.mean_vector()
        else:
            self._close(story)

    def candidates(self, document: Document) -> list[Story]:
        """At most `BY_VECTOR + BY_WORDS` stories, nearest by vector first."""
        similar = self._similarities(document)
        size = len(similar)
        nearest = np.argpartition(-similar, BY_VECTOR)[:BY_VECTOR] if size > BY_VECTOR else np.arange(size)
        ids = [self._rows[row] for row in nearest.tolist()]
        ids += [story_id for story_id in self._by_words(document) if story_id not in ids]
        found = [self.stories[story_id] for story_id in ids]
        return sorted(found, key=lambda story: (-float(similar[story.row]), story.id))

    def _similarities(self, document: Document) -> Vector:
        if not self._rows or self._matrix.shape[1] != len(document.vector):
            return np.zeros(len(self._rows), np.float32)
        product: Vector = self._matrix[: len(self._rows)] @ document.vector
        return product

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
        story = Story(document.story_id, row, dim)
        self._rows.append(story.id)
        self.stories[story.id] = story
        return story

    def _close(self, story: Story) -> None:
        """The last row moves into the gap, so that the matrix stays dense."""
        last = self._rows.pop()
        if last != story.id:
            moved = self.stories[last]
            self._matrix[story.row] = self._matrix[moved.row]
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


def _take_sample(documents: list[Document]) -> Sample:
    if len(documents) > _SAMPLE_FIRST + _SAMPLE_LAST:
        documents = documents[:_SAMPLE_FIRST] + documents[-_SAMPLE_LAST:]
    terms = np.concatenate([d.terms for d in documents])
    weights = np.concatenate([d.weights for d in documents])
    owners = np.concatenate([d.kinds.astype(np.int64) + i * KINDS for i, d in enumerate(documents)])
    words = owners % KINDS == WORDS
    _, places = np.unique(terms[words], return_inverse=True)
    total = np.bincount(places, weights[words]) if words.any() else np.zeros(1)
    return Sample(
        documents=tuple(documents),
        vectors=np.stack([d.vector for d in documents]),
        terms=terms,
        weights=weights,
        owners=owners,
        word_length=float(np.linalg.norm(total)) / len(documents),
    )


def _weigh_posted(document: Document) -> Iterable[tuple[int, float]]:
    for kind, size in _POSTED.items():
        places = np.flatnonzero(document.kinds == kind)
        order = np.lexsort((document.terms[places], -document.weights[places]))[:size]
        chosen = places[order]
        yield from zip(document.terms[chosen].tolist(), document.weights[chosen].tolist(), strict=True)


def _posted_terms(document: Document) -> list[int]:
    return list(dict.fromkeys(term for term, _ in _weigh_posted(document)))
