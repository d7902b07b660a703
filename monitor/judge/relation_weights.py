"""Relation of a finding by a small logistic model over what the rules found and what the stance model hints at.

In: the label, the hints, the rules' relation, who speaks, the cues. Out: a `Relation` that goes with the label.
Weights come with the stance model's calibration.json (training/judge/calibrate.py); from a model without hints, or
without that file, the rules' relation (relation.py) stands. Words alone tell a step back badly: lists of them fit the
pairs that they were written from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.errors import SettingsInvalid
from monitor.judge.cues import has_cue
from monitor.judge.speaker import Said
from monitor.judge.stance import HINTS
from monitor.models import Cue, Relation, SpeakerKind, VerdictLabel

Floats = npt.NDArray[np.float64]

RELATIONS = tuple(Relation)
RULE_NAMES = tuple(f"rule_{relation.value}" for relation in RELATIONS)
RELATION_FEATURES = (
    *HINTS,
    *RULE_NAMES,
    *(f"by_{kind.value}" for kind in SpeakerKind),
    "names_holder",
    "is_deed",
    "hedge",
    "matches",
)
_OF_LABEL = {
    VerdictLabel.MATCHES: (Relation.REAFFIRMS, Relation.SUPPORTS, Relation.REPORTED),
    VerdictLabel.CONTRADICTS: (Relation.REVERSES, Relation.SOFTENS, Relation.DISPUTES, Relation.REPORTED),
}
_SUREST = 6.0
"""Log-odds of a hint beyond which nothing more is learnt."""


def describe_move(
    label: VerdictLabel, hints: Floats, rule: Relation | None, said: Said, cues: tuple[Cue, ...]
) -> Floats:
    """`(len(RELATION_FEATURES),)`."""
    flags = [
        *(rule is relation for relation in RELATIONS),
        *(said.speaker.kind is kind for kind in SpeakerKind),
        said.names_holder,
        said.is_deed,
        has_cue(cues, "hedge"),
        label is VerdictLabel.MATCHES,
    ]
    return np.asarray([*np.clip(hints, -_SUREST, _SUREST), *map(float, flags)], dtype=np.float64)


def allowed_columns(label: VerdictLabel) -> list[int]:
    """Places in `RELATIONS` of those that go with the label."""
    return [RELATIONS.index(relation) for relation in _OF_LABEL[label]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationWeights:
    """`weights` `(len(RELATIONS), len(RELATION_FEATURES))` and `bias` `(len(RELATIONS),)`."""

    weights: Floats
    bias: Floats

    def choose(self, label: VerdictLabel, features: Floats) -> Relation:
        scores = self.weights @ features + self.bias
        return RELATIONS[max(allowed_columns(label), key=lambda column: float(scores[column]))]


def read_relation_weights(path: Path) -> RelationWeights | None:
    """From calibration.json; None where the file or its part on relations is missing, a damaged one raises."""
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get("relation")
        if found is None:
            return None
        if tuple(found["features"]) != RELATION_FEATURES or tuple(found["relations"]) != RELATIONS:
            raise SettingsInvalid(
                f"{path}: relations were fitted for other features than this version computes. "
                "Run training/judge/calibrate.py again."
            )
        shape = len(RELATIONS), len(RELATION_FEATURES)
        return RelationWeights(
            weights=np.asarray(found["weights"], dtype=np.float64).reshape(shape),
            bias=np.asarray(found["bias"], dtype=np.float64).reshape(shape[0]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsInvalid(f"{path}: cannot be read ({error!r}). Run training/judge/calibrate.py again.") from error
