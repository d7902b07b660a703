"""Lists are read from an index, in its order: what keeps them quick when the store is large."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from monitor.models import AlertState, ArticleState, Stage
from monitor.store.base import ArticleFilter
from monitor.store.sqlite.store import SqliteStore
from tests.builders import MODEL, at

Call = Callable[[SqliteStore], object]
CALLS: dict[str, Call] = {
    "pending": lambda s: s.pending(Stage.JUDGE, limit=9),
    "articles": lambda s: s.articles(ArticleFilter(), limit=9),
    "articles since": lambda s: s.articles(ArticleFilter(since=at(0)), limit=9),
    "articles of a story": lambda s: s.articles(ArticleFilter(story_id="x"), limit=9),
    "articles of a publisher": lambda s: s.articles(ArticleFilter(publisher="x"), limit=9),
    "articles in a state": lambda s: s.articles(ArticleFilter(state=ArticleState.JUDGED), limit=9),
    "articles by ids": lambda s: s.articles_by_ids(["x"]),
    "articles_of_story": lambda s: s.articles_of_story("x", limit=9),
    "passages_of": lambda s: s.passages_of(["x"]),
    "copies_of": lambda s: s.copies_of(["x"]),
    "live_memos": lambda s: s.live_memos(since=at(0), model=MODEL),
    "articles_of_other_models": lambda s: s.articles_of_other_models(MODEL, limit=9),
    "backlog": lambda s: s.backlog(),
    "stories": lambda s: s.stories(limit=9),
    "positions": lambda s: s.positions(),
    "verdicts_on": lambda s: s.verdicts_on("x", limit=9),
    "findings": lambda s: s.findings(),
    "findings of a position": lambda s: s.findings(position_id="x"),
    "findings of a story": lambda s: s.findings(story_id="x"),
    "alerts": lambda s: s.alerts(),
    "alerts in a state": lambda s: s.alerts(state=AlertState.WAITING),
    "lease_alerts": lambda s: s.lease_alerts(now=at(0), until=at(1), limit=9),
    "attempts": lambda s: s.attempts(),
    "attempts of an alert": lambda s: s.attempts(alert_id="x"),
    "sent_since": lambda s: s.sent_since("x", since=at(0)),
    "delete_before": lambda s: s.delete_before(at(0)),
}
SORTS_FEW = {"copies_of", "verdicts_on", "lease_alerts", "attempts of an alert"}
"""These sort what they have picked out by an index: few rows, or an order that no index can hold."""


def plans(store: SqliteStore, call: Call) -> dict[str, list[str]]:
    """The steps of each statement that the call runs on the store's own tables."""
    statements: list[str] = []
    with store._database.read() as connection:
        connection.set_trace_callback(statements.append)
        call(store)
        connection.set_trace_callback(None)
        return {sql: _steps(connection, sql) for sql in statements if _is_a_query(sql)}


def _is_a_query(sql: str) -> bool:
    return sql.strip().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and "articles_words" not in sql


def _steps(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]


@pytest.mark.parametrize("name", CALLS)
def test_no_list_scans_or_sorts_a_whole_table(name: str) -> None:
    store = SqliteStore.in_memory()
    store.prepare()
    found = plans(store, CALLS[name])
    assert found
    for sql, steps in found.items():
        for step in steps:
            assert not (
                step.startswith("SCAN") and "INDEX" not in step and "json_each" not in step and "(" not in step
            ), f"{sql}\nscans: {step}"
            if name not in SORTS_FEW:
                assert "B-TREE FOR ORDER BY" not in step, f"{sql}\nsorts: {step}"
