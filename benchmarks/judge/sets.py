"""The sets that judges are measured on: our own test part, and published ones from a folder.

In: a folder of gzip JSON lines (premise, hypothesis, label, split). Out: texts, and labels in `stance.ORDER`.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.judge.evaluate import Case, read_cases
from tests.eval.judge.dataset import Split, read_dataset

COLUMNS = {"entailment": 0, "contradiction": 1, "neutral": 2}
PUBLIC = ("mnli_dev", "cad_snli", "snli_dev", "conjnli", "sick", "anli_dev", "neg_mnli", "climate_fever", "healthver")
"""Three-way sets with a test split; sick, anli, neg_mnli, climate_fever and healthver may not be trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSet:
    name: str
    pairs: list[tuple[str, str]]
    labels: list[int]


def own_cases(split: Split) -> list[Case]:
    lines = (json.dumps(row, ensure_ascii=False) for row in read_dataset(split=split))
    return list(read_cases(lines, source=f"tests/eval/judge ({split})"))


def read_public(folder: Path, *, limit: int) -> Iterator[PublicSet]:
    """A seeded sample of each set's test split; sets that the folder lacks are left out."""
    for name in PUBLIC:
        path = folder / f"{name}.jsonl.gz"
        if path.is_file():
            yield _sample(
                name, [row for row in _rows(path) if row["split"] == "test" and row["label"] in COLUMNS], limit
            )
    seeds = folder / "positions_dev.json"
    if seeds.is_file():
        yield _sample("positions_dev", json.loads(seeds.read_text(encoding="utf-8")), limit)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sample(name: str, rows: list[dict[str, Any]], limit: int) -> PublicSet:
    drawn = random.Random(3).sample(rows, min(limit, len(rows)))
    return PublicSet(
        name=name,
        pairs=[(row["premise"], row["hypothesis"]) for row in drawn],
        labels=[COLUMNS[row["label"]] for row in drawn],
    )
