"""Cues, quantities, premises, relation, grade, statements: each by itself."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.judge.attributions import split_sentences
from monitor.judge.cues import find_cues
from monitor.judge.grade import Thresholds, choose_thresholds, decide_grade, decide_label
from monitor.judge.premises import (
    MAX_PREMISES,
    WORDS_PER_PREMISE,
    Unreadable,
    blank_markup,
    find_obstacle,
    make_premises,
)
from monitor.judge.quantities import Agreement, compare, find_quantities
from monitor.judge.relation import relate
from monitor.judge.statements import contradictory_positions, statement_warnings
from monitor.models import Cue, Grade, Pair, Position, Probabilities, Relation, SpeakerKind, VerdictLabel
from monitor.settings import JudgeSettings

HEDGE = (Cue(kind="hedge", start=0, end=1),)


def make_position(statement: str, *, position_id: str = "p", holder: str = "Norway") -> Position:
    return Position(
        id=position_id, story_id="s", holder=holder, topic="t", statement=statement, stated_on=date(2025, 1, 1)
    )


def make_pair(passage: str, *, context: str = "") -> Pair:
    return Pair(passage_id="x", passage=passage, context=context, position=make_position("Norway will do it."))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Norway will not send troops.", "negation"),
        ("Norway refused to send troops.", "refusal"),
        ("Oslo no longer excludes sending troops.", "hedge"),
        ("Oslo denied the report.", "denial"),
        ("Oslo had refused in 2019.", "history"),
        ("If Oslo sent troops, they would be late.", "conditional"),
        ("Will Oslo send troops?", "question"),
        ("Analysts expect Oslo to send troops.", "forecast"),
        ("Kyiv urged Oslo to send troops.", "request"),
        ("It will happen, people familiar with the plan said.", "anonymous"),
        ("Her predecessor had said no.", "successor"),
    ],
)
def test_each_kind_of_cue_is_found_where_it_stands(text: str, kind: str) -> None:
    found = [cue for cue in find_cues(text) if cue.kind == kind]
    assert found
    assert all(0 <= cue.start < cue.end <= len(text) for cue in found)


@pytest.mark.parametrize(
    ("statement", "passage", "agreement"),
    [
        ("It will pump 1 million barrels.", "Output will be 300,000 barrels.", Agreement.DIFFERS),
        ("It will pump 1 million barrels.", "Output will be 1,000,000 barrels.", Agreement.SAME),
        ("It will spend 3.5 percent.", "It will spend 3.5 per cent.", Agreement.SAME),
        ("It will spend 3.5 percent.", "It will spend 2%.", Agreement.DIFFERS),
        ("It will close two reactors.", "It will close three reactors.", Agreement.DIFFERS),
        ("It will spend 3.5 percent.", "It will buy 12 ships.", Agreement.ABSENT),
        ("It will go.", "It will buy 12 ships.", Agreement.ABSENT),
    ],
)
def test_figures_are_compared_within_their_unit(statement: str, passage: str, agreement: Agreement) -> None:
    assert compare(find_quantities(statement), find_quantities(passage), dates=False) is agreement


def test_a_later_year_is_another_date() -> None:
    asked, given = find_quantities("Coal ends in 2035."), find_quantities("Coal will end in 2040.")
    assert compare(asked, given, dates=True) is Agreement.DIFFERS
    assert compare(asked, given, dates=False) is Agreement.ABSENT


def test_may_is_a_month_only_with_a_capital() -> None:
    assert [q.unit for q in find_quantities("It may come in May.")] == ["month"]


def test_markup_is_blanked_without_moving_anything() -> None:
    text = "<p>Oslo &amp; Bergen</p>"
    assert blank_markup(text) == "   Oslo       Bergen    "


@pytest.mark.parametrize(
    ("text", "obstacle"),
    [
        ("", Unreadable.NO_WORDS),
        ("123 — 456", Unreadable.NO_WORDS),
        (
            "Die Regierung in Berlin wird keine Soldaten in die Ukraine schicken, sagte der Minister.",
            Unreadable.NOT_ENGLISH,
        ),
        ("Le gouvernement ne va pas envoyer des soldats, a dit la ministre.", Unreadable.NOT_ENGLISH),
        ("Правительство не отправит войска на Украину.", Unreadable.NOT_ENGLISH),
        ("政府不会派遣军队前往乌克兰", Unreadable.NOT_ENGLISH),
        ("HS2 will go to Manchester.", None),
        ("Oslo says no.", None),
        ("Carrow's Redburn mill goes to Jinhai.", None),
    ],
)
def test_what_cannot_be_judged_is_told_apart(text: str, obstacle: Unreadable | None) -> None:
    assert find_obstacle(text) is obstacle


def test_a_passage_is_read_without_context_unless_it_needs_it() -> None:
    (alone,) = make_premises(make_pair("Norway will send no troops to it.", context="Before."))
    (joined,) = make_premises(make_pair("She said no.", context="Before."))
    assert (alone.text, joined.text) == ("Norway will send no troops to it.", "Before. She said no.")


def test_a_long_passage_is_read_in_windows_that_cover_it() -> None:
    text = " ".join(f"Sentence number {i} says something of Norway." for i in range(200))
    windows = make_premises(make_pair(text))
    assert windows[-1].end == len(text)
    assert all(len(window.text.split()) <= WORDS_PER_PREMISE for window in windows)
    assert "".join(window.text for window in windows).replace(" ", "") == text.replace(" ", "")


def test_an_endless_sentence_is_cut_and_what_is_left_out_is_told() -> None:
    text = "word " * 10_000
    windows = make_premises(make_pair(text))
    assert len(windows) == MAX_PREMISES
    assert windows[-1].end < len(text)


def test_abbreviations_and_quotations_end_no_sentence() -> None:
    text = 'Mr. Vell said "Stop. Go." on Monday. Then he left.'
    assert [text[a:b] for a, b in split_sentences(text)] == ['Mr. Vell said "Stop. Go." on Monday.', "Then he left."]


@pytest.mark.parametrize(
    ("label", "kind", "cues", "expected"),
    [
        (VerdictLabel.NEUTRAL, SpeakerKind.HOLDER, (), (None, False)),
        (VerdictLabel.MATCHES, SpeakerKind.HOLDER, (), (Relation.REAFFIRMS, False)),
        (VerdictLabel.MATCHES, SpeakerKind.SUCCESSOR, (), (Relation.REAFFIRMS, False)),
        (VerdictLabel.MATCHES, SpeakerKind.OTHER, (), (Relation.SUPPORTS, False)),
        (VerdictLabel.MATCHES, SpeakerKind.ANONYMOUS, (), (Relation.REPORTED, False)),
        (VerdictLabel.CONTRADICTS, SpeakerKind.HOLDER, (), (Relation.REVERSES, False)),
        (VerdictLabel.CONTRADICTS, SpeakerKind.HOLDER, HEDGE, (Relation.SOFTENS, False)),
        (VerdictLabel.CONTRADICTS, SpeakerKind.SUCCESSOR, HEDGE, (Relation.REVERSES, True)),
        (VerdictLabel.CONTRADICTS, SpeakerKind.OTHER, (), (Relation.DISPUTES, False)),
        (VerdictLabel.CONTRADICTS, SpeakerKind.ANONYMOUS, HEDGE, (Relation.REPORTED, False)),
    ],
)
def test_the_relation_follows_from_label_and_speaker(
    label: VerdictLabel, kind: SpeakerKind, cues: tuple[Cue, ...], expected: tuple[Relation | None, bool]
) -> None:
    assert relate(label, kind, cues, names_holder=False) == expected


def test_the_users_own_thresholds_win_over_the_fitted_ones() -> None:
    chosen = choose_thresholds({"likely_matches": 0.9, "possible_matches": 0.6}, JudgeSettings(likely_matches=0.7))
    assert (chosen.likely_matches, chosen.possible_matches) == (0.7, 0.6)
    assert chosen.likely_contradicts > 1


def test_a_possible_finding_is_not_hidden_behind_a_slightly_likelier_neutral() -> None:
    cuts = Thresholds(possible_contradicts=0.4, likely_contradicts=0.9)
    probabilities = Probabilities(matches=0.1, contradicts=0.42, neutral=0.48)
    label = decide_label(probabilities, cuts)
    assert label is VerdictLabel.CONTRADICTS
    assert decide_grade(label, 0.42, cuts) is Grade.POSSIBLE
    assert decide_grade(label, 0.95, cuts) is Grade.LIKELY
    assert decide_grade(VerdictLabel.NEUTRAL, 0.99, cuts) is None


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("Will Norway send troops to Ukraine?", "question"),
        ("Norway will not say that it will never send troops.", "double"),
        ("Norway will send troops and will raise its taxes.", "two claims"),
        ("No troops for Ukraine", "verb"),
        ("Troops no.", "fewer"),
        ("It will send troops to Ukraine.", "pronoun"),
        ("Norway will " + "really " * 40 + "send troops.", "more than"),
    ],
)
def test_a_statement_that_is_none_is_warned_of(statement: str, word: str) -> None:
    assert any(word in warning for warning in statement_warnings(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "Norway will not send troops to Ukraine.",
        "OPEC+ will raise its oil output by 411,000 barrels a day in July.",
        "Iraq keeps its output within its quota.",
    ],
)
def test_a_good_statement_gets_no_warning(statement: str) -> None:
    assert statement_warnings(statement) == []


def test_two_opposite_positions_of_one_holder_and_day_are_pointed_out() -> None:
    one = make_position("Norway will send ground troops to Ukraine.", position_id="a")
    two = make_position("Norway will not send ground troops to Ukraine.", position_id="b")
    three = make_position("Norway will not send ground troops to Ukraine.", position_id="c", holder="Sweden")
    assert contradictory_positions([one, two, three]) == [("a", "b")]
