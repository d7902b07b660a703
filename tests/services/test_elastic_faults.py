"""What happens when the server is away, is killed, is busy or takes no writes: clear words, no loss, nothing twice."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import MonitorError, SettingsInvalid, StoreTooNew, StoreUnavailable
from monitor.models import AlertState, ArticleState, Stage
from monitor.settings import StoreSettings
from monitor.store import make_store
from monitor.store.base import Arrival, ArticleFilter, Store
from monitor.store.elastic import schema
from monitor.store.elastic.client import Client, Hit
from monitor.store.elastic.part import create
from monitor.store.elastic.store import ElasticStore
from tests.builders import (
    alert,
    article,
    at,
    cluster_record,
    delivered,
    embedding,
    feed_state,
    finding,
    passage,
    story,
    verdict,
)
from tests.services.elasticsearch.contract import connect, drop, empty, prepared
from tests.services.elasticsearch.node import ElasticNode

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def settings(elastic_url: str) -> Iterator[StoreSettings]:
    settings = prepared(elastic_url)
    yield settings
    drop(settings)


@pytest.fixture
def store(settings: StoreSettings) -> Iterator[ElasticStore]:
    empty(settings)
    store = ElasticStore(settings)
    yield store
    store.close()


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticNode]:
    """A node that a test may kill."""
    node = ElasticNode(tmp_path_factory.mktemp("elastic") / "data")
    node.start()
    yield node
    node.stop()


def test_a_killed_node_has_everything_that_was_acknowledged_and_nothing_twice(own_node: ElasticNode) -> None:
    store = make_store(StoreSettings(url=own_node.url))
    store.prepare()
    numbers = list(range(1, 201))
    failure: list[Exception] = []

    def poll_all() -> None:
        for number in numbers:
            try:
                assert store.record_poll(feed_state(), [delivered(number)]) == [Arrival.NEW]
                acknowledged.append(number)
            except MonitorError as error:
                failure.append(error)
                return

    acknowledged: list[int] = []
    thread = threading.Thread(target=poll_all)
    thread.start()
    while len(acknowledged) < 20:
        thread.join(0.01)
    own_node.kill()
    thread.join()
    assert isinstance(failure[0], StoreUnavailable)
    own_node.start()
    wait_until_it_answers(store)
    kept = {each.id for each in store.articles(ArticleFilter(), limit=1_000)}
    assert {article(number).id for number in acknowledged} <= kept
    for number in numbers:  # the next run polls again
        store.record_poll(feed_state(), [delivered(number)])
    again = [each.id for each in store.articles(ArticleFilter(), limit=1_000)]
    assert sorted(again) == [article(number).id for number in numbers]
    store.close()


def wait_until_it_answers(store: Store) -> None:
    for _ in range(20):
        try:
            store.counts()
        except StoreUnavailable:
            continue
        return


@contextmanager
def crashing_at(store: ElasticStore, moment: str) -> Iterator[None]:
    """The method of this name ends as a killed process would: nothing after it is done."""

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, moment, crash)
        yield


@pytest.mark.parametrize("moment", ["_replace_passages", "_forget_passages", "_change_read"])
def test_extraction_that_a_crash_cut_short_is_done_again_whole(store: ElasticStore, moment: str) -> None:
    before = [article(n, state=ArticleState.EXTRACTED) for n in (1, 2)]
    store.record_poll(feed_state(), [delivered(1), delivered(2)])
    store.save_extracted(before, [passage(1), passage(2), passage(1, of=2)])
    store.reset([each.id for each in before], ArticleState.FETCHED)
    after = [article(n, state=ArticleState.EXTRACTED, text="Later") for n in (1, 2)]
    kept = [passage(2), passage(3), passage(2, of=2)]
    with crashing_at(store, moment), pytest.raises(KeyboardInterrupt):
        store.save_extracted(after, kept)
    assert [each.id for each in store.pending(Stage.EXTRACT, limit=9)] == [each.id for each in before]
    store.save_extracted(after, kept)
    assert store.pending(Stage.EMBED, limit=9) == after
    assert store.passages_of([each.id for each in after]) == {after[0].id: kept[:2], after[1].id: kept[2:]}


def test_an_article_revised_while_its_passages_are_kept_waits_for_extraction(
    store: ElasticStore, settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record_poll(feed_state(), [delivered(1), delivered(2)])
    other, forget = ElasticStore(settings), store._forget_passages

    def revise_then_forget(gone: Sequence[Hit]) -> None:
        other.record_poll(feed_state(), [delivered(1, content_hash="other", text="Second")])
        forget(gone)

    monkeypatch.setattr(store, "_forget_passages", revise_then_forget)
    store.save_extracted([article(n, state=ArticleState.EXTRACTED) for n in (1, 2)], [passage(1), passage(1, of=2)])
    other.close()
    assert [each.text for each in store.pending(Stage.EXTRACT, limit=9)] == ["Second"]
    assert [each.id for each in store.pending(Stage.EMBED, limit=9)] == ["article-0002"]


@pytest.mark.parametrize("moment", ["_keep_novelty", "_keep_decisions"])
def test_clustering_that_a_crash_cut_short_is_finished_by_the_next(store: ElasticStore, moment: str) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    store.save_extracted([article(1, state=ArticleState.EXTRACTED)], [passage(1)])
    store.save_embedded([article(1).id], [embedding(article(1).id), embedding("passage-0001-1")])
    with crashing_at(store, moment), pytest.raises(KeyboardInterrupt):
        store.save_clustered([cluster_record(1)], [story(1, article_count=1)], blob=("cluster", b"new"))
    assert store.pending(Stage.JUDGE, limit=9) == []
    memos = store.live_memos(since=at(-100), model="tiny@1")
    assert [memo.article_id for memo in memos] == ["article-0001"]
    assert store.article("article-0001").state is ArticleState.CLUSTERED
    assert store.story("story-0001").article_count == 1
    assert store.read_blob("cluster") == b"new"


def test_alerts_outlive_a_crash_before_their_verdicts_and_are_not_made_twice(store: ElasticStore) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    with crashing_at(store, "_put"), pytest.raises(KeyboardInterrupt):
        store.record_verdicts(done=["article-0001"], verdicts=[verdict()], findings=[finding()], alerts=[alert()])
    assert [each.id for each in store.lease_alerts(now=at(5), until=at(6), limit=9)] == ["alert-0001"]
    store.record_verdicts(done=["article-0001"], verdicts=[verdict()], findings=[finding()], alerts=[alert()])
    assert [each.state for each in store.alerts()] == [AlertState.SENDING]


def test_a_node_that_is_not_there_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    store = make_store(StoreSettings(url=f"http://user:secret@127.0.0.1:{port}"))
    with pytest.raises(StoreUnavailable, match=r"start Elasticsearch or correct store\.url") as caught:
        store.prepare()
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_store_that_was_not_prepared_says_so(elastic_url: str) -> None:
    store = make_store(StoreSettings(url=elastic_url, index_prefix="nobody-made-this"))
    with pytest.raises(SettingsInvalid, match="monitor setup"):
        store.feed_states()


@pytest.mark.parametrize(
    ("block", "words"),
    [("read_only_allow_delete", "make room on the server's disk"), ("write", "lift the block")],
)
def test_an_index_that_takes_no_writes_is_told_and_nothing_is_lost(
    store: ElasticStore, settings: StoreSettings, block: str, words: str
) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    index = f"{settings.index_prefix}-articles"
    with connect(settings.url) as es:
        es.indices.put_settings(index=index, settings={f"index.blocks.{block}": True})
        try:
            with pytest.raises(StoreUnavailable, match=words):
                store.record_poll(feed_state(), [delivered(2)])
            assert store.article("article-0001").title == article(1).title
        finally:
            es.indices.put_settings(index=index, settings={f"index.blocks.{block}": None})
    assert store.record_poll(feed_state(), [delivered(2)]) == [Arrival.NEW]


def test_a_newer_store_is_refused(store: ElasticStore, settings: StoreSettings) -> None:
    state, known = f"{settings.index_prefix}-state", schema.MIGRATIONS[-1].number
    with connect(settings.url) as es:
        es.index(index=state, id=schema.SCHEMA, document={"name": "schema", "version": known + 1}, refresh=True)
        try:
            with pytest.raises(StoreTooNew, match="install the newer"):
                store.prepare()
        finally:
            es.index(index=state, id=schema.SCHEMA, document={"name": "schema", "version": known}, refresh=True)


def copy_alerts(client: Client) -> None:
    schema.copy_index(client, "alerts")


def test_a_migration_runs_once_and_may_copy_an_index(store: ElasticStore, settings: StoreSettings) -> None:
    store.create_alerts([alert(1), alert(2)])
    before = store.alerts()
    two = schema.Migration(number=2, name="copy", run=copy_alerts)
    upgraded = (*schema.MIGRATIONS, two)
    assert [line.rsplit(": ", 1)[1] for line in schema.prepare(store._client, migrations=upgraded)] == ["2 copy"]
    assert schema.prepare(store._client, migrations=upgraded) == []
    assert store.alerts() == before
    with connect(settings.url) as es:
        assert list(es.indices.get_alias(name=f"{settings.index_prefix}-alerts")) == [
            f"{settings.index_prefix}-alerts-000002"
        ]
        es.index(index=f"{settings.index_prefix}-state", id="schema", document={"name": "schema", "version": 1})


class Busy(BaseHTTPRequestHandler):
    """Answers each request with the next status of the list, the last one for ever."""

    protocol_version = "HTTP/1.1"
    statuses: tuple[int, ...] = ()
    asked = 0

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        kind = type(self)
        status = kind.statuses[min(kind.asked, len(kind.statuses) - 1)]
        kind.asked += 1
        body = b'{"hits":{"hits":[]},"docs":[]}' if status == 200 else b'{"error":{"type":"t","reason":"r"}}'
        self.say(status, body)

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-type", "application/vnd.elasticsearch+json;compatible-with=9")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer  # noqa: N815  the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Quiet."""


@pytest.fixture
def busy() -> Iterator[tuple[type[Busy], Store]]:
    handler = type("OwnBusy", (Busy,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        store = make_store(StoreSettings(url=f"http://127.0.0.1:{server.server_port}"))
        yield handler, store
        store.close()
        server.shutdown()


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(busy: tuple[type[Busy], Store], status: int) -> None:
    handler, store = busy
    handler.statuses = (status, status, 200)
    assert store.feed_states() == {}
    assert handler.asked == 4  # the refresh three times, the search once


def test_a_server_that_stays_busy_is_left_for_the_next_run(busy: tuple[type[Busy], Store]) -> None:
    handler, store = busy
    handler.statuses = (429,)
    with pytest.raises(StoreUnavailable, match="too busy"):
        store.feed_states()


class Throttling(Busy):
    """Refuses the first document that it ever sees, takes all others."""

    written: list[str]
    one_at_a_time = threading.Lock()

    def answer(self) -> None:
        lines = self.rfile.read(int(self.headers["content-length"])).splitlines()
        kind = type(self)
        items = []
        with kind.one_at_a_time:
            for line in lines[::2]:
                id_ = json.loads(line)["create"]["_id"]
                status = 201 if kind.written else 429
                items.append(
                    {"create": {"_index": "i", "_id": id_, "status": status, "error": {"type": "t", "reason": "r"}}}
                )
                kind.written.append(id_ if status == 201 else "")
        self.say(200, json.dumps({"errors": True, "items": items}).encode())

    do_PUT = do_POST = answer  # noqa: N815  the base class's names


@pytest.mark.parametrize("count", [3, 1_000])
def test_a_document_that_was_throttled_is_sent_again_alone(count: int) -> None:
    handler: Any = type("OwnThrottling", (Throttling,), {"written": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        client = Client(StoreSettings(url=f"http://127.0.0.1:{server.server_port}"))
        ids = [f"id-{number}" for number in range(count)]
        done = client.bulk(create("i", id_, {"a": 1}) for id_ in ids)
        client.close()
        server.shutdown()
    assert sorted(each.id for each in done.values() if not each.is_conflict) == sorted(ids)
    assert sorted(handler.written) == sorted(["", *ids])


@pytest.mark.parametrize(("status", "words"), [(401, "MONITOR_STORE__PASSWORD"), (403, "privileges")])
def test_a_refused_login_says_which_setting(busy: tuple[type[Busy], Store], status: int, words: str) -> None:
    handler, store = busy
    handler.statuses = (status,)
    with pytest.raises(SettingsInvalid, match=words):
        store.feed_states()
    assert handler.asked == 1


def test_a_wrong_prefix_is_named() -> None:
    with pytest.raises(SettingsInvalid, match=r"store\.index_prefix"):
        make_store(StoreSettings(url="http://127.0.0.1:9", index_prefix="Big Letters"))


def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    store = make_store(StoreSettings(url="https://127.0.0.1:9", ca_file=tmp_path / "ca.crt"))
    with pytest.raises(SettingsInvalid, match=r"store\.ca_file"):
        store.prepare()
