"""The clusterer: one pass in order of arrival, copies first, then seeds, then open stories.

In: items. Out: decisions that explain themselves. Never: the store, a clock, chance. A person's word comes first.
Its whole state is the live articles (from memos) and causal counts (from `dump`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import numpy as np

from monitor.cluster.base import AnalystWord, Decision, Item, Memo, SeedItem
from monitor.cluster.clock import Clock
from monitor.cluster.copies import CopyIndex, CopyMatch
from monitor.cluster.crowding import FEWEST_STORIES, Crowding
from monitor.cluster.document import Document, describe_item, pack_memo, unit_vector, unpack_memo
from monitor.cluster.explain import explain_copy, explain_join, explain_seed, explain_story
from monitor.cluster.frequencies import Frequencies
from monitor.cluster.joined import JoinedStories
from monitor.cluster.merging import FEATURES, LIKENESS, MergeModel, Rows
from monitor.cluster.seeds import Seed, SeedMatch
from monitor.cluster.state import pack_state, unpack_state
from monitor.cluster.stories import LiveStories, Story
from monitor.cluster.words import name_entities
from monitor.models import make_id
from monitor.settings.model import ClusterSettings

TERM_LIMIT, SENTENCE_LIMIT = 600_000, 600_000
AHEAD = 64
"""Articles that are compared with all stories in one product."""
SAME_ARTICLE = 0.6
"""Cosine above which an edited article is still about what it was about."""


@dataclass(slots=True)
class Choice:
    """Where an article goes: an empty `thread` opens a new one. `near` are the threads that it was compared with.

    `stranger` is its likeness to the nearest one that it does not go to.
    """

    story_id: str
    why: dict[str, Any]
    thread: str = ""
    near: list[Story] = field(default_factory=list)
    stranger: float | None = None


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
        self._word = AnalystWord()
        self._live: dict[str, Document] = {}
        self._by_age: list[tuple[float, str]] = []
        self._clock = Clock(self._window)
        self._crowding = Crowding(model)
        self._joined = JoinedStories(self._window)
        self._joined_threads = JoinedStories(self._window)

    def add_seeds(self, seeds: Sequence[SeedItem]) -> None:
        for item in seeds:
            self._seeds[item.story_id] = Seed(item)

    def respect(self, word: AnalystWord) -> None:
        self._word = word

    def recall(self, memos: Sequence[Memo]) -> None:
        """Take back live articles, in order of arrival. A damaged memo is left out: its story lives on without it."""
        for memo in memos:
            try:
                document = unpack_memo(memo)
            except ValueError:
                continue
            self._forget(document.id)
            self._clock.follow(document.at)
            self._rename(document)
            self._remember(document)
        self._evict()

    def dump(self) -> bytes:
        joined = self._joined.dump(), self._joined_threads.dump()
        counts = self._terms.dump(), self._sentences.dump()
        return pack_state(*counts, self._clock.dump(), self._crowding.dump(), *joined)

    def restore(self, state: bytes) -> None:
        if not state:
            return
        terms, sentences, clock, crowding, joined, joined_threads = unpack_state(state)
        self._terms.restore(terms)
        self._sentences.restore(sentences)
        self._clock.restore(clock)
        self._crowding.restore(crowding)
        self._joined.restore(joined)
        self._joined_threads.restore(joined_threads)
        self._move([d for d in self._live.values() if self._is_renamed(d)])
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
        choice = self._choose(document, match, previous, names=names, ahead=ahead)
        document.story_id = choice.story_id
        document.thread = choice.thread or make_id("story", document.id)
        document.copy_of = (match.document.copy_of or match.document.id) if match else ""
        self._copies.mark(document, match)
        novel = self._copies.tell_novel(item.passages, document)
        if previous is None:
            self._terms.add(value for counted in counts for value in counted)
            if match is None:
                self._copies.learn_sentences(sentences)
        is_new = choice.story_id == document.thread and not choice.thread and previous is None
        self._remember(document)
        absorbed = self._join(document, choice) if choice.thread and choice.near else ("", "")
        if choice.stranger is not None:
            self._crowding.add(choice.stranger)
        return Decision(
            item_id=item.id,
            story_id=document.story_id,
            is_new_story=is_new and match is None,
            thread=document.thread,
            absorbed=absorbed[0],
            absorbed_thread=absorbed[1],
            is_central=not document.copy_of and self._stories.stories[document.thread].is_central(document),
            copy_of=document.copy_of,
            novel_passages=novel,
            why=choice.why,
            memo=pack_memo(document),
        )

    def _choose(
        self,
        document: Document,
        match: CopyMatch | None,
        previous: Document | None,
        *,
        names: Counter[str],
        ahead: int,
    ) -> Choice:
        if pinned := self._word.pinned.get(document.id):
            story_id = self._word.merged.get(pinned, pinned)
            return Choice(story_id, {"chosen": story_id, "because": "a person put it here"}, pinned)
        if previous is not None and _is_same_article(previous, document):
            why = {"chosen": previous.story_id, "because": "an edited article keeps its story"}
            return Choice(previous.story_id, why, previous.thread)
        if match is not None:
            return Choice(match.document.story_id, explain_copy(match), match.document.thread)
        seeds = self._match_seeds(document, names)
        if seeds and seeds[0].probability >= self._settings.seed_threshold:
            split_off = self._find_split_off(document, seeds[0], names, ahead)
            if split_off:
                return split_off
            why = explain_seed(seeds, threshold=self._settings.seed_threshold)
            return self._within(seeds[0].story_id, document, why, ahead)
        choice = self._match_stories(document, names, self._open_stories(document, ahead))
        if seeds:
            choice.why["seed_refused"] = explain_seed(seeds[:1], threshold=self._settings.seed_threshold)
        return choice

    def _match_seeds(self, document: Document, names: Counter[str]) -> list[SeedMatch]:
        found = [seed.match(document.vector, names) for seed in self._seeds.values()]
        return sorted(found, key=lambda match: (-match.probability, -match.dense, match.story_id))

    def _within(self, story_id: str, document: Document, why: dict[str, Any], ahead: int) -> Choice:
        """In this story whatever the model says; the model tells the event within it."""
        near = [s for s in self._stories.candidates(document, ahead=ahead) if s.story_id == story_id]
        near = [story for story in near if abs(document.at - story.summary().last_at) <= self._window]
        best, _, chances = self._rank(document, near)
        thread = near[best].id if near and chances[best] >= self._settings.merge_threshold else ""
        return Choice(story_id, why, thread, near)

    def _find_split_off(self, document: Document, seed: SeedMatch, names: Counter[str], ahead: int) -> Choice | None:
        """What a person split off a seed story takes what is nearer to it than to the seed."""
        ids = {one for one, other in self._word.apart if other == seed.story_id}
        stories = [s for s in self._open_stories(document, ahead) if s.story_id in ids] if ids else []
        if not stories:
            return None
        choice = self._match_stories(document, names, stories)
        nearest = max(float(story.mean_vector() @ document.vector) for story in stories)
        return choice if choice.thread and nearest > seed.dense else None

    def _open_stories(self, document: Document, ahead: int) -> list[Story]:
        """Live candidates that are no seed's."""
        found = self._stories.candidates(document, ahead=ahead)
        return [
            story
            for story in found
            if story.story_id not in self._seeds and abs(document.at - story.summary().last_at) <= self._window
        ]

    def _match_stories(self, document: Document, names: Counter[str], stories: list[Story]) -> Choice:
        new_id = make_id("story", document.id)
        if not stories or not len(document.terms):
            return Choice(new_id, {"chosen": new_id, "because": "nothing live to compare it with"})
        best, rows, chances = self._rank(document, stories)
        joins = chances[best] >= self._settings.merge_threshold
        chosen = stories[best].story_id if joins else new_id
        why = explain_story(chosen, stories, rows, chances, named=names, names=FEATURES)
        others = np.delete(rows[:, LIKENESS], best) if joins else rows[:, LIKENESS]
        stranger = float(others.max()) if len(stories) >= FEWEST_STORIES else None
        return Choice(chosen, why, stories[best].id if joins else "", stories, stranger)

    def _rank(self, document: Document, stories: Sequence[Story]) -> tuple[int, Rows, Rows]:
        """The place of the best, all rows of features and all probabilities."""
        if not stories:
            return 0, np.zeros((0, len(FEATURES))), np.zeros(0)
        level = self._crowding.level
        rows = self._model.measure(document, stories, crowding=level, window_seconds=self._window)
        chances = self._model.probabilities(rows)
        return int(np.argmax(chances)), rows, chances

    def _join(self, document: Document, choice: Choice) -> tuple[str, str]:
        """Join the article's thread with what turns out to be one with it; the story and thread that went into it."""
        thread = self._stories.stories[document.thread]
        others = [s for s in choice.near if s is not thread and s.documents and self._may_join(thread, s)]
        if not others:
            return "", ""
        level = self._crowding.level
        margins = self._model.join_margins(thread, others, crowding=level, window_seconds=self._window)
        best = int(np.argmax(margins))
        if margins[best] <= 0:
            return "", ""
        other = others[best]
        losing_thread, kept_thread = sorted((thread, other), key=lambda s: (len(s.documents), s.id))
        losing, kept, losing_thread_id = losing_thread.story_id, kept_thread.story_id, losing_thread.id
        choice.why["joined"] = explain_join(losing_thread, kept_thread, float(margins[best]))
        self._joined_threads.join(losing_thread.id, kept_thread.id, at=self._clock.now)
        if losing != kept:
            self._joined.join(losing, kept, at=self._clock.now)
        self._move([d for s in self._threads_of(losing_thread, losing) for d in s.documents.values()])
        choice.why["chosen"] = document.story_id
        return losing if losing != kept else "", losing_thread_id

    def _threads_of(self, thread: Story, story_id: str) -> list[Story]:
        """All threads of the story: several only where a person merged stories."""
        if story_id not in self._word.merged.values():
            return [thread]
        return [story for story in self._stories.stories.values() if story.story_id == story_id]

    def _may_join(self, one: Story, other: Story) -> bool:
        pair = one.story_id, other.story_id
        if pair[0] == pair[1]:
            return True
        current = self._joined.current
        apart = {frozenset((current(a), current(b))) for a, b in self._word.apart}
        return not any(story_id in self._seeds for story_id in pair) and frozenset(pair) not in apart

    def _rename(self, document: Document) -> None:
        """The story and thread that the document's go by now; what a person said comes last, and so holds."""
        pinned = self._word.pinned.get(document.id, "")
        story_id = self._joined.current(pinned or document.story_id)
        document.thread = self._joined_threads.current(pinned or document.thread)
        document.story_id = self._joined.current(self._word.merged.get(story_id, story_id))

    def _is_renamed(self, document: Document) -> bool:
        joined = self._joined.current(document.story_id), self._joined_threads.current(document.thread)
        return joined != (document.story_id, document.thread)

    def _move(self, documents: Sequence[Document]) -> None:
        for document in documents:
            self._stories.remove(document)
        for document in documents:
            self._rename(document)
            self._stories.add(document)

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
        self._joined_threads.forget(self._clock.now)
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
