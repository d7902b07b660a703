"""Verdicts, the findings made of them, and the analyst's word."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from monitor.errors import NotFound
from monitor.models import Alert, ArticleState, Finding, Review, Verdict, VerdictLabel
from monitor.store.plain import clean_text, time_text
from monitor.store.sqlite.articles import mark
from monitor.store.sqlite.outbox import create_absent, give_up_alerts_of
from monitor.store.sqlite.part import FINDINGS, Part, at_most
from monitor.store.sqlite.rows import Table, Where, ids_text

VERDICTS = Table(Verdict, "verdicts", key=("passage_id", "position_id"))

VERDICTS_ON = """
    SELECT verdicts.* FROM verdicts
    LEFT JOIN passages ON passages.id = verdicts.passage_id
    LEFT JOIN articles ON articles.id = passages.article_id
    WHERE verdicts.position_id = ?
    ORDER BY articles.first_seen_at DESC, verdicts.passage_id LIMIT ?
"""


class VerdictPart(Part):
    def record_verdicts(
        self,
        *,
        done: Sequence[str],
        verdicts: Sequence[Verdict],
        findings: Sequence[Finding],
        alerts: Sequence[Alert],
    ) -> None:
        with self._database.write() as connection:
            create_absent(connection, alerts)
            for finding in findings:
                _keep_finding(connection, finding)
            for verdict in verdicts:
                _keep_verdict(connection, verdict)
            mark(connection, done, ArticleState.JUDGED)

    def verdicts_on(self, position_id: str, *, limit: int) -> list[Verdict]:
        with self._database.read() as connection:
            rows = connection.execute(VERDICTS_ON, (clean_text(position_id), at_most(limit)))
            return [VERDICTS.read(row) for row in rows]

    def findings(
        self, *, position_id: str = "", story_id: str = "", since: datetime | None = None, limit: int = 1_000
    ) -> list[Finding]:
        where = Where()
        if position_id:
            where.add("position_id = ?", clean_text(position_id))
        if story_id:
            where.add("story_id = ?", clean_text(story_id))
        if since is not None:
            where.add("first_seen_at >= ?", time_text(since))
        sql = f"SELECT * FROM findings WHERE {where} ORDER BY first_seen_at DESC, id LIMIT ?"  # noqa: S608  own words
        with self._database.read() as connection:
            return [FINDINGS.read(row) for row in connection.execute(sql, (*where.values, at_most(limit)))]

    def finding(self, finding_id: str) -> Finding:
        found = self.findings_by_ids([finding_id])
        if not found:
            raise _no_finding(finding_id)
        return next(iter(found.values()))

    def findings_by_ids(self, finding_ids: Sequence[str]) -> dict[str, Finding]:
        sql = "SELECT * FROM findings WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            found = [FINDINGS.read(row) for row in connection.execute(sql, (ids_text(finding_ids),))]
        return {finding.id: finding for finding in found}

    def review_finding(self, finding_id: str, review: Review) -> None:
        values = (review.value, clean_text(finding_id))
        with self._database.write_durably() as connection:
            if connection.execute("UPDATE findings SET review = ? WHERE id = ?", values).rowcount == 0:
                raise _no_finding(finding_id)
            if review is Review.DISMISSED:
                give_up_alerts_of(connection, finding_id)


def _keep_finding(connection: sqlite3.Connection, finding: Finding) -> None:
    FINDINGS.put(connection, finding)
    finding_id = clean_text(finding.id)
    connection.execute("DELETE FROM citations WHERE finding_id = ?", (finding_id,))
    connection.execute(
        "INSERT OR IGNORE INTO citations (finding_id, article_id) SELECT ?, value FROM json_each(?)",
        (finding_id, ids_text(evidence.article_id for evidence in finding.evidence)),
    )


def _keep_verdict(connection: sqlite3.Connection, verdict: Verdict) -> None:
    """A neutral verdict is not kept, and takes an earlier one on the same pair away."""
    if verdict.label is not VerdictLabel.NEUTRAL:
        VERDICTS.put(connection, verdict)
        return
    connection.execute(
        "DELETE FROM verdicts WHERE passage_id = ? AND position_id = ?",
        (clean_text(verdict.passage_id), clean_text(verdict.position_id)),
    )


def _no_finding(finding_id: str) -> NotFound:
    return NotFound(f"the store holds no finding {finding_id}; `monitor findings list` shows those it holds")
