"""Tell the same text from the same story: exact, near and contained copies among live articles.

In: a document with its words. Out: the article it copies, and which passages earlier copies lack.
Never: compares meanings. Boilerplate sentences are learnt from articles that are no copies, as the stream goes.
How two texts open weighs most: whoever rewrites, cuts or extends a report keeps its opening, while two reports of one
event that borrow each other's quotes and paragraphs open each in their own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np

from monitor.cluster import words as w
from monitor.cluster.base import Item
from monitor.cluster.document import Document
from monitor.cluster.fingerprints import FingerprintIndex, fingerprint
from monitor.cluster.frequencies import Frequencies
from monitor.cluster.words import Hashes

Key = TypeVar("Key", int, str)

SHORT_WORDS = 12
"""Below this many words only the exact text tells a copy: headlines of one event share triples by chance."""
CONTAINED = 0.9
"""Share of the shorter text found in the longer one from which it is an extract of it."""
CONTAINED_SHINGLES = 40
OPENING_SHINGLES = 18
"""The triples of the first twenty words: a news report's opening sentence."""
OPENING_WEIGHT = 6
"""A shared opening makes a Jaccard similarity count for so many times more. F1 on the labelled copies moves by less
than .01 from 4 to 8 and with openings of 14 to 24 triples; benchmarks/copies/RESULTS.md."""
OVERALL_ARTICLES, PUBLISHER_ARTICLES = 5, 3
"""Articles (no copies of each other) with the same sentence above which it is boilerplate."""
BAR_FACTOR = 2.0
"""The bar of nearness, in units of the threshold: texts that share a sixth of their opening are copies from the
threshold on, those that share nothing of it from twice the threshold, those that open alike from two sevenths."""
REST = 0.06
"""Below the threshold so much of the shorter text must be found after the openings too: what shares the first words
alone has a masthead that is not learnt yet."""
CERTAIN = 0.7
"""Jaccard similarity from which one member speaks for its group; none counts for more in a group's mean, lest a text
that joins two reports carry one into the group of the other."""
_COMPARED = 24
_GROUPS_COMPARED, _GROUP_COMPARED = 4, 6
_SHARED_MINIMA = 2
_INDEX_BELOW = 0.6
_MAX_ADDING = 64
_NEW_SHARE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMatch:
    """`jaccard` of the shingles; `contained` is the shorter text's share in the longer, `opening` likewise of the first
    words alone."""

    document: Document
    jaccard: float
    contained: float
    opening: float

    @property
    def nearness(self) -> float:
        return self.jaccard * (1 + OPENING_WEIGHT * self.opening)


class CopyIndex:
    """Live articles by text. `threshold` is the Jaccard similarity above which two are copies when they share some of
    their opening; see `BAR_FACTOR`."""

    def __init__(self, threshold: float, sentences: Frequencies, *, half_window_seconds: float) -> None:
        self._threshold = threshold
        self._bar = BAR_FACTOR * threshold
        self._certain = max(CERTAIN, self._bar)
        self._sentences = sentences
        self._half_window = half_window_seconds
        self._index = FingerprintIndex()
        self._next = 0
        self._documents: dict[int, Document] = {}
        self._numbers: dict[str, int] = {}
        self._exact: dict[int, list[Document]] = {}
        self._adding: dict[str, list[Document]] = {}
        self._last: tuple[Hashes, Hashes] | None = None
        """Shingles and minima of the article in hand."""
        self._last_texts: tuple[str, Hashes] | None = None
        """An origin and what is known of its text: copies of one text come in bursts."""

    def read_text(self, item: Item, document: Document) -> list[int]:
        """Give the document its shingles, boilerplate apart; the sentence hashes for `learn_sentences`."""
        parts = [w.read_words(sentence) for sentence in w.split_sentences(item.text)]
        hashes = [_hash_for(item.publisher, part) for part in parts]
        kept = list(chain.from_iterable(p for p, h in zip(parts, hashes, strict=True) if not self._is_boilerplate(h)))
        everything = list(chain.from_iterable(parts))[: w.MAX_WORDS]
        kept = kept[: w.MAX_WORDS]
        document.is_short = len(kept) < SHORT_WORDS
        if len(everything) < SHORT_WORDS:
            headline = w.read_words(item.title, 60)
            everything = kept = everything if everything[: len(headline)] == headline else headline + everything
        document.exact = w.hash_sentence(everything) << 16 | min(len(everything), 0xFFFF)
        document.shingles = w.hash_shingles(kept)
        document.removed = np.empty(0, np.uint32)
        if kept != everything:
            document.removed = np.setdiff1d(w.hash_shingles(everything), document.shingles, assume_unique=True)
        return [h for pair, part in zip(hashes, parts, strict=True) if len(part) > 2 for h in pair if h]

    def learn_sentences(self, hashes: Sequence[int]) -> None:
        """Count the sentences of an article that is no copy."""
        self._sentences.add(dict.fromkeys(hashes))

    def find(self, document: Document) -> CopyMatch | None:
        """The nearest live article that this one copies, if any."""
        same = next((d for d in self._exact.get(document.exact, ()) if d.id != document.id), None)
        if same is not None and document.exact & 0xFFFF:
            return CopyMatch(document=same, jaccard=1.0, contained=1.0, opening=1.0)
        if document.is_short or not len(document.shingles):
            return None
        return self._find_near(document)

    def mark(self, document: Document, match: CopyMatch | None) -> None:
        """Decide whether later articles need this one to be found and to know its passages."""
        if match is None:
            return
        aged = document.at - match.document.at > self._half_window
        document.is_indexed = match.jaccard < _INDEX_BELOW or aged
        document.adds_text = aged or bool(_share_unknown(document, self._texts_of(document)) > _NEW_SHARE)

    def add(self, document: Document) -> None:
        self._exact.setdefault(document.exact, [])
        if document.is_indexed or not self._exact[document.exact]:
            self._exact[document.exact].append(document)
        root = document.copy_of or document.id
        adding = self._adding.setdefault(root, [])
        if document.adds_text and len(adding) < _MAX_ADDING:
            adding.append(document)
            self._last_texts = None
        if document.is_indexed and not document.is_short and len(document.shingles):
            number, self._next = self._next, self._next + 1
            self._documents[number], self._numbers[document.id] = document, number
            self._index.add(number, self._minima_of(document))

    def remove(self, document: Document) -> None:
        number = self._numbers.pop(document.id, None)
        if number is not None:
            del self._documents[number]
            self._index.remove(number)
        _drop(self._exact, document.exact, document)
        _drop(self._adding, document.copy_of or document.id, document)
        self._last_texts = None

    def tell_novel(self, passages: Sequence[str], document: Document) -> tuple[bool, ...]:
        """For each passage whether earlier copies lack it; all of an origin's passages are novel."""
        if not document.copy_of:
            return (True,) * len(passages)
        known = self._texts_of(document)
        return tuple(_is_unknown(passage, known) for passage in passages)

    def _find_near(self, document: Document) -> CopyMatch | None:
        """The nearest member of the group that is nearest on average: one odd member must not chain two groups."""
        groups: dict[str, list[CopyMatch]] = {}
        for number in self._index.find(self._minima_of(document), at_least=_SHARED_MINIMA)[:_COMPARED]:
            match = _compare(document, self._documents[number])
            groups.setdefault(match.document.copy_of or match.document.id, []).append(match)
            if match.jaccard > 0.9:
                break
        best: CopyMatch | None = None
        most = 0.0, 0.0
        nearest = sorted(groups, key=lambda root: -max(match.nearness for match in groups[root]))
        for root in nearest[:_GROUPS_COMPARED]:
            matches = self._complete(document, root, groups[root])
            rank = self._mean_nearness(matches), max(match.jaccard for match in matches)
            if rank > most and self._is_copy(document, matches, rank[0]):
                best, most = max(matches, key=lambda match: match.nearness), rank
        return best

    def _minima_of(self, document: Document) -> Hashes:
        """Looked up and then added: computed once."""
        if self._last is None or self._last[0] is not document.shingles:
            self._last = document.shingles, fingerprint(document.shingles)
        return self._last[1]

    def _complete(self, document: Document, root: str, found: list[CopyMatch]) -> list[CopyMatch]:
        """With some more of the group, which shared too few minima to be found; needless where one is certain."""
        if any(match.jaccard >= self._certain for match in found):
            return found
        known = {match.document.id for match in found}
        others = [d for d in self._adding.get(root, ())[:_GROUP_COMPARED] if d.id not in known and len(d.shingles)]
        return found + [_compare(document, other) for other in others]

    def _mean_nearness(self, matches: Sequence[CopyMatch]) -> float:
        if any(match.jaccard >= self._certain for match in matches):
            return self._certain
        return sum(min(self._certain, match.nearness) for match in matches) / len(matches)

    def _is_copy(self, document: Document, matches: Sequence[CopyMatch], mean: float) -> bool:
        if mean >= self._bar and any(
            match.jaccard >= self._threshold or _share_rest(document, match.document) >= REST for match in matches
        ):
            return True
        return 2 * sum(_is_extract(document, match) for match in matches) >= len(matches)

    def _is_boilerplate(self, hashes: tuple[int, int]) -> bool:
        overall, publisher = hashes
        counts = self._sentences.counts
        return counts.get(overall, 0) >= OVERALL_ARTICLES or counts.get(publisher, 0) >= PUBLISHER_ARTICLES

    def _texts_of(self, document: Document) -> Hashes:
        """All shingles of the other copies that added something, sorted. The document itself is not among them yet."""
        if self._last_texts is None or self._last_texts[0] != document.copy_of:
            parts = [part for d in self._adding.get(document.copy_of, ()) for part in (d.shingles, d.removed)]
            self._last_texts = document.copy_of, np.sort(np.concatenate([np.empty(0, np.uint32), *parts]))
        return self._last_texts[1]


def _hash_for(publisher: str, words: Sequence[str]) -> tuple[int, int]:
    """The sentence's hash, overall and for this publisher (0 where none is named)."""
    return w.hash_sentence(words), w.hash_sentence([publisher, "|", *words]) if publisher else 0


def _compare(document: Document, other: Document) -> CopyMatch:
    shared = len(np.intersect1d(document.shingles, other.shingles, assume_unique=True))
    sizes = len(document.shingles), len(other.shingles)
    return CopyMatch(
        document=other,
        jaccard=shared / (sum(sizes) - shared),
        contained=shared / max(1, min(sizes)),
        opening=_share_opening(document, other),
    )


def _is_extract(document: Document, match: CopyMatch) -> bool:
    shorter = min(len(document.shingles), len(match.document.shingles))
    return match.contained >= CONTAINED and shorter >= CONTAINED_SHINGLES


def _share_opening(document: Document, other: Document) -> float:
    openings = [set(d.shingles[:OPENING_SHINGLES].tolist()) for d in (document, other)]
    return len(openings[0] & openings[1]) / max(1, min(map(len, openings)))


def _share_rest(document: Document, other: Document) -> float:
    """The share of the shorter text, without both openings, that is in the longer."""
    openings = np.concatenate([d.shingles[:OPENING_SHINGLES] for d in (document, other)])
    own, others = (np.setdiff1d(d.shingles, openings, assume_unique=True) for d in (document, other))
    return len(np.intersect1d(own, others, assume_unique=True)) / max(1, min(len(own), len(others)))


def _share_unknown(document: Document, known: Hashes) -> float:
    return 1 - _share_known(np.concatenate([document.shingles, document.removed]), known)


def _is_unknown(passage: str, known: Hashes) -> bool:
    """Strict on purpose: one inserted "not" makes three new triples and must be judged."""
    return 1 - _share_known(w.hash_shingles(w.read_words(passage)), known) > _NEW_SHARE


def _share_known(shingles: Hashes, known: Hashes) -> float:
    """Of no shingles, all. By bisection: `np.isin` makes its second argument unique, which took most of the time."""
    if not len(shingles) or not len(known):
        return float(not len(shingles))
    places = np.searchsorted(known, shingles).clip(max=len(known) - 1)
    return float((known[places] == shingles).mean())


def _drop(lists: dict[Key, list[Document]], key: Key, document: Document) -> None:
    left = [d for d in lists.get(key, ()) if d.id != document.id]
    if left:
        lists[key] = left
    else:
        lists.pop(key, None)
