"""The door of the parts that score a passage against a statement, and what they share.

In: (premise, hypothesis) pairs. Out: one `Reading` for each: logits, and what else the model says.
Never: knows who speaks, when, or what a holder is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from monitor.errors import SettingsInvalid
from monitor.models import VerdictLabel

ORDER = (VerdictLabel.MATCHES, VerdictLabel.CONTRADICTS, VerdictLabel.NEUTRAL)
HINTS = ("softened", "own_side", "unnamed")
"""What a model may say of a finding besides its label: it is a step back and no break; the holder's own side (or a
successor's) moves and nobody else; the source is anonymous. Log-odds, each by itself."""
Logits = npt.NDArray[np.float64]


class Heard(NamedTuple):
    """Whom a model takes for the speaker: the name as the premise has it, empty for nobody; how probable it is."""

    name: str
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Of one pair. `logits` `(3,)` float64 in the order of `ORDER`; `hints` `(3,)` in that of `HINTS`, or `(0,)`."""

    logits: Logits
    hints: Logits = field(default_factory=lambda: np.zeros(0))
    heard: Heard | None = None


def plain_readings(logits: Logits) -> list[Reading]:
    """Of a model that gives labels and nothing else; `logits` `(n, 3)`."""
    return [Reading(logits=row) for row in logits]


_MEANINGS = {
    "entailment": VerdictLabel.MATCHES,
    "entail": VerdictLabel.MATCHES,
    "contradiction": VerdictLabel.CONTRADICTS,
    "contradict": VerdictLabel.CONTRADICTS,
    "neutral": VerdictLabel.NEUTRAL,
}


class Stance(Protocol):
    """Same pair, same reading, whatever else is in the batch; `name` is `name@revision`.

    `is_model` is False for the rule-based fall-back, whose verdicts never reach the grade `likely`.
    """

    @property
    def name(self) -> str: ...

    @property
    def is_model(self) -> bool: ...

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]: ...


def label_columns(id2label: Mapping[object, object], *, source: str) -> list[int]:
    """Which column of the model's head holds each label of `ORDER`, then each of `HINTS` if the model gives them; read
    from the model's own config."""
    found: dict[VerdictLabel, int] = {}
    for index, label in id2label.items():
        meaning = _MEANINGS.get(str(label).lower().strip())
        if meaning is not None:
            found[meaning] = int(str(index))
    missing = [label.value for label in ORDER if label not in found]
    if missing:
        raise SettingsInvalid(
            f"{source}: config.json's id2label names {sorted(str(v) for v in id2label.values())}; a judge needs "
            "entailment, contradiction and neutral. Choose a three-way NLI model (setting judge.model)."
        )
    return [found[label] for label in ORDER] + _hint_columns(id2label)


def _hint_columns(id2label: Mapping[object, object]) -> list[int]:
    """All hints or none."""
    found = {str(name): int(str(index)) for index, name in id2label.items() if name in HINTS}
    return [found[name] for name in HINTS] if len(found) == len(HINTS) else []


def batches_by_length(lengths: Sequence[int], *, batch_size: int) -> list[list[int]]:
    """Indices in batches of similar length: padding costs a third of the time otherwise."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
