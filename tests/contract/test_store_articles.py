"""Articles, passages, vectors, and what waits for which stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from monitor.errors import NotFound
from monitor.models import ArticleState, Stage
from monitor.store.base import ArticleFilter, Store
from tests.builders import (
    MODEL,
    alert,
    article,
    at,
    cluster_record,
    delivered,
    embedding,
    feed_state,
    passage,
    story,
    unit_vector,
    verdict,
)


def ids(articles: list[object]) -> list[str]:
    return [each.id for each in articles]  # type: ignore[attr-defined]  # articles of any list


def fill(store: Store, *numbers: int, state: ArticleState = ArticleState.FETCHED) -> None:
    store.record_poll(feed_state(), [delivered(number, state=state) for number in numbers])


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        (ArticleState.FETCHED, Stage.EXTRACT),
        (ArticleState.EXTRACTED, Stage.EMBED),
        (ArticleState.EMBEDDED, Stage.CLUSTER),
        (ArticleState.CLUSTERED, Stage.JUDGE),
    ],
)
def test_an_article_waits_for_the_stage_after_its_state(store: Store, state: ArticleState, stage: Stage) -> None:
    fill(store, 1, state=state)
    assert {each for each in Stage if each is not Stage.ALERT and store.pending(each, limit=9)} == {stage}
    assert {each for each, count in store.backlog().items() if count} == {stage}


@pytest.mark.parametrize("state", [ArticleState.JUDGED, ArticleState.SET_ASIDE])
def test_a_done_article_waits_for_nothing(store: Store, state: ArticleState) -> None:
    fill(store, 1, state=state)
    assert set(store.backlog().values()) == {0}


def test_nothing_is_pending_for_alerts(store: Store) -> None:
    with pytest.raises(ValueError, match="lease_alerts"):
        store.pending(Stage.ALERT, limit=1)


def test_the_backlog_of_an_empty_store_names_every_stage(store: Store) -> None:
    assert store.backlog() == dict.fromkeys(Stage, 0)


def test_the_backlog_counts_alerts_that_wait(store: Store) -> None:
    store.create_alerts([alert(1), alert(2)])
    assert store.backlog()[Stage.ALERT] == 2


def test_pending_is_ordered_by_our_clock_then_the_feeds_then_id(store: Store) -> None:
    times: dict[int, dict[str, Any]] = {
        1: {"first_seen_at": at(5), "published_at": None},
        2: {"first_seen_at": at(5), "published_at": at(4)},
        3: {"first_seen_at": at(5), "published_at": at(3)},
        4: {"first_seen_at": at(1), "published_at": None},
        5: {"first_seen_at": at(5), "published_at": None},
        6: {"first_seen_at": at(5), "published_at": at(3)},
    }
    store.record_poll(feed_state(), [delivered(number, **each) for number, each in times.items()])
    expected = [f"article-000{n}" for n in (4, 3, 6, 2, 1, 5)]
    assert ids([*store.pending(Stage.EXTRACT, limit=9)]) == expected
    assert ids([*store.pending(Stage.EXTRACT, limit=2)]) == expected[:2]
    assert store.pending(Stage.EXTRACT, limit=0) == []


def test_an_article_with_all_fields_comes_back(store: Store) -> None:
    full = article(
        1,
        authors=("A", "B"),
        reason="fall-back",
        revision=3,
        story_id="story-1",
        copy_of="article-7",
        state=ArticleState.JUDGED,
        text="a\nb\tc",
        published_at=None,
    )
    store.save_extracted([full], [])
    assert store.article("article-0001") == full


def test_an_unknown_article_is_not_found_by_name(store: Store) -> None:
    with pytest.raises(NotFound, match="article-9"):
        store.article("article-9")
    with pytest.raises(NotFound, match="article-9"):
        store.set_aside("article-9", "no text")


def test_articles_are_listed_newest_first_with_ties_by_id(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1), delivered(3, first_seen_at=at(2)), delivered(2), delivered(4)])
    assert ids([*store.articles(ArticleFilter(), limit=9)]) == [f"article-000{n}" for n in (4, 2, 3, 1)]
    assert len(store.articles(ArticleFilter(), limit=2)) == 2


@pytest.mark.parametrize(
    ("which", "number"),
    [
        (ArticleFilter(story_id="story-2"), 2),
        (ArticleFilter(publisher="pier.example"), 3),
        (ArticleFilter(state=ArticleState.JUDGED), 1),
        (ArticleFilter(since=at(3)), 3),
    ],
)
def test_each_article_filter_holds(store: Store, which: ArticleFilter, number: int) -> None:
    items = [
        delivered(1, state=ArticleState.JUDGED),
        delivered(2, story_id="story-2"),
        delivered(3, publisher="pier.example"),
    ]
    store.record_poll(feed_state(), items)
    assert ids([*store.articles(which, limit=9)]) == [f"article-000{number}"]


def test_all_article_filters_must_hold(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1, story_id="a"), delivered(2, story_id="a", publisher="p")])
    assert ids([*store.articles(ArticleFilter(story_id="a", publisher="p"), limit=9)]) == ["article-0002"]


def test_articles_by_ids_gives_those_that_exist(store: Store) -> None:
    fill(store, 1, 2)
    assert store.articles_by_ids(["article-0002", "article-9"]) == {"article-0002": article(2)}
    assert store.articles_by_ids([]) == {}


def test_a_thousand_ids_can_be_asked_for_at_once(store: Store) -> None:
    fill(store, *range(1, 1_201))
    assert len(store.articles_by_ids([f"article-{n:04d}" for n in range(1, 1_201)])) == 1_200


def test_saving_an_extracted_article_twice_keeps_its_passages_once(store: Store) -> None:
    fill(store, 1)
    extracted = article(1, state=ArticleState.EXTRACTED, text="Longer text")
    for _ in range(2):
        store.save_extracted([extracted], [passage(2), passage(1)])
    assert store.article("article-0001") == extracted
    assert store.passages_of(["article-0001"]) == {"article-0001": [passage(1), passage(2)]}


def test_passages_that_vanish_take_their_vectors_and_verdicts_along(store: Store) -> None:
    store.save_extracted([article(1)], [passage(1), passage(2)])
    store.save_embedded([], [embedding("passage-0001-1"), embedding("passage-0001-2")])
    store.record_verdicts(
        done=[], verdicts=[verdict("passage-0001-1"), verdict("passage-0001-2")], findings=[], alerts=[]
    )
    store.save_extracted([article(1)], [passage(2)])
    assert store.passages_of(["article-0001"]) == {"article-0001": [passage(2)]}
    assert set(store.vectors_of(["passage-0001-1", "passage-0001-2"], model=MODEL)) == {"passage-0001-2"}
    assert store.verdicts_on("position-0001", limit=9) == [verdict("passage-0001-2")]


def test_an_outdated_extraction_does_not_cover_up_a_revision(store: Store) -> None:
    fill(store, 1)
    store.record_poll(feed_state(), [delivered(1, content_hash="other", text="Second")])
    store.save_extracted([article(1, state=ArticleState.EXTRACTED)], [passage(1)])
    assert store.article("article-0001").text == "Second"
    assert store.backlog()[Stage.EXTRACT] == 1


def test_articles_extracted_together_keep_each_its_own_passages(store: Store) -> None:
    fill(store, 1, 2, 3)
    extracted = [article(n, state=ArticleState.EXTRACTED, text=f"Text {n}") for n in (1, 2, 3)]
    store.save_extracted(extracted, [passage(2), passage(1, of=3), passage(1)])
    assert list(store.articles_by_ids([each.id for each in extracted]).values()) == extracted
    assert store.passages_of(["article-0001", "article-0002", "article-0003"]) == {
        "article-0001": [passage(1), passage(2)],
        "article-0002": [],
        "article-0003": [passage(1, of=3)],
    }


def test_a_revision_keeps_back_its_own_article_alone(store: Store) -> None:
    fill(store, 1, 2)
    store.save_extracted([article(1, state=ArticleState.EXTRACTED)], [passage(1)])
    store.record_poll(feed_state(), [delivered(1, content_hash="other", text="Second")])
    extracted = [article(n, state=ArticleState.EXTRACTED) for n in (1, 2)]
    store.save_extracted(extracted, [passage(2), passage(1, of=2)])
    assert ids([*store.pending(Stage.EXTRACT, limit=9)]) == ["article-0001"]
    assert ids([*store.pending(Stage.EMBED, limit=9)]) == ["article-0002"]
    assert store.passages_of(["article-0001"]) == {"article-0001": [passage(1)]}


def test_of_an_article_extracted_twice_in_one_call_the_last_counts(store: Store) -> None:
    fill(store, 1)
    twice = [article(1, state=ArticleState.EXTRACTED, text=text) for text in ("First", "Last")]
    store.save_extracted(twice, [passage(1)])
    assert store.article("article-0001").text == "Last"
    assert store.passages_of(["article-0001"]) == {"article-0001": [passage(1)]}


def test_a_passage_of_another_article_is_refused_before_anything_is_written(store: Store) -> None:
    fill(store, 1)
    with pytest.raises(ValueError, match="article-0002"):
        store.save_extracted([article(1, state=ArticleState.EXTRACTED)], [passage(1), passage(1, of=2)])
    assert store.article("article-0001").state is ArticleState.FETCHED
    assert store.passages_of(["article-0001"]) == {"article-0001": []}


def test_articles_without_passages_have_an_empty_list(store: Store) -> None:
    assert store.passages_of(["article-9"]) == {"article-9": []}


def test_an_article_set_aside_says_why(store: Store) -> None:
    fill(store, 1)
    for _ in range(2):
        store.set_aside("article-0001", "no text")
    assert store.article("article-0001") == article(1, state=ArticleState.SET_ASIDE, reason="no text")


def test_reset_sends_articles_back(store: Store) -> None:
    fill(store, 1, 2, state=ArticleState.JUDGED)
    store.reset(["article-0001", "article-9"], ArticleState.EMBEDDED)
    assert ids([*store.pending(Stage.CLUSTER, limit=9)]) == ["article-0001"]
    assert store.article("article-0002").state is ArticleState.JUDGED


def test_an_article_to_be_clustered_again_forgets_its_decision(store: Store) -> None:
    fill(store, 1, state=ArticleState.EMBEDDED)
    store.save_embedded([], [embedding("article-0001")])
    store.save_clustered([cluster_record(1)], [story(1)], blob=("clusterer", b""))
    store.reset(["article-0001"], ArticleState.CLUSTERED)
    assert len(store.live_memos(since=at(0), model=MODEL)) == 1
    store.reset(["article-0001"], ArticleState.EMBEDDED)
    assert store.live_memos(since=at(0), model=MODEL) == []
    assert store.article("article-0001").story_id == "story-0001"


def test_vectors_come_back_bit_by_bit(store: Store) -> None:
    vector = unit_vector(0.1, -0.2, 1e-30)
    store.save_embedded([], [embedding("anything", vector)])
    found = store.vectors_of(["anything", "nothing"], model=MODEL)
    assert list(found) == ["anything"]
    assert found["anything"].dtype == np.float32
    assert np.array_equal(found["anything"], vector)


def test_a_later_model_replaces_the_vector(store: Store) -> None:
    store.save_embedded([], [embedding("a", model="old@1")])
    store.save_embedded([], [embedding("a", model="new@1")])
    assert store.vectors_of(["a"], model="old@1") == {}
    assert set(store.vectors_of(["a"], model="new@1")) == {"a"}


def test_embedding_marks_the_articles(store: Store) -> None:
    fill(store, 1, 2, state=ArticleState.EXTRACTED)
    store.save_embedded(["article-0001"], [embedding("article-0001")])
    assert store.article("article-0001").state is ArticleState.EMBEDDED
    assert store.article("article-0002").state is ArticleState.EXTRACTED


def test_embedding_passes_by_an_article_that_was_revised_meanwhile(store: Store) -> None:
    fill(store, 1, state=ArticleState.EXTRACTED)
    store.record_poll(feed_state(), [delivered(1, content_hash="other")])
    store.save_embedded(["article-0001"], [embedding("article-0001")])
    assert store.article("article-0001").state is ArticleState.FETCHED


def test_a_matrix_is_no_vector(store: Store) -> None:
    with pytest.raises(ValueError, match="shape"):
        store.save_embedded([], [embedding("a", np.ones((2, 2), dtype=np.float32))])


def test_articles_with_vectors_of_other_models_are_named_oldest_first(store: Store) -> None:
    fill(store, 1, 2, 3, state=ArticleState.JUDGED)
    store.save_extracted([article(4, state=ArticleState.EXTRACTED)], [passage(1, of=4)])
    store.save_embedded([], [embedding("article-0003", model="old@1"), embedding("article-0001", model="old@1")])
    store.save_embedded([], [embedding("article-0002"), embedding("passage-0004-1", model="old@1")])
    assert store.articles_of_other_models(MODEL, limit=9) == ["article-0001", "article-0003"]
    assert store.articles_of_other_models(MODEL, limit=1) == ["article-0001"]


def test_an_article_that_waits_for_extraction_needs_no_other_vector_now(store: Store) -> None:
    fill(store, 1)
    store.save_embedded([], [embedding("article-0001", model="old@1")])
    assert store.articles_of_other_models(MODEL, limit=9) == []
