"""What becomes one passage."""

from __future__ import annotations

from dataclasses import replace

from monitor.extract.passages import MAX_CHARS, cut_passages
from tests.unit.extract.jobs import make_job

SHORT = "The ferry sailed at dawn."


def cut(*paragraphs: str, sentences: int = 2, title: str = "") -> list[str]:
    text = "\n\n".join((title, *paragraphs) if title else paragraphs)
    article = replace(make_job().article, title=title, text=text, language="en")
    passages = list(cut_passages(article, sentences=sentences))
    assert all(text[p.start : p.end] == p.text for p in passages)
    return [p.text for p in passages]


def test_two_sentences_make_a_passage() -> None:
    assert cut("One boat has left. Two boats came in. Three boats have sunk.") == [
        "One boat has left. Two boats came in.",
        "Three boats have sunk.",
    ]


def test_as_many_sentences_as_asked_for() -> None:
    three = "One boat has left. Two boats came in. Three boats have sunk."
    assert cut(three, sentences=1) == ["One boat has left.", "Two boats came in.", "Three boats have sunk."]
    assert cut(three, sentences=3) == [three]


def test_a_passage_never_crosses_a_paragraph() -> None:
    assert cut(SHORT, "It was full to the brim.") == [SHORT, "It was full to the brim."]


def test_a_quotation_over_two_sentences_keeps_its_speaker() -> None:
    quote = "“We want a stronger boat. It is not that we fear the sea,” they added."
    assert cut(f"{SHORT} {quote} The crowd went home.", sentences=1)[1] == quote


def test_two_quotations_stay_with_the_speaker_between_or_after() -> None:
    assert cut("“We will stay.” “We want the boat,” they added.", sentences=1) == [
        "“We will stay.” “We want the boat,” they added."
    ]
    assert cut("“We will stay here,” Berg said. “We want the boat.”", sentences=1) == [
        "“We will stay here,” Berg said. “We want the boat.”"
    ]


def test_the_speaker_after_an_exclamation_stays_with_it() -> None:
    assert cut("“It costs far too much!” Mr. Berg said. The crowd left for home.", sentences=1) == [
        "“It costs far too much!” Mr. Berg said.",
        "The crowd left for home.",
    ]


def test_a_long_quotation_is_cut_at_three_sentences() -> None:
    quote = "“" + " ".join(f"We counted boat number {n} twice." for n in range(7)) + "” Berg said."
    found = cut(quote, sentences=1)
    assert len(found) >= 3
    assert found[-1].endswith("Berg said.")


def test_a_very_long_sentence_stands_alone() -> None:
    long = "The council, " + "which met at the old quay for hours, " * 10 + "agreed."
    assert cut(f"{long} {SHORT}") == [long, SHORT]


def test_a_sentence_over_the_cap_is_cut_at_a_clause() -> None:
    found = cut("The council, " + "which met at the old quay for hours, " * 40 + "agreed.")
    assert len(found) > 1
    assert all(len(piece) <= MAX_CHARS for piece in found)
    assert all(piece.endswith(",") for piece in found[:-1])


def test_text_without_any_stop_or_space_is_cut_too() -> None:
    assert all(len(piece) <= MAX_CHARS for piece in cut("x" * 5_000))


def test_a_fragment_stays_with_its_neighbour() -> None:
    assert cut("Why now? The council gave no reason for it. It rained all day long.", sentences=1)[0] == (
        "Why now? The council gave no reason for it."
    )


def test_a_subheading_is_context_but_no_passage() -> None:
    text = f"{SHORT}\n\nThe cost\n\nIt is high, many say."
    passages = list(cut_passages(replace(make_job().article, title="", text=text, language="en"), sentences=2))
    assert [p.text for p in passages] == [SHORT, "It is high, many say."]
    assert passages[1].context == f"{SHORT} The cost"


def test_a_title_of_three_words_is_no_passage() -> None:
    assert cut(SHORT, title="Ferry vote passes") == [SHORT]
    assert cut(SHORT, title="Ferry vote passes narrowly") == ["Ferry vote passes narrowly", SHORT]


def test_context_is_the_two_sentences_before_across_paragraphs() -> None:
    text = "One boat left port.\n\nTwo boats came in. Three boats have sunk.\n\nFour boats were built."
    passages = list(cut_passages(replace(make_job().article, title="", text=text, language="en"), sentences=1))
    assert [p.context for p in passages] == [
        "",
        "One boat left port.",
        "One boat left port. Two boats came in.",
        "Two boats came in. Three boats have sunk.",
    ]
