"""Keep the stories' records in step with clustering's decisions: counts, houses, titles, threads, joined stories.

In: decisions in order. Out: the stories that they touched, and which earlier articles go by another story now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from monitor.cluster.base import Decision
from monitor.models import Article, Story, StoryState
from monitor.pipeline.ports import Services
from monitor.settings.houses import Houses

MAX_PUBLISHERS_KEPT = 500
MAX_THREADS_KEPT = 200
"""The oldest are forgotten first; their articles stay in the story."""
MAX_MOVED = 100_000


class StoryBook:
    """Stories read once and written back together."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._houses = Houses(services.settings.cluster.publisher_groups)
        self._stories: dict[str, Story] = {}
        self._read_ahead: dict[str, Story | None] = {}
        """As the store holds them, None for one that it does not."""
        self.moves: dict[str, str] = {}
        """Article → story, for articles that were decided on before."""

    def stories(self) -> list[Story]:
        return list(self._stories.values())

    def read_ahead(self, story_ids: Iterable[str]) -> None:
        """Read what will be needed in one call; the book works without, a call per story."""
        wanted = {story_id for story_id in story_ids if story_id}
        self._read_ahead |= dict.fromkeys(wanted) | self._store.stories_by_ids(sorted(wanted))

    def keep(self, decision: Decision, article: Article, *, story_id: str) -> None:
        """`story_id` is the story in the end, where the decision's own was absorbed later."""
        if decision.absorbed and decision.absorbed != story_id:
            self.join(decision.absorbed, story_id)
        story = self._read(story_id, article)
        if article.story_id != story_id:
            story = self._count(story, article, is_copy=bool(decision.copy_of))
            if article.story_id:
                left = self._read(article.story_id, article)
                self._stories[left.id] = replace(left, article_count=max(0, left.article_count - 1))
        if decision.is_central and not story.is_seed and decision.thread == story_id and article.title.strip():
            story = replace(story, title=article.title)
        if story.is_seed or decision.thread != story_id or "threads" in story.state_blob:
            story = _with_thread(story, decision, article)
        self._stories[story_id] = story

    def join(self, losing_id: str, kept_id: str) -> None:
        """All of the losing story's articles go to the other; its own record stays, closed, and says where to."""
        losing = self._stories.get(losing_id) or self._find(losing_id)
        if losing is None:
            return
        for article in self._store.articles_of_story(losing_id, limit=MAX_MOVED):
            self.moves[article.id] = kept_id
        for article_id, story_id in self.moves.items():
            self.moves[article_id] = kept_id if story_id == losing_id else story_id
        kept = self._stories.get(kept_id) or self._find(kept_id) or replace(losing, id=kept_id, article_count=0)
        publishers = list(dict.fromkeys([*_publishers(kept), *_publishers(losing)]))[:MAX_PUBLISHERS_KEPT]
        self._stories[kept_id] = replace(
            kept,
            article_count=kept.article_count + losing.article_count,
            publisher_count=len(publishers),
            opened_at=min(kept.opened_at, losing.opened_at),
            last_article_at=max(kept.last_article_at, losing.last_article_at),
            state_blob={**kept.state_blob, "publishers": publishers},
        )
        self._stories[losing_id] = replace(
            losing,
            state=StoryState.CLOSED,
            last_article_at=losing.opened_at,
            article_count=0,
            publisher_count=0,
            state_blob={"merged_into": kept_id},
        )

    def _find(self, story_id: str) -> Story | None:
        if story_id not in self._read_ahead:
            self.read_ahead([story_id])
        return self._read_ahead[story_id]

    def _read(self, story_id: str, article: Article) -> Story:
        found = self._stories.get(story_id) or self._find(story_id)
        at = article.first_seen_at
        return found or Story(id=story_id, title=article.title, opened_at=at, last_article_at=at)

    def _count(self, story: Story, article: Article, *, is_copy: bool) -> Story:
        publishers = _publishers(story)
        house = self._houses.house_of(article.publisher, article.url)
        if not is_copy and house not in publishers and len(publishers) < MAX_PUBLISHERS_KEPT:
            publishers.append(house)
        return replace(
            story,
            article_count=story.article_count + 1,
            publisher_count=len(publishers),
            last_article_at=max(story.last_article_at, article.first_seen_at),
            state_blob={**story.state_blob, "publishers": publishers},
        )


def merged_into(story: Story) -> str:
    """The story that this one went into; empty for a story that stands."""
    return str(story.state_blob.get("merged_into", ""))


def threads_of(story: Story) -> list[dict[str, Any]]:
    """The story's events, the latest first: {thread, title, opened_at, last_at, articles}; of one event alone, none."""
    threads = story.state_blob.get("threads", {})
    found = [{"thread": thread, **told} for thread, told in threads.items()]
    return sorted(found, key=lambda told: (told["last_at"], told["thread"]), reverse=True) if len(found) > 1 else []


def new_thread(title: str, *, opened_at: str, last_at: str, articles: int) -> dict[str, Any]:
    return {"title": title, "opened_at": opened_at, "last_at": last_at, "articles": articles}


def _with_thread(story: Story, decision: Decision, article: Article) -> Story:
    threads: dict[str, Any] = dict(story.state_blob.get("threads", {}))
    at = article.first_seen_at.isoformat()
    if not threads and not story.is_seed and story.article_count > 1:
        threads[story.id] = new_thread(
            story.title, opened_at=story.opened_at.isoformat(), last_at=at, articles=story.article_count - 1
        )
    told = threads.get(decision.thread) or new_thread(article.title, opened_at=at, last_at=at, articles=0)
    is_counted = article.story_id == story.id
    absorbed: Mapping[str, Any] = threads.pop(decision.absorbed_thread, None) or {}
    threads[decision.thread] = {
        "title": article.title if decision.is_central and article.title.strip() else told["title"],
        "opened_at": min(told["opened_at"], at, absorbed.get("opened_at", at)),
        "last_at": max(told["last_at"], at),
        "articles": told["articles"] + (not is_counted) + absorbed.get("articles", 0),
    }
    latest = sorted(threads, key=lambda thread: (threads[thread]["last_at"], thread))[-MAX_THREADS_KEPT:]
    kept = {thread: threads[thread] for thread in threads if thread in latest}
    return replace(story, state_blob={**story.state_blob, "threads": kept})


def _publishers(story: Story) -> list[str]:
    return list(story.state_blob.get("publishers", []))
