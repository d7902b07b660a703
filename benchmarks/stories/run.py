"""Cluster labelled sets as streams, at several densities and orders, beside peers in the same run.

    python -m benchmarks.stories --data DIR [--cache DIR] [--quick | --orders N --limit N] [--no-peers] [--plots DIR]

In: a folder of labelled sets. Out: a Markdown table on standard output, and bars as SVG. `mixed` is a stream of parts
of all sets at once. BCubed stands beside pair F1 and the largest story, since singletons or one snowball can look well
by one of them alone. Peers see the same vectors in the same order and have their one setting for all sets; HDBSCAN is
offline: it sees all articles at once.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from benchmarks.stories.data import Row, embed_rows, read_rows, sample_stories
from benchmarks.stories.plot import draw_bars
from benchmarks.stories.replay import order_stream, play
from monitor.cluster import make_clusterer
from monitor.cluster.base import Item
from monitor.cluster.metrics import measure_stories
from monitor.models import Vector
from monitor.settings.model import ClusterSettings

SETS = ("allsides", "gva", "ecbplus", "fnc", "wikinews", "uci", "g5w1h")
MIXED, MIXED_ROWS = "mixed", 150
QUICK_ROWS = 300
PROJECTED = 32
"""Dimensions that DBSTREAM sees: it compares in plain Python."""
CACHE = Path(gettempdir()) / "news-monitor-vectors"
Measures = dict[str, float]


def load_set(name: str, data: Path, cache: Path, *, limit: int) -> tuple[list[Row], Vector]:
    """A set's rows with vectors: the first ones where dates matter, whole stories elsewhere."""
    if name == MIXED:
        return _load_mixed(data, cache, limit=min(limit or MIXED_ROWS, MIXED_ROWS))
    rows = read_rows(data / f"{name}.jsonl.gz")
    if limit and len(rows) > limit:
        rows = rows[:limit] if name in ("gva", "uci") else sample_stories(rows, limit)
    return rows, embed_rows(rows, cache / f"{name}.npz")


def _load_mixed(data: Path, cache: Path, *, limit: int) -> tuple[list[Row], Vector]:
    rows: list[Row] = []
    vectors = []
    for name in SETS:
        part, found = load_set(name, data, cache, limit=limit)
        rows += [replace(row, id=f"{name}:{row.id}", label=f"{name}:{row.label}", at=None) for row in part]
        vectors.append(found)
    return rows, np.concatenate(vectors)


def run_monitor(rows: list[Row], items: Sequence[Item]) -> tuple[Sequence[Hashable], float]:
    played = play(make_clusterer(ClusterSettings()), rows, items)
    return played.stories, played.cpu_seconds


def run_hdbscan(rows: list[Row], items: Sequence[Item]) -> tuple[Sequence[Hashable], float]:
    """scikit-learn's, offline; what it calls noise stays alone."""
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415 - only where it is measured

    del rows
    started = time.process_time()
    vectors = np.stack([item.vector for item in items])
    labels = HDBSCAN(min_cluster_size=2, metric="euclidean", copy=True).fit_predict(vectors).tolist()
    alone = [label if label >= 0 else f"alone-{i}" for i, label in enumerate(labels)]
    return alone, time.process_time() - started


def run_nearest_centroid(rows: list[Row], items: Sequence[Item]) -> tuple[Sequence[Hashable], float]:
    """The plain way: the nearest normalised centroid at a cosine of .6 or more."""
    del rows
    started = time.process_time()
    sums: list[Vector] = []
    labels = []
    for item in items:
        cosines = [float(total @ item.vector / np.linalg.norm(total)) for total in sums]
        best = int(np.argmax(cosines)) if cosines else -1
        if best >= 0 and cosines[best] >= 0.6:
            sums[best] = sums[best] + item.vector
        else:
            best = len(sums)
            sums.append(item.vector.copy())
        labels.append(best)
    return labels, time.process_time() - started


def run_textclust(rows: list[Row], items: Sequence[Item]) -> tuple[Sequence[Hashable], float]:
    """river's TextClust on title and lead, with its documented settings."""
    from river import compose, feature_extraction  # noqa: PLC0415 - only where it is measured
    from river.cluster import TextClust  # noqa: PLC0415 - only where it is measured

    started = time.process_time()
    model = compose.Pipeline(
        feature_extraction.BagOfWords(lowercase=True, ngram_range=(1, 2)),
        TextClust(real_time_fading=False, fading_factor=0.001, tgap=100, radius=0.5, auto_r=True),
    )
    labels: list[Hashable] = []
    for row in rows:
        text = f"{row.title} {row.text[:600]}"
        model.learn_one(text)
        labels.append(model.predict_one(text, type="micro"))
    del items
    return labels, time.process_time() - started


def run_dbstream(rows: list[Row], items: Sequence[Item]) -> tuple[Sequence[Hashable], float]:
    """river's DBSTREAM on a random projection of the vectors."""
    from river.cluster import DBSTREAM  # noqa: PLC0415 - only where it is measured

    del rows
    projection = np.random.default_rng(1).standard_normal((len(items[0].vector), PROJECTED)) / PROJECTED**0.5
    started = time.process_time()
    model = DBSTREAM(clustering_threshold=0.7, fading_factor=0.001, cleanup_interval=100, minimum_weight=1)
    labels: list[Hashable] = []
    for item in items:
        point = dict(enumerate((item.vector @ projection).tolist()))
        model.learn_one(point)
        labels.append(model.predict_one(point))
    return labels, time.process_time() - started


PEERS: dict[str, Callable[[list[Row], Sequence[Item]], tuple[Sequence[Hashable], float]]] = {
    "nearest centroid .6": run_nearest_centroid,
    "HDBSCAN (offline)": run_hdbscan,
    "river TextClust": run_textclust,
    "river DBSTREAM": run_dbstream,
}


def measure_run(
    method: Callable[[list[Row], Sequence[Item]], tuple[Sequence[Hashable], float]],
    loaded: tuple[list[Row], Vector],
    *,
    order: int,
    density: float,
) -> Measures:
    rows, items = order_stream(*loaded, order=order, density=density)
    labels, seconds = method(rows, items)
    measures = measure_stories([row.label for row in rows], labels)
    return {**measures, "milliseconds": 1000 * seconds / len(rows)}


def print_line(name: str, method: str, density: float, runs: Sequence[Measures]) -> Measures:
    """A row of the table; the mean of the runs."""
    mean = {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
    spread = float(np.std([run["b3"] for run in runs]))
    print(
        f"| {name} | {method} | {density:g}× | {mean['b3']:.3f} ± {spread:.3f} | {mean['pair_f1']:.3f} "
        f"| {mean['pair_precision']:.2f} / {mean['pair_recall']:.2f} | {mean['v_measure']:.3f} | {mean['ari']:.3f} "
        f"| {mean['stories_ratio']:.2f} | {mean['largest_found']:.0f} / {mean['largest_true']:.0f} "
        f"| {mean['milliseconds']:.1f} | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} |",
        flush=True,
    )
    return mean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=CACHE, help="for vectors; outside the repository")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS} articles a set, one order")
    parser.add_argument("--limit", type=int, default=0, help="articles a set at most; 0: all")
    parser.add_argument("--orders", type=int, default=8)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--plots", type=Path, help="folder for b3.svg and pair-f1.svg")
    parser.add_argument("--densities", type=float, nargs="*", default=(1.0, 3.0, 10.0), help="of dated sets")
    parser.add_argument("--sets", nargs="*", default=(*SETS, MIXED))
    options = parser.parse_args()
    orders, densities = (1, (1.0,)) if options.quick else (options.orders, options.densities)
    limit = QUICK_ROWS if options.quick else options.limit
    print("| set | method | density | B3 | pair F1 | pair P / R | V | ARI | k/K | largest / true | ms CPU | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    bars: dict[str, dict[str, Measures]] = defaultdict(dict)
    for name in options.sets:
        loaded = load_set(name, options.data, options.cache, limit=limit)
        dated = all(row.at for row in loaded[0])
        for density in densities if dated else (1.0,):
            runs = [measure_run(run_monitor, loaded, order=n + 1, density=density) for n in range(orders)]
            mean = print_line(name, "monitor", density, runs)
            bars[name].setdefault("monitor", mean)
        for peer, method in () if options.no_peers else PEERS.items():
            bars[name][peer] = print_line(name, peer, 1.0, [measure_run(method, loaded, order=1, density=1.0)])
    if options.plots:
        draw_plots(bars, options.plots)


def draw_plots(bars: dict[str, dict[str, Measures]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for measure, title in (("b3", "BCubed F1"), ("pair_f1", "pair F1")):
        groups = {name: {method: m[measure] for method, m in methods.items()} for name, methods in bars.items()}
        draw_bars(f"Stories: {title}, one setting for all sets", groups, folder / f"{measure.replace('_', '-')}.svg")


if __name__ == "__main__":
    main()
