"""The outbox: alerts from waiting to sent, and every attempt.

Alerts change by `if_seq_no`, so that of two senders one gets an alert. An attempt and its alerts are written in one
bulk, the alerts first: an alert that was sent is marked so even where the attempt's own row is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.errors import NotFound
from monitor.models import Alert, AlertState, Attempt
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, to_source
from monitor.store.elastic.part import CHANGE_TRIES, Part, one_of, put_at
from monitor.store.plain import clean_text, time_text

SETTLED_KEPT = 20
"""Attempts that an alert remembers, so that a repeated call is not counted twice."""


class OutboxPart(Part):
    def create_alerts(self, alerts: Sequence[Alert]) -> int:
        return self._create("alerts", {alert.id: to_source(alert, settled_by=[]) for alert in alerts})

    def lease_alerts(self, *, now: datetime, until: datetime, limit: int) -> list[Alert]:
        leased = {"state": AlertState.SENDING.value, "leased_until": time_text(until)}
        sort = [{"created_at.exact": "asc"}, {"id": "asc"}]
        query = _due(time_text(now))
        for _ in range(CHANGE_TRIES):
            hits = list(self._client.find(self._names.alias("alerts"), query=query, sort=sort, limit=limit))
            done = self._client.bulk(put_at(hit, hit.source | leased) for hit in hits)
            taken = {each.id for each in done.values() if not each.is_conflict}
            if taken or not hits:
                return [read(Alert, hit.source | leased) for hit in hits if hit.id in taken]
        return []  # other senders were quicker every time: theirs is the work

    def assign_message(self, alert_ids: Sequence[str], message_id: str) -> None:
        self._change("alerts", alert_ids, lambda _: {"message_id": clean_text(message_id)}, source=False)

    def record_attempt(self, attempt: Attempt, *, state: AlertState, due_at: datetime) -> None:
        if state not in (AlertState.SENT, AlertState.FAILED, AlertState.GIVEN_UP):
            raise ValueError(f"an attempt ends in sent, failed or given up, not in {state!r}")
        source = to_source(attempt)
        attempt_id = doc_id(*map(str, source.values()))
        due = time_text(due_at)

        def settled(hit: Hit) -> Mapping[str, Any] | None:
            return _settled(hit.source, source, attempt_id, state=state, due_at=due)

        fields = ["state", "attempts", "settled_by"]
        self._change("alerts", attempt.alert_ids, settled, source=fields)
        self._create("attempts", {attempt_id: source | {"id": attempt_id}})

    def postpone_alerts(self, alert_ids: Sequence[str], *, due_at: datetime) -> None:
        changes = {"state": AlertState.WAITING.value, "due_at": time_text(due_at), "leased_until": None}

        def postponed(hit: Hit) -> dict[str, Any] | None:
            return changes if hit.source["state"] == AlertState.SENDING.value else None

        self._change("alerts", alert_ids, postponed, source=["state"])

    def requeue_alert(self, alert_id: str, *, now: datetime) -> Alert:
        changes = {
            "state": AlertState.WAITING.value,
            "due_at": time_text(now),
            "leased_until": None,
            "sent_at": None,
            "message_id": "",
            "last_error": "",
        }
        self._change("alerts", [alert_id], lambda _: changes, source=False)
        return self.alert(alert_id)

    def alerts(self, *, state: AlertState | None = None, limit: int = 1_000) -> list[Alert]:
        query = {"match_all": {}} if state is None else {"term": {"state": state.value}}
        sort = [{"created_at.exact": "desc"}, {"id": "asc"}]
        hits = self._client.find(self._names.alias("alerts"), query=query, sort=sort, limit=limit)
        return [read(Alert, hit.source) for hit in hits]

    def alert(self, alert_id: str) -> Alert:
        found = self._get_one("alerts", alert_id)
        if found is None:
            raise NotFound(f"the store holds no alert {alert_id}; `monitor alerts list` shows those it holds")
        return read(Alert, found.source)

    def attempts(self, *, alert_id: str = "", since: datetime | None = None, limit: int = 1_000) -> list[Attempt]:
        conditions: list[dict[str, Any]] = []
        if alert_id:
            conditions.append({"term": {"alert_ids": clean_text(alert_id)}})
        if since is not None:
            conditions.append({"range": {"tried_at.exact": {"gte": time_text(since)}}})
        sort = [{"tried_at.exact": "desc"}, {"id": "asc"}]
        query = {"bool": {"filter": conditions}}
        hits = self._client.find(self._names.alias("attempts"), query=query, sort=sort, limit=limit)
        return [read(Attempt, hit.source) for hit in hits]

    def sent_since(self, recipient: str, *, since: datetime) -> int:
        conditions = [
            {"term": {"recipient": clean_text(recipient)}},
            {"term": {"ok": True}},
            {"range": {"tried_at.exact": {"gte": time_text(since)}}},
        ]
        return self._client.count(self._names.alias("attempts"), {"bool": {"filter": conditions}})


def _due(now: str) -> dict[str, Any]:
    waiting = [one_of("state", (AlertState.WAITING, AlertState.FAILED)), {"range": {"due_at.exact": {"lte": now}}}]
    abandoned = [{"term": {"state": AlertState.SENDING.value}}, {"range": {"leased_until.exact": {"lte": now}}}]
    return {"bool": {"should": [{"bool": {"filter": waiting}}, {"bool": {"filter": abandoned}}]}}


def _settled(
    alert: Mapping[str, Any], attempt: Mapping[str, Any], attempt_id: str, *, state: AlertState, due_at: str
) -> dict[str, Any] | None:
    """The alert's fields after this attempt; None when it was told of it before.

    What was sent stays sent: a sender whose lease ran out may report its failure after another one's success.
    """
    if attempt_id in alert["settled_by"]:
        return None
    is_over = alert["state"] == AlertState.SENT.value or (
        alert["state"] == AlertState.GIVEN_UP.value and state is AlertState.FAILED
    )
    changes: dict[str, Any] = {
        "state": alert["state"] if is_over else state.value,
        "attempts": alert["attempts"] + 1,
        "leased_until": None,
        "last_error": attempt["error"],
        "settled_by": [*alert["settled_by"], attempt_id][-SETTLED_KEPT:],
    }
    if state is AlertState.FAILED:
        changes["due_at"] = due_at
    if state is AlertState.SENT:
        changes["sent_at"] = attempt["tried_at"]
    return changes
