"""Send articles back, so that the stages do them again: after a change of model or of positions."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from monitor.models import ArticleState
from monitor.pipeline.ports import Services
from monitor.store.base import ArticleFilter

MOST_ARTICLES = 200_000
PAGE = 500


class Redo(StrEnum):
    """What is done again; each includes what follows it."""

    EMBED = "embed"
    JUDGE = "judge"


STATE_BEFORE = {Redo.EMBED: ArticleState.EXTRACTED, Redo.JUDGE: ArticleState.CLUSTERED}
STATES_FROM = {
    Redo.EMBED: (ArticleState.EMBEDDED, ArticleState.CLUSTERED, ArticleState.JUDGED),
    Redo.JUDGE: (ArticleState.JUDGED,),
}
"""Only articles that have come so far: the others will be done anyway."""


def send_articles_back(services: Services, *, days: int, redo: Redo) -> int:
    """Those first seen within the last `days`; how many."""
    since = services.clock() - timedelta(days=days)
    found = [
        article.id
        for state in STATES_FROM[redo]
        for article in services.store.articles(ArticleFilter(since=since, state=state), limit=MOST_ARTICLES)
    ]
    for start in range(0, len(found), PAGE):
        services.store.reset(found[start : start + PAGE], STATE_BEFORE[redo])
    return len(found)
