"""Poll the feeds that are due and keep what they delivered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.errors import Retryable
from monitor.fetch import canonicalize_url, is_due, registered_domain
from monitor.fetch.base import PollResult
from monitor.models import Article, Entry, Feed, FeedState, StageReport, make_id
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally
from monitor.store.base import Arrival, Delivered


def fetch_feeds(services: Services, *, urls: Sequence[str] = (), regardless: bool = False) -> StageReport:
    """Poll all due feeds (or `urls` alone; `regardless` of their next time)."""
    tally = Tally("fetch")
    now = services.clock()
    jobs = due_feeds(services, urls=urls, regardless=regardless)
    tally.seen = len(jobs)
    if not jobs:
        return tally.report()
    for polled, result in enumerate(services.fetcher().poll(jobs, now=now), start=1):
        _keep(services, result, tally, now=now)
        services.progress("fetch", done=polled, total=len(jobs))
    return tally.report()


def due_feeds(
    services: Services, *, urls: Sequence[str] = (), regardless: bool = False
) -> list[tuple[Feed, FeedState]]:
    """Feeds to poll now, with what we know of them."""
    states = services.store.feed_states()
    now = services.clock()
    pairs = [(feed, states.get(feed.url) or FeedState(url=feed.url)) for feed in services.feeds()]
    wanted = [(feed, state) for feed, state in pairs if not urls or feed.url in urls]
    return [(feed, state) for feed, state in wanted if regardless or is_due(state, now)]


def _keep(services: Services, result: PollResult, tally: Tally, *, now: datetime) -> None:
    delivered = [Delivered(entry=e, article=announce(e, result.feed, now=now)) for e in result.entries]
    arrivals = services.store.record_poll(result.state, delivered)
    tally.new += sum(arrival is not Arrival.KNOWN for arrival in arrivals)
    if result.error is None:
        tally.done += 1
    elif isinstance(result.error, Retryable):
        tally.leave(result.feed.url, result.state.reason or str(result.error))
    else:
        tally.set_aside(result.feed.url, result.state.reason or str(result.error))


def announce(entry: Entry, feed: Feed, *, now: datetime) -> Article:
    """The article that an entry announces. Its id is its canonical address: two feeds that deliver it agree."""
    canonical = canonicalize_url(entry.url) if entry.url else ""
    identity = (canonical,) if canonical else (feed.url, entry.guid or entry.id)
    return Article(
        id=make_id("a", *identity),
        url=entry.url,
        canonical_url=canonical,
        feed_url=feed.url,
        publisher=feed.publisher or registered_domain(entry.url) or feed.title or feed.url,
        title=entry.title,
        authors=entry.authors,
        language=entry.language or feed.language,
        published_at=entry.published_at,
        first_seen_at=now,
        content_hash=entry.content_hash,
    )
