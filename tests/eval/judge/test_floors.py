"""The packaged judge stays above the floors on the test part of our own pairs (floors.json)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.judge import make_judge, packaged_model
from monitor.judge.evaluate import read_cases
from monitor.judge.metrics import measure
from monitor.settings import JudgeSettings
from tests.eval.judge.dataset import PARTS, PartsInconsistent, check_pair, read_dataset, split_of

FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text(encoding="utf-8"))


@pytest.mark.models
def test_the_packaged_judge_stays_above_every_floor() -> None:
    assert (packaged_model() / "model.onnx").is_file(), "no packaged model in monitor/judge/model"
    lines = (json.dumps(row) for row in read_dataset(split="test"))
    cases = list(read_cases(lines, source="test part"))
    found = measure(cases, make_judge(JudgeSettings(kind="onnx")).judge([case.pair for case in cases]))
    below = {name: (found[name], floor) for name, floor in FLOORS.items() if (found[name] or 0.0) < floor}
    assert below == {}


def test_every_row_follows_the_labelling_guide() -> None:
    assert len(read_dataset()) >= 1_200


def test_no_position_is_in_two_splits() -> None:
    rows = read_dataset()
    assert {row["split"] for row in rows} == {"train", "tune", "test"}
    assert all(row["split"] == split_of(row["position"]["id"]) for row in rows)


def test_a_breach_of_the_guide_is_named_by_file_and_line(tmp_path: Path) -> None:
    (position,) = (PARTS / "positions_1.jsonl").read_text(encoding="utf-8").splitlines()[:1]
    (tmp_path / "positions_1.jsonl").write_text(position, encoding="utf-8")
    bad = {
        "id": "x",
        "position": json.loads(position)["id"],
        "passage": "It did.",
        "verdict": "neutral",
        "relation": "supports",
    }
    (tmp_path / "pairs_1.jsonl").write_text("\n" + json.dumps(bad), encoding="utf-8")
    with pytest.raises(PartsInconsistent, match=r"pairs_1\.jsonl:2: a neutral row has no relation; tags are missing"):
        read_dataset(tmp_path)
    assert check_pair(bad | {"relation": None, "tags": ["history"]}, {bad["position"]: {}}) == []
