"""Seeds, offices and the ledger of positions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from monitor.errors import NotFound
from monitor.models import Office, Position, Seed, Story
from monitor.store.base import SeedChanges
from monitor.store.plain import clean_text
from monitor.store.sqlite.part import STORIES, Part
from monitor.store.sqlite.rows import Table, ids_text

SEEDS = Table(Seed, "seeds", skip=("positions",))
POSITIONS = Table(Position, "positions", extra=("seed_id", "place", "is_withdrawn"))


class PositionPart(Part):
    def load_seed(self, seed: Seed, story: Story) -> SeedChanges:
        with self._database.write() as connection:
            changed_story = _keep_story(connection, seed, story)
            withdrawn = _withdraw(connection, seed)
            added, changed = _keep_positions(connection, seed)
            SEEDS.put(connection, seed)
        return SeedChanges(
            story=changed_story,
            added=added,
            changed=changed,
            withdrawn=withdrawn,
            unchanged=len(seed.positions) - len(added) - len(changed),
        )

    def seeds(self) -> list[Seed]:
        sql = "SELECT * FROM positions WHERE NOT is_withdrawn ORDER BY seed_id, place"
        with self._database.read_at_once() as connection:
            active = [(row["seed_id"], POSITIONS.read(row)) for row in connection.execute(sql)]
            rows = connection.execute("SELECT * FROM seeds ORDER BY id").fetchall()
        return [_read_seed(row, (position for seed_id, position in active if seed_id == row["id"])) for row in rows]

    def positions(self, *, include_withdrawn: bool = False) -> list[Position]:
        sql = "SELECT * FROM positions WHERE is_withdrawn <= ? ORDER BY story_id, stated_on, id"
        with self._database.read() as connection:
            return [POSITIONS.read(row) for row in connection.execute(sql, (int(include_withdrawn),))]

    def position(self, position_id: str) -> Position:
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM positions WHERE id = ?", (clean_text(position_id),)).fetchone()
        if row is None:
            raise NotFound(f"the store holds no position {position_id}; `monitor positions list` shows those it holds")
        return POSITIONS.read(row)

    def offices(self) -> dict[str, Office]:
        with self._database.read() as connection:
            seeds = [_read_seed(row, ()) for row in connection.execute("SELECT * FROM seeds ORDER BY id")]
        return {office.id: office for seed in seeds for office in seed.offices}


def _read_seed(row: sqlite3.Row, positions: Iterable[Position]) -> Seed:
    return SEEDS.read(row, positions=tuple(positions))


def _keep_story(connection: sqlite3.Connection, seed: Seed, story: Story) -> str:
    """The user's words replace the story's; its counts and what the clusterer knows of it stay."""
    row = connection.execute("SELECT * FROM stories WHERE id = ?", (clean_text(story.id),)).fetchone()
    if row is None:
        STORIES.put(connection, story)
        return "added"
    stored = STORIES.read(row)
    told = replace(stored, title=story.title, summary=story.summary, is_seed=story.is_seed)
    has_new_words = STORIES.values(told) != STORIES.values(stored)
    if has_new_words:
        STORIES.put(connection, told)
    return "changed" if has_new_words or _has_other_texts(connection, seed) else "unchanged"


def _has_other_texts(connection: sqlite3.Connection, seed: Seed) -> bool:
    """Whether the texts that describe the story to the clusterer changed."""
    row = connection.execute("SELECT * FROM seeds WHERE id = ?", (clean_text(seed.id),)).fetchone()
    if row is None:
        return False
    same_file = replace(_read_seed(row, ()), offices=(), path="")
    return SEEDS.values(same_file) != SEEDS.values(replace(seed, positions=(), offices=(), path=""))


def _withdraw(connection: sqlite3.Connection, seed: Seed) -> tuple[str, ...]:
    ids = ids_text(position.id for position in seed.positions)
    gone = "seed_id = ? AND NOT is_withdrawn AND id NOT IN (SELECT value FROM json_each(?))"
    values = (clean_text(seed.id), ids)
    rows = connection.execute(f"SELECT id FROM positions WHERE {gone} ORDER BY id", values).fetchall()  # noqa: S608  own words
    connection.execute(f"UPDATE positions SET is_withdrawn = 1 WHERE {gone}", values)  # noqa: S608  own words
    return tuple(row["id"] for row in rows)


def _keep_positions(connection: sqlite3.Connection, seed: Seed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the added and of the changed ones; one that was withdrawn and is back counts as added."""
    added, changed = [], []
    for place, position in enumerate(seed.positions):
        sql = "SELECT * FROM positions WHERE id = ?"
        row = connection.execute(sql, (clean_text(position.id),)).fetchone()
        if row is None or row["is_withdrawn"]:
            added.append(position.id)
        elif POSITIONS.values(POSITIONS.read(row)) != POSITIONS.values(position):
            changed.append(position.id)
        POSITIONS.put(connection, position, seed.id, place, 0)
    return tuple(added), tuple(changed)
