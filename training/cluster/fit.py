"""Fit the weights of `monitor/cluster/merge_model.json` on labelled sets.

    python -m training.cluster.fit --data DIR --cache DIR [--write] [--leave-one-out]

Every set is replayed with the clusterer itself, at several orders and densities and once as one mixed stream with
unlabelled background. What it compared on the way, right or wrong, becomes the next round's training rows (the
aggregation of Ross et al. 2011), so that the model meets the imperfect stories that it will make. Each set weighs the
same. Afterwards the bias is moved to where BCubed and pair F1 are best on average.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.stories.data import Row, embed_rows, read_rows, sample_stories
from benchmarks.stories.replay import order_stream
from monitor.cluster.base import Item
from monitor.cluster.document import Document
from monitor.cluster.merging import FEATURES, MergeModel, load_model
from monitor.cluster.metrics import measure_stories
from monitor.cluster.one_pass import OnePassClusterer
from monitor.cluster.stories import Story
from monitor.models import Vector
from monitor.settings.model import ClusterSettings

SETS = ("allsides", "gva", "ecbplus", "fnc", "wikinews", "uci", "g5w1h")
SIZE = 400
NEAREST = 4
"""Stories per article to learn from: the others are never in question."""
MODEL = Path(__file__).parents[2] / "monitor" / "cluster" / "merge_model.json"

Stream = tuple[list[Row], list[Item]]
Rows = npt.NDArray[np.float64]


@dataclass
class Lesson:
    """Training rows of one set: features, truths, and weights that sum to one."""

    rows: Rows
    truths: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]


class Watcher(OnePassClusterer):
    """The clusterer, noting each comparison with its truth."""

    def __init__(self, model: MergeModel, labels: dict[str, str]) -> None:
        super().__init__(ClusterSettings(), model)
        self._labels = labels
        self.rows: list[Rows] = []
        self.truths: list[float] = []

    def compared(self, document: Document, stories: Sequence[Story], rows: Rows) -> None:
        own = self._labels[document.id]
        if own.startswith("?"):
            return
        likely = np.argsort(-self._model.probabilities(rows))[:NEAREST]
        for story, row in [(stories[i], rows[i]) for i in likely]:
            truths = [self._labels[member] == own for member in story.documents]
            self.rows.append(row)
            self.truths.append(float(np.mean(truths) >= 0.5))


def load_sets(data: Path, cache: Path) -> dict[str, tuple[list[Row], Vector]]:
    """Parts of each set: consecutive where dates matter, whole stories elsewhere."""
    found = {}
    for name in SETS:
        rows = read_rows(data / f"{name}.jsonl.gz")
        if name == "gva":
            rows = rows[1000 : 1000 + SIZE]
        elif name == "uci":
            rows = rows[:700]
        else:
            rows = sample_stories(rows, SIZE)
        found[name] = rows, embed_rows(rows, cache / f"{name}.npz")
    background = [replace(r, label=f"?{r.id}") for r in read_rows(data / "background.jsonl.gz")[:600]]
    found["background"] = background, embed_rows(background, cache / "background.npz")
    return found


def make_streams(sets: dict[str, tuple[list[Row], Vector]], names: Sequence[str], turn: int) -> dict[str, Stream]:
    """One stream per set, of changing order and density, and a mixed one without dates."""
    streams = {name: order_stream(*sets[name], order=turn + 1, density=(1.0, 5.0)[turn % 2]) for name in names}
    mixed_rows: list[Row] = []
    mixed_vectors = []
    for name in [*names, "background"]:
        rows, vectors = sets[name]
        chosen = sample_stories(rows, 130, seed=turn) if name != "background" else rows[:400]
        places = {row.id: i for i, row in enumerate(rows)}
        mixed_rows += [replace(r, id=f"{name}:{r.id}", label=_mixed_label(name, r)) for r in chosen]
        mixed_vectors.append(vectors[[places[row.id] for row in chosen]])
    streams["mixed"] = order_stream(mixed_rows, np.concatenate(mixed_vectors), order=turn + 1, use_dates=False)
    return streams


def _mixed_label(name: str, row: Row) -> str:
    return row.label if name == "background" else f"{name}:{row.label}"


def watch(model: MergeModel, stream: Stream) -> tuple[Lesson, dict[str, float]]:
    rows, items = stream
    watcher = Watcher(model, {row.id: row.label for row in rows})
    decisions = watcher.assign(items)
    known = [(r.label, d.story_id) for r, d in zip(rows, decisions, strict=True) if r.label[0] != "?"]
    measures = measure_stories([label for label, _ in known], [story for _, story in known])
    truths = np.array(watcher.truths)
    return Lesson(np.stack(watcher.rows), truths, np.full(len(truths), 1 / len(truths))), measures


def fit_model(lessons: Sequence[Lesson], *, strength: float = 0.003) -> MergeModel:
    """Logistic regression with a ridge; likeness may only speak for belonging (bounds), so that it carries over."""
    rows = np.concatenate([lesson.rows for lesson in lessons])
    truths = np.concatenate([lesson.truths for lesson in lessons])
    weights = np.concatenate([lesson.weights for lesson in lessons]) / len(lessons)
    spread = rows.std(axis=0) + 1e-6
    scaled = np.column_stack([rows / spread, np.ones(len(rows))])
    ridge = np.array([strength] * len(FEATURES) + [0.0])

    def loss(plain: Rows) -> tuple[float, Rows]:
        logits = scaled @ plain
        value = weights @ (np.logaddexp(0, logits) - truths * logits) + 0.5 * ridge @ plain**2
        slope = scaled.T @ (weights * (1 / (1 + np.exp(-logits)) - truths)) + ridge * plain
        return float(value), slope

    bounds = [_bounds_of(name) for name in FEATURES] + [(None, None)]
    found = minimize(loss, np.zeros(len(bounds)), jac=True, bounds=bounds, method="L-BFGS-B").x
    return MergeModel(weights=found[:-1] / spread, bias=float(found[-1]))


def _bounds_of(feature: str) -> tuple[float | None, float | None]:
    if feature in ("brief", "log_size", "brief_log_size"):
        return None, None
    return (None, 0.0) if "rival" in feature or feature == "gap" else (0.0, None)


def train(sets: dict[str, Any], names: Sequence[str], *, rounds: int) -> MergeModel:
    model, lessons = load_model(), []
    for turn in range(rounds):
        for name, stream in make_streams(sets, names, turn).items():
            lesson, measures = watch(model, stream)
            lessons.append(lesson)
            _tell(f"round {turn} {name}", measures)
        model = fit_model(lessons)
    return model


def move_bias(model: MergeModel, sets: dict[str, Any], names: Sequence[str]) -> MergeModel:
    """The bias at which the mean of BCubed and pair F1 over the sets is best."""
    streams = make_streams(sets, names, 2)
    best, best_score = model, -1.0
    for shift in (0.0, 0.4, 0.8):
        moved = replace(model, bias=model.bias + shift)
        all_measures = [watch(moved, stream)[1] for stream in streams.values()]
        score = float(np.mean([m["b3"] + m["pair_f1"] for m in all_measures])) / 2
        sys.stdout.write(f"shift {shift:+.1f}: {score:.4f}\n")
        if score > best_score:
            best, best_score = moved, score
    return best


def leave_one_out(sets: dict[str, Any], *, rounds: int) -> None:
    for name in SETS:
        model = train(sets, [other for other in SETS if other != name], rounds=rounds)
        _tell(f"LEFT OUT {name}", watch(model, order_stream(*sets[name], order=9))[1])


def write_model(model: MergeModel) -> None:
    weights = {name: round(float(weight), 5) for name, weight in zip(FEATURES, model.weights, strict=True)}
    MODEL.write_text(json.dumps({"bias": round(model.bias, 5), "weights": weights}, indent=2) + "\n", "utf-8")


def _tell(what: str, measures: dict[str, float]) -> None:
    shown = ("b3", "pair_f1", "pair_precision", "stories_ratio", "largest_found")
    sys.stdout.write(f"{what} {' '.join(f'{name}={measures[name]:.3f}' for name in shown)}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--leave-one-out", action="store_true")
    options = parser.parse_args()
    sets = load_sets(options.data, options.cache)
    if options.leave_one_out:
        leave_one_out(sets, rounds=options.rounds)
        return
    model = move_bias(train(sets, SETS, rounds=options.rounds), sets, SETS)
    if options.write:
        write_model(model)


if __name__ == "__main__":
    main()
