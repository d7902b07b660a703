"""Gather the daily digest: what was found, and how well the monitor sees: silence can be read.

In: findings, feeds and counts of one day. Out: a digest per recipient, as alerts for the outbox.
Never: reads a store or a clock, sends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from monitor.alert.compose import compose_mail
from monitor.alert.findings import denial_of
from monitor.alert.payload import finding_payload
from monitor.alert.words import clean, count_words, day_words, one_line, time_words
from monitor.models import (
    Alert,
    AlertKind,
    Article,
    Feed,
    FeedHealth,
    FeedState,
    Finding,
    Grade,
    Position,
    Review,
    Stage,
    Story,
    make_id,
)
from monitor.settings.model import AlertSettings, Recipient

MAX_FINDINGS = 50
"""Findings of a grade that a digest shows; the rest are counted and stand in `monitor report`."""
MAX_FEEDS = 60
"""Rows of each table of feeds; the rest are counted and stand in `monitor status`."""

HEALTH_WORDS = {
    FeedHealth.NEW: "not asked yet",
    FeedHealth.OK: "well",
    FeedHealth.FAILING: "failing",
    FeedHealth.GONE: "gone for good",
}
BACKLOG_WORDS = {
    Stage.EXTRACT: "to be read",
    Stage.EMBED: "to be measured",
    Stage.CLUSTER: "to be sorted into stories",
    Stage.JUDGE: "to be judged",
    Stage.ALERT: "alerts to be sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestData:
    """One day, from `since` (included) to `until`. `articles` are those first seen in it."""

    since: datetime
    until: datetime
    findings: Sequence[Finding] = ()
    positions: Mapping[str, Position]
    stories: Mapping[str, Story]
    articles: Sequence[Article] = ()
    copies: Mapping[str, Sequence[Article]] = field(default_factory=dict)
    """Known copies by id of their origin, as of now: one that came after the finding was judged counts too."""
    feeds: Sequence[Feed] = ()
    feed_states: Mapping[str, FeedState]
    backlog: Mapping[Stage, int]


def digest_day(now: datetime, settings: AlertSettings) -> date | None:
    """The day (UTC) whose digest is due at `now`; None before `digest_hour`.

    The alert's id is made of the day, so that asking again makes no second one.
    """
    return now.date() if now.hour >= settings.digest_hour else None


def plan_digest(
    data: DigestData,
    *,
    settings: AlertSettings,
    now: datetime,
    day: date | None = None,
    recipients: Sequence[Recipient] | None = None,
) -> list[Alert]:
    """One digest per recipient who wants it; both grades, but only the verdicts and stories they asked for."""
    told = settings.recipients if recipients is None else recipients
    return [_digest_alert(data, recipient, day=day or now.date(), now=now) for recipient in told if recipient.digest]


def compose_digest(data: DigestData, settings: AlertSettings, *, recipient: Recipient, now: datetime) -> EmailMessage:
    """The digest as a mail at once, without the outbox: to look at it."""
    return compose_mail([_digest_alert(data, recipient, day=now.date(), now=now)], settings, recipient=recipient)


def digest_payload(data: DigestData, recipient: Recipient) -> dict[str, Any]:
    """All that the digest says, as JSON."""
    likely, possible = (_chosen(data, recipient, grade) for grade in (Grade.LIKELY, Grade.POSSIBLE))
    healthy, troubled = _by_health(data)
    active = {article.feed_url for article in data.articles}
    silent = [feed for feed in healthy if feed.url not in active]
    return {
        "since": time_words(data.since),
        "until": time_words(data.until),
        "likely": [_payload(finding, data) for finding in likely[:MAX_FINDINGS]],
        "possible": [_payload(finding, data) for finding in possible[:MAX_FINDINGS]],
        "likely_total": len(likely),
        "possible_total": len(possible),
        "articles": len(data.articles),
        "copies": sum(1 for article in data.articles if article.copy_of),
        "publishers": len({article.publisher for article in data.articles}),
        "stories": len({article.story_id for article in data.articles if article.story_id}),
        "feeds_total": len(data.feeds),
        "feeds_ok": len(healthy),
        "troubled": [_feed_row(feed, data) for feed in troubled[:MAX_FEEDS]],
        "troubled_total": len(troubled),
        "silent": [_feed_row(feed, data) for feed in silent[:MAX_FEEDS]],
        "silent_total": len(silent),
        "backlog": [{"what": words, "count": data.backlog.get(stage, 0)} for stage, words in BACKLOG_WORDS.items()],
        "backlog_total": sum(data.backlog.values()),
    }


def operator_alert(headline: str, lines: Sequence[str], *, recipient: Recipient, now: datetime, key: str = "") -> Alert:
    """A word to whoever runs the monitor. Told once per `key` (such as the problem's name and the day)."""
    return Alert(
        id=make_id("a", "operator", recipient.channel, recipient.name, key or headline),
        kind=AlertKind.OPERATOR,
        finding_id="",
        channel=recipient.channel,
        recipient=recipient.name,
        headline=one_line(headline, 120),
        payload={"lines": [clean(line, 1_000) for line in lines[:200]]},
        created_at=now,
        due_at=now,
    )


def _digest_alert(data: DigestData, recipient: Recipient, *, day: date, now: datetime) -> Alert:
    payload = digest_payload(data, recipient)
    return Alert(
        id=make_id("a", "digest", recipient.channel, recipient.name, day.isoformat()),
        kind=AlertKind.DIGEST,
        finding_id="",
        channel=recipient.channel,
        recipient=recipient.name,
        headline=_headline(payload, day),
        payload=payload,
        created_at=now,
        due_at=now,
    )


def _headline(payload: Mapping[str, Any], day: date) -> str:
    found = payload["likely_total"], payload["possible_total"]
    news = f"{found[0]} likely, {found[1]} possible" if any(found) else "nothing new"
    trouble = f"; {count_words(payload['troubled_total'], 'feed')} in trouble" if payload["troubled_total"] else ""
    return f"Digest of {day_words(day)}: {news}{trouble}"


def _chosen(data: DigestData, recipient: Recipient, grade: Grade) -> list[Finding]:
    """Findings of the day: new in it, or changed in it. The surest first."""
    chosen = [
        finding
        for finding in data.findings
        if finding.grade is grade
        and finding.review is not Review.DISMISSED
        and finding.verdict.value in recipient.verdicts
        and data.since <= finding.updated_at < data.until + timedelta(seconds=1)
        and finding.position_id in data.positions
        and _in_stories(finding, data.positions[finding.position_id], recipient)
    ]
    return sorted(chosen, key=lambda finding: (-finding.probability, finding.id))


def _in_stories(finding: Finding, position: Position, recipient: Recipient) -> bool:
    return not recipient.stories or bool({finding.story_id, position.story_id} & set(recipient.stories))


def _payload(finding: Finding, data: DigestData) -> dict[str, Any]:
    return finding_payload(
        finding,
        position=data.positions[finding.position_id],
        story=data.stories.get(finding.story_id),
        copies=data.copies,
        answer=denial_of(finding, data.findings),
    )


def _by_health(data: DigestData) -> tuple[list[Feed], list[Feed]]:
    healthy: list[Feed] = []
    troubled: list[Feed] = []
    for feed in data.feeds:
        is_ok = data.feed_states.get(feed.url, FeedState(url=feed.url)).health is FeedHealth.OK
        (healthy if is_ok else troubled).append(feed)
    return healthy, troubled


def _feed_row(feed: Feed, data: DigestData) -> dict[str, str]:
    state = data.feed_states.get(feed.url, FeedState(url=feed.url))
    return {
        "title": one_line(feed.title or feed.publisher or feed.url, 120),
        "url": one_line(feed.url, 200),
        "health": HEALTH_WORDS[state.health],
        "reason": one_line(state.reason, 300),
        "last_ok": time_words(state.last_ok_at) or "never",
    }
