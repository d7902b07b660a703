"""Play a labelled set to the clusterer as a stream, at a density and in an order.

In: rows with vectors. Out: labels found, CPU seconds. Never: shows the clusterer a true label.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from benchmarks.stories.data import Row
from monitor.cluster.base import Clusterer, Item, final_stories
from monitor.models import Vector

START = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=1)
"""Articles without dates arrive a minute apart."""
JITTER_HOURS = 6.0
"""Orders of dated sets differ by this much of random delay between publication and arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """Labels and stories in order of arrival."""

    rows: list[Row]
    stories: list[str]
    copies: list[str]
    cpu_seconds: float


def as_items(rows: Sequence[Row], vectors: Vector) -> list[Item]:
    return [
        Item(
            id=row.id,
            title=row.title,
            text=f"{row.title}\n\n{row.text}",  # as the pipeline and `monitor eval stories` have it
            vector=vector,
            at=row.at or START,
            publisher=row.publisher,
        )
        for row, vector in zip(rows, vectors, strict=True)
    ]


def order_stream(
    rows: Sequence[Row], vectors: Vector, *, order: int, density: float = 1.0, use_dates: bool = True
) -> tuple[list[Row], list[Item]]:
    """Rows and items in order of arrival: by date with some delay, or shuffled where there is none."""
    chance = random.Random(order)
    dated = use_dates and all(row.at for row in rows)
    if dated:
        first = min(row.at for row in rows if row.at)
        delays = [chance.uniform(0, JITTER_HOURS) * 3600 * (order > 0) for _ in rows]
        times = [
            first + ((row.at or first) - first) / density + timedelta(seconds=delay / density)
            for row, delay in zip(rows, delays, strict=True)
        ]
        places = sorted(range(len(rows)), key=lambda i: (times[i], i))
    else:
        places = list(range(len(rows)))
        chance.shuffle(places)
        times = [START] * len(rows)
        for turn, place in enumerate(places):
            times[place] = START + STEP * turn
    items = as_items(rows, vectors)
    return [rows[i] for i in places], [replace(items[i], at=times[i]) for i in places]


def play(clusterer: Clusterer, rows: list[Row], items: Sequence[Item]) -> Played:
    started = time.process_time()
    decisions = clusterer.assign(items)
    spent = time.process_time() - started
    return Played(
        rows=rows,
        stories=final_stories(decisions),
        copies=[decision.copy_of for decision in decisions],
        cpu_seconds=spent,
    )
