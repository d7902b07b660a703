"""The packaged judge on pairs that nothing was tuned on: written last, by writers who had seen no other pair."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.judge import make_judge
from monitor.judge.evaluate import read_cases
from monitor.judge.metrics import measure
from monitor.settings import JudgeSettings
from tests.eval.judge.dataset import check_pair, read_dataset
from training.judge.own_pairs import WRITTEN

FRESH = Path(__file__).with_name("fresh.jsonl")
LINES = FRESH.read_text(encoding="utf-8").splitlines()
ROWS = [json.loads(line) for line in LINES]
FLOORS = {"accuracy": 0.92, "auc_contradicts": 0.97, "relation_accuracy": 0.86, "speaker_accuracy": 0.88}


def test_every_fresh_row_follows_the_labelling_guide() -> None:
    assert len(ROWS) == 320
    wrong = [row["id"] for row in ROWS if check_pair(row | {"position": "x"}, {"x": {}})]
    assert wrong == []


def test_no_fresh_passage_stands_in_another_set() -> None:
    written = [json.loads(line) for path in WRITTEN.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    known = {row["passage"] for row in [*written, *read_dataset()]}
    assert [row["id"] for row in ROWS if row["passage"] in known] == []


@pytest.mark.models
def test_the_packaged_judge_stays_above_its_floors_on_fresh_pairs() -> None:
    cases = list(read_cases(LINES, source=FRESH.name))
    found = measure(cases, make_judge(JudgeSettings(kind="onnx")).judge([case.pair for case in cases]))
    assert {name: found[name] for name, floor in FLOORS.items() if (found[name] or 0.0) < floor} == {}
