"""The judge as a whole, over the stance that needs no model, and the metrics and files around it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import SettingsInvalid
from monitor.judge import make_judge
from monitor.judge.adjust import plain_adjustment, read_adjustment
from monitor.judge.candidates import select_candidates
from monitor.judge.evaluate import read_cases, result_of
from monitor.judge.features import NAMES
from monitor.judge.grade import Thresholds
from monitor.judge.lexical import LexicalStance, score_one
from monitor.judge.metrics import auc, calibration_error, macro_f1, measure, recall_at_precision, same_speaker
from monitor.judge.reader import ReadingJudge
from monitor.judge.stance import Heard, Reading, label_columns, plain_readings
from monitor.models import Grade, Office, Pair, Position, Relation, SpeakerKind, Term, VerdictLabel
from monitor.settings import JudgeSettings

POSITION = Position(
    id="p",
    story_id="s",
    holder="Norway",
    topic="ground troops for Ukraine",
    statement="Norway will not send ground troops to Ukraine.",
    stated_on=date(2025, 1, 1),
)


def make_pair(passage: str, *, context: str = "") -> Pair:
    return Pair(passage_id=passage[:20], passage=passage, context=context, position=POSITION)


NEIGHBOURS = Office(
    id="se",
    name="Swedish government",
    aliases=("Sweden", "Stockholm"),
    terms=(Term(holder="Lind government", aliases=("Astrid Lind", "Prime Minister Lind")),),
)


class FixedStance:
    """Gives the logits that it was made with, whatever it reads."""

    is_model = True
    name = "fixed@1"

    def __init__(self, *row: float, heard: Heard | None = None) -> None:
        self.row = row
        self.heard = heard
        self.asked: list[tuple[str, str]] = []

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        self.asked += pairs
        row = np.asarray(self.row, dtype=np.float64)
        return [Reading(logits=row[:3], hints=row[3:], heard=self.heard) for _ in pairs]


def fixed_judge(*row: float) -> ReadingJudge:
    cuts = Thresholds(likely_contradicts=0.9, possible_contradicts=0.5)
    return ReadingJudge(stance=FixedStance(*row), adjustment=plain_adjustment(), thresholds=cuts)


def test_a_sure_contradiction_by_the_holder_is_a_likely_reversal() -> None:
    (verdict,) = fixed_judge(0, 9, 0).judge([make_pair("Norway will send ground troops, its prime minister said.")])
    assert (verdict.label, verdict.relation, verdict.grade) == (
        VerdictLabel.CONTRADICTS,
        Relation.REVERSES,
        Grade.LIKELY,
    )
    assert verdict.speaker.kind is SpeakerKind.HOLDER
    assert verdict.judge == "fixed@1"


def test_a_judge_without_model_never_says_likely() -> None:
    cuts = Thresholds(likely_contradicts=0.1, possible_contradicts=0.1, likely_matches=0.1, possible_matches=0.1)
    judge = ReadingJudge(stance=LexicalStance(), adjustment=plain_adjustment(), thresholds=cuts)
    (verdict,) = judge.judge([make_pair("Norway will send ground troops to Ukraine, Oslo said.")])
    assert (verdict.label, verdict.grade) == (VerdictLabel.CONTRADICTS, Grade.POSSIBLE)


@pytest.mark.parametrize(
    "passage", ["", "   ", "…", "12 345", "Norwegen wird keine Soldaten in die Ukraine schicken, sagte er."]
)
def test_what_cannot_be_judged_is_neutral_and_says_so(passage: str) -> None:
    (verdict,) = fixed_judge(0, 9, 0).judge([make_pair(passage)])
    assert verdict.label is VerdictLabel.NEUTRAL
    assert [cue.kind for cue in verdict.cues] == ["unjudged"]
    assert verdict.relation is None
    assert verdict.grade is None


def test_verdicts_come_in_the_order_of_the_pairs() -> None:
    pairs = [make_pair("One."), make_pair(""), make_pair("Three words here.")]
    assert [v.passage_id for v in fixed_judge(0, 1, 0).judge(pairs)] == [p.passage_id for p in pairs]
    assert fixed_judge(0, 1, 0).judge([]) == []


def test_a_long_passage_is_judged_by_its_most_telling_part() -> None:
    class OnlyLast(FixedStance):
        def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
            rows = [[0, 9, 0] if "troops will go" in p else [0, 0, 9] for p, _ in pairs]
            return plain_readings(np.asarray(rows, dtype=np.float64))

    judge = ReadingJudge(stance=OnlyLast(), adjustment=plain_adjustment(), thresholds=Thresholds())
    text = "The weather was mild in the north. " * 280 + "Now troops will go."
    (verdict,) = judge.judge([make_pair(text)])
    assert verdict.label is VerdictLabel.CONTRADICTS
    assert all(cue.kind != "unjudged" for cue in verdict.cues)


def test_the_end_of_an_endless_passage_is_marked_as_unjudged() -> None:
    (verdict,) = fixed_judge(0, 0, 9).judge([make_pair("The weather was mild. " * 4_000)])
    (left_out,) = [cue for cue in verdict.cues if cue.kind == "unjudged"]
    assert 0 < left_out.start < left_out.end


@given(st.text(max_size=400), st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_verdict_with_cues_inside_it(passage: str, context: str) -> None:
    judge = make_judge(JudgeSettings(kind="lexical"))
    (verdict,) = judge.judge([make_pair(passage, context=context)])
    of = verdict.probabilities
    assert abs(of.matches + of.contradicts + of.neutral - 1) < 1e-9
    assert all(0 <= cue.start <= cue.end <= len(passage) for cue in verdict.cues)


def test_a_pathological_passage_takes_no_more_than_a_moment() -> None:
    judge = make_judge(JudgeSettings(kind="lexical"))
    started = time.process_time()
    for text in (
        "a " * 20_000,
        "A" * 20_000,
        "“" * 5_000,
        ", said " * 3_000,
        "the minister, " * 3_000,
        "if were to " * 2_000,
    ):
        judge.judge([make_pair(text)])
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("passage", "best"),
    [
        ("Norway will not send ground troops to Ukraine, Oslo repeated.", 0),
        ("Norway will send ground troops to Ukraine after all.", 1),
        ("Will Norway send ground troops to Ukraine?", 2),
        ("The herring catch rose in March.", 2),
    ],
)
def test_the_lexical_stance_knows_the_plainest_cases(passage: str, best: int) -> None:
    assert int(np.argmax(score_one(passage, POSITION.statement))) == best


def test_auto_without_model_falls_back_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.judge.packaged_model", lambda: tmp_path)
    judge = make_judge(JudgeSettings())
    assert judge.name.startswith("lexical@")
    assert "lexical" in caplog.text


def test_a_model_folder_without_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"model\.onnx is missing"):
        make_judge(JudgeSettings(kind="onnx", model=str(tmp_path)))


def test_the_label_order_is_read_from_the_config() -> None:
    assert label_columns({"0": "CONTRADICTION", "1": "neutral", "2": "Entailment"}, source="x") == [2, 0, 1]
    with pytest.raises(SettingsInvalid, match="three-way"):
        label_columns({0: "LABEL_0", 1: "LABEL_1"}, source="x")


def test_a_damaged_calibration_is_named_and_an_old_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    assert not read_adjustment(path).is_fitted
    path.write_text("{")
    with pytest.raises(SettingsInvalid, match="calibration"):
        read_adjustment(path)
    path.write_text(json.dumps({"features": NAMES[:3]}))
    with pytest.raises(SettingsInvalid, match="other features"):
        read_adjustment(path)


def test_candidates_are_the_nearest_positions_and_no_more_than_asked() -> None:
    vectors = np.eye(4, dtype=np.float32)
    positions = [POSITION] * 4
    both = np.stack([vectors, vectors], axis=1)
    chosen = select_candidates(vectors[:2], ["x", "y"], positions, both, JudgeSettings(candidates_per_passage=1))
    assert chosen == [(0, 0), (1, 1)]
    assert select_candidates(vectors[:0], [], positions, both, JudgeSettings()) == []


def test_shared_rare_words_make_a_candidate_although_the_vectors_lie_apart() -> None:
    apart = np.asarray([[1.0, 0.0]], dtype=np.float32)
    position = np.asarray([[[0.0, 1.0], [0.0, 1.0]]], dtype=np.float32)
    passage = "No ground troops for Ukraine, Norway says."
    assert select_candidates(apart, [passage], [POSITION], position, JudgeSettings()) == [(0, 0)]
    assert select_candidates(apart, ["Herring prices rose."], [POSITION], position, JudgeSettings()) == []


def test_an_article_of_another_story_must_come_nearer_to_be_judged() -> None:
    angle = np.asarray([[0.4, np.sqrt(1 - 0.16), 0.0]], dtype=np.float32)
    position = np.asarray([[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]], dtype=np.float32)
    passage = ["Norway will not send ground troops."]
    for story, chosen in ((POSITION.story_id, [(0, 0)]), (None, [(0, 0)]), ("another", []), ("", [])):
        assert select_candidates(angle, passage, [POSITION], position, JudgeSettings(), story_id=story) == chosen


GOOD = {"position": {"holder": "Norway", "statement": "Norway will do it.", "date": "2025-01-01"}, "passage": "It did."}


def test_a_row_becomes_a_case_with_its_labels() -> None:
    row = GOOD | {"id": 7, "verdict": "contradicts", "relation": "reverses", "speaker": None, "tags": ["x"]}
    (case,) = read_cases([json.dumps(row), "", "  "], source="f")
    assert (case.id, case.verdict, case.relation) == ("7", VerdictLabel.CONTRADICTS, Relation.REVERSES)
    assert case.pair.position.stated_on == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "f:2: the line"),
        ("[]", "f:2"),
        (json.dumps(GOOD | {"verdict": "maybe"}), "f:2: verdict"),
        (json.dumps({"passage": "x"}), "f:2: position"),
        (json.dumps(GOOD | {"position": GOOD["position"] | {"date": "soon"}}), r"f:2: position\.date"),  # type: ignore[operator]
        (json.dumps(GOOD | {"passage": None}), "f:2: passage"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_field(line: str, message: str) -> None:
    with pytest.raises(SettingsInvalid, match=message):
        list(read_cases([json.dumps(GOOD), line], source="f"))


def test_perfect_verdicts_measure_perfectly() -> None:
    row = GOOD | {"verdict": "contradicts", "relation": "disputes", "speaker": "Karel Osk"}
    row["passage"] = "It will never come, Karel Osk, a farmer, said."
    cases = list(read_cases([json.dumps(row)], source="f"))
    verdicts = fixed_judge(0, 9, 0).judge([case.pair for case in cases])
    found = measure(cases, verdicts)
    assert (
        found["accuracy"] == found["relation_accuracy"] == found["speaker_accuracy"] == found["likely_precision"] == 1.0
    )
    assert result_of(cases[0], verdicts[0])["verdict"] == "contradicts"


def test_metrics_agree_with_hand_calculation() -> None:
    positive, score = np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.4])
    assert auc(positive, score) == pytest.approx(0.625)
    assert recall_at_precision(positive, score, 0.9) == 0.5
    assert recall_at_precision(positive, score, 0.5) == 1.0
    assert macro_f1(np.array([0, 1, 2]), np.array([0, 1, 1])) == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert calibration_error(np.array([0, 0]), np.array([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1]])) == pytest.approx(0.2)
    assert auc(np.array([True]), np.array([0.5])) is None


@pytest.mark.parametrize(
    ("expected", "given_name", "same"),
    [
        ("Marta Vell", "minister Marta Vell", True),
        ("the ministry", "The Ministry", True),
        (None, "", True),
        (None, "X", False),
        ("Ann", "Anna", False),
    ],
)
def test_speakers_are_compared_by_containment(expected: str | None, given_name: str, same: bool) -> None:
    assert same_speaker(expected, given_name) is same


@pytest.mark.parametrize(
    ("passage", "label"),
    [
        ('"We will send ground troops from May," Prime Minister Astrid Lind said.', VerdictLabel.NEUTRAL),
        ('"Norway will send ground troops in May after all," Astrid Lind said.', VerdictLabel.CONTRADICTS),
        ('"We will send ground troops from May," Eskil Vang said.', VerdictLabel.CONTRADICTS),
        ("The cabinet of Astrid Lind drops its opposition to ground troops.", VerdictLabel.NEUTRAL),
        ("Astrid Lind's cabinet drops its opposition to ground troops, the Inland Agency said.", VerdictLabel.NEUTRAL),
        ("Three officials said that Astrid Lind would send ground troops.", VerdictLabel.NEUTRAL),
        (
            "The cabinet of Astrid Lind hears that Norway drops its opposition to ground troops.",
            VerdictLabel.CONTRADICTS,
        ),
        ("A cabinet drops its opposition to ground troops.", VerdictLabel.CONTRADICTS),
    ],
)
def test_what_people_of_another_office_do_themselves_is_not_held_against_the_holder(
    passage: str, label: VerdictLabel
) -> None:
    pair = replace(make_pair(passage), others=(NEIGHBOURS,))
    (verdict,) = fixed_judge(-2.0, 3.0, 0.0).judge([pair])
    assert verdict.label is label
    assert (verdict.grade is None) is (label is VerdictLabel.NEUTRAL)


def test_an_office_that_shares_a_name_with_ours_is_our_own() -> None:
    twin = replace(NEIGHBOURS, aliases=("Norway",))
    pair = replace(make_pair('"We will send ground troops from May," Astrid Lind said.'), others=(twin,))
    (verdict,) = fixed_judge(-2.0, 3.0, 0.0).judge([pair])
    assert verdict.label is VerdictLabel.CONTRADICTS
