"""Where a sentence ends in news prose, and that nothing is lost between two."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.sentences import split_sentences

CASES = [
    ["The U.S. is ready.", "President Berg met Mr. Lind on Jan. 5 in Washington, D.C., on Monday."],
    ["He moved to the U.S.", "The deal was worth $3.5 billion."],
    ["Talks with the U.S. Government failed.", "The E.U. Commission agreed."],
    ["“That has been our case,” a spokesperson said.", "“We want them to win.", "It must.”"],
    ['"We will not go," she said.', '"Never!" he cried.', "They left."],
    ["“Are we done?” he asked reporters.", "No one answered."],
    ["Gen. Mark A. Mills and Sen. J. D. Vale spoke with Lt. Col. Smith.", "Gov. Lee did not."],
    ["Growth was 2.5 per cent vs. 1.9 in 2020.", "No. 10 declined to comment."],
    ["Shares of Acme Inc. rose 3 p.m. Tuesday.", "Apex Corp. fell."],
    ["It starts at 8 a.m.", "Officials will attend."],
    ["Ms. Lee and Rep. Tom Cole, R-Okla., agreed.", "Rt. Hon. Boris Berg spoke at the U.N."],
    ["He died (aged 80).", "[The deal] is off.", "They won’t say why."],
    ["The bloc’s leaders’ view differs.", "They won’t."],
    ["He asked: 'Why now?'", "'Because,' she said, 'we won't wait.'", "The minister's aide agreed."],
    ["„Wir bleiben.“", "Er ging."],
    ["«Nous restons.»", "Il est parti."],
    ["It cost $5.", "“Too much!”", "Mr. Smith said so."],
]


@pytest.mark.parametrize("sentences", CASES, ids=lambda case: case[0][:30])
def test_news_prose_is_cut_at_sentence_ends(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[span.start : span.end] for span in split_sentences(text)] == sentences


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=" .!?abAB“”\"'’(),\n5é🎉", max_size=80))
def test_nothing_but_white_space_lies_between_sentences(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    assert all(one.end <= two.start for one, two in pairwise(spans))


@pytest.mark.parametrize("piece", ["“", "'", "(", "A. ", ". ", "x.y", "Ms. ", "He is. "])
def test_hostile_paragraphs_are_cut_in_time(piece: str) -> None:
    started = time.process_time()
    split_sentences((piece * 200_000)[:200_000])
    assert time.process_time() - started < 5


def test_an_unknown_language_is_cut_all_the_same() -> None:
    assert len(split_sentences("One ends. Two ends.", "zz")) == len(split_sentences("One ends. Two ends.", "")) == 2
