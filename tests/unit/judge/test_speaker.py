"""Who says it: the guide's traps, one by one."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.judge.speaker import find_speaker
from monitor.models import Office, Pair, Position, SpeakerKind, Term

POSITION = Position(
    id="p",
    story_id="s",
    holder="Government of Velmark",
    aliases=("Velmark", "Osterby", "defence ministry"),
    office="o",
    topic="howitzers",
    statement="Velmark will deliver 48 howitzers to Tarsia by June 2026.",
    stated_on=date(2025, 9, 16),
)
OFFICE = Office(
    id="o",
    name="Defence Minister of Velmark",
    terms=(
        Term(holder="Anton Reel", until_on=date(2024, 12, 31)),
        Term(holder="Ilse Brandvik", from_on=date(2025, 1, 1), until_on=date(2026, 1, 31)),
        Term(holder="Otto Lund", from_on=date(2026, 2, 1)),
    ),
)


def ask(passage: str, *, context: str = "", on: date | None = None, office: Office = OFFICE) -> tuple[str, SpeakerKind]:
    pair = Pair(passage_id="x", passage=passage, context=context, position=POSITION, office=office, on=on)
    speaker = find_speaker(pair).speaker
    return speaker.name, speaker.kind


@pytest.mark.parametrize(
    ("passage", "name", "kind"),
    [
        ('"All 48 guns will be there by June," Ilse Brandvik said on Monday.', "Ilse Brandvik", SpeakerKind.HOLDER),
        ('"The guns will go," said Ilse Brandvik, the defence minister.', "Ilse Brandvik", SpeakerKind.HOLDER),
        (
            "Ilse Brandvik, who has run the ministry for a year, insisted that the guns would go.",
            "Ilse Brandvik",
            SpeakerKind.HOLDER,
        ),
        ("The guns will go in May, according to the defence ministry.", "the defence ministry", SpeakerKind.HOLDER),
        ("Osterby denied that the howitzers had been sold elsewhere.", "Osterby", SpeakerKind.HOLDER),
        ("The howitzers will go, Karel Osk, a retired auditor, argued.", "Karel Osk", SpeakerKind.OTHER),
        (
            "Twelve howitzers will go, people familiar with the plan said.",
            "people familiar with the plan",
            SpeakerKind.ANONYMOUS,
        ),
        ("Twelve guns will go, officials said on condition of anonymity.", "officials", SpeakerKind.ANONYMOUS),
        ("The guns will go, said the opposition leader, Mona Kist.", "Mona Kist", SpeakerKind.OTHER),
    ],
)
def test_the_decisive_words_are_given_to_whoever_is_named(passage: str, name: str, kind: SpeakerKind) -> None:
    assert ask(passage) == (name, kind)


def test_a_later_holder_of_the_office_is_the_successor() -> None:
    assert ask("Otto Lund said that no howitzer would go.", on=date(2026, 3, 1)) == ("Otto Lund", SpeakerKind.SUCCESSOR)


def test_an_earlier_holder_of_the_office_is_somebody_else() -> None:
    assert ask("Anton Reel said that no howitzer would go.")[1] is SpeakerKind.OTHER


def test_the_spokesman_speaks_for_whoever_holds_the_office_on_the_articles_day() -> None:
    passage = "A spokesman for the defence ministry said that no howitzer would go."
    assert ask(passage, on=date(2025, 10, 1))[1] is SpeakerKind.HOLDER
    assert ask(passage, on=date(2026, 3, 1))[1] is SpeakerKind.SUCCESSOR


def test_a_pronoun_stands_for_the_person_in_the_context() -> None:
    context = "Defence minister Ilse Brandvik faced the committee."
    assert ask("She would not, she added, be moved from the figure of 48.", context=context) == (
        "Ilse Brandvik",
        SpeakerKind.HOLDER,
    )


def test_a_surname_is_filled_out_from_the_context() -> None:
    context = "Radu Vestin chairs the audit office."
    assert ask("The guns are late, Vestin said.", context=context)[0] == "Radu Vestin"


def test_a_verb_inside_a_quotation_finds_no_speaker() -> None:
    assert ask('"They said the guns were late," Ilse Brandvik told parliament.')[0] == "Ilse Brandvik"


def test_a_trailing_attribution_stands_above_what_it_reports() -> None:
    name, kind = ask("Velmark has told allies that it will keep the guns, according to three Tarsian diplomats.")
    assert (name, kind) == ("three Tarsian diplomats", SpeakerKind.ANONYMOUS)


def test_what_the_holder_does_counts_as_its_word() -> None:
    assert ask("Velmark scrapped the delivery on Friday.") == ("Velmark", SpeakerKind.HOLDER)


def test_without_speaker_and_deed_the_narrator_speaks() -> None:
    assert ask("The howitzers weigh 48 tonnes each.") == ("", SpeakerKind.NARRATOR)


def test_the_ministry_of_another_country_is_not_the_holder() -> None:
    assert ask("The guns will go, the French defence ministry said.")[1] is SpeakerKind.OTHER


@pytest.mark.parametrize(
    "passage",
    [
        "The shell holds a chemical called torvane.",
        "The delay went ahead, sparking widespread fears about the front.",
        "Freeing all of Tarsia's claims from the court took a year.",
        "Tarsia's sweeping territorial claims in the north stay as they are.",
        "You don’t let the crew wait.",
        "It is noted that the guns are new.",
        "The howitzers are expected in June.",
        "The visitors came only to find repeated delays.",
    ],
)
def test_words_that_only_look_like_an_attribution_name_nobody(passage: str) -> None:
    assert ask(passage) == ("", SpeakerKind.NARRATOR)


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        (
            "The guns will go, three officials who took part in the talks said.",
            "three officials who took part in the talks",
        ),
        ("Even the Osterby Herald reported that the guns will go.", "the Osterby Herald"),
        ("After counting all the guns the auditor found that four were missing.", "the auditor"),
        ("The guns stay at home, defence minister Ilse Brandvik made plain in Osterby.", "Ilse Brandvik"),
        ('"We count daily," head of supply at the National Arms Council Karel Osk said.', "Karel Osk"),
        ("Although Velmark has not officially announced any delay, experts note that guns are late.", "experts"),
        ("Velmark has long argued for more guns.", "Velmark"),
    ],
)
def test_a_name_is_taken_without_the_words_around_it(passage: str, name: str) -> None:
    assert ask(passage)[0] == name


def test_a_quotation_goes_on_with_whom_the_sentence_before_quotes() -> None:
    context = '"The guns will go," said Karel Osk, a retired auditor.'
    assert ask("“They go in May, and all of them will.”", context=context) == ("Karel Osk", SpeakerKind.OTHER)


def test_prose_after_a_quotation_is_the_narrators() -> None:
    context = '"The guns will go," said Karel Osk, a retired auditor.'
    assert ask("The howitzers weigh 48 tonnes each.", context=context) == ("", SpeakerKind.NARRATOR)


def test_a_source_who_was_granted_anonymity_is_anonymous() -> None:
    passage = '"Talks have begun," said a parliamentary official who was granted anonymity to speak freely.'
    assert ask(passage)[1] is SpeakerKind.ANONYMOUS


def test_a_pronoun_stands_for_a_person_named_by_surname_alone() -> None:
    context = "Osk made it clear that the guns would go."
    assert ask("He warned that four of them were late.", context=context)[0] == "Osk"


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("The plan is dead, two managers who have seen that list said.", "two managers who have seen that list"),
        ("The guns stay, date included, said people briefed on the talks.", "people briefed on the talks"),
        ("The navy denies it, yet a cabinet source says the order is dead.", "a cabinet source"),
        ("The order was refused by the board last week, two current employees said.", "two current employees"),
    ],
)
def test_sources_at_the_end_of_a_sentence_are_found(passage: str, name: str) -> None:
    assert ask(passage) == (name, SpeakerKind.ANONYMOUS)


def test_a_whole_sentence_of_quotation_belongs_to_whom_the_one_before_presents() -> None:
    passage = "Asked whether the guns would go, the defence minister grew vague. “I would rather wait.”"
    assert ask(passage) == ("the defence minister", SpeakerKind.HOLDER)


def test_another_countrys_office_is_not_the_holders_even_where_the_holder_is_named() -> None:
    assert ask("Corsun's defence minister said that Velmark's guns would come.")[1] is SpeakerKind.OTHER


def test_a_paper_speaks_for_the_body_named_before_it() -> None:
    assert ask("Osterby denied the report. The guns would go in May, a government statement said.")[0] == "Osterby"


def test_a_participle_gives_its_noun_no_voice() -> None:
    passage = "A spokesman for the ministry denied it. Every one of the guns pledged would go in May, he said."
    assert ask(passage)[0] == "A spokesman for the ministry"


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("Karel Osk took a sip of water and said that the guns would go.", "Karel Osk"),
        ("Karel Osk signed the paper on Monday, adding that the guns would go.", "Karel Osk"),
        ("The auditor's reply, in the lobby, was that the guns would go.", "The auditor"),
        (
            "There are no guns, whatever the papers keep telling people, said Karel Osk, who heads the yard.",
            "Karel Osk",
        ),
        ("The lawyer who now heads the yard insisted that the guns would go.", "The lawyer who now heads the yard"),
        (
            "The jobs announced for June have been cut, according to two managers at the yard.",
            "two managers",
        ),
        ("The guns resolved by 14 votes to 2 are late, Karel Osk read out.", "Karel Osk"),
        ("It stays so, said Velmark's new arms minister, Karel Osk.", "Karel Osk"),
    ],
)
def test_the_speaker_is_found_away_from_the_verb(passage: str, name: str) -> None:
    assert ask(passage)[0] == name


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("The ministry in Osterby called it a lie. The numbers in the photographs, it said, were old.", "The ministry"),
        ("A former yard chief, Karel Osk, denied it. Inspectors had spent nine hours there, he said.", "Karel Osk"),
        ("I asked their ambassador. The guns will go, he said.", "their ambassador"),
        ("Two managers at the yard spoke of delays. The guns, they said, would stay.", "two managers at the yard"),
    ],
)
def test_a_pronoun_stands_for_whoever_can_speak(passage: str, name: str) -> None:
    assert ask(passage)[0].startswith(name)


@pytest.mark.parametrize(
    "passage",
    ["Questions had to be handed in on cards.", "Each army has got back its men.", "Ten guns have found a home."],
)
def test_what_only_opens_a_sentence_with_a_capital_is_no_actor(passage: str) -> None:
    assert ask(passage) == ("", SpeakerKind.NARRATOR)


def test_a_place_named_before_a_title_is_not_the_person_behind_it() -> None:
    assert ask("The guns will cross at the Peace Bridge, the envoy in Corsun wrote.")[0] == "the envoy in Corsun"


@pytest.mark.parametrize(
    "passage", ["", " ", '"', "“", "said", "said said said", ", said", "—" * 50, "X" * 5_000, "\x01\x00 said"]
)
def test_odd_text_does_no_harm(passage: str) -> None:
    assert ask(passage)[1] in set(SpeakerKind)
