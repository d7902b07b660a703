"""The door of the clustering room.

In: articles one by one, in order of arrival. Out: for each a decision: which story, copy of which article, and why.
Never: touches the store, calls a model. The clusterer's memory is rebuilt from memos that the store kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from monitor.models import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What clustering needs of an article. `vector` is the article's unit vector `(dim,)`.

    `at` orders it (our own clock); `publisher` is what boilerplate is learnt for.
    `passages` are the texts of its passages, so that a copy's new sentences can be told.
    """

    id: str
    title: str
    text: str
    vector: Vector
    at: datetime
    publisher: str = ""
    language: str = ""
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedItem:
    """A seed story: its id, its texts (summary, seed articles, statements) and their unit vectors `(n, dim)`."""

    story_id: str
    texts: tuple[str, ...]
    vectors: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`story_id` is new when `is_new_story` (computed from the article's id). `copy_of` is the origin's id or empty.

    `absorbed` is a story that turned out to be this one: from now on all its articles belong to `story_id`.
    `novel_passages` has one truth per passage of the item: False where an earlier copy carries it too.
    `why` explains (similarities, entities, the nearest stories), JSON-able. `memo` is what `recall` needs again.
    """

    item_id: str
    story_id: str
    is_new_story: bool
    thread: str = ""
    """The event within the story: the story's own id, unless it is a seed story or was merged by a person."""
    absorbed: str = ""
    absorbed_thread: str = ""
    """Likewise a thread that turned out to be `thread`."""
    is_central: bool = False
    """No live article of the thread is nearer to what all of them say: its title speaks for them."""
    copy_of: str = ""
    novel_passages: tuple[bool, ...] = ()
    why: dict[str, Any] = field(default_factory=dict)
    memo: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """A past decision, as the store kept it."""

    item_id: str
    story_id: str
    copy_of: str
    publisher: str
    at: datetime
    vector: Vector
    memo: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystWord:
    """What a person decided, for ever: which story an article belongs to, which stories are not one, which are."""

    pinned: Mapping[str, str] = field(default_factory=dict)
    """Article → story."""
    apart: frozenset[tuple[str, str]] = frozenset()
    """(story that was split off, story it came from)."""
    merged: Mapping[str, str] = field(default_factory=dict)
    """Story → the story that it went into."""


class Clusterer(Protocol):
    """One pass in order of arrival; the same sequence of calls gives the same decisions.

    A rebuilt clusterer (`respect` and `recall` of the live window's memos in order, then `restore` of its saved state)
    decides as the one that never stopped.
    """

    def add_seeds(self, seeds: Sequence[SeedItem]) -> None: ...

    def respect(self, word: AnalystWord) -> None:
        """A person's decisions come before the clusterer's own. To be called before `recall`."""

    def recall(self, memos: Sequence[Memo]) -> None: ...

    def restore(self, state: bytes) -> None:
        """Take back what `dump` gave (document frequencies, boilerplate counts); empty bytes: nothing yet."""

    def dump(self) -> bytes: ...

    def assign(self, items: Sequence[Item]) -> list[Decision]: ...


def final_stories(decisions: Sequence[Decision]) -> list[str]:
    """The story of each after all of them, in their order: what was absorbed later goes by its later name."""
    into: dict[str, str] = {}
    found = []
    for decision in reversed(decisions):
        if decision.absorbed:
            into[decision.absorbed] = into.get(decision.story_id, decision.story_id)
        found.append(into.get(decision.story_id, decision.story_id))
    return found[::-1]
