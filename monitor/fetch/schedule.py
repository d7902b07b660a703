"""Decide what a poll means for the feed: its health, and when it is polled next.

In: the state before, what came of the poll, the time. Out: the state after.
Never: reads a clock, fetches. Pure, so that every rule can be tested by itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.fetch.urls import is_local
from monitor.models import FeedHealth, FeedState
from monitor.settings.model import FetchSettings

GONE_RECHECK_SECONDS = 86_400
"""A first 410 is asked again after a day: some servers send it by mistake. After a second, once a month."""
GONE_PROBE_SECONDS = 30 * 86_400
FULL_FETCH_SECONDS = 7 * 86_400
"""How often a feed is fetched without its validators: some servers answer 304 for ever."""
MAX_DOUBLINGS = 16
JITTER = 0.1
GROWTH = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one poll. `reason` is empty when it went well."""

    reason: str = ""
    status: int | None = None
    retry_after_seconds: float | None = None
    is_modified: bool = False
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    entries: int = 0
    fresh_entries: int = 0
    """Entries that claim to be newer than the last good poll, or claim no time: a guess, the store knows better."""


def is_due(state: FeedState, now: datetime) -> bool:
    return state.next_poll_at is None or state.next_poll_at <= now


def needs_full_fetch(state: FeedState, now: datetime) -> bool:
    """True once in seven days: when a week, counted from a moment of this feed's own, began since the last poll."""
    if state.last_polled_at is None:
        return True
    phase = _fraction(state.url) * FULL_FETCH_SECONDS
    before, after = state.last_polled_at.timestamp() + phase, now.timestamp() + phase
    return int(before // FULL_FETCH_SECONDS) != int(after // FULL_FETCH_SECONDS)


def next_state(state: FeedState, outcome: Outcome, *, now: datetime, settings: FetchSettings) -> FeedState:
    polled = replace(state, last_polled_at=now, polls=state.polls + 1)
    after = _failed(polled, outcome) if outcome.reason else _went_well(polled, outcome, now, settings)
    seconds = _delay(state, after, outcome, settings)
    return replace(after, next_poll_at=now + timedelta(seconds=seconds))


def _failed(state: FeedState, outcome: Outcome) -> FeedState:
    """Validators and hash stay those of the last good document, so that a bad one is never taken as unchanged."""
    return replace(
        state,
        health=FeedHealth.GONE if outcome.status == 410 else FeedHealth.FAILING,
        reason=outcome.reason,
        failures_in_row=state.failures_in_row + 1,
    )


def _went_well(state: FeedState, outcome: Outcome, now: datetime, settings: FetchSettings) -> FeedState:
    is_new = outcome.is_modified
    return replace(
        state,
        health=FeedHealth.OK,
        reason="",
        failures_in_row=0,
        last_ok_at=now,
        interval_seconds=_interval(state, outcome, settings),
        etag=outcome.etag if is_new else outcome.etag or state.etag,
        last_modified=outcome.last_modified if is_new else outcome.last_modified or state.last_modified,
        body_hash=outcome.body_hash if is_new else state.body_hash,
        entries_seen=outcome.entries if is_new else state.entries_seen,
    )


def _interval(state: FeedState, outcome: Outcome, settings: FetchSettings) -> float:
    """Half of the last one when something new came, half as much again when nothing did, within the limits."""
    if is_local(state.url, settings.allow_private):
        return 0.0
    floor = settings.min_interval_seconds
    factor = 0.5 if outcome.is_modified and outcome.fresh_entries else GROWTH
    wanted = state.interval_seconds * factor if state.interval_seconds else floor
    return min(max(wanted, floor), max(settings.max_interval_seconds, floor))


def _delay(before: FeedState, after: FeedState, outcome: Outcome, settings: FetchSettings) -> float:
    """Seconds until the next poll."""
    asked = outcome.retry_after_seconds or 0.0
    if is_local(after.url, settings.allow_private):
        return asked
    if after.health is FeedHealth.GONE:
        return GONE_PROBE_SECONDS if before.health is FeedHealth.GONE else GONE_RECHECK_SECONDS
    floor = settings.min_interval_seconds
    wanted = max(after.interval_seconds, floor) * 2 ** min(after.failures_in_row, MAX_DOUBLINGS)
    return max(asked, _spread(min(wanted, settings.max_interval_seconds), floor, after.url))


def _spread(seconds: float, floor: float, url: str) -> float:
    """±10 %, always the same for one URL, so that feeds added together drift apart; never below the floor."""
    shift = (2 * _fraction(url) - 1) * JITTER
    spread = seconds * (1 + shift)
    return spread if spread >= floor else floor * (1 + abs(shift))


def _fraction(url: str) -> float:
    """From 0 up to 1, the same for the same URL on every machine."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()[:6]) / 2**48
