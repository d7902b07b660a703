"""The pairs written for training can be read, and keep clear of what judges are tested on."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from tests.eval.judge.dataset import VERDICTS, read_dataset
from training.judge.own_pairs import WRITTEN, read_written

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


@pytest.mark.models
def test_a_statement_that_repeats_a_held_out_one_is_left_out_of_training() -> None:
    repeated = ROWS[0]["statement"]
    assert not any(row["hypothesis"] == repeated for row in read_written([repeated]))
