"""Seeds, offices and the ledger of positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from monitor.errors import NotFound
from monitor.models import Office, Position, Seed, Story
from monitor.store.base import SeedChanges
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, to_source
from monitor.store.elastic.part import Part
from monitor.store.plain import clean_text, to_plain


class PositionPart(Part):
    def load_seed(self, seed: Seed, story: Story) -> SeedChanges:
        """The seed's own document comes last: a call that was cut short is made whole by the next."""
        changed_story = self._keep_story(seed, story)
        withdrawn = self._withdraw(seed)
        added, changed = self._keep_positions(seed)
        self._put("seeds", {seed.id: _seed_source(seed)})
        return SeedChanges(
            story=changed_story,
            added=added,
            changed=changed,
            withdrawn=withdrawn,
            unchanged=len(seed.positions) - len(added) - len(changed),
        )

    def seeds(self) -> list[Seed]:
        sort = [{"seed_id": "asc"}, {"place": "asc"}]
        query = {"term": {"is_withdrawn": False}}
        active: dict[str, list[Position]] = {}
        for hit in self._client.find(self._names.alias("positions"), query=query, sort=sort):
            active.setdefault(hit.source["seed_id"], []).append(read(Position, hit.source))
        return [replace(seed, positions=tuple(active.get(seed.id, ()))) for seed in self._bare_seeds()]

    def positions(self, *, include_withdrawn: bool = False) -> list[Position]:
        query = {"match_all": {}} if include_withdrawn else {"term": {"is_withdrawn": False}}
        sort = [{"story_id": "asc"}, {"stated_on": "asc"}, {"id": "asc"}]
        hits = self._client.find(self._names.alias("positions"), query=query, sort=sort)
        return [read(Position, hit.source) for hit in hits]

    def position(self, position_id: str) -> Position:
        found = self._get_one("positions", position_id)
        if found is None:
            raise NotFound(f"the store holds no position {position_id}; `monitor positions list` shows those it holds")
        return read(Position, found.source)

    def offices(self) -> dict[str, Office]:
        return {office.id: office for seed in self._bare_seeds() for office in seed.offices}

    def _bare_seeds(self) -> list[Seed]:
        hits = self._client.find(self._names.alias("seeds"), sort=[{"id": "asc"}])
        return [read(Seed, hit.source) for hit in hits]

    def _keep_story(self, seed: Seed, story: Story) -> str:
        """The user's words replace the story's; its counts and what the clusterer knows of it stay."""
        if self._create("stories", {story.id: to_source(story)}):
            return "added"
        words = {name: to_plain(getattr(story, name)) for name in ("title", "summary", "is_seed")}
        has_new_words = False

        def told(hit: Hit) -> Mapping[str, Any] | None:
            nonlocal has_new_words
            if all(hit.source[name] == word for name, word in words.items()):
                return None
            has_new_words = True
            return words

        self._change("stories", [story.id], told)
        return "changed" if has_new_words or self._has_other_texts(seed) else "unchanged"

    def _has_other_texts(self, seed: Seed) -> bool:
        """Whether the texts that describe the story to the clusterer changed."""
        stored = self._get_one("seeds", seed.id)
        texts = ("title", "summary", "language", "articles")
        new = _seed_source(seed)
        return stored is not None and any(stored.source[name] != new[name] for name in texts)

    def _withdraw(self, seed: Seed) -> tuple[str, ...]:
        kept = {clean_text(position.id) for position in seed.positions}
        query = {"bool": {"filter": [{"term": {"seed_id": clean_text(seed.id)}}, {"term": {"is_withdrawn": False}}]}}
        hits = self._client.find(self._names.alias("positions"), query=query, source=["id"])
        gone = sorted(hit.source["id"] for hit in hits if hit.source["id"] not in kept)
        self._change("positions", gone, lambda _: {"is_withdrawn": True}, source=False)
        return tuple(gone)

    def _keep_positions(self, seed: Seed) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids of the added and of the changed ones; one that was withdrawn and is back counts as added."""
        stored = self._get("positions", [position.id for position in seed.positions])
        added, changed, sources = [], [], {}
        for place, position in enumerate(seed.positions):
            hit, new = stored.get(doc_id(position.id)), to_source(position)
            if hit is None or hit.source["is_withdrawn"]:
                added.append(position.id)
            elif any(hit.source[name] != each for name, each in new.items()):
                changed.append(position.id)
            sources[position.id] = new | {"seed_id": clean_text(seed.id), "place": place, "is_withdrawn": False}
        self._put("positions", sources)
        return tuple(added), tuple(changed)


def _seed_source(seed: Seed) -> dict[str, Any]:
    source = to_source(seed)
    del source["positions"]
    return source
