"""Feeds' states and what polls delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.models import Article, ArticleState, FeedState
from monitor.store.base import MAX_REVISIONS, Arrival, Delivered
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, to_source
from monitor.store.elastic.part import Part, create, delete, update
from monitor.store.plain import clean_text, to_json

FRESH = timedelta(minutes=10)
"""So long after a rollover a writer may still have meant the generation before."""

OWN = ("entry", "decision", "memo", "has_decision", "vector_model")
"""Fields of an article's document that the article does not have."""


class FeedPart(Part):
    def feed_states(self) -> dict[str, FeedState]:
        sort = [{"url": "asc"}]
        states = [read(FeedState, hit.source) for hit in self._client.find(self._names.alias("feeds"), sort=sort)]
        return {state.url: state for state in states}

    def record_poll(self, state: FeedState, delivered: Sequence[Delivered]) -> list[Arrival]:
        to_source(state)  # raises before anything is written
        first: dict[str, Delivered] = {}
        for each in delivered:
            first.setdefault(doc_id(each.article.id), each)
        arrivals = self._record_arrivals(first) if first else {}
        self._keep_state(state, new=sum(arrival is Arrival.NEW for arrival in arrivals.values()))
        # Of two items with one id the first counts.
        return [arrivals.pop(doc_id(each.article.id), Arrival.KNOWN) for each in delivered]

    def _keep_state(self, state: FeedState, *, new: int) -> None:
        """Never below what is stored: a repeated call finds nothing new, and must not take the count back."""
        stored = self._get_one("feeds", state.url)
        before = max(state.new_entries, stored.source["new_entries"] if stored else 0)
        self._put("feeds", {state.url: to_source(replace(state, new_entries=before + new))})

    def _record_arrivals(self, delivered: Mapping[str, Delivered]) -> dict[str, Arrival]:
        arrivals = dict.fromkeys(delivered, Arrival.KNOWN)
        fields = ["feed_url", "content_hash", "revision", "first_seen_at", "story_id", "copy_of"]
        writing = self._writing_index()
        stored = self._get("articles", [each.article.id for each in delivered.values()], source=fields)
        absent = {id_: each for id_, each in delivered.items() if id_ not in stored}
        done = self._client.bulk(create(writing, id_, _new(each)) for id_, each in absent.items())
        created = [each.id for each in done.values() if not each.is_conflict]
        for id_ in self._forget_doubles(writing, created):
            arrivals[id_] = Arrival.NEW
        for id_ in self._revise({id_: each for id_, each in delivered.items() if id_ in stored}, stored):
            arrivals[id_] = Arrival.REVISED
        return arrivals

    def _forget_doubles(self, writing: str, created: Sequence[str]) -> list[str]:
        """Two writers around a rollover may create one article in two generations, unseen by each other. Whoever
        created near a rollover looks again, and the younger document goes. Answers those that are really new."""
        if not created or not self._is_near_rollover(writing):
            return list(created)
        indices = self._indices("articles")
        places: dict[str, list[str]] = {id_: [] for id_ in created}
        for index in indices:
            for id_ in self._client.get_many([index], created, source=False):
                places[id_].append(index)
        self._client.bulk(delete(index, id_) for id_, where in places.items() for index in where[:-1])
        return [id_ for id_, where in places.items() if where[-1:] == [writing]]

    def _is_near_rollover(self, writing: str) -> bool:
        if self._names.generation_of(writing) == 1 and self._writing_index() == writing:
            return False
        if self._writing_index() != writing:
            return True
        answer = self._client.request(lambda es: es.indices.get_settings(index=writing, name="index.creation_date"))
        made_at = datetime.fromtimestamp(int(answer[writing]["settings"]["index"]["creation_date"]) / 1000, UTC)
        return datetime.now(UTC) - made_at < FRESH

    def _revise(self, delivered: Mapping[str, Delivered], stored: Mapping[str, Hit]) -> list[str]:
        changes = {
            id_: (stored[id_], _revised(each, stored[id_]))
            for id_, each in delivered.items()
            if _is_revision(each.article, stored[id_].source)
        }
        done = self._client.bulk(update(hit, fields) for hit, fields in changes.values())
        # A conflict: another process works on it at this moment; the feed's next poll finds the change again.
        return [each.id for each in done.values() if not each.is_conflict]


def _new(delivered: Delivered) -> dict[str, Any]:
    return {**to_source(delivered.article), "entry": to_json(delivered.entry)}


def _is_revision(article: Article, stored: Mapping[str, Any]) -> bool:
    is_same_feed = clean_text(article.feed_url) == stored["feed_url"]
    is_changed = clean_text(article.content_hash) != stored["content_hash"]
    return is_same_feed and is_changed and int(stored["revision"]) < MAX_REVISIONS


def _revised(delivered: Delivered, stored: Hit) -> dict[str, Any]:
    kept = {name: stored.source[name] for name in ("first_seen_at", "story_id", "copy_of")}
    changed = {"state": ArticleState.FETCHED.value, "revision": stored.source["revision"] + 1}
    return {**_new(delivered), **kept, **changed}
