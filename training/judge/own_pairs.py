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
from typing import Any

from monitor.embed import make_embedder
from monitor.judge.features import content_words
from monitor.settings import EmbedSettings
from tests.eval.judge.dataset import OF_CONTRADICTION, OF_MATCH, Row, read_dataset

Pair = dict[str, Any]
"""A row for training: texts, label, source, and what else is known."""
WRITTEN = Path(__file__).parent / "pairs"
INFERENCE = Path(__file__).parent / "inference"
LABELLED = Path(__file__).parents[2] / "tests" / "eval" / "judge"
SPEAKERS, SPOKEN = LABELLED / "speakers.jsonl", LABELLED / "speakers_written.jsonl"
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


def to_training(row: Row, *, premise: str, label: str) -> Pair:
    relation = (row["relation"] or "") if label == LABELS[row["verdict"]] else ""
    made = {"premise": premise, "hypothesis": row["position"]["statement"], "label": label, "source": "own"}
    return made | {"relation": relation} | speaker_of(row)


def speaker_of(row: Row) -> dict[str, str]:
    """The speaker, empty for the narrator, or nothing where it is not known: neutral rows need not name one."""
    if "speaker" not in row or (row["verdict"] == "neutral" and not row["speaker"]):
        return {}
    return {"speaker": row["speaker"] or ""}


def relation_of(row: Row) -> str:
    """As its writer said, or by its tags; a hedged match is no step back, and a successor's is none of this."""
    if row["verdict"] == "neutral":
        return ""
    if row.get("relation"):
        return str(row["relation"])
    fitting = OF_MATCH if row["verdict"] == "matches" else OF_CONTRADICTION
    return next((said for tag, said in _RELATION_BY_TAG if tag in row["tags"] and said in fitting), "")


def from_row(row: Row) -> Iterator[Pair]:
    label = LABELS[row["verdict"]]
    context = (row.get("context") or "").strip()
    if not context or "pronoun" not in row["tags"]:
        yield to_training(row, premise=row["passage"], label=label)
    if context:
        yield to_training(row, premise=f"{context} {row['passage']}", label=label)


def read_written(held_out: list[str], folder: Path = WRITTEN) -> Iterator[Pair]:
    """Pairs of the written files, but for positions that are too near to a held-out statement."""
    files = {path: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.glob("*.jsonl"))}
    statements = sorted({json.loads(line)["statement"] for lines in files.values() for line in lines})
    encode = make_embedder(EmbedSettings()).encode
    nearness = (encode(statements) @ encode(held_out).T).max(axis=1)
    told = dict(read_speakers(files))
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
                    **speaker_of(row | told.get((row["position"], row["passage"]), {})),
                    "area": path.stem.removesuffix("_2"),
                    "holder": row["holder"],
                }


def read_inference(folder: Path = INFERENCE) -> Iterator[Pair]:
    """General pairs, of no policy: as they stand."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line) | {"source": "inference"}


def read_speakers(files: dict[Path, list[str]]) -> Iterator[tuple[tuple[str, str], dict[str, str | None]]]:
    """(position, passage) of written pairs, and the speaker that was labelled afterwards."""
    rows = {path.stem: [json.loads(line) for line in lines] for path, lines in files.items()}
    for line in SPEAKERS.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        for row in rows[label["file"]]:
            if row["position"] == label["position"] and row["passage"].startswith(label["begins"]):
                yield (row["position"], row["passage"]), {"speaker": label["speaker"]}


def read_spoken() -> Iterator[Pair]:
    """Passages that tell the speaker alone."""
    for row in map(json.loads, SPOKEN.read_text(encoding="utf-8").splitlines()):
        premise = f"{row.get('context') or ''} {row['passage']}".strip()
        made = {"premise": premise, "hypothesis": row["statement"], "label": None, "source": "spoken"}
        yield made | {"speaker": row["speaker"] or ""}


def beside_each_other(written: list[Pair], *, count: int, seed: int) -> Iterator[Pair]:
    """Passages against another holder's statement of the same area that shares no more than a word with their own."""
    rng = random.Random(seed)
    by_area: dict[str, list[Pair]] = defaultdict(list)
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
                "speaker": None,
            }


def across_positions(rows: list[Row], *, count: int, seed: int) -> Iterator[Pair]:
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
            pair = to_training(two, premise=one["passage"], label="neutral")
            yield {name: value for name, value in pair.items() if name not in {"relation", "speaker"}}


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
    pairs += [*read_inference(), *read_spoken()]
    with args.out.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)


if __name__ == "__main__":
    main()
