"""Who says it in texts of a form of their own, and by the less usual ways of telling."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.judge.speaker import find_speaker
from monitor.models import Pair, Position, SpeakerKind

POSITION = Position(
    id="p",
    story_id="s",
    holder="Government of Velmark",
    aliases=("Velmark", "Osterby"),
    topic="howitzers",
    statement="Velmark will deliver 48 howitzers to Tarsia by June 2026.",
    stated_on=date(2025, 9, 16),
)


def ask(passage: str, *, context: str = "") -> str:
    return find_speaker(Pair(passage_id="x", passage=passage, context=context, position=POSITION)).speaker.name


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("QUESTION: Will they go?\nMS ORDEN: They told us the howitzers will go, all of them.", "MS ORDEN"),
        ("Army spokesman Karel Osk: No howitzer goes. We need them.", "Karel Osk"),
        ("Karel Osk, Herald: Will they go? Mona Kist: They will go in June.", "Mona Kist"),
    ],
)
def test_a_turn_belongs_to_the_name_before_it(passage: str, name: str) -> None:
    assert ask(passage) == name


@pytest.mark.parametrize(
    "passage",
    [
        "OSTERBY: The auditor said the howitzers would not go.",
        "Exclusive: The howitzers will not go, the auditor said.",
    ],
)
def test_a_dateline_or_a_rubric_is_no_name(passage: str) -> None:
    assert ask(passage) in {"The auditor", "the auditor"}


def test_an_interview_goes_on_in_the_words_of_whom_the_context_presents() -> None:
    context = "The Herald met deputy minister Mona Kist in her office."
    assert ask("Will the howitzers go? Not this year. I've said so before.", context=context) == "Mona Kist"


def test_a_quotation_alone_belongs_to_whom_the_context_presents() -> None:
    assert ask('"They stay here. All 48."', context="General Karel Osk addressed the officers.") == "Karel Osk"


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("Tarsian court halts howitzer deal", "Tarsian court"),
        ("WHO confirms 48 howitzers near hospital", "WHO"),
        ("Howitzers off the table: minister", "minister"),
        ("Velmark minister: howitzers off the table", "Velmark minister"),
    ],
)
def test_a_headline_names_who_acts_or_speaks(passage: str, name: str) -> None:
    assert ask(passage) == name


@pytest.mark.parametrize("passage", ["Howitzer toll confirmed at 48", "BOOTS ON THE GROUND: 48 howitzers on their way"])
def test_a_headline_without_an_actor_has_no_speaker(passage: str) -> None:
    assert ask(passage) == ""


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("Gunners were told by the consulate in Tarsia's capital that no howitzer would come.", "the consulate"),
        ('The deal was described as "dead" by the trade ministry.', "the trade ministry"),
        ("The deal has been thrown out by the new leadership.", "the new leadership"),
        ("Reports that the howitzers had been sold were denied in Brussels on Friday.", "Brussels"),
        ("In a letter signed by Mona Kist the howitzers are called scrap.", "Mona Kist"),
        ("The ministry of supply wishes to clarify that the howitzers will go.", "The ministry of supply"),
        ("The howitzers will not go, so the minister Mona Kist to the Osterby daily.", "Mona Kist"),
        ("It was the customs chief, Mona Kist, who poured cold water on them: no howitzers.", "Mona Kist"),
        ("Officials now privately concede that no howitzer will go.", "Officials"),
        ("The dealer, pointing out that it was late, noted: no howitzer will go.", "The dealer"),
        ("Chief of staff Karel Osk last night scrapped the delivery.", "Karel Osk"),
        ("Hopes were dashed by the auditor general, whose report puts the howitzers in 2030.", "the auditor general"),
    ],
)
def test_who_tells_it_is_found_where_no_plain_verb_of_saying_has_a_subject(passage: str, name: str) -> None:
    assert ask(passage).startswith(name)


def test_a_person_is_not_taken_for_the_role_that_was_named_before() -> None:
    passage = "The Secretary met Interior Minister Mona Kist. The Secretary said that the howitzers would go."
    assert ask(passage) == "The Secretary"


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("The transfer came late, the treasurer noted. The howitzers, she said, would go.", "the treasurer"),
        ("The bank's chief of supply shook her head. The howitzers, she said, would go.", "chief of supply"),
        ('"Will" has gone from the ministry\'s page. The howitzers, it says, "may" go.', "the ministry's page"),
    ],
)
def test_a_pronoun_stands_for_who_can_speak(passage: str, name: str) -> None:
    assert name in ask(passage)


def test_nobody_says_what_a_minister_can_say() -> None:
    pair = Pair(passage_id="x", passage="The mayor can say what she likes.", context="", position=POSITION)
    assert find_speaker(pair).speaker.kind is SpeakerKind.NARRATOR
