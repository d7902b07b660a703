"""Generations: what happens to articles when a new one is begun, and what maintenance does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.models import ArticleState
from monitor.settings import StoreSettings
from monitor.store.base import Arrival, ArticleFilter, SearchFilter
from monitor.store.elastic import upkeep
from monitor.store.elastic.store import ElasticStore
from tests.builders import MODEL, article, at, delivered, embedding, evidence, feed_state, finding, passage, unit_vector
from tests.services.elasticsearch.contract import connect, drop, drop_indices, empty, prepared

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def settings(elastic_url: str) -> Iterator[StoreSettings]:
    settings = prepared(elastic_url)
    yield settings
    drop(settings)


@pytest.fixture
def store(settings: StoreSettings) -> Iterator[ElasticStore]:
    with connect(settings.url) as es:
        for kind in ("articles", "passages", "vectors"):
            drop_indices(es, f"{settings.index_prefix}-{kind}-*")
    store = ElasticStore(settings)
    store.prepare()
    empty(settings)
    yield store
    store.close()


@pytest.fixture
def always_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """One article fills a generation."""
    monkeypatch.setattr(upkeep, "ROLL_ARTICLES", 1)


def indices(settings: StoreSettings) -> list[str]:
    with connect(settings.url) as es:
        found = es.indices.get_alias(index=f"{settings.index_prefix}-*")
    grown = ("articles", "passages", "vectors")
    return sorted(i.removeprefix(f"{settings.index_prefix}-") for i in found if any(kind in i for kind in grown))


def keep(store: ElasticStore, number: int) -> None:
    store.record_poll(feed_state(), [delivered(number)])
    store.save_extracted([article(number, state=ArticleState.EXTRACTED)], [passage(1, of=number)])
    store.save_embedded([article(number).id], [embedding(article(number).id), embedding(f"passage-{number:04d}-1")])


@pytest.mark.usefixtures("always_full")
def test_a_full_generation_is_followed_by_a_new_one(store: ElasticStore, settings: StoreSettings) -> None:
    keep(store, 1)
    assert store.maintain()[0] == "generation 2 begun"
    keep(store, 2)
    assert indices(settings) == [
        "articles-000001",
        "articles-000002",
        "passages-000001",
        "passages-000002",
        "vectors-000001-d3",
        "vectors-000002-d3",
    ]


@pytest.mark.usefixtures("always_full")
def test_a_generation_that_another_process_began_meanwhile_is_left_alone(
    store: ElasticStore, settings: StoreSettings
) -> None:
    keep(store, 1)
    store.maintain()
    late = ElasticStore(store._client._settings)
    seen = [[1], [2, 1]]  # what it knew before the other's rollover, and what it sees when it looks again
    late._generations = lambda: seen.pop(0)  # type: ignore[method-assign]
    assert late._roll_over() == []
    late.close()
    assert "passages-000002" in indices(settings)


def test_a_young_small_generation_stays(store: ElasticStore, settings: StoreSettings) -> None:
    keep(store, 1)
    assert store.maintain() == []
    assert indices(settings) == ["articles-000001", "passages-000001", "vectors-000001-d3"]


@pytest.mark.usefixtures("always_full")
def test_an_article_of_an_older_generation_is_known_and_revised_where_it_is(
    store: ElasticStore, settings: StoreSettings
) -> None:
    keep(store, 1)
    store.maintain()
    assert store.record_poll(feed_state(), [delivered(1)]) == [Arrival.KNOWN]
    assert store.record_poll(feed_state(), [delivered(1, content_hash="other")]) == [Arrival.REVISED]
    keep(store, 1)
    assert len(store.articles(ArticleFilter(), limit=10)) == 1
    with connect(settings.url) as es:
        assert es.count(index=f"{settings.index_prefix}-passages-000002")["count"] == 0


@pytest.mark.usefixtures("always_full")
def test_search_and_memos_reach_over_generations(store: ElasticStore) -> None:
    keep(store, 1)
    store.maintain()
    keep(store, 2)
    hits = store.search("envoy", vector=unit_vector(1, 2, 3), model=MODEL, which=SearchFilter(), limit=10)
    assert {hit.article_id for hit in hits} == {"article-0001", "article-0002"}
    assert set(store.vectors_of(["article-0001", "article-0002"], model=MODEL)) == {"article-0001", "article-0002"}


@pytest.mark.usefixtures("always_full")
def test_an_article_made_in_two_generations_at_once_stays_in_the_older(store: ElasticStore) -> None:
    keep(store, 1)
    old = store._writing_index()
    store.maintain()
    late = ElasticStore(store._client._settings)  # a process that looked before the rollover and writes after it
    late._writing_index = lambda: old  # type: ignore[method-assign]
    assert store.record_poll(feed_state(), [delivered(2)]) == [Arrival.NEW]
    late._get = lambda *_args, **_more: {}  # type: ignore[method-assign]
    late._record_arrivals({"article-0002": delivered(2)})
    del late._get, late._writing_index
    assert late._forget_doubles(old, ["article-0002"]) == ["article-0002"]
    assert [hit.index[-6:] for hit in late._client.find(late._names.alias("articles"))] == ["000001", "000001"]
    late.close()


@pytest.mark.usefixtures("always_full")
def test_a_closed_generation_is_merged_to_one_segment_and_an_empty_one_dropped(
    store: ElasticStore, settings: StoreSettings
) -> None:
    keep(store, 1)
    store.counts()  # refreshes: one segment
    keep(store, 2)
    store.maintain()
    keep(store, 3)
    assert store.delete_before(at(2.5)) == 2
    assert "generation 1 dropped: it was empty" in store.maintain()
    assert [name for name in indices(settings) if "000001" in name] == []
    assert [each.id for each in store.articles(ArticleFilter(), limit=10)] == ["article-0003"]


@pytest.mark.usefixtures("always_full")
def test_a_generation_that_a_finding_cites_is_kept(store: ElasticStore, settings: StoreSettings) -> None:
    keep(store, 1)
    store.record_verdicts(done=[], verdicts=[], findings=[finding(1, evidence=(evidence(1),))], alerts=[])
    store.maintain()
    assert store.delete_before(at(100)) == 0
    store.maintain()
    assert "articles-000001" in indices(settings)
