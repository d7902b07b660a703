"""Questions to a person about possible findings, and the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.airflow.review import MOST_QUESTIONS, answer_to, questions_about
from monitor.models import Finding, Grade, Review
from tests.builders import evidence, finding, position

POSITIONS = {"position-0001": position(1)}


def possible(number: int = 1, **changes: Any) -> Finding:
    plain = finding(number, position_id="position-0001", grade=Grade.POSSIBLE, review=Review.NONE)
    return replace(plain, **changes)


def test_a_question_shows_both_sentences_and_who_speaks() -> None:
    [question] = questions_about([possible()], POSITIONS)
    first = possible().evidence[0]
    plain = question["body"].replace("\\", "")
    assert all(words in plain for words in (POSITIONS["position-0001"].statement, first.passage, first.publisher))


def test_only_possible_findings_without_a_word_are_asked_about() -> None:
    likely = possible(2, grade=Grade.LIKELY)
    reviewed = possible(3, review=Review.CONFIRMED)
    orphan = possible(4, position_id="withdrawn")
    assert questions_about([likely, reviewed, orphan], POSITIONS) == []


def test_the_surest_are_asked_first_and_not_too_many_at_once() -> None:
    many = [possible(number, probability=number / 100) for number in range(1, 40)]
    asked = questions_about(many, POSITIONS)
    assert len(asked) == MOST_QUESTIONS
    assert asked[0]["subject"].startswith("finding-0039 ")


def test_foreign_words_bring_neither_markup_nor_templates() -> None:
    hostile = replace(evidence(1), passage="{{ conn.secret }} {% raw %} <script>x</script> [a](javascript:b)\n# big")
    [question] = questions_about([possible(evidence=(hostile,))], POSITIONS)
    assert not any(mark in question["body"] for mark in ("{{", "{%", "{#"))
    assert "\\<script\\>" in question["body"]
    assert "](" not in question["body"]
    assert "\n#" not in question["body"]


def test_an_answer_finds_its_way_back() -> None:
    [question] = questions_about([possible()], POSITIONS)
    assert answer_to(question["subject"], ["Confirm"]) == ("finding-0001", Review.CONFIRMED)
    assert answer_to(question["subject"], ["Dismiss"]) == ("finding-0001", Review.DISMISSED)


def test_a_question_left_open_changes_nothing() -> None:
    [question] = questions_about([possible()], POSITIONS)
    assert answer_to(question["subject"], ["Leave open"]) is None
    assert answer_to(question["subject"], []) is None
