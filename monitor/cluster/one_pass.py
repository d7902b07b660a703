"""The clusterer: one pass in order of arrival, copies first, then seeds, then open stories.

In: items. Out: decisions that explain themselves. Never: the store, a clock, chance.
Its whole state is the live articles (from memos) and causal counts (from `dump`).
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from monitor.cluster.base import Decision, Item, Memo, SeedItem
from monitor.cluster.clock import Clock
from monitor.cluster.copies import CopyIndex, CopyMatch
from monitor.cluster.document import Document, describe_item, pack_memo, unpack_memo
from monitor.cluster.explain import explain_copy, explain_seed, explain_story
from monitor.cluster.frequencies import Frequencies
from monitor.cluster.merging import FEATURES, MergeModel, Rows, measure
from monitor.cluster.seeds import Seed, SeedMatch, article_names
from monitor.cluster.state import pack_state, unpack_state
from monitor.cluster.stories import LiveStories, Story
from monitor.models import make_id
from monitor.settings.model import ClusterSettings

TERM_LIMIT, SENTENCE_LIMIT = 600_000, 600_000
FLOOR_DENSE, FLOOR_WORDS = 0.30, 0.25
"""An article that is nearer than neither to a story by raw similarity never joins it, whatever the model says."""
SAME_ARTICLE = 0.6
"""Cosine above which an edited article is still about what it was about."""


class OnePassClusterer:
    """See `Clusterer` in base.py for its promises."""

    def __init__(self, settings: ClusterSettings, model: MergeModel) -> None:
        self._settings = settings
        self._model = model
        self._window = settings.live_days * 86_400
        self._terms = Frequencies(TERM_LIMIT)
        self._sentences = Frequencies(SENTENCE_LIMIT)
        self._copies = CopyIndex(settings.copy_threshold, self._sentences, half_window_seconds=self._window / 2)
        self._stories = LiveStories()
        self._seeds: dict[str, Seed] = {}
        self._live: dict[str, Document] = {}
        self._by_age: list[tuple[float, str]] = []
        self._clock = Clock(self._window)

    def add_seeds(self, seeds: Sequence[SeedItem]) -> None:
        for item in seeds:
            self._seeds[item.story_id] = Seed(item)

    def recall(self, memos: Sequence[Memo]) -> None:
        """Take back live articles, in order of arrival. A damaged memo is left out: its story lives on without it."""
        for memo in memos:
            try:
                document = unpack_memo(memo)
            except ValueError:
                continue
            self._forget(document.id)
            self._clock.follow(document.at)
            self._remember(document)
        self._evict()

    def dump(self) -> bytes:
        return pack_state(self._terms.dump(), self._sentences.dump(), self._clock.dump())

    def restore(self, state: bytes) -> None:
        if not state:
            return
        terms, sentences, clock = unpack_state(state)
        self._terms.restore(terms)
        self._sentences.restore(sentences)
        self._clock.restore(clock)
        self._evict()

    def assign(self, items: Sequence[Item]) -> list[Decision]:
        return [self._assign_one(item) for item in items]

    def _assign_one(self, item: Item) -> Decision:
        counts, document = describe_item(item, self._terms)
        sentences = self._copies.read_text(item, document)
        previous = self._forget(item.id)
        document.at = self._clock.read(item.at)
        self._evict()
        match = self._copies.find(document)
        story_id, why = self._choose_story(item, document, match, previous)
        document.story_id = story_id
        document.copy_of = (match.document.copy_of or match.document.id) if match else ""
        self._copies.mark(document, match)
        novel = self._copies.tell_novel(item.passages, document)
        if previous is None:
            self._terms.add(value for counted in counts for value in counted)
            if match is None:
                self._copies.learn_sentences(sentences)
        is_new = story_id not in self._stories.stories and story_id not in self._seeds and previous is None
        self._remember(document)
        return Decision(
            item_id=item.id,
            story_id=story_id,
            is_new_story=is_new and match is None,
            copy_of=document.copy_of,
            novel_passages=novel,
            why=why,
            memo=pack_memo(document),
        )

    def _choose_story(
        self, item: Item, document: Document, match: CopyMatch | None, previous: Document | None
    ) -> tuple[str, dict[str, Any]]:
        if previous is not None and _is_same_article(previous, document):
            return previous.story_id, {"chosen": previous.story_id, "because": "an edited article keeps its story"}
        if match is not None:
            return match.document.story_id, explain_copy(match)
        seeds = self._match_seeds(item, document)
        if seeds and seeds[0].probability >= self._settings.seed_threshold:
            return seeds[0].story_id, explain_seed(seeds, threshold=self._settings.seed_threshold)
        story_id, why = self._match_stories(item, document)
        if seeds:
            why["seed_refused"] = explain_seed(seeds[:1], threshold=self._settings.seed_threshold)
        return story_id, why

    def _match_seeds(self, item: Item, document: Document) -> list[SeedMatch]:
        if not self._seeds:
            return []
        names = article_names(item.title, item.text)
        found = [seed.match(document.vector, names) for seed in self._seeds.values()]
        return sorted(found, key=lambda match: (-match.probability, -match.dense, match.story_id))

    def _match_stories(self, item: Item, document: Document) -> tuple[str, dict[str, Any]]:
        new_id = make_id("story", item.id)
        stories = [story for story in self._stories.candidates(document) if self._is_open(story, document)]
        if not stories or not len(document.terms):
            return new_id, {"chosen": new_id, "because": "nothing live to compare it with"}
        rows = measure(document, stories, window_seconds=self._window)
        self.compared(document, stories, rows)
        chances = self._model.probabilities(rows)
        chances[(rows[:, 0] < FLOOR_DENSE) & (rows[:, 4] < FLOOR_WORDS)] = 0.0
        best = int(np.argmax(chances))
        joins = chances[best] >= self._settings.merge_threshold
        chosen = stories[best].id if joins else new_id
        return chosen, explain_story(chosen, stories, rows, chances, item=item, names=FEATURES)

    def _is_open(self, story: Story, document: Document) -> bool:
        return story.id not in self._seeds and abs(document.at - story.last_at) <= self._window

    def compared(self, document: Document, stories: Sequence[Story], rows: Rows) -> None:
        """Told of every comparison with open stories; the training script listens here."""

    def _remember(self, document: Document) -> None:
        self._live[document.id] = document
        self._stories.add(document)
        self._copies.add(document)
        heappush(self._by_age, (document.at, document.id))

    def _forget(self, item_id: str) -> Document | None:
        document = self._live.pop(item_id, None)
        if document is not None:
            self._stories.remove(document)
            self._copies.remove(document)
        return document

    def _evict(self) -> None:
        """Forget what is older than the window; an entry of an edited article's former time is stale."""
        oldest = self._clock.now - self._window
        while self._by_age and self._by_age[0][0] < oldest:
            at, item_id = heappop(self._by_age)
            document = self._live.get(item_id)
            if document is not None and document.at == at:
                self._forget(item_id)


def _is_same_article(previous: Document, document: Document) -> bool:
    if previous.exact == document.exact:
        return True
    if previous.vector.shape == document.vector.shape and float(previous.vector @ document.vector) >= SAME_ARTICLE:
        return True
    shared = np.intersect1d(previous.shingles, document.shingles, assume_unique=True)
    return len(shared) >= 0.3 * max(1, min(len(previous.shingles), len(document.shingles)))
