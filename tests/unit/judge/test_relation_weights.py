"""The relation by fitted weights: what the stance model hints at beside what the rules found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import SettingsInvalid
from monitor.judge.adjust import plain_adjustment
from monitor.judge.grade import Thresholds
from monitor.judge.reader import ReadingJudge
from monitor.judge.relation_weights import (
    RELATION_FEATURES,
    RELATIONS,
    RULE_NAMES,
    RelationWeights,
    read_relation_weights,
)
from monitor.judge.stance import HINTS, label_columns
from monitor.models import Office, Pair, Relation, Term
from tests.unit.judge.test_reader import POSITION, FixedStance

PASSAGE = "Norway will send ground troops, its prime minister said."


def weights_of(**pull: float) -> RelationWeights:
    """The rules' answer, but for the pull of a hint towards softens."""
    weights = np.zeros((len(RELATIONS), len(RELATION_FEATURES)))
    for column, name in enumerate(RULE_NAMES):
        weights[column, RELATION_FEATURES.index(name)] = 2.0
    for name, value in pull.items():
        weights[RELATIONS.index(Relation.SOFTENS), RELATION_FEATURES.index(name)] = value
    return RelationWeights(weights=weights, bias=np.zeros(len(RELATIONS)))


def relation_by(*row: float, relations: RelationWeights | None, office: Office | None = None) -> tuple[str, bool]:
    judge = ReadingJudge(
        stance=FixedStance(*row), adjustment=plain_adjustment(), thresholds=Thresholds(), relations=relations
    )
    text = PASSAGE.replace("its prime minister", "Prime Minister Solheim") if office else PASSAGE
    (verdict,) = judge.judge(
        [Pair(passage_id="x", passage=text, position=POSITION, office=office, on=date(2026, 1, 1))]
    )
    return str(verdict.relation), verdict.by_successor


def test_a_hint_of_a_step_back_turns_a_reversal_into_a_softening() -> None:
    relations = weights_of(softened=1.0)
    assert relation_by(0, 9, 0, -3, 0, 0, relations=relations) == ("reverses", False)
    assert relation_by(0, 9, 0, 5, 0, 0, relations=relations) == ("softens", False)


def test_without_hints_or_without_weights_the_rules_decide() -> None:
    assert relation_by(0, 9, 0, relations=weights_of(softened=1.0)) == ("reverses", False)
    assert relation_by(0, 9, 0, 5, 0, 0, relations=None) == ("reverses", False)


def test_only_relations_that_go_with_the_label_compete() -> None:
    assert relation_by(9, 0, 0, 6, 0, 0, relations=weights_of(softened=9.0)) == ("reaffirms", False)
    assert relation_by(0, 0, 9, 6, 0, 0, relations=weights_of(softened=9.0)) == ("None", False)


def test_a_successor_who_steps_back_does_not_reverse() -> None:
    terms = (
        Term(holder="Solheim government", aliases=("Prime Minister Solheim", "Solheim"), from_on=date(2025, 6, 1)),
    )
    office = Office(id="no", name="Government of Norway", aliases=(), terms=terms)
    relations = weights_of(softened=1.0)
    assert relation_by(0, 9, 0, -3, 0, 0, relations=relations, office=office) == ("reverses", True)
    assert relation_by(0, 9, 0, 6, 0, 0, relations=relations, office=office) == ("softens", False)


def test_hints_are_read_from_the_config_all_or_none() -> None:
    labels: dict[object, object] = {"0": "contradiction", "1": "entailment", "2": "neutral"}
    hints: dict[object, object] = {str(3 + i): name for i, name in enumerate(HINTS)}
    assert label_columns(labels | hints, source="x") == [1, 0, 2, 3, 4, 5]
    assert label_columns(labels | {"3": HINTS[0]}, source="x") == [1, 0, 2]


def test_weights_come_from_the_calibration_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    assert read_relation_weights(path) is None
    path.write_text('{"thresholds": {}}', encoding="utf-8")
    assert read_relation_weights(path) is None
    made = weights_of(softened=1.0)
    part = {
        "relations": [relation.value for relation in RELATIONS],
        "features": RELATION_FEATURES,
        "weights": made.weights.tolist(),
        "bias": made.bias.tolist(),
    }
    path.write_text(json.dumps({"relation": part}), encoding="utf-8")
    read = read_relation_weights(path)
    assert read is not None
    assert np.array_equal(read.weights, made.weights)


@pytest.mark.parametrize("part", [{"features": ["other"], "relations": []}, {"weights": "x"}, 7])
def test_a_damaged_or_foreign_part_names_the_file(tmp_path: Path, part: object) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"relation": part}), encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=r"calibration\.json"):
        read_relation_weights(path)
