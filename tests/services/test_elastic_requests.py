"""What is done to many articles at once costs as many requests as for one: a request takes longer than what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.bootstrap import open_services
from monitor.models import ArticleState
from monitor.pipeline import run_once
from monitor.settings import EmbedSettings, FetchSettings, JudgeSettings, RunSettings, Settings, StoreSettings
from monitor.store.base import Store
from monitor.store.elastic.store import ElasticStore
from tests.builders import MODEL, article, cluster_record, delivered, embedding, feed_state, passage, story
from tests.services.elasticsearch.contract import drop, empty, prepared
from tests.services.elasticsearch.counting import Requests

pytestmark = pytest.mark.services

MANY = 40


@pytest.fixture(scope="module")
def settings(elastic_url: str) -> Iterator[StoreSettings]:
    settings = prepared(elastic_url)
    yield settings
    drop(settings)


@pytest.fixture
def store(settings: StoreSettings) -> Iterator[Store]:
    """With twice `MANY` articles that are clustered."""
    empty(settings)
    store = ElasticStore(settings)
    numbers = range(1, 2 * MANY + 1)
    store.record_poll(feed_state(), [delivered(n) for n in numbers])
    for call in ("save_extracted", "save_embedded", "save_clustered"):
        CALLS[call](store, numbers)
    yield store
    store.close()


def ids(numbers: range) -> list[str]:
    return [article(n).id for n in numbers]


CALLS: dict[str, Callable[[Store, range], object]] = {
    "entries_of": lambda s, numbers: s.entries_of(ids(numbers)),
    "save_extracted": lambda s, numbers: s.save_extracted(
        [article(n, state=ArticleState.EXTRACTED) for n in numbers], [passage(1, of=n) for n in numbers]
    ),
    "passages_of": lambda s, numbers: s.passages_of(ids(numbers)),
    "save_embedded": lambda s, numbers: s.save_embedded(ids(numbers), [embedding(each) for each in ids(numbers)]),
    "vectors_of": lambda s, numbers: s.vectors_of(ids(numbers), model=MODEL),
    "save_clustered": lambda s, numbers: s.save_clustered(
        [cluster_record(n, novel_passages=(False,)) for n in numbers], [story(n) for n in numbers], blob=("b", b"1")
    ),
    "stories_by_ids": lambda s, numbers: s.stories_by_ids([story(n).id for n in numbers]),
    "record_verdicts": lambda s, numbers: s.record_verdicts(done=ids(numbers), verdicts=[], findings=[], alerts=[]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_many_cost_as_many_requests_as_one(store: ElasticStore, call: Callable[[Store, range], object]) -> None:
    asked = []
    for numbers in (range(1, 2), range(MANY, 2 * MANY)):
        store._forget_generations()  # known for a second, so that they may or may not be asked for
        with Requests() as requests:
            call(store, numbers)
        asked.append(requests.by_kind)
    assert asked[0].total() > 0
    assert asked[0] == asked[1]


def requests_of_a_run(folder: Path, settings: StoreSettings, *, articles: int) -> int:
    empty(settings)
    folder.mkdir()
    items = [
        {"id": str(n), "title": f"Harbour talks, day {n}", "content_html": f"<p>{article(n).text * 20}</p>"}
        for n in range(articles)
    ]
    feed = folder / "feed.json"
    feed.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "desk", "items": items}))
    feeds = folder / "feeds.yaml"
    feeds.write_text(json.dumps({"feeds": [{"url": feed.as_uri()}]}))
    world = Settings(
        store=settings,
        feeds=feeds,
        seeds=Path("samples/seeds"),
        fetch=FetchSettings(pages="never"),
        embed=EmbedSettings(model="hashing"),
        judge=JudgeSettings(kind="lexical"),
        run=RunSettings(progress=False),
    )
    with open_services(world) as services, Requests() as requests:
        run_once(services)
        assert services.store.counts().articles_by_state[ArticleState.JUDGED] == articles
    return requests.by_kind.total()


def test_twelve_more_articles_cost_a_run_fewer_than_twelve_more_requests(
    settings: StoreSettings, tmp_path: Path
) -> None:
    few = requests_of_a_run(tmp_path / "few", settings, articles=12)
    assert requests_of_a_run(tmp_path / "more", settings, articles=24) - few < 12
