"""Drain the outbox: lease alerts, group them, mail them, record every attempt. `sent` only after acceptance."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.alert.compose import compose_mail
from monitor.alert.outbox import MailBatch, group_alerts, may_send, next_try
from monitor.errors import DeliveryDeferred, DeliveryRefused
from monitor.models import Alert, AlertState, Attempt, StageReport
from monitor.pipeline.operator import operator_of
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally
from monitor.settings import Recipient

log = logging.getLogger(__name__)

THROTTLE_PAUSE = timedelta(minutes=10)


def send_alerts(services: Services) -> StageReport:
    """Send what is due. Deferred alerts stay for a later run; refused ones are given up, with the reason."""
    tally = Tally("alert")
    limit = services.settings.run.batch
    started_at = services.clock()  # what fails in this run is not due in it: one try a run, whatever the pause
    while leased := _lease(services, limit, due_at=started_at):
        for batch in group_alerts(leased, services.settings.alert):
            _send(services, batch, tally)
            services.progress("alert", done=tally.done, total=tally.seen)
    return tally.report()


def _lease(services: Services, limit: int, *, due_at: datetime) -> list[Alert]:
    until = services.clock() + timedelta(seconds=services.settings.alert.lease_seconds)
    return services.store.lease_alerts(now=due_at, until=until, limit=limit)


def _send(services: Services, batch: MailBatch, tally: Tally) -> None:
    tally.seen += len(batch.alerts)
    recipient = _recipient(services, batch)
    if recipient is None:
        _give_up(services, batch, "the recipient is no longer in config/alerts.yaml", tally)
        return
    hour_ago = services.clock() - timedelta(hours=1)
    sent = services.store.sent_since(batch.recipient, since=hour_ago)
    if not may_send(sent, recipient):
        services.store.postpone_alerts([a.id for a in batch.alerts], due_at=services.clock() + THROTTLE_PAUSE)
        for alert in batch.alerts:
            tally.leave(alert.id, f"{recipient.name} got {sent} mails within the hour; waits {THROTTLE_PAUSE}")
        return
    _deliver(services, batch, recipient, tally)


def _deliver(services: Services, batch: MailBatch, recipient: Recipient, tally: Tally) -> None:
    settings = services.settings.alert
    ids = [alert.id for alert in batch.alerts]
    services.store.assign_message(ids, batch.message_id)
    message = compose_mail(batch.alerts, settings, recipient=recipient, message_id=batch.message_id)
    try:
        services.channel(recipient).deliver(message, recipient=recipient.address.get_secret_value())
    except DeliveryDeferred as error:
        _record(services, batch, error=str(error), refused=False)
        _leave(batch.alerts, str(error), tally)
    except DeliveryRefused as error:
        _record(services, batch, error=str(error), refused=True)
        for alert in batch.alerts:
            tally.set_aside(alert.id, str(error))
    else:
        _record(services, batch, error="", refused=False)
        tally.done += len(ids)
        tally.new += 1


def _leave(alerts: Sequence[Alert], reason: str, tally: Tally) -> None:
    for alert in alerts:
        tally.leave(alert.id, reason)


def _record(services: Services, batch: MailBatch, *, error: str, refused: bool) -> None:
    now = services.clock()
    if not error:
        state, due_at = AlertState.SENT, now
    elif refused:
        state, due_at = AlertState.GIVEN_UP, now
    else:
        tries = 1 + max(alert.attempts for alert in batch.alerts)
        state, due_at = next_try(tries, services.settings.alert, now)
    attempt = Attempt(
        message_id=batch.message_id,
        channel=batch.channel,
        recipient=batch.recipient,
        alert_ids=tuple(alert.id for alert in batch.alerts),
        tried_at=now,
        ok=not error,
        error=error,
    )
    services.store.record_attempt(attempt, state=state, due_at=due_at)
    log.info("mail tried", extra={"alerts": len(batch.alerts), "ok": not error, "state": state.value})


def _give_up(services: Services, batch: MailBatch, reason: str, tally: Tally) -> None:
    _record(services, batch, error=reason, refused=True)
    for alert in batch.alerts:
        tally.set_aside(alert.id, reason)


def _recipient(services: Services, batch: MailBatch) -> Recipient | None:
    operator = operator_of(services.settings.alert)
    known = [*services.settings.alert.recipients, *([operator] if operator else [])]
    named = [r for r in known if r.name == batch.recipient]
    return next((r for r in named if r.channel == batch.channel), None)
