"""Gather our own training pairs as training rows.

In: tests/eval/judge (the `train` split alone), training/judge/pairs and training/judge/inference (written for training
alone). Out: JSON lines with premise, hypothesis, label, source, and the relation where it is known.
Never: a pair of `tune` or `test`, nor one on a statement that says nearly what one of theirs says.
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

from monitor.embed import make_embedder
from monitor.judge.features import content_words
from monitor.settings import EmbedSettings
from tests.eval.judge.dataset import OF_CONTRADICTION, OF_MATCH, Row, read_dataset

WRITTEN = Path(__file__).parent / "pairs"
INFERENCE = Path(__file__).parent / "inference"
LABELS = {"matches": "entailment", "contradicts": "contradiction", "neutral": "neutral"}
_RELATION_BY_TAG = (
    ("anonymous", "reported"),
    ("hedge", "softens"),
    ("weak-reversal", "softens"),
    ("reversal", "reverses"),
    ("successor", "reverses"),
    ("dispute", "disputes"),
    ("support", "supports"),
    ("reaffirmation", "reaffirms"),
)
"""What a finding's tags say of its relation, the first that is there."""
TOO_NEAR = 0.85
"""Cosine from which on two statements count as one: .88 and more were the same in other words, .81 another actor's."""


def to_training(row: Row, *, premise: str, label: str) -> dict[str, str]:
    relation = (row["relation"] or "") if label == LABELS[row["verdict"]] else ""
    statement = row["position"]["statement"]
    return {"premise": premise, "hypothesis": statement, "label": label, "source": "own", "relation": relation}


def relation_of(row: Row) -> str:
    """As its writer said, or by its tags; a hedged match is no step back, and a successor's is none of this."""
    if row["verdict"] == "neutral":
        return ""
    if row.get("relation"):
        return str(row["relation"])
    fitting = OF_MATCH if row["verdict"] == "matches" else OF_CONTRADICTION
    return next((said for tag, said in _RELATION_BY_TAG if tag in row["tags"] and said in fitting), "")


def from_row(row: Row) -> Iterator[dict[str, str]]:
    label = LABELS[row["verdict"]]
    context = (row.get("context") or "").strip()
    if not context or "pronoun" not in row["tags"]:
        yield to_training(row, premise=row["passage"], label=label)
    if context:
        yield to_training(row, premise=f"{context} {row['passage']}", label=label)


def read_written(held_out: list[str], folder: Path = WRITTEN) -> Iterator[dict[str, str]]:
    """Pairs of the written files, but for positions that are too near to a held-out statement."""
    files = {path: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.glob("*.jsonl"))}
    statements = sorted({json.loads(line)["statement"] for lines in files.values() for line in lines})
    encode = make_embedder(EmbedSettings()).encode
    nearness = (encode(statements) @ encode(held_out).T).max(axis=1)
    allowed = {statement for statement, near in zip(statements, nearness, strict=True) if near < TOO_NEAR}
    for path, lines in files.items():
        for row in map(json.loads, lines):
            if row["statement"] in allowed:
                context = (row.get("context") or "").strip()
                yield {
                    "premise": f"{context} {row['passage']}".strip(),
                    "hypothesis": row["statement"],
                    "label": LABELS[row["verdict"]],
                    "source": "written",
                    "relation": relation_of(row),
                    "area": path.stem.removesuffix("_2"),
                    "holder": row["holder"],
                }


def read_inference(folder: Path = INFERENCE) -> Iterator[dict[str, str]]:
    """General pairs, of no policy: as they stand."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line) | {"source": "inference"}


def beside_each_other(written: list[dict[str, str]], *, count: int, seed: int) -> Iterator[dict[str, str]]:
    """Passages against another holder's statement of the same area that shares no more than a word with their own."""
    rng = random.Random(seed)
    by_area: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in written:
        by_area[row["area"]].append(row)
    made = 0
    while made < count:
        one, two = rng.sample(by_area[rng.choice(sorted(by_area))], 2)
        common = content_words(one["hypothesis"]) & content_words(two["hypothesis"])
        if one["holder"] != two["holder"] and len(common) <= 1:
            made += 1
            yield one | {
                "hypothesis": two["hypothesis"],
                "label": "neutral",
                "source": "beside",
                "relation": "",
            }


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
    held_out = {row["position"]["statement"] for split in ("tune", "test") for row in read_dataset(split=split)}
    written = list(read_written(sorted(held_out)))
    pairs += [*written, *beside_each_other(written, count=int(len(written) * args.across), seed=args.seed)]
    pairs += read_inference()
    with args.out.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)


if __name__ == "__main__":
    main()
