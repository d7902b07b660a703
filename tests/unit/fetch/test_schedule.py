"""When a feed is polled again, and what is said of its health: no clock, no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.fetch.schedule import Outcome, is_due, needs_full_fetch, next_state
from monitor.models import FeedHealth, FeedState
from monitor.settings.model import FetchSettings
from tests.unit.fetch.loopback import NOW

SETTINGS = FetchSettings()
NEW = FeedState(url="https://news.example/feed")
CHANGED = Outcome(is_modified=True, body_hash="h", etag="e", entries=3, fresh_entries=2)
SAME = Outcome()
FAILED = Outcome(reason="500 Internal Server Error", status=500)


def after(state: FeedState, *outcomes: Outcome, settings: FetchSettings = SETTINGS) -> FeedState:
    for outcome in outcomes:
        state = next_state(state, outcome, now=NOW, settings=settings)
    return state


def wait(state: FeedState) -> float:
    assert state.next_poll_at
    return (state.next_poll_at - NOW).total_seconds()


def test_a_feed_never_polled_is_due() -> None:
    assert is_due(NEW, NOW)


def test_a_feed_is_due_from_its_next_time_on() -> None:
    state = after(NEW, CHANGED)
    assert not is_due(state, NOW)
    assert state.next_poll_at
    assert is_due(state, state.next_poll_at)


def test_a_good_poll_clears_the_failures() -> None:
    state = after(NEW, FAILED, FAILED, CHANGED)
    assert (state.health, state.reason, state.failures_in_row) == (FeedHealth.OK, "", 0)
    assert (state.last_ok_at, state.polls, state.entries_seen) == (NOW, 3, 3)


def test_failures_double_the_pause_up_to_the_longest() -> None:
    waits = [wait(after(NEW, *[FAILED] * n)) for n in range(1, 12)]
    assert waits[1] == pytest.approx(2 * waits[0])
    assert waits[0] == pytest.approx(1_800, rel=0.1)
    assert waits[-1] == pytest.approx(SETTINGS.max_interval_seconds, rel=0.1)


def test_news_halve_the_interval_and_silence_lengthens_it() -> None:
    slow = replace(NEW, interval_seconds=7_200)
    assert after(slow, CHANGED).interval_seconds == 3_600
    assert after(slow, SAME).interval_seconds == 10_800
    assert after(slow, *[CHANGED] * 9).interval_seconds == SETTINGS.min_interval_seconds
    assert after(slow, *[SAME] * 30).interval_seconds == SETTINGS.max_interval_seconds


def test_a_changed_body_without_fresh_entries_is_no_news() -> None:
    slow = replace(NEW, interval_seconds=7_200)
    assert after(slow, replace(CHANGED, fresh_entries=0)).interval_seconds == 10_800


@pytest.mark.parametrize("number", range(20))
def test_the_pause_is_spread_and_never_below_the_floor(number: int) -> None:
    state = after(FeedState(url=f"https://news.example/{number}"), CHANGED)
    assert SETTINGS.min_interval_seconds <= wait(state) <= SETTINGS.min_interval_seconds * 1.1


def test_the_spread_is_the_same_each_time_and_differs_between_feeds() -> None:
    waits = [wait(after(FeedState(url=f"https://news.example/{n}"), CHANGED)) for n in range(20)]
    assert waits == [wait(after(FeedState(url=f"https://news.example/{n}"), CHANGED)) for n in range(20)]
    assert len(set(waits)) > 15


def test_retry_after_is_honoured_beyond_the_longest_interval() -> None:
    assert wait(after(NEW, replace(FAILED, retry_after_seconds=172_800.0))) == 172_800


def test_gone_is_asked_again_after_a_day_and_then_once_a_month() -> None:
    gone = Outcome(reason="410 Gone", status=410)
    assert after(NEW, gone).health is FeedHealth.GONE
    assert wait(after(NEW, gone)) == 86_400
    assert wait(after(NEW, gone, gone)) == 30 * 86_400
    assert after(NEW, gone, gone, CHANGED).health is FeedHealth.OK


@pytest.mark.parametrize(
    "url", ["file:///news/feed.xml", "http://127.0.0.1:8000/feed", "http://localhost/f", "http://samples:80/f"]
)
@pytest.mark.parametrize("outcome", [CHANGED, SAME, FAILED])
def test_feeds_of_our_own_may_be_polled_again_at_once(url: str, outcome: Outcome) -> None:
    settings = FetchSettings(allow_private=("127.0.0.0/8",))
    state = after(FeedState(url=url), outcome, settings=settings)
    assert is_due(state, NOW)


def test_a_private_address_that_is_not_allowed_keeps_its_floor() -> None:
    assert wait(after(FeedState(url="http://127.0.0.1/feed"), FAILED)) > 900


def test_unchanged_keeps_the_hash_and_takes_a_new_validator() -> None:
    state = after(NEW, CHANGED, Outcome(etag="e2"))
    assert (state.etag, state.body_hash) == ("e2", "h")


def test_a_new_document_without_validators_forgets_the_old_ones() -> None:
    assert after(NEW, CHANGED, replace(CHANGED, etag="")).etag == ""


def test_a_full_fetch_comes_once_in_seven_days() -> None:
    state = after(NEW, CHANGED)
    hours = [needs_full_fetch(state, NOW + timedelta(hours=h)) for h in range(24 * 7 + 1)]
    assert hours == sorted(hours)
    assert hours[-1]
    assert needs_full_fetch(NEW, NOW)
