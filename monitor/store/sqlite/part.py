"""What every part of the store stands on, and the tables that more than one part writes."""

from __future__ import annotations

from monitor.models import Alert, Article, Finding, Passage, Story
from monitor.store.sqlite.database import Database
from monitor.store.sqlite.rows import Table

ARTICLES = Table(Article, "articles")
PASSAGES = Table(Passage, "passages")
STORIES = Table(Story, "stories")
FINDINGS = Table(Finding, "findings", keep=("review",))
ALERTS = Table(Alert, "alerts")


class Part:
    """Base of the store's parts: the methods that change together, over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def at_most(limit: int) -> int:
    """SQLite takes a negative limit for none at all."""
    return max(0, limit)
