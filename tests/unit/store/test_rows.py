"""Values to columns and back."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.hits import count_words, fuse, query_words, snippet
from monitor.store.plain import clean_text, time_text, to_json
from monitor.store.sqlite.rows import ids_text, read_vector, vector_blob
from tests.builders import unit_vector


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_times_sort_as_their_texts(one: object, other: object) -> None:
    try:
        texts = time_text(one), time_text(other)  # type: ignore[arg-type]  # hypothesis gives datetimes
    except ValueError:
        return  # beyond the years that UTC can name
    assert len(texts[0]) == len(texts[1]) == 32
    assert (texts[0] < texts[1]) == (one.astimezone(UTC) < other.astimezone(UTC))  # type: ignore[attr-defined]


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=[])))
def test_any_text_becomes_utf8_of_the_same_length_but_for_nul(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert len(clean) == len(text.replace("\0", ""))
    assert json.loads(ids_text([text])) == [clean]


def test_numbers_of_numpy_become_plain() -> None:
    assert json.loads(to_json({"a": np.float32(0.5), "b": np.int64(3), "c": np.array([1.0, 2.0])})) == {
        "a": 0.5,
        "b": 3,
        "c": [1.0, 2.0],
    }


def test_what_is_no_json_value_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON value"):
        to_json({"path": Path("x")})


def test_vectors_come_back_writable() -> None:
    vector = read_vector(vector_blob(unit_vector(1, 2)))
    vector[0] = 0
    assert vector.dtype == np.float32


def test_what_two_rankings_agree_on_comes_first() -> None:
    scores = fuse(["a", "b"], ["b", "c"])
    assert max(scores, key=scores.__getitem__) == "b"
    assert scores["a"] == pytest.approx(1 / 61)


def test_words_of_a_query_count_once_and_have_a_letter_or_digit() -> None:
    assert query_words('ferry  "the" ferry -- *  7') == ["ferry", '"the"', "7"]
    assert len(query_words(" ".join(map(str, range(1_000))))) == 32


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_a_snippet_of_anything_is_short(text: str, words: list[str]) -> None:
    assert len(snippet(text, words)) <= 244
    assert 0 <= count_words(text, words) <= len(words)


def test_a_snippet_marks_what_it_leaves_out() -> None:
    assert snippet("a " * 500 + "tariffs" + " b" * 500, ["tariff"]).startswith("… ")
    assert snippet("tariffs rise", ["tariff"]) == "tariffs rise"
