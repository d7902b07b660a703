"""Write our own training pairs, with generated contrastive ones, as training rows.

In: tests/eval/judge (the `train` split alone). Out: JSON lines with premise, hypothesis, label, source.
A pair with context goes in twice, with and without it: the judge meets both. Passages on another position of the same
policy area are added as neutrals: in use, most passages that come near a position say nothing about it.

    python -m training.judge.own_pairs --out own.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.eval.judge.dataset import Row, read_dataset

LABELS = {"matches": "entailment", "contradicts": "contradiction", "neutral": "neutral"}


def to_training(row: Row, *, premise: str, label: str) -> dict[str, str]:
    return {"premise": premise, "hypothesis": row["position"]["statement"], "label": label, "source": "own"}


def from_row(row: Row) -> Iterator[dict[str, str]]:
    label = LABELS[row["verdict"]]
    context = (row.get("context") or "").strip()
    if not context or "pronoun" not in row["tags"]:
        yield to_training(row, premise=row["passage"], label=label)
    if context:
        yield to_training(row, premise=f"{context} {row['passage']}", label=label)


def across_positions(rows: list[Row], *, count: int, seed: int) -> Iterator[dict[str, str]]:
    """Passages against another position of the same area: neutral, but for holders or topics that overlap."""
    rng = random.Random(seed)
    by_area: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_area[row["position"]["area"]].append(row)
    made = 0
    while made < count:
        one, two = (rng.choice(by_area[rng.choice(sorted(by_area))]) for _ in range(2))
        same_topic = one["position"]["topic"] == two["position"]["topic"]
        if one["position"]["area"] == two["position"]["area"] and not same_topic:
            made += 1
            yield to_training(two, premise=one["passage"], label="neutral")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--across", type=float, default=0.15, help="neutrals across positions, as a share of the pairs")
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    rows = read_dataset(split="train")
    pairs = [pair for row in rows for pair in from_row(row)]
    pairs += across_positions(rows, count=int(len(pairs) * args.across), seed=args.seed)
    with args.out.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)


if __name__ == "__main__":
    main()
