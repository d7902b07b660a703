"""What clustering and copies cost as the live window and the archive grow: synthetic texts and vectors.

    python -m benchmarks.stories.scale [--live 5000 50000] [--measured 300] [--copies 10000]

In: numbers. Out: a Markdown table: CPU milliseconds an article at each size of the live window, with the bytes of a
memo and the peak memory; the same window after an archive ten times as large went by; ten thousand copies of one text.
A window is filled as after a restart, from memos. Every twentieth measured article continues one of the last stories,
the others are news of their own: the dearest case.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.cluster import make_clusterer
from monitor.cluster.base import Clusterer, Item, Memo
from monitor.cluster.document import Document, pack_memo
from monitor.settings.model import ClusterSettings

START = datetime(2024, 1, 1, tzinfo=UTC)
WORDS, ARTICLE_WORDS, TITLE_WORDS, DIM = 40_000, 250, 9, 384


def make_items(per_day: float) -> Iterator[Item]:
    """An endless stream; word frequencies fall as in news (Zipf)."""
    chance, numbers = random.Random(1), np.random.default_rng(1)
    recent: list[tuple[np.ndarray, np.ndarray]] = []
    number = 0
    while True:
        if recent and chance.random() < 0.05:
            words, vector = chance.choice(recent)
            words = np.where(numbers.random(len(words)) < 0.5, words, _draw(numbers, len(words)))
            vector = vector + 0.03 * numbers.standard_normal(DIM)
        else:
            words, vector = _draw(numbers, ARTICLE_WORDS), numbers.standard_normal(DIM)
            recent = [*recent[-49:], (words, vector)]
        text = " ".join(_spell(int(word)) + ("." if i % 15 == 14 else "") for i, word in enumerate(words))
        unit = (vector / np.linalg.norm(vector)).astype(np.float32)
        at = START + timedelta(days=number / per_day)
        yield Item(id=f"a{number}", title=" ".join(text.split()[:TITLE_WORDS]), text=text, vector=unit, at=at)
        number += 1


def _draw(numbers: np.random.Generator, size: int) -> np.ndarray:
    return np.minimum(numbers.zipf(1.25, size), WORDS)


def _spell(word: int) -> str:
    """Every seventh word is a name."""
    letters = "".join(chr(97 + word // 26**place % 26) for place in range(4))
    return letters.capitalize() if word % 7 == 0 and word > 500 else letters


def feed(clusterer: Clusterer, items: Iterator[Item], count: int) -> tuple[float, int]:
    """CPU milliseconds an article, mean bytes of a memo."""
    spent, size = 0.0, 0
    for start in range(0, count, 500):
        batch = [next(items) for _ in range(min(500, count - start))]
        started = time.process_time()
        decisions = clusterer.assign(batch)
        spent += time.process_time() - started
        size += sum(len(decision.memo) for decision in decisions)
    return 1000 * spent / count, size // count


def make_memos(count: int, per_day: float) -> list[Memo]:
    """Articles that a store would give back: random terms and shingles of the usual number, a story each."""
    numbers = np.random.default_rng(2)
    memos = []
    for number in range(count):
        at = START + timedelta(days=number / per_day)
        vector = numbers.standard_normal(DIM).astype(np.float32)
        sizes = (90, 50, 9)
        terms = np.unique(np.concatenate([numbers.zipf(1.25, size) % 2**20 for size in sizes])).astype(np.uint32)
        document = Document(
            id=f"m{number}",
            vector=vector / np.linalg.norm(vector),
            at=at.timestamp(),
            n_words=ARTICLE_WORDS,
            n_title=TITLE_WORDS,
            terms=terms,
            weights=np.full(len(terms), 0.1, np.float32),
            kinds=(terms % 3).astype(np.uint8),
            shingles=np.unique(numbers.integers(0, 2**32, ARTICLE_WORDS, np.uint32)),
            removed=np.empty(0, np.uint32),
            exact=number << 16 | 1,
            is_short=False,
        )
        packed = pack_memo(document)
        memos.append(
            Memo(
                item_id=document.id,
                story_id=f"story-{number}",
                copy_of="",
                publisher="",
                at=at,
                vector=document.vector,
                memo=packed,
            )
        )
    return memos


def measure_live(live: int, measured: int) -> tuple[float, int]:
    """With `live` articles in the window of seven days."""
    clusterer, items = make_clusterer(ClusterSettings()), make_items(live / 6)
    clusterer.recall(make_memos(live, live / 6))
    later = (replace(item, at=item.at + timedelta(days=6)) for item in items)
    return feed(clusterer, later, measured)


def measure_archive(live: int, measured: int, *, archive: int) -> tuple[float, int]:
    """At `live` articles in the window, after `archive` windows went by."""
    clusterer, items = make_clusterer(ClusterSettings()), make_items(live / 7)
    feed(clusterer, items, live * archive)
    return feed(clusterer, items, measured)


def measure_copies(count: int) -> tuple[float, float]:
    """CPU milliseconds of the first and of the last thousand copies of one text."""
    clusterer, item = make_clusterer(ClusterSettings()), next(make_items(1.0))
    spent = []
    for start in range(0, count, 1_000):
        copies = [replace(item, id=f"c{start + i}") for i in range(1_000)]
        started = time.process_time()
        clusterer.assign(copies)
        spent.append(time.process_time() - started)
    return spent[0], spent[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--live", type=int, nargs="*", default=(5_000, 50_000))
    parser.add_argument("--measured", type=int, default=300)
    parser.add_argument("--windows", type=int, nargs="*", default=(1, 10), help="gone by, at --archive-live articles")
    parser.add_argument("--archive-live", type=int, default=2_000)
    parser.add_argument("--copies", type=int, default=10_000)
    options = parser.parse_args()
    print(
        "| live articles | windows gone by | ms CPU an article | bytes a memo | peak MB |\n|---|---|---|---|---|",
        flush=True,
    )
    for live in options.live:
        print_line(live, 0, *measure_live(live, options.measured))
    for windows in options.windows:
        print_line(
            options.archive_live, windows, *measure_archive(options.archive_live, options.measured, archive=windows)
        )
    if options.copies:
        first, last = measure_copies(options.copies)
        print(
            f"\n{options.copies} copies of one text: {first:.2f} ms each in the first thousand, {last:.2f} in the last."
        )


def print_line(live: int, windows: int, milliseconds: float, size: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| {live} | {windows} | {milliseconds:.1f} | {size} | {peak} |", flush=True)


if __name__ == "__main__":
    main()
