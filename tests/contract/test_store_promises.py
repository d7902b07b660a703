"""What holds for every method: times, text, repeated writes, reading one's writes, leases, retention, counts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.models import AlertState, ArticleState, Review
from monitor.store.base import ArticleFilter, SearchFilter, Store
from tests.builders import (
    FEED_URL,
    MODEL,
    alert,
    article,
    at,
    attempt,
    cluster_record,
    delivered,
    embedding,
    evidence,
    feed_state,
    finding,
    passage,
    seed,
    seed_story,
    story,
    verdict,
)
from tests.contract.stores import Open, everything

NAIVE = datetime(2026, 3, 1)  # noqa: DTZ001  what is refused


def filled(store: Store) -> None:
    """A little of everything."""
    store.load_seed(seed(), seed_story())
    store.record_poll(feed_state(), [delivered(1), delivered(2), delivered(3)])
    for n in (1, 2):
        store.save_extracted([article(n, state=ArticleState.EXTRACTED)], [passage(1, of=n), passage(2, of=n)])
    store.save_embedded(["article-0001"], [embedding("article-0001"), embedding("passage-0001-1")])
    store.save_clustered([cluster_record(1)], [story(1)], blob=("clusterer", b"state"))
    store.record_verdicts(done=["article-0001"], verdicts=[verdict()], findings=[finding()], alerts=[alert()])


Call = Callable[[Store], object]
WRITES: dict[str, Call] = {
    "record_poll": lambda s: s.record_poll(feed_state(polls=2), [delivered(1, content_hash="x"), delivered(9)]),
    "save_extracted": lambda s: s.save_extracted([article(3, state=ArticleState.EXTRACTED)], [passage(1, of=3)]),
    "set_aside": lambda s: s.set_aside("article-0003", "no text"),
    "reset": lambda s: s.reset(["article-0001"], ArticleState.EXTRACTED),
    "save_embedded": lambda s: s.save_embedded(["article-0002"], [embedding("article-0002", model="other@1")]),
    "save_clustered": lambda s: s.save_clustered(
        [cluster_record(1, copy_of="c", novel_passages=(False,))], [story(1, title="x")], blob=("clusterer", b"2")
    ),
    "load_seed": lambda s: s.load_seed(seed(positions=(seed().positions[1],)), seed_story(title="New")),
    "record_verdicts": lambda s: s.record_verdicts(
        done=["article-0001"], verdicts=[verdict("passage-0001-2")], findings=[finding(2)], alerts=[alert(2)]
    ),
    "review_finding": lambda s: s.review_finding("finding-0001", Review.DISMISSED),
    "create_alerts": lambda s: s.create_alerts([alert(1), alert(7)]),
    "assign_message": lambda s: s.assign_message(["alert-0001"], "<m>"),
    "record_attempt": lambda s: s.record_attempt(attempt(1), state=AlertState.SENT, due_at=at(0)),
    "postpone_alerts": lambda s: s.postpone_alerts(["alert-0001"], due_at=at(900)),
    "requeue_alert": lambda s: s.requeue_alert("alert-0001", now=at(900)),
    "acquire_lease": lambda s: s.acquire_lease("stage", owner="a", now=at(0), until=at(5)),
    "release_lease": lambda s: s.release_lease("stage", owner="a"),
    "delete_before": lambda s: s.delete_before(at(3)),
    "maintain": lambda s: s.maintain(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_repeated_write_ends_as_one(reopen: Open, write: Call) -> None:
    store = reopen()
    filled(store)
    write(store)
    once = everything(store)
    write(reopen())
    assert everything(store) == once


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_one_opening_wrote_the_other_reads(reopen: Open, write: Call) -> None:
    here, there = reopen(), reopen()
    filled(here)
    assert everything(there) == everything(here)
    write(there)
    assert everything(here) == everything(there)


def test_everything_outlives_closing(reopen: Open) -> None:
    filled(reopen())
    assert everything(reopen())["counts"].articles == 3


def test_preparing_again_does_nothing(store: Store) -> None:
    filled(store)
    before = everything(store)
    assert store.prepare() == []
    assert everything(store) == before


NAIVE_CALLS: dict[str, Call] = {
    "record_poll": lambda s: s.record_poll(feed_state(last_polled_at=NAIVE), []),
    "article": lambda s: s.save_extracted([article(1, first_seen_at=NAIVE)], []),
    "published": lambda s: s.save_extracted([article(1, published_at=NAIVE)], []),
    "articles": lambda s: s.articles(ArticleFilter(since=NAIVE), limit=1),
    "live_memos": lambda s: s.live_memos(since=NAIVE, model=MODEL),
    "count_memos": lambda s: s.count_memos(since=NAIVE, model=MODEL),
    "story": lambda s: s.save_clustered([], [story(1, opened_at=NAIVE)], blob=("b", b"")),
    "evidence": lambda s: s.record_verdicts(
        done=[], verdicts=[], findings=[finding(1, evidence=(evidence(1, first_seen_at=NAIVE),))], alerts=[]
    ),
    "findings": lambda s: s.findings(since=NAIVE),
    "create_alerts": lambda s: s.create_alerts([alert(1, due_at=NAIVE)]),
    "lease_alerts now": lambda s: s.lease_alerts(now=NAIVE, until=at(0), limit=1),
    "lease_alerts until": lambda s: s.lease_alerts(now=at(0), until=NAIVE, limit=1),
    "record_attempt": lambda s: s.record_attempt(attempt(1, tried_at=NAIVE), state=AlertState.SENT, due_at=at(0)),
    "postpone_alerts": lambda s: s.postpone_alerts([], due_at=NAIVE),
    "requeue_alert": lambda s: s.requeue_alert("alert-0001", now=NAIVE),
    "attempts": lambda s: s.attempts(since=NAIVE),
    "sent_since": lambda s: s.sent_since("x", since=NAIVE),
    "search": lambda s: s.search("x", vector=None, model=MODEL, which=SearchFilter(since=NAIVE), limit=1),
    "acquire_lease": lambda s: s.acquire_lease("x", owner="a", now=NAIVE, until=at(0)),
    "delete_before": lambda s: s.delete_before(NAIVE),
}


@pytest.mark.parametrize("call", NAIVE_CALLS.values(), ids=NAIVE_CALLS)
def test_a_naive_time_is_a_mistake(store: Store, call: Call) -> None:
    with pytest.raises(ValueError, match="time zone"):
        call(store)


def test_times_of_other_zones_come_back_as_the_same_moment_in_utc(store: Store) -> None:
    seen = datetime(2026, 3, 1, 14, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    store.save_extracted([article(1, first_seen_at=seen)], [])
    found = store.article("article-0001").first_seen_at
    assert found == seen
    assert found.utcoffset() == timedelta(0)


def test_times_are_ordered_whatever_their_zone_and_fraction(store: Store) -> None:
    moments = [
        datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC),
        datetime(2026, 3, 1, 14, 0, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(1, 1, 2, tzinfo=UTC),
    ]
    store.record_poll(feed_state(), [delivered(n, first_seen_at=m) for n, m in enumerate(moments, start=1)])
    assert [each.id[-1] for each in store.articles(ArticleFilter(), limit=9)] == ["3", "1", "2", "4"]


def test_a_time_that_utc_cannot_name_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="outside"):
        store.save_extracted([article(1, published_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))))], [])


@pytest.mark.parametrize(
    "text", ["Größe 字 🙂 \u202e", "'; DROP TABLE articles; --", "line\r\nline\u2028", "", "x" * 300_000]
)
def test_text_comes_back_as_it_was(store: Store, text: str) -> None:
    store.save_extracted([article(1, title=text, text=text, authors=(text,))], [passage(1, text=text)])
    found = store.article("article-0001")
    assert (found.title, found.text, found.authors) == (text, text, (text,))
    assert store.passages_of(["article-0001"])["article-0001"][0].text == text


def test_nul_is_dropped_everywhere(store: Store) -> None:
    store.save_extracted([article(1, title="a\0b", authors=("c\0d",))], [])
    store.create_alerts([alert(1, headline="e\0f", payload={"g\0h": ["i\0j"]})])
    assert (store.article("article-0001").title, store.article("article-0001").authors) == ("ab", ("cd",))
    assert (store.alert("alert-0001").headline, store.alert("alert-0001").payload) == ("ef", {"gh": ["ij"]})


def test_lone_surrogates_are_replaced_one_for_one(store: Store) -> None:
    store.save_extracted([article(1, text="a\ud800b\udfffc", authors=("\udc00",))], [])
    store.create_alerts([alert(1, payload={"\ud800": "x\udbff"})])
    assert store.article("article-0001").text == "a\ufffdb\ufffdc"
    assert store.article("article-0001").authors == ("\ufffd",)
    assert store.alert("alert-0001").payload == {"\ufffd": "x\ufffd"}


def test_ids_with_strange_characters_are_found_again(store: Store) -> None:
    for strange in ("a'b\"c", "\ud800", "x\0y", "字 🙂", "%_*"):
        store.save_extracted([article(1, id=strange)], [])
        assert store.article(strange).url == article(1).url
        assert strange.replace("\0", "").replace("\ud800", "\ufffd") in store.articles_by_ids([strange])


def test_a_url_that_polls_bring_with_strange_characters_keeps_its_state(store: Store) -> None:
    strange = FEED_URL + "?q=\0\ud800'"
    for _ in range(2):
        store.record_poll(feed_state(strange), [delivered(1, feed_url=strange)])
    assert [each.new_entries for each in store.feed_states().values()] == [1]


def test_a_lease_has_one_owner_until_it_ends(store: Store) -> None:
    assert store.acquire_lease("judge", owner="a", now=at(0), until=at(10))
    assert not store.acquire_lease("judge", owner="b", now=at(9), until=at(20))
    assert store.acquire_lease("judge", owner="a", now=at(9), until=at(15))
    assert not store.acquire_lease("judge", owner="b", now=at(14), until=at(20))
    assert store.acquire_lease("judge", owner="b", now=at(15), until=at(20))
    assert store.acquire_lease("alert", owner="a", now=at(0), until=at(10))


def test_only_its_owner_releases_a_lease(store: Store) -> None:
    store.acquire_lease("judge", owner="a", now=at(0), until=at(10))
    store.release_lease("judge", owner="b")
    assert not store.acquire_lease("judge", owner="b", now=at(1), until=at(20))
    store.release_lease("judge", owner="a")
    assert store.acquire_lease("judge", owner="b", now=at(1), until=at(20))


def test_of_threads_at_once_one_gets_the_lease(reopen: Open) -> None:
    stores = [reopen() for _ in range(6)]

    def take(number: int) -> bool:
        return stores[number].acquire_lease("judge", owner=f"o{number}", now=at(0), until=at(9))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(take, range(6))) == 1


def test_threads_may_share_one_store(store: Store) -> None:
    def poll(worker: int) -> None:
        for n in range(5):
            number = worker * 10 + n
            store.record_poll(feed_state(f"https://f{worker}.example"), [delivered(number)])
            assert store.article(f"article-{number:04d}") == article(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(poll, range(1, 5)))
    assert store.counts().articles == 20


def test_counts_name_every_state(store: Store) -> None:
    filled(store)
    counts = store.counts()
    assert (counts.articles, counts.passages, counts.stories, counts.positions, counts.findings) == (3, 4, 2, 2, 1)
    assert counts.alerts == dict.fromkeys(AlertState, 0) | {AlertState.WAITING: 1}
    expected = {ArticleState.FETCHED: 1, ArticleState.EXTRACTED: 1, ArticleState.JUDGED: 1}
    assert counts.articles_by_state == dict.fromkeys(ArticleState, 0) | expected


def test_retention_deletes_old_articles_with_all_that_hangs_on_them(store: Store) -> None:
    filled(store)
    store.record_verdicts(done=[], verdicts=[], findings=[finding(1, evidence=())], alerts=[])
    assert store.delete_before(at(2)) == 1
    assert store.articles_by_ids(["article-0001", "article-0002"]) == {
        "article-0002": article(2, state=ArticleState.EXTRACTED)
    }
    assert store.passages_of(["article-0001"]) == {"article-0001": []}
    assert store.vectors_of(["article-0001", "passage-0001-1"], model=MODEL) == {}
    assert store.live_memos(since=at(0), model=MODEL) == []
    assert store.verdicts_on("position-0001", limit=9) == []
    assert store.why_of("article-0001") == {}
    found = store.search("envoy", vector=None, model=MODEL, which=SearchFilter(), limit=9)
    assert {hit.article_id for hit in found} == {"article-0002", "article-0003"}


def test_retention_spares_what_a_finding_cites(store: Store) -> None:
    filled(store)
    assert store.delete_before(at(1_000)) == 2
    assert store.article("article-0001").state is ArticleState.JUDGED
    assert store.passages_of(["article-0001"])["article-0001"] == [passage(1), passage(2)]


def test_maintenance_changes_no_answer(store: Store) -> None:
    filled(store)
    store.delete_before(at(2))
    before = everything(store)
    assert all(isinstance(line, str) for line in store.maintain())
    assert everything(store) == before


def test_an_article_is_no_longer_spared_once_its_finding_lets_go(store: Store) -> None:
    filled(store)
    store.record_verdicts(done=[], verdicts=[], findings=[finding(1, evidence=(evidence(2),))], alerts=[])
    assert store.delete_before(at(1_000)) == 2
    assert set(store.articles_by_ids(["article-0001", "article-0002"])) == {"article-0002"}
