"""The pairs written for training can be read, and keep clear of what judges are tested on."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from tests.eval.judge.dataset import VERDICTS, check_pair, read_dataset
from training.judge.own_pairs import LABELS, WRITTEN, read_inference, read_written

FILES = sorted(WRITTEN.glob("*.jsonl"))
ROWS = [json.loads(line) for path in FILES for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_has_a_statement_a_passage_and_a_known_verdict() -> None:
    assert len(ROWS) > 5_000
    assert all(row["verdict"] in VERDICTS and row["statement"].strip() and row["passage"].strip() for row in ROWS)


def test_a_position_has_one_statement_and_one_holder() -> None:
    said = defaultdict(set)
    for row in ROWS:
        said[row["position"]].add((row["holder"], row["statement"]))
    assert {position for position, of_one in said.items() if len(of_one) > 1} == set()


def test_no_passage_stands_twice_nor_in_the_labelled_set() -> None:
    passages = [row["passage"] for row in ROWS]
    assert len(set(passages)) == len(passages)
    assert set(passages) & {row["passage"] for row in read_dataset()} == set()


def test_lines_with_a_relation_follow_the_labelling_guide() -> None:
    told = [row for row in ROWS if "relation" in row]
    assert len(told) >= 2_000
    assert [row["passage"] for row in told if check_pair(row, {row["position"]: {}})] == []


def test_each_premise_of_the_general_pairs_stands_with_known_labels_and_once_with_each_hypothesis() -> None:
    rows = list(read_inference())
    assert len(rows) >= 7_900
    assert {row["label"] for row in rows} == set(LABELS.values())
    assert len({(row["premise"], row["hypothesis"]) for row in rows}) == len(rows)


@pytest.mark.models
def test_a_statement_that_repeats_a_held_out_one_is_left_out_of_training() -> None:
    repeated = ROWS[0]["statement"]
    assert not any(row["hypothesis"] == repeated for row in read_written([repeated]))
