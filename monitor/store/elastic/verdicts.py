"""Verdicts, the findings made of them, and the analyst's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.errors import NotFound
from monitor.models import Alert, AlertState, ArticleState, Finding, Review, Verdict, VerdictLabel
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, to_source
from monitor.store.elastic.part import Part, delete, put
from monitor.store.plain import clean_text, time_text

NOT_SENT = frozenset({AlertState.WAITING.value, AlertState.FAILED.value, AlertState.SENDING.value})
"""One that is being sent cannot be called back, but must not be tried again; if it was accepted, it becomes sent."""


class VerdictPart(Part):
    def record_verdicts(
        self,
        *,
        done: Sequence[str],
        verdicts: Sequence[Verdict],
        findings: Sequence[Finding],
        alerts: Sequence[Alert],
    ) -> None:
        """Alerts first: they are planned from how findings change, which a later run would no longer see."""
        new_alerts = {alert.id: to_source(alert, settled_by=[]) for alert in alerts}
        new_findings = {finding.id: to_source(finding) for finding in findings}
        self._create("alerts", new_alerts)
        self._put("findings", new_findings, keep=("review",))
        self._keep_verdicts(verdicts)
        self._mark(done, ArticleState.JUDGED)

    def _keep_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """A neutral verdict is not kept, and takes an earlier one on the same pair away."""
        fields = ["article_id", "publisher", "first_seen_at"]
        passages = self._get("passages", {verdict.passage_id for verdict in verdicts}, source=fields)
        index = self._names.alias("verdicts")
        actions = {}
        for verdict in verdicts:
            id_ = doc_id(verdict.passage_id, verdict.position_id)
            if verdict.label is VerdictLabel.NEUTRAL:
                actions[id_] = delete(index, id_)
            else:
                passage = passages.get(doc_id(verdict.passage_id))
                actions[id_] = put(index, id_, to_source(verdict) | (passage.source if passage else {}))
        self._client.bulk(actions.values())

    def verdicts_on(self, position_id: str, *, limit: int) -> list[Verdict]:
        newest: dict[str, Any] = {"first_seen_at.exact": {"order": "desc", "missing": "_last"}}
        query = {"term": {"position_id": clean_text(position_id)}}
        hits = self._client.find(
            self._names.alias("verdicts"), query=query, sort=[newest, {"passage_id": "asc"}], limit=limit
        )
        return [read(Verdict, hit.source) for hit in hits]

    def findings(
        self, *, position_id: str = "", story_id: str = "", since: datetime | None = None, limit: int = 1_000
    ) -> list[Finding]:
        conditions: list[dict[str, Any]] = []
        if position_id:
            conditions.append({"term": {"position_id": clean_text(position_id)}})
        if story_id:
            conditions.append({"term": {"story_id": clean_text(story_id)}})
        if since is not None:
            conditions.append({"range": {"first_seen_at.exact": {"gte": time_text(since)}}})
        sort = [{"first_seen_at.exact": "desc"}, {"id": "asc"}]
        query = {"bool": {"filter": conditions}}
        hits = self._client.find(self._names.alias("findings"), query=query, sort=sort, limit=limit)
        return [read(Finding, hit.source) for hit in hits]

    def finding(self, finding_id: str) -> Finding:
        found = self.findings_by_ids([finding_id])
        if not found:
            raise _no_finding(finding_id)
        return next(iter(found.values()))

    def findings_by_ids(self, finding_ids: Sequence[str]) -> dict[str, Finding]:
        found = (read(Finding, hit.source) for hit in self._get("findings", finding_ids).values())
        return {finding.id: finding for finding in found}

    def review_finding(self, finding_id: str, review: Review) -> None:
        if not self._change("findings", [finding_id], lambda _: {"review": review.value}, source=False):
            raise _no_finding(finding_id)
        if review is Review.DISMISSED:
            self._give_up_alerts(finding_id)

    def _give_up_alerts(self, finding_id: str) -> None:
        """What is not sent yet is not sent once their finding is dismissed."""
        query = {"term": {"finding_id": clean_text(finding_id)}}
        ids = [hit.source["id"] for hit in self._client.find(self._names.alias("alerts"), query=query, source=["id"])]
        reason = "the finding was dismissed"
        changes = {"state": AlertState.GIVEN_UP.value, "leased_until": None, "last_error": reason}

        def given_up(hit: Hit) -> dict[str, Any] | None:
            return changes if hit.source["state"] in NOT_SENT else None

        self._change("alerts", ids, given_up, source=["state"])


def _no_finding(finding_id: str) -> NotFound:
    return NotFound(f"the store holds no finding {finding_id}; `monitor findings list` shows those it holds")
