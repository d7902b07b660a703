"""Decide how waiting alerts leave: which share a mail, under which Message-ID, and when to try again.

In: leased alerts, numbers of attempts, settings. Out: batches, ids, states.
Never: sends, reads a store or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import Alert, AlertKind, AlertState
from monitor.settings.model import AlertSettings, Recipient

MAX_PAUSE = timedelta(hours=6)
"""Longest pause between two tries; RFC 5321 (4.5.4.1) asks for a few hours at most before giving up days later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBatch:
    """The alerts of one mail. The id is to be kept with them (`assign_message`) before the mail is sent."""

    channel: str
    recipient: str
    message_id: str
    alerts: tuple[Alert, ...]

    @property
    def alert_ids(self) -> tuple[str, ...]:
        return tuple(alert.id for alert in self.alerts)


def message_id_for(alert_ids: Iterable[str], domain: str) -> str:
    """`<sha@domain>`: the same alerts, in any order, are the same mail."""
    joined = "\x1f".join(sorted(set(alert_ids)))
    return f"<{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}@{domain}>"


def group_alerts(leased: Sequence[Alert], settings: AlertSettings) -> list[MailBatch]:
    """Batches, oldest first. An alert that already has a message stays with exactly that message.

    Findings and changes for one recipient over one channel share mails of at most `max_alerts_per_mail`;
    a digest and a word to the operator travel alone.
    """
    in_order = sorted(leased, key=lambda alert: (alert.created_at, alert.id))
    carried: dict[tuple[str, ...], list[Alert]] = {}
    for alert in in_order:
        carried.setdefault(_group_of(alert), []).append(alert)
    batches = []
    for alerts in carried.values():
        size = len(alerts) if alerts[0].message_id else settings.max_alerts_per_mail
        batches += [_batch(alerts[at : at + size], settings) for at in range(0, len(alerts), size)]
    return sorted(batches, key=lambda batch: (batch.alerts[0].created_at, batch.alerts[0].id))


def next_try(attempts: int, settings: AlertSettings, now: datetime) -> tuple[AlertState, datetime]:
    """After the `attempts`-th failure (this one included): FAILED and when it is due again, or GIVEN_UP."""
    if attempts >= settings.max_attempts:
        return AlertState.GIVEN_UP, now
    pause = timedelta(seconds=settings.retry_seconds * 2 ** min(max(attempts - 1, 0), 16))
    return AlertState.FAILED, now + min(pause, MAX_PAUSE)


def may_send(sent_last_hour: int, recipient: Recipient) -> bool:
    return sent_last_hour < recipient.max_mails_per_hour


def _group_of(alert: Alert) -> tuple[str, ...]:
    if alert.message_id:
        return alert.channel, alert.recipient, "message", alert.message_id
    if alert.kind in (AlertKind.DIGEST, AlertKind.OPERATOR):
        return alert.channel, alert.recipient, "alone", alert.id
    return alert.channel, alert.recipient, "findings"


def _batch(alerts: Sequence[Alert], settings: AlertSettings) -> MailBatch:
    first = alerts[0]
    keys = [_key_of(alert, settings) for alert in alerts]
    return MailBatch(
        channel=first.channel,
        recipient=first.recipient,
        message_id=first.message_id or message_id_for(keys, settings.message_domain),
        alerts=tuple(alerts),
    )


def _key_of(alert: Alert, settings: AlertSettings) -> str:
    """Its id; a mail that is sent again at the user's word needs another, or servers drop it as a double.

    Such an alert is due long after it was made, and has no message: a failed one would still have its own.
    """
    first_due = alert.created_at + timedelta(seconds=settings.group_seconds)
    return alert.id if alert.due_at <= first_due else f"{alert.id}@{alert.due_at.isoformat()}"
