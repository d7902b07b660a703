"""Decide who is told what: findings before and after → alerts.

In: the findings before and after merging, the recipients and what they asked for. Out: alerts for the outbox.
Never: sends, reads a store or a clock. The same findings give the same alert ids, so a repeat adds nothing.

A finding is told once, when it first reaches what a recipient asked for. After that only three changes are worth a
mail: anonymous → on the record, one publisher → several, reported → denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.alert.findings import DENIED, ON_RECORD, SEVERAL, denial_of, state_marks
from monitor.alert.payload import finding_payload
from monitor.alert.words import headline
from monitor.models import (
    Alert,
    AlertKind,
    Article,
    Finding,
    Position,
    Relation,
    Review,
    Story,
    make_id,
)
from monitor.settings.model import AlertSettings, Recipient

CHANGES = (DENIED, ON_RECORD, SEVERAL)
"""Marks whose appearance is told, the weightiest first (it leads the subject)."""


def plan_alerts(
    before: Mapping[str, Finding],
    after: Sequence[Finding],
    *,
    positions: Mapping[str, Position],
    stories: Mapping[str, Story],
    settings: AlertSettings,
    now: datetime,
    recipients: Sequence[Recipient] | None = None,
    copies: Mapping[str, Sequence[Article]] | None = None,
) -> list[Alert]:
    """Alerts for the findings in `after`, by recipient and finding.

    `before` holds at least all findings on the same positions as they were (so that a denial can be shown beside
    what it denies). A finding whose position is not in `positions` was withdrawn: nobody is told.
    `copies` (by id of the origin) lets the mail list the copies by name. `recipients` default to those of the settings.
    """
    told = settings.recipients if recipients is None else recipients
    known = {**before, **{finding.id: finding for finding in after}}
    alerts = []
    for finding in sorted(after, key=lambda each: (each.first_seen_at, each.id)):
        position = positions.get(finding.position_id)
        if position is None or finding.review is Review.DISMISSED or _is_old(finding, now, settings):
            continue
        for recipient in told:
            news = _news_for(recipient, before.get(finding.id), finding, position=position, settings=settings)
            if news is None:
                continue
            payload = finding_payload(
                finding,
                position=position,
                story=stories.get(finding.story_id),
                copies=copies,
                changes=news,
                follows=None if news else _report_before(finding, before.values()),
                answer=denial_of(finding, known.values()),
            )
            alerts.append(_alert(finding, recipient, payload, changes=news, settings=settings, now=now))
    return alerts


def is_wanted(finding: Finding, recipient: Recipient, *, position: Position) -> bool:
    """Whether the finding is among what the recipient asked for; its story or the position's may be named."""
    return (
        finding.grade.value in recipient.grades
        and finding.verdict.value in recipient.verdicts
        and (not recipient.stories or bool({finding.story_id, position.story_id} & set(recipient.stories)))
    )


def _news_for(
    recipient: Recipient, before: Finding | None, after: Finding, *, position: Position, settings: AlertSettings
) -> tuple[str, ...] | None:
    """None: nothing to tell. Empty: the finding itself. Else the changes since it was told."""
    if not is_wanted(after, recipient, position=position):
        return None
    was_told = (
        before is not None
        and is_wanted(before, recipient, position=position)
        and not _is_old(before, before.updated_at, settings)
    )
    if before is None or not was_told:
        return ()
    grown = state_marks(after.state) - state_marks(before.state)
    return tuple(mark for mark in CHANGES if mark in grown) or None


def _is_old(finding: Finding, moment: datetime, settings: AlertSettings) -> bool:
    """Whether the newest evidence is older than what is mailed; where no date is claimed, our own clock serves."""
    oldest = moment - timedelta(days=settings.max_article_age_days)
    dates = [piece.published_at or piece.first_seen_at for piece in finding.evidence]
    return bool(dates) and max(dates) < oldest


def _report_before(finding: Finding, before: Iterable[Finding]) -> Finding | None:
    """The anonymous report of the same news that this finding now puts on the record."""
    if finding.relation is Relation.REPORTED or ON_RECORD not in state_marks(finding.state):
        return None
    reports = [
        each
        for each in before
        if each.relation is Relation.REPORTED
        and (each.position_id, each.story_id, each.verdict) == (finding.position_id, finding.story_id, finding.verdict)
    ]
    return min(reports, key=lambda each: (each.first_seen_at, each.id), default=None)


def _alert(
    finding: Finding,
    recipient: Recipient,
    payload: dict[str, object],
    *,
    changes: tuple[str, ...],
    settings: AlertSettings,
    now: datetime,
) -> Alert:
    kind = AlertKind.CHANGE if changes else AlertKind.FINDING
    return Alert(
        id=make_id("a", finding.id, recipient.channel, recipient.name, kind, "+".join(changes)),
        kind=kind,
        finding_id=finding.id,
        channel=recipient.channel,
        recipient=recipient.name,
        headline=headline(payload),
        payload=payload,
        created_at=now,
        due_at=now + timedelta(seconds=settings.group_seconds),
    )
