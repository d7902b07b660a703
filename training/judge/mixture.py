"""Gather labelled pairs for training the stance cross-encoder.

In: a folder of public NLI sets (gzip JSON lines) and our own development pairs.
Out: `Example`s in a seeded order, drawn by source with fixed quotas.
Never: reads a set whose licence forbids shipping weights (see MANIFEST.yaml), or any test split.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.judge.stance import HINTS

LABELS = ("contradiction", "entailment", "neutral")
"""Order of the classes in the model's head and in its config.json; the hints come after them."""
UNKNOWN = -1
UNLABELLED = -100
"""Label of a pair that tells the speaker alone; torch's cross-entropy leaves it out."""
_HINTS_OF = {
    "softens": (1, 1, 0),
    "reverses": (0, 1, 0),
    "disputes": (0, 0, 0),
    "reaffirms": (UNKNOWN, 1, 0),
    "supports": (UNKNOWN, 0, 0),
    "reported": (UNKNOWN, UNKNOWN, 1),
}
"""For each relation 1, 0 or unknown, in the order of `HINTS`. What anonymous people report is nobody's own word."""

QUOTAS = {
    "mnli_dev": 16_700,
    "cad_snli": 6_600,
    "fever_dev": 6_000,
    "fever_nei": 3_500,
    "conjnli": 3_500,
    "snli_sub": 6_000,
    "snli_dev": 3_000,
    "generated": 8_000,
}
"""How many examples one epoch takes from each source, over `train` splits alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    premise: str
    hypothesis: str
    label: int
    source: str
    relation: str = ""
    speaker: str | None = None
    """As the premise names whoever speaks; empty where nobody does; None where it is not known."""

    @property
    def hints(self) -> tuple[int, ...]:
        return _HINTS_OF.get(self.relation, (UNKNOWN,) * len(HINTS))


def read_pairs(path: Path, *, split: str) -> Iterator[Example]:
    """Three-way pairs of one split; rows with two-way labels are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["split"] == split and row["label"] in LABELS:
                yield Example(
                    premise=row["premise"],
                    hypothesis=row["hypothesis"],
                    label=LABELS.index(row["label"]),
                    source=path.name.removesuffix(".jsonl.gz"),
                )


def read_jsonl(path: Path) -> Iterator[Example]:
    """Our own or generated pairs: premise, hypothesis, label, source; relation and speaker where they are known."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Example(
                premise=row["premise"],
                hypothesis=row["hypothesis"],
                label=LABELS.index(row["label"]) if row["label"] else UNLABELLED,
                source=row["source"],
                relation=row.get("relation") or "",
                speaker=row.get("speaker"),
            )


def draw_epoch(sources: dict[str, list[Example]], *, quotas: dict[str, int], seed: int) -> list[Example]:
    """One epoch: a seeded sample of every source, shuffled together."""
    rng = random.Random(seed)
    drawn: list[Example] = []
    for name, quota in quotas.items():
        pool = sources.get(name, [])
        drawn += rng.sample(pool, min(quota, len(pool)))
    rng.shuffle(drawn)
    return drawn


def bucket_by_length(examples: list[Example], *, batch_size: int, seed: int) -> list[list[Example]]:
    """Batches of similar length, in random order: padding would cost a third of the CPU time."""
    rng = random.Random(seed)
    batches: list[list[Example]] = []
    window = batch_size * 40
    for start in range(0, len(examples), window):
        part = sorted(examples[start : start + window], key=lambda e: len(e.premise) + len(e.hypothesis))
        batches += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
    rng.shuffle(batches)
    return batches
