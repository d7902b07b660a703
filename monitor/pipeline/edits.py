"""Look again at the pages that findings cite: a publisher may change a text without a word in its feed.

An article whose page has changed is sent back to the start, and the stages read and judge it anew. What the findings
cite stays in them, whatever the page says now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.extract.base import Extracted, ExtractJob
from monitor.fetch.base import Page
from monitor.models import Article, ArticleState, Entry, StageReport
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally

WATCHED = timedelta(days=3)
"""Corrections come soon or hardly ever; so long, each cited page is read once more a day."""
BATCH = 50
SAME_ARTICLE = 0.5
"""Share of the known passages that must be there again. With fewer it is another page (a paywall, an error page in
good manners), and the text we have stays."""


def watch_edits(services: Services) -> StageReport:
    """Cited articles of the last days: `new` of the report counts those that have changed and are done again."""
    tally = Tally("edit-watch")
    if services.settings.fetch.pages == "never":
        return tally.report()
    cited = _cited(services)
    tally.seen = len(cited)
    for start in range(0, len(cited), BATCH):
        for article, extracted in _read_again(services, cited[start : start + BATCH], tally):
            tally.done += 1
            if _is_edited(services, article, extracted):
                services.store.reset([article.id], ArticleState.FETCHED)
                tally.new += 1
    return tally.report()


def _cited(services: Services) -> list[Article]:
    """Judged articles of the last days that a finding cites, in order of their ids."""
    since = services.clock() - WATCHED
    ids = sorted({evidence.article_id for finding in services.store.findings() for evidence in finding.evidence})
    found = services.store.articles_by_ids(ids)
    articles = (found[article_id] for article_id in ids if article_id in found)
    return [a for a in articles if a.url and a.state is ArticleState.JUDGED and a.first_seen_at >= since]


def _read_again(services: Services, articles: Sequence[Article], tally: Tally) -> Iterator[tuple[Article, Extracted]]:
    pages = {page.url: page for page in services.fetcher().get_pages(list(dict.fromkeys(a.url for a in articles)))}
    readable: list[tuple[Article, Page]] = []
    for article in articles:
        page = pages.get(article.url)
        if page is None or page.error is not None:
            tally.leave(article.url, str(page.error) if page else "no answer")
        else:
            readable.append((article, page))
    entries = services.store.entries_of([article.id for article, _ in readable])
    known = [(article, page) for article, page in readable if article.id in entries]  # else retention took it meanwhile
    jobs = [_job(article, entries[article.id], page) for article, page in known]
    yield from zip((article for article, _ in known), services.extractor().extract(jobs), strict=True)


def _job(article: Article, entry: Entry, page: Page) -> ExtractJob:
    return ExtractJob(
        article=replace(article, state=ArticleState.FETCHED, text=""),
        entry=entry,
        body=page.body,
        charset=page.charset,
        final_url=page.final_url,
    )


def _is_edited(services: Services, article: Article, extracted: Extracted) -> bool:
    before = {passage.text for passage in services.store.passages_of([article.id])[article.id]}
    after = {passage.text for passage in extracted.passages}
    return before != after and len(before & after) >= SAME_ARTICLE * len(before)
