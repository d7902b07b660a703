"""The clusterer: one pass in order of arrival, copies first, then seeds, then open stories.

In: items. Out: decisions that explain themselves. Never: the store, a clock, chance.
Its whole state is the live articles (from memos) and causal counts (from `dump`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from monitor.cluster.base import Decision, Item, Memo, SeedItem
from monitor.cluster.clock import Clock
from monitor.cluster.copies import CopyIndex, CopyMatch
from monitor.cluster.document import Document, describe_item, pack_memo, unit_vector, unpack_memo
from monitor.cluster.explain import explain_copy, explain_seed, explain_story
from monitor.cluster.frequencies import Frequencies
from monitor.cluster.joined import JoinedStories
from monitor.cluster.merging import FEATURES, MergeModel, Rows, measure
from monitor.cluster.seeds import Seed, SeedMatch
from monitor.cluster.state import pack_state, unpack_state
from monitor.cluster.stories import LiveStories, Story
from monitor.cluster.words import name_entities
from monitor.models import make_id
from monitor.settings.model import ClusterSettings

TERM_LIMIT, SENTENCE_LIMIT = 600_000, 600_000
FLOOR_DENSE, FLOOR_WORDS = 0.30, 0.25
"""An article that is nearer than neither to a story by raw similarity never joins it, whatever the model says."""
_DENSE_MEAN, _WORDS_CENTROID = FEATURES.index("dense_mean"), FEATURES.index("words_centroid")
AHEAD = 64
"""Articles that are compared with all stories in one product."""
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
        self._joined = JoinedStories(self._window)

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
            document.story_id = self._joined.current(document.story_id)
            self._remember(document)
        self._evict()

    def dump(self) -> bytes:
        return pack_state(self._terms.dump(), self._sentences.dump(), self._clock.dump(), self._joined.dump())

    def restore(self, state: bytes) -> None:
        if not state:
            return
        terms, sentences, clock, joined = unpack_state(state)
        self._terms.restore(terms)
        self._sentences.restore(sentences)
        self._clock.restore(clock)
        self._joined.restore(joined)
        for story_id in [story_id for story_id in self._stories.stories if story_id != self._joined.current(story_id)]:
            self._move_articles(story_id, self._joined.current(story_id))
        self._evict()

    def assign(self, items: Sequence[Item]) -> list[Decision]:
        decisions = []
        for start in range(0, len(items), AHEAD):
            batch = items[start : start + AHEAD]
            self._stories.look_ahead([unit_vector(item.vector) for item in batch])
            decisions += [self._assign_one(item, ahead) for ahead, item in enumerate(batch)]
        return decisions

    def _assign_one(self, item: Item, ahead: int) -> Decision:
        names = name_entities(item.title, item.text)
        counts, document = describe_item(item, names, self._terms)
        sentences = self._copies.read_text(item, document)
        previous = self._forget(item.id)
        document.at = self._clock.read(item.at)
        self._evict()
        match = self._copies.find(document)
        story_id, why = self._choose_story(document, match, previous, names=names, ahead=ahead)
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
        if twin := self._find_twin(document, why):
            self._join_stories(document.story_id, twin, why)
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
        self,
        document: Document,
        match: CopyMatch | None,
        previous: Document | None,
        *,
        names: Counter[str],
        ahead: int,
    ) -> tuple[str, dict[str, Any]]:
        if previous is not None and _is_same_article(previous, document):
            return previous.story_id, {"chosen": previous.story_id, "because": "an edited article keeps its story"}
        if match is not None:
            return match.document.story_id, explain_copy(match)
        seeds = self._match_seeds(document, names)
        if seeds and seeds[0].probability >= self._settings.seed_threshold:
            return seeds[0].story_id, explain_seed(seeds, threshold=self._settings.seed_threshold)
        story_id, why = self._match_stories(document, names, ahead)
        if seeds:
            why["seed_refused"] = explain_seed(seeds[:1], threshold=self._settings.seed_threshold)
        return story_id, why

    def _match_seeds(self, document: Document, names: Counter[str]) -> list[SeedMatch]:
        found = [seed.match(document.vector, names) for seed in self._seeds.values()]
        return sorted(found, key=lambda match: (-match.probability, -match.dense, match.story_id))

    def _match_stories(self, document: Document, names: Counter[str], ahead: int) -> tuple[str, dict[str, Any]]:
        new_id = make_id("story", document.id)
        stories = [story for story in self._stories.candidates(document, ahead=ahead) if self._is_open(story, document)]
        if not stories or not len(document.terms):
            return new_id, {"chosen": new_id, "because": "nothing live to compare it with"}
        rows = measure(document, stories, window_seconds=self._window)
        self.compared(document, stories, rows)
        chances = self._model.probabilities(rows)
        chances[(rows[:, _DENSE_MEAN] < FLOOR_DENSE) & (rows[:, _WORDS_CENTROID] < FLOOR_WORDS)] = 0.0
        best = int(np.argmax(chances))
        joins = chances[best] >= self._settings.merge_threshold
        chosen = stories[best].id if joins else new_id
        return chosen, explain_story(chosen, stories, rows, chances, named=names, names=FEATURES)

    def _find_twin(self, document: Document, why: dict[str, Any]) -> str:
        """The runner-up, where the article belongs to both: proof asked for grows with the smaller one's size."""
        nearest = why.get("nearest")
        if document.copy_of or not isinstance(nearest, list) or len(nearest) < 2:
            return ""
        first, second = nearest
        if first["story"] != document.story_id:
            return ""
        chance = min(max(float(second["probability"]), 1e-9), 1 - 1e-9)
        smaller = min(first["articles"], second["articles"])
        needed = self._model.join_logit + self._model.join_logit_per_log_size * math.log(smaller)
        return str(second["story"]) if math.log(chance / (1 - chance)) > needed else ""

    def _join_stories(self, one: str, other: str, why: dict[str, Any]) -> None:
        """From now on the smaller story's live articles count to the larger; what was decided stays as it was told."""
        sizes = {story_id: len(self._stories.stories[story_id].documents) for story_id in (one, other)}
        winner = max((one, other), key=lambda story_id: (sizes[story_id], story_id))
        loser = other if winner == one else one
        self._joined.join(loser, winner, at=self._clock.now)
        self._move_articles(loser, winner)
        why["joined"] = {"story": loser, "into": winner}

    def _move_articles(self, loser: str, winner: str) -> None:
        for document in list(self._stories.stories[loser].documents.values()):
            self._stories.remove(document)
            document.story_id = winner
            self._stories.add(document)

    def _is_open(self, story: Story, document: Document) -> bool:
        return story.id not in self._seeds and abs(document.at - story.summary().last_at) <= self._window

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
        self._joined.forget(self._clock.now)
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
