"""What a position would have raised over the articles of the last days: for trying a new statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.models import Article, Passage, Verdict, VerdictLabel
from monitor.pipeline.judge import pairs_to_judge, read_ledger
from monitor.pipeline.ports import Services
from monitor.store.base import ArticleFilter

MOST_ARTICLES = 20_000
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One passage that the position would have raised."""

    article: Article
    passage: Passage
    verdict: Verdict


def backtest(services: Services, position_id: str, *, days: int) -> list[Raised]:
    """Highest probability first. The position is taken as valid on every day. Keeps no verdict, sends nothing."""
    services.store.position(position_id)  # NotFound names the id
    ledger = read_ledger(services, only=[position_id])
    ledger = replace(
        ledger,
        positions=tuple(replace(p, stated_on=date.min, valid_until=None) for p in ledger.positions),
    )
    since = services.clock() - timedelta(days=days)
    articles = services.store.articles(ArticleFilter(since=since), limit=MOST_ARTICLES)
    raised: list[Raised] = []
    for start in range(0, len(articles), BATCH):
        asked = pairs_to_judge(services, ledger, articles[start : start + BATCH])
        verdicts = services.judge().judge([pair for *_, pair in asked]) if asked else []
        raised += [
            Raised(article=article, passage=passage, verdict=verdict)
            for (article, passage, _), verdict in zip(asked, verdicts, strict=True)
            if verdict.label is not VerdictLabel.NEUTRAL
        ]
        services.progress("backtest", done=min(start + BATCH, len(articles)), total=len(articles))
    return sorted(raised, key=lambda r: (-r.verdict.probability, r.passage.id))
