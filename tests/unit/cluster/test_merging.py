from __future__ import annotations

import random
from dataclasses import astuple, replace

import numpy as np
import pytest

from monitor.cluster import words as w
from monitor.cluster.document import Document, describe_item
from monitor.cluster.frequencies import Frequencies
from monitor.cluster.merging import LIKENESS, NEEDED, load_model
from monitor.cluster.stories import Story
from tests.unit.cluster.invented import DIM, make_item, write_text

WEEK = 7 * 86_400.0


def _document(subject: str, place: str, number: int, *, at: float = 0.0) -> Document:
    text = write_text(random.Random(number), subject, place, "Mira Tanno")
    item = make_item(f"{subject}{place}{number}", f"{subject} in {place}", text)
    document = describe_item(item, w.name_entities(item.title, item.text), Frequencies(1_000))[1]
    document.at = at
    return document


def _story(*documents: Document) -> Story:
    story = Story(documents[0].id, 0, DIM)
    for document in documents:
        story.add(document)
    return story


def _flood(*numbers: int, at: float = 0.0) -> Story:
    return _story(*(_document("flood", "Arvena", number, at=at) for number in numbers))


def test_a_crowded_stream_and_a_pause_ask_for_more() -> None:
    model, story, article = load_model(), _flood(1, 2), _document("flood", "Arvena", 3)
    quiet = model.measure(article, [story], crowding=0.2, window_seconds=WEEK)[0]
    crowded = model.measure(article, [story], crowding=0.6, window_seconds=WEEK)[0]
    later = model.measure(replace(article, at=WEEK / 2), [story], crowding=0.2, window_seconds=WEEK)[0]
    assert crowded[NEEDED] - quiet[NEEDED] == pytest.approx(0.4 * model.crowding)
    assert later[NEEDED] - quiet[NEEDED] == pytest.approx(0.5 * model.gap)
    assert crowded[LIKENESS] == quiet[LIKENESS] == later[LIKENESS]


def test_headlines_need_less_likeness() -> None:
    model, story, article = load_model(), _flood(1, 2), _document("flood", "Arvena", 3)
    long, brief = (replace(article, n_words=n) for n in (400, 9))
    rows = [model.measure(one, [story], crowding=0.3, window_seconds=WEEK)[0] for one in (long, brief)]
    assert rows[1][NEEDED] < rows[0][NEEDED] - 0.1


def test_a_half_is_where_likeness_is_just_what_is_needed() -> None:
    rows = np.array([[0.5, 0.2, 0.2, 0.7, 0.7], [0.5, 0.2, 0.2, 0.8, 0.7], [0.5, 0.2, 0.2, 0.6, 0.7]])
    even, above, below = load_model().probabilities(rows).tolist()
    assert even == pytest.approx(0.5)
    assert above == pytest.approx(1 - below)
    assert above > 0.6


def test_halves_of_one_event_are_one_and_two_events_are_not() -> None:
    model, half = load_model(), _flood(1, 2, 3)
    others = [_flood(4, 5, 6), _story(*(_document("trial", "Farrow", number) for number in (7, 8, 9)))]
    same, other = model.join_margins(half, others, crowding=0.4, window_seconds=WEEK).tolist()
    assert same > 0 > other


def test_comparing_two_stories_does_not_depend_on_which_comes_first() -> None:
    model, one, other = load_model(), _flood(1, 2, 3), _flood(4, 5, at=86_400.0)
    forth = model.join_margins(one, [other], crowding=0.4, window_seconds=WEEK)
    back = model.join_margins(other, [one], crowding=0.4, window_seconds=WEEK)
    assert forth == pytest.approx(back)


def test_the_packaged_numbers_say_what_likeness_is_for() -> None:
    model = load_model()
    assert all(np.isfinite(astuple(model)))
    assert min(model.words, model.entities, model.crowding, model.gap) >= 0
    assert model.join_needed + model.crowding > model.needed
