"""The outbox: alerts from waiting to sent, and every attempt.

What happened outside (a mail was numbered, accepted, refused) is on the disk before its call returns. A lease or
a new alert that a power cut undoes is simply taken or made again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from monitor.errors import NotFound
from monitor.models import Alert, AlertState, Attempt, make_id
from monitor.store.plain import clean_text, time_text
from monitor.store.sqlite.part import ALERTS, Part, at_most
from monitor.store.sqlite.rows import Table, Where, ids_text

ATTEMPTS = Table(Attempt, "attempts", extra=("id",))

DUE = """
    SELECT id FROM (
        SELECT id, created_at FROM alerts WHERE state IN ('waiting', 'failed') AND due_at <= :now
        UNION ALL
        SELECT id, created_at FROM alerts WHERE state = 'sending' AND leased_until <= :now
    )
    ORDER BY created_at, id LIMIT :limit
"""
SETTLE = """
    UPDATE alerts SET attempts = attempts + 1, leased_until = NULL, last_error = :error,
        state = CASE WHEN state = 'sent' OR (state = 'given up' AND :state = 'failed') THEN state ELSE :state END,
        due_at = CASE WHEN :state = 'failed' THEN :due_at ELSE due_at END,
        sent_at = CASE WHEN :state = 'sent' THEN :tried_at ELSE sent_at END
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
"""What was sent stays sent: a sender whose lease ran out may report its failure after another one's success."""

GIVE_UP = """
    UPDATE alerts SET state = 'given up', leased_until = NULL, last_error = 'the finding was dismissed'
    WHERE finding_id = ? AND state IN ('waiting', 'failed', 'sending')
"""
"""One that is being sent cannot be called back, but must not be tried again; if it was accepted, it becomes sent."""

POSTPONE = """
    UPDATE alerts SET state = 'waiting', due_at = ?, leased_until = NULL
    WHERE state = 'sending' AND id IN (SELECT value FROM json_each(?))
"""
REQUEUE = """
    UPDATE alerts SET state = 'waiting', due_at = ?, leased_until = NULL, sent_at = NULL, message_id = '',
        last_error = ''
    WHERE id = ?
"""


class OutboxPart(Part):
    def create_alerts(self, alerts: Sequence[Alert]) -> int:
        with self._database.write() as connection:
            return create_absent(connection, alerts)

    def lease_alerts(self, *, now: datetime, until: datetime, limit: int) -> list[Alert]:
        due = {"now": time_text(now), "limit": at_most(limit)}
        with self._database.write() as connection:
            ids = ids_text(row["id"] for row in connection.execute(DUE, due))
            connection.execute(
                """UPDATE alerts SET state = 'sending', leased_until = ?
                   WHERE id IN (SELECT value FROM json_each(?))""",
                (time_text(until), ids),
            )
            sql = "SELECT * FROM alerts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id"
            return [ALERTS.read(row) for row in connection.execute(sql, (ids,))]

    def assign_message(self, alert_ids: Sequence[str], message_id: str) -> None:
        sql = "UPDATE alerts SET message_id = ? WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.write_durably() as connection:
            connection.execute(sql, (clean_text(message_id), ids_text(alert_ids)))

    def record_attempt(self, attempt: Attempt, *, state: AlertState, due_at: datetime) -> None:
        if state not in (AlertState.SENT, AlertState.FAILED, AlertState.GIVEN_UP):
            raise ValueError(f"an attempt ends in sent, failed or given up, not in {state!r}")
        values = {
            "state": state.value,
            "due_at": time_text(due_at),
            "tried_at": time_text(attempt.tried_at),
            "error": clean_text(attempt.error),
            "ids": ids_text(attempt.alert_ids),
        }
        with self._database.write_durably() as connection:
            if _keep_attempt(connection, attempt):
                connection.execute(SETTLE, values)

    def postpone_alerts(self, alert_ids: Sequence[str], *, due_at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(POSTPONE, (time_text(due_at), ids_text(alert_ids)))

    def requeue_alert(self, alert_id: str, *, now: datetime) -> Alert:
        with self._database.write_durably() as connection:
            connection.execute(REQUEUE, (time_text(now), clean_text(alert_id)))
            return _alert(connection, alert_id)

    def alerts(self, *, state: AlertState | None = None, limit: int = 1_000) -> list[Alert]:
        where = Where()
        if state is not None:
            where.add("state = ?", state.value)
        sql = f"SELECT * FROM alerts WHERE {where} ORDER BY created_at DESC, id LIMIT ?"  # noqa: S608  own words
        with self._database.read() as connection:
            return [ALERTS.read(row) for row in connection.execute(sql, (*where.values, at_most(limit)))]

    def alert(self, alert_id: str) -> Alert:
        with self._database.read() as connection:
            return _alert(connection, alert_id)

    def attempts(self, *, alert_id: str = "", since: datetime | None = None, limit: int = 1_000) -> list[Attempt]:
        where = Where()
        if alert_id:
            where.add("id IN (SELECT attempt_id FROM attempts_for WHERE alert_id = ?)", clean_text(alert_id))
        if since is not None:
            where.add("tried_at >= ?", time_text(since))
        sql = f"SELECT * FROM attempts WHERE {where} ORDER BY tried_at DESC, id LIMIT ?"  # noqa: S608  own words
        with self._database.read() as connection:
            return [ATTEMPTS.read(row) for row in connection.execute(sql, (*where.values, at_most(limit)))]

    def sent_since(self, recipient: str, *, since: datetime) -> int:
        sql = "SELECT count(*) FROM attempts WHERE recipient = ? AND ok = 1 AND tried_at >= ?"
        with self._database.read() as connection:
            count: int = connection.execute(sql, (clean_text(recipient), time_text(since))).fetchone()[0]
        return count


def create_absent(connection: sqlite3.Connection, alerts: Sequence[Alert]) -> int:
    """Create the alerts that are not there; how many were."""
    return sum(ALERTS.create(connection, alert) for alert in alerts)


def give_up_alerts_of(connection: sqlite3.Connection, finding_id: str) -> None:
    """Alerts that wait, also for another try, are not sent once their finding is dismissed."""
    connection.execute(GIVE_UP, (clean_text(finding_id),))


def _keep_attempt(connection: sqlite3.Connection, attempt: Attempt) -> bool:
    """False when it is a repeat of one that was kept."""
    attempt_id = make_id(
        "attempt",
        *map(clean_text, (attempt.message_id, attempt.channel, attempt.recipient)),
        time_text(attempt.tried_at),
        ids_text(attempt.alert_ids),
    )
    is_new = ATTEMPTS.create(connection, attempt, attempt_id)
    connection.execute(
        "INSERT OR IGNORE INTO attempts_for (alert_id, attempt_id) SELECT value, ? FROM json_each(?)",
        (attempt_id, ids_text(attempt.alert_ids)),
    )
    return is_new


def _alert(connection: sqlite3.Connection, alert_id: str) -> Alert:
    row = connection.execute("SELECT * FROM alerts WHERE id = ?", (clean_text(alert_id),)).fetchone()
    if row is None:
        raise NotFound(f"the store holds no alert {alert_id}; `monitor alerts list` shows those it holds")
    return ALERTS.read(row)
