"""An analyst's word on stories: these are one, these articles are another. Remembered, and respected by later runs.

In: ids of stories and articles. Out: moved articles, changed stories, and the word kept beside clustering's own state.
The clusterer still compares the parts of merged stories one by one, so that news of either finds its way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.cluster.base import AnalystWord
from monitor.errors import SettingsInvalid
from monitor.models import Article, Story, make_id
from monitor.pipeline.cluster_stories import MAX_MOVED, StoryBook, new_thread
from monitor.pipeline.lease import hold_lease
from monitor.pipeline.ports import Services
from monitor.settings.houses import Houses
from monitor.store.base import Store

WORD_BLOB = "analyst on stories"


def read_word(store: Store) -> AnalystWord:
    raw = _read(store)
    return AnalystWord(
        pinned=raw["pinned"], merged=raw["merged"], apart=frozenset((one, other) for one, other in raw["apart"])
    )


def history_of(store: Store, story_id: str) -> list[dict[str, Any]]:
    """What a person decided on this story, in order."""
    return [entry for entry in _read(store)["history"] if story_id in entry["stories"]]


def merge_stories(services: Services, kept_id: str, losing_id: str, *, at: datetime) -> Story:
    """The second goes into the first. Raises `NotFound`; `SettingsInvalid` where the second is a seed story."""
    store = services.store
    with hold_lease(store, "cluster", clock=services.clock):
        kept, losing = store.story(kept_id), store.story(losing_id)
        if kept_id == losing_id:
            raise SettingsInvalid(f"{kept_id} cannot be merged with itself; name two stories")
        if losing.is_seed:
            raise SettingsInvalid(f"{losing_id} is a seed story and never dissolves; merge the other one into it")
        word = _read(store)
        word["merged"] = {one: kept_id if into == losing_id else into for one, into in word["merged"].items()}
        word["merged"][losing_id] = kept_id
        word["merged"].pop(kept_id, None)
        pair = {kept_id, losing_id}
        word["apart"] = [each for each in word["apart"] if set(each) != pair]
        word["history"].append({"did": "merge", "at": at.isoformat(), "stories": [kept_id, losing_id]})
        book = StoryBook(services)
        book.join(losing_id, kept_id)
        threads = {**_threads_or_whole(kept), **_threads_or_whole(losing)}
        stories = [_with_threads(s, threads) if s.id == kept_id else s for s in book.stories()]
        store.save_clustered([], stories, blob=(WORD_BLOB, _pack(word)), moves=book.moves)
        return store.story(kept_id)


def split_story(services: Services, story_id: str, article_ids: Sequence[str], *, at: datetime) -> Story:
    """The articles, with their copies, become a story of their own. Raises `NotFound`, `SettingsInvalid`."""
    store = services.store
    with hold_lease(store, "cluster", clock=services.clock):
        story = store.story(story_id)
        moved = _with_copies(store, story_id, article_ids)
        staying = [a for a in store.articles_of_story(story_id, limit=MAX_MOVED) if a.id not in moved]
        if not staying and not story.is_seed:
            raise SettingsInvalid(f"nothing would be left in {story_id}; name fewer of its articles")
        new_id = make_id("story", story_id, *sorted(moved))
        word = _read(store)
        word["pinned"] |= dict.fromkeys(moved, new_id)
        word["apart"].append([new_id, story_id])
        word["history"].append({"did": "split", "at": at.isoformat(), "stories": [story_id, new_id]})
        houses = Houses(services.settings.cluster.publisher_groups)
        first = min(moved.values(), key=lambda article: (article.first_seen_at, article.id))
        fresh = Story(id=new_id, title=first.title, opened_at=first.first_seen_at, last_article_at=first.first_seen_at)
        opened = {make_id("story", article_id) for article_id in moved}
        threads = {name: told for name, told in story.state_blob.get("threads", {}).items() if name not in opened}
        story = _with_threads(story, threads) if "threads" in story.state_blob else story
        stories = [_recount(fresh, list(moved.values()), houses), _recount(story, staying, houses)]
        store.save_clustered([], stories, blob=(WORD_BLOB, _pack(word)), moves=dict.fromkeys(moved, new_id))
        return store.story(new_id)


def _with_copies(store: Store, story_id: str, article_ids: Sequence[str]) -> dict[str, Article]:
    """The named articles, the origins that they copy and all copies of those: one text is one story."""
    named = store.articles_by_ids(article_ids)
    for article_id in article_ids:
        if article_id not in named or named[article_id].story_id != story_id:
            raise SettingsInvalid(
                f"{article_id} is no article of {story_id}; `monitor stories show {story_id}` lists them"
            )
    origins = [article.copy_of or article.id for article in named.values()]
    found = {**named, **store.articles_by_ids(origins)}
    for copies in store.copies_of(origins).values():
        found |= {copy.id: copy for copy in copies}
    return {article.id: article for article in found.values() if article.story_id == story_id}


def _recount(story: Story, articles: Sequence[Article], houses: Houses) -> Story:
    publishers = list(dict.fromkeys(houses.house_of(a.publisher, a.url) for a in articles if not a.copy_of))
    at = [article.first_seen_at for article in articles] or [story.last_article_at]
    return replace(
        story,
        article_count=len(articles),
        publisher_count=len(publishers),
        last_article_at=max(at),
        state_blob={**story.state_blob, "publishers": publishers},
    )


def _threads_or_whole(story: Story) -> dict[str, Any]:
    whole = new_thread(
        story.title,
        opened_at=story.opened_at.isoformat(),
        last_at=story.last_article_at.isoformat(),
        articles=story.article_count,
    )
    threads: dict[str, Any] = story.state_blob.get("threads") or {story.id: whole}
    return threads


def _with_threads(story: Story, threads: dict[str, Any]) -> Story:
    return replace(story, state_blob={**story.state_blob, "threads": threads})


def _read(store: Store) -> dict[str, Any]:
    empty: dict[str, Any] = {"pinned": {}, "merged": {}, "apart": [], "history": []}
    content = store.read_blob(WORD_BLOB)
    return empty | (json.loads(content) if content else {})


def _pack(word: dict[str, Any]) -> bytes:
    return json.dumps(word, ensure_ascii=False).encode()
