"""Search by words and by nearness, and each of its filters."""

from __future__ import annotations

import pytest

from monitor.models import VerdictLabel
from monitor.store.base import SearchFilter, SearchKind, Store
from tests.builders import MODEL, article, at, embedding, passage, unit_vector, verdict
from tests.contract.stores import words_found


def keep(store: Store, number: int, text: str, **changes: object) -> None:
    """An article of one passage."""
    store.save_extracted([article(number, text=text, title="", **changes)], [passage(1, of=number, text=text, start=0)])


def found(store: Store, query: str, which: SearchFilter | None = None, *, limit: int = 99) -> list[int]:
    return [int(hit.article_id[-4:]) for hit in words_found(store, query, which, limit=limit)]


def near(store: Store, *parts: float, query: str = "", model: str = MODEL, limit: int = 99) -> list[int]:
    hits = store.search(query, vector=unit_vector(*parts), model=model, which=SearchFilter(), limit=limit)
    return [int(hit.article_id[-4:]) for hit in hits]


def test_a_word_is_found_in_any_case_and_with_or_without_accents(store: Store) -> None:
    keep(store, 1, "The Café opens")
    assert found(store, "CAFE") == [1]
    assert found(store, "closes") == []


def test_a_hit_shows_its_article_and_passage(store: Store) -> None:
    keep(store, 1, "The ferry sails", story_id="story-1")
    hit = words_found(store, "ferry")[0]
    assert (hit.kind, hit.article_id, hit.passage_id) == (SearchKind.PASSAGE, "article-0001", "passage-0001-1")
    assert (hit.publisher, hit.url) == ("harbour.example", "https://harbour.example/1")
    assert (hit.story_id, hit.first_seen_at) == ("story-1", at(1))
    assert "ferry" in hit.snippet


def test_an_article_without_passages_is_found_by_its_title(store: Store) -> None:
    store.save_extracted([article(1, title="Ferry sails", text="")], [])
    hit = words_found(store, "ferry")[0]
    assert (hit.kind, hit.passage_id, hit.title) == (SearchKind.ARTICLE, "", "Ferry sails")


def test_an_article_is_shown_once_by_the_passage_with_most_words(store: Store) -> None:
    passages = [passage(n, text=text) for n, text in ((1, "A ferry."), (2, "The ferry strike."), (3, "A strike."))]
    store.save_extracted([article(1, text="A ferry. The ferry strike. A strike.")], passages)
    assert [hit.passage_id for hit in words_found(store, "ferry strike")] == ["passage-0001-2"]


def test_articles_with_all_words_come_before_those_with_some(store: Store) -> None:
    keep(store, 1, "ferry ferry ferry ferry")
    keep(store, 2, "A long text about many things and then a ferry and much later, at last, a strike " * 3)
    keep(store, 3, "strike strike strike")
    assert found(store, "ferry strike")[0] == 2
    assert sorted(found(store, "ferry strike")) == [1, 2, 3]


def test_a_snippet_is_short_and_around_the_word(store: Store) -> None:
    keep(store, 1, "before " * 200 + "ferry" + " after" * 200)
    snippet = words_found(store, "ferry")[0].snippet
    assert "ferry" in snippet
    assert len(snippet) < 300


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""',
        "ferry AND (",
        "NEAR(ferry",
        "title:ferry",
        "ferry*",
        "-ferry",
        "^ferry",
        "ferry OR",
        "'; DROP TABLE articles; --",
        "\0ferry",
        "\ud800ferry",
        "{ferry} + ^",
        "*",
        "()",
        "ferry " * 5_000,
        " ".join(f"word{n}" for n in range(5_000)),
        "\U0001f600",
        "½ ⅷ 字",
    ],
)
def test_no_query_is_a_mistake(store: Store, query: str) -> None:
    keep(store, 1, "The ferry sails")
    assert found(store, query) in ([1], [])


def test_operators_are_looked_for_as_words(store: Store) -> None:
    keep(store, 1, "The ferry sails")
    keep(store, 2, "Neither and nor")
    assert found(store, "ferry AND neither") in ([1, 2], [2, 1])


@pytest.mark.parametrize("query", ["", "   ", "!?"])
def test_a_query_without_words_finds_nothing(store: Store, query: str) -> None:
    keep(store, 1, "The ferry sails")
    assert found(store, query) == []


def test_a_replaced_text_is_no_longer_found(store: Store) -> None:
    keep(store, 1, "The ferry sails")
    keep(store, 1, "The train leaves")
    assert found(store, "ferry") == []
    assert found(store, "train") == [1]


def test_nearness_of_meaning_finds_without_words(store: Store) -> None:
    keep(store, 1, "The ferry sails")
    keep(store, 2, "The train leaves")
    store.save_embedded([], [embedding("passage-0001-1", unit_vector(1, 0, 0))])
    store.save_embedded([], [embedding("article-0002", unit_vector(0, 1, 0))])
    assert near(store, 0.9, 0.1, 0) == [1, 2]
    assert near(store, 0.1, 0.9, 0) == [2, 1]
    assert near(store, 0.1, 0.9, 0, limit=1) == [2]


def test_the_nearest_passage_is_shown(store: Store) -> None:
    store.save_extracted([article(1)], [passage(1), passage(2)])
    store.save_embedded(
        [], [embedding("passage-0001-1", unit_vector(1, 0)), embedding("article-0001", unit_vector(1, 1))]
    )
    store.save_embedded([], [embedding("passage-0001-2", unit_vector(0, 1))])
    hits = store.search("", vector=unit_vector(0.1, 1), model=MODEL, which=SearchFilter(), limit=9)
    assert [hit.passage_id for hit in hits] == ["passage-0001-2"]


def test_the_nearest_passage_is_shown_also_where_the_article_itself_is_nearer(store: Store) -> None:
    store.save_extracted([article(1)], [passage(1), passage(2)])
    vectors = [unit_vector(1, 0, 0), unit_vector(0, 1, 0), unit_vector(1, 1, 0)]
    owners = [article(1).id, "passage-0001-1", "passage-0001-2"]
    store.save_embedded([article(1).id], [embedding(o, v) for o, v in zip(owners, vectors, strict=True)])
    hits = store.search("", vector=unit_vector(1, 0, 0), model=MODEL, which=SearchFilter(), limit=9)
    assert [hit.passage_id for hit in hits] == ["passage-0001-2"]


def test_found_by_words_and_by_nearness_beats_either(store: Store) -> None:
    for number, text in ((1, "The ferry"), (2, "The ferry sails"), (3, "The train")):
        keep(store, number, text)
    store.save_embedded(
        [], [embedding("article-0003", unit_vector(1, 0)), embedding("article-0002", unit_vector(1, 0.2))]
    )
    assert near(store, 1, 0, query="ferry")[0] == 2
    assert sorted(near(store, 1, 0, query="ferry")) == [1, 2, 3]


def test_vectors_of_other_models_or_sizes_are_not_compared(store: Store) -> None:
    keep(store, 1, "The ferry sails")
    store.save_embedded([], [embedding("article-0001", unit_vector(1, 0, 0))])
    assert near(store, 1, 0, 0, model="other@1") == []
    assert near(store, 1, 0) == []


FILTERS = [
    (SearchFilter(since=at(3)), [3, 4]),
    (SearchFilter(until=at(3)), [1, 2]),
    (SearchFilter(since=at(2), until=at(4)), [2, 3]),
    (SearchFilter(publisher="pier.example"), [2]),
    (SearchFilter(story_id="story-3"), [3]),
    (SearchFilter(position_id="position-0001"), [1, 4]),
    (SearchFilter(verdict=VerdictLabel.MATCHES), [1, 2]),
    (SearchFilter(position_id="position-0001", verdict=VerdictLabel.MATCHES), [1]),
    (SearchFilter(position_id="position-0001", since=at(2)), [4]),
]


@pytest.mark.parametrize(("which", "expected"), FILTERS)
def test_each_filter_holds_for_words_and_for_nearness(store: Store, which: SearchFilter, expected: list[int]) -> None:
    changes: dict[int, dict[str, object]] = {2: {"publisher": "pier.example"}, 3: {"story_id": "story-3"}}
    for number in (1, 2, 3, 4):
        keep(store, number, "The ferry sails", **changes.get(number, {}))
        store.save_embedded([], [embedding(f"passage-{number:04d}-1", unit_vector(1, number))])
    verdicts = [
        verdict("passage-0001-1", label=VerdictLabel.MATCHES),
        verdict("passage-0002-1", "position-0002", label=VerdictLabel.MATCHES),
        verdict("passage-0004-1"),
    ]
    store.record_verdicts(done=[], verdicts=verdicts, findings=[], alerts=[])
    assert sorted(found(store, "ferry", which)) == expected
    by_vector = store.search("", vector=unit_vector(1, 1), model=MODEL, which=which, limit=99)
    assert sorted(int(hit.article_id[-4:]) for hit in by_vector) == expected


def test_scores_fall_and_the_limit_holds(store: Store) -> None:
    for number in range(1, 6):
        keep(store, number, "ferry " * number)
    scores = [hit.score for hit in words_found(store, "ferry")]
    assert scores == sorted(scores, reverse=True)
    assert len(found(store, "ferry", limit=2)) == 2
    assert found(store, "ferry", limit=0) == []
