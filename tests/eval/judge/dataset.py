"""The labelled pairs as one data set: parts joined, checked, split by position.

In: parts/positions_*.jsonl and parts/pairs_*.jsonl beside this file. Out: rows as `monitor eval judge` reads them.
The split follows from the position's id alone, so that no position is ever in both parts.

    python -m tests.eval.judge.dataset --split test --out pairs.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

Split = Literal["train", "tune", "test"]
Row = dict[str, Any]

PARTS = Path(__file__).parent / "parts"
VERDICTS = {"matches", "contradicts", "neutral"}
RELATIONS = {"reaffirms", "reverses", "supports", "disputes", "softens", "reported"}
OF_MATCH = {"reaffirms", "supports", "reported"}
OF_CONTRADICTION = {"reverses", "disputes", "softens", "reported"}
POSITION_FIELDS = ("id", "area", "holder", "topic", "statement", "date")


class PartsInconsistent(ValueError):
    """A part breaks the labelling guide: file, line and field stand in the message."""


def split_of(position_id: str) -> Split:
    """Two fifths of the positions are for testing alone; one fifth for fitting what stands behind the model.

    `train` and `tune` together are the development part: a model's logits on its own training pairs are too sure of
    themselves, so calibration and thresholds need pairs that it never saw.
    """
    fifth = int(hashlib.sha256(position_id.encode()).hexdigest(), 16) % 5
    return "test" if fifth < 2 else "tune" if fifth == 4 else "train"


def read_lines(pattern: str, folder: Path = PARTS) -> list[tuple[str, Row]]:
    """("file:line", row) of every part, in the files' order."""
    found: list[tuple[str, Row]] = []
    for path in sorted(folder.glob(pattern)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                try:
                    found.append((f"{path.name}:{number}", json.loads(line)))
                except json.JSONDecodeError as error:
                    raise PartsInconsistent(f"{path.name}:{number}: not JSON ({error.msg})") from error
    return found


def check_pair(row: Row, positions: dict[str, Row]) -> list[str]:
    """What breaks the guide in one row."""
    wrong = []
    if row.get("position") not in positions:
        wrong.append(f"position {row.get('position')!r} is not in positions_*.jsonl")
    if not str(row.get("passage") or "").strip():
        wrong.append("passage is empty")
    verdict, relation = row.get("verdict"), row.get("relation")
    if verdict not in VERDICTS:
        wrong.append(f"verdict {verdict!r} is unknown")
    elif verdict == "neutral" and relation is not None:
        wrong.append("a neutral row has no relation")
    elif verdict == "matches" and relation not in OF_MATCH:
        wrong.append(f"relation {relation!r} does not go with matches")
    elif verdict == "contradicts" and relation not in OF_CONTRADICTION:
        wrong.append(f"relation {relation!r} does not go with contradicts")
    if not row.get("tags"):
        wrong.append("tags are missing")
    return wrong


def read_positions(folder: Path = PARTS) -> dict[str, Row]:
    positions: dict[str, Row] = {}
    for place, row in read_lines("positions_*.jsonl", folder):
        missing = [name for name in POSITION_FIELDS if not row.get(name)]
        if missing or row["id"] in positions:
            raise PartsInconsistent(f"{place}: missing {missing}" if missing else f"{place}: id {row['id']} twice")
        positions[row["id"]] = row
    return positions


def read_dataset(folder: Path = PARTS, *, split: Split | None = None) -> list[Row]:
    """All rows, or those of one split, each with its whole position; raises at the first breach of the guide."""
    positions = read_positions(folder)
    rows, ids, texts = [], set[str](), set[tuple[str, str]]()
    for place, row in read_lines("pairs_*.jsonl", folder):
        wrong = check_pair(row, positions)
        key = (row.get("position", ""), f"{row.get('context') or ''}|{row.get('passage')}")
        if row.get("id") in ids or key in texts:
            wrong.append(f"id or passage of {row.get('id')} stands twice")
        if wrong:
            raise PartsInconsistent(f"{place}: " + "; ".join(wrong))
        ids.add(row["id"])
        texts.add(key)
        part = split_of(row["position"])
        if split is None or part == split:
            rows.append(row | {"position": positions[row["position"]], "split": part})
    return rows


def count_by(rows: Iterable[Row], name: str) -> Counter[str]:
    return Counter(str(row[name]) for row in rows)


def describe(rows: list[Row]) -> str:
    """Counts for the data card, as Markdown."""
    lines = ["| | train | tune | test | all |", "|---|---|---|---|---|"]
    parts = [[r for r in rows if r["split"] == part] for part in ("train", "tune", "test")] + [rows]

    def line(name: str, value: Any) -> None:
        lines.append(f"| {name} | " + " | ".join(str(value(part)) for part in parts) + " |")

    line("pairs", len)
    line("positions", lambda part: len({r["position"]["id"] for r in part}))
    line("policy areas", lambda part: len({r["position"]["area"] for r in part}))
    for verdict in sorted(VERDICTS):
        line(verdict, lambda part, v=verdict: count_by(part, "verdict")[v])
    for relation in sorted(RELATIONS):
        line(f"relation {relation}", lambda part, v=relation: count_by(part, "relation")[v])
    for tag in sorted({tag for row in rows for tag in row["tags"]}):
        line(f"tag {tag}", lambda part, v=tag: sum(v in r["tags"] for r in part))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("train", "tune", "test"))
    parser.add_argument("--out", type=Path, help="write the rows here; without it, print the counts")
    args = parser.parse_args()
    rows = read_dataset(split=args.split)
    if args.out is None:
        sys.stdout.write(describe(rows) + "\n")
        return
    with args.out.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
