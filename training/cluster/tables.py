"""Measure the committed numbers: whole sets by order and density, bad dates, and fits that leave a set out.

    python -m training.cluster.tables --data DIR --cache DIR [--orders N] [--leave-one-out GENERATIONS]

In: labelled sets. Out: Markdown tables. Streams are played by `simulate.py`, dates by the clusterer itself.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.stories.data import Row, embed_rows, read_rows
from benchmarks.stories.replay import order_stream
from benchmarks.stories.run import load_set
from monitor.cluster import make_clusterer
from monitor.cluster.base import Item, final_stories
from monitor.cluster.merging import MergeModel, load_model
from monitor.cluster.metrics import measure_stories
from monitor.settings.model import ClusterSettings
from training.cluster.fit import (
    SETS,
    Loaded,
    fit_model,
    load_sets,
    load_titles,
    make_streams,
    measure_stream,
    neutral_model,
)
from training.cluster.record import record_stream
from training.cluster.simulate import Stream

Measures = dict[str, float]
HEAD = "| set | articles | density | B3 | pair F1 | pair P / R | V | ARI | k/K | largest / true |\n" + "|---" * 10 + "|"
DENSITIES = (1.0, 3.0, 10.0)
BACKGROUND_ROWS = 400
BAD_SHARE = 0.3
"""Of the articles, in the table of bad dates."""


def tell_line(name: str, articles: int, density: float, runs: Sequence[Measures]) -> None:
    m = {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
    spread = float(np.std([run["b3"] for run in runs]))
    print(
        f"| {name} | {articles} | {density:g}× | {m['b3']:.3f} ± {spread:.3f} | {m['pair_f1']:.3f} "
        f"| {m['pair_precision']:.2f} / {m['pair_recall']:.2f} | {m['v_measure']:.3f} | {m['ari']:.3f} "
        f"| {m['stories_ratio']:.2f} | {m['largest_found']:.0f} / {m['largest_true']:.0f} |",
        flush=True,
    )


def load_mixed(data: Path, cache: Path) -> tuple[list[Row], np.ndarray]:
    """150 articles of each set among unlabelled background, without dates."""
    rows, vectors = load_set("mixed", data, cache, limit=0)
    background = [replace(row, label=f"?{row.id}", at=None) for row in read_rows(data / "background.jsonl.gz")]
    background = background[:BACKGROUND_ROWS]
    found = embed_rows(background, cache / "background.npz")
    return [*rows, *background], np.concatenate([vectors, found])


def tell_whole_sets(data: Path, cache: Path, *, orders: int, model: MergeModel) -> None:
    print(HEAD)
    for name in (*SETS, "mixed"):
        loaded = load_mixed(data, cache) if name == "mixed" else load_set(name, data, cache, limit=0)
        streams = [record_stream(name, *order_stream(*loaded, order=order + 1)) for order in range(orders)]
        for density in DENSITIES if all(row.at for row in loaded[0]) else (1.0,):
            runs = [measure_stream(replace(s, at=s.at / density), model) for s in streams]
            tell_line(name, len(loaded[0]), density, runs)


def tell_left_out(sets: Loaded, cache: Path, *, generations: int) -> None:
    """Each set by numbers fitted without it (nor its titles), whole, at density 1."""
    print(HEAD)
    streams = {name: make_streams({name: loaded}, {}) for name, loaded in sets.items()}
    for name in sets:
        others = {other: loaded for other, loaded in sets.items() if other != name}
        titles = make_streams({}, load_titles(others, cache))
        used: list[Stream] = [stream for other in others for stream in streams[other]] + titles
        model = fit_model(used, neutral_model(), generations=generations, seconds=3_600)
        whole = record_stream(name, *order_stream(*sets[name], order=1))
        tell_line(name, len(whole.at), 1.0, [measure_stream(whole, model)])


def spoil_dates(items: Sequence[Item], spoil: Callable[[random.Random, Item, Item], Item]) -> list[Item]:
    """A share of the items, drawn at random, is spoilt; `spoil` sees the one before."""
    chance = random.Random(4)
    pairs = zip(items, [items[0], *items[:-1]], strict=True)
    return [spoil(chance, item, before) if chance.random() < BAD_SHARE else item for item, before in pairs]


def lose_date(chance: random.Random, item: Item, before: Item) -> Item:
    """Counted for when it came: after the one before, with up to a day's delay."""
    return replace(item, at=before.at + timedelta(hours=chance.uniform(0, 24)))


def mistake_date(chance: random.Random, item: Item, before: Item) -> Item:
    """A claim that lies up to thirty days before or after."""
    del before
    return replace(item, at=item.at + timedelta(days=chance.uniform(-30, 30)))


def tell_bad_dates(loaded: tuple[list[Row], np.ndarray]) -> None:
    rows, items = order_stream(*loaded, order=1)
    labels = [row.label for row in rows]
    played = {
        "all dates": items,
        "three in ten without": spoil_dates(items, lose_date),
        "three in ten wrong": spoil_dates(items, mistake_date),
        "all without, a minute apart": [
            replace(item, at=items[0].at + timedelta(minutes=turn)) for turn, item in enumerate(items)
        ],
    }
    print("| gun violence | B3 | pair F1 |\n|---|---|---|")
    for name, spoilt in played.items():
        found = measure_stories(labels, final_stories(make_clusterer(ClusterSettings()).assign(spoilt)))
        print(f"| {name} | {found['b3']:.3f} | {found['pair_f1']:.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="for vectors; outside the repository")
    parser.add_argument("--orders", type=int, default=8)
    parser.add_argument("--leave-one-out", type=int, default=0, metavar="GENERATIONS")
    options = parser.parse_args()
    sets = load_sets(options.data, options.cache)
    if options.leave_one_out:
        return tell_left_out(sets, options.cache, generations=options.leave_one_out)
    tell_whole_sets(options.data, options.cache, orders=options.orders, model=load_model())
    return tell_bad_dates(sets["gva"])


if __name__ == "__main__":
    main()
