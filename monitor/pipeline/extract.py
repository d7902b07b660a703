"""Get the pages of new articles and take text and passages out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from monitor.errors import PageUnreachable
from monitor.extract.base import Extracted, ExtractJob
from monitor.fetch import canonicalize_url
from monitor.fetch.base import Page
from monitor.models import Article, ArticleState, Entry, Stage, StageReport
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally

ENOUGH_CHARS = 600
"""A feed that carries so much text itself can stand in for a page that is away for the moment."""
PATIENCE = timedelta(hours=1)
"""How long an article with little text in its feed waits for a page that does not answer."""
KEPT_TOGETHER = 25
"""Articles kept in one call: what a crash makes to be extracted again. One by one, a store over the network would
take longer for its requests than extraction itself; the workers go on with the rest of the batch meanwhile."""


def extract_articles(services: Services) -> StageReport:
    """Everything that waits for extraction, in batches."""
    tally = Tally("extract")
    left: set[str] = set()
    total = services.store.backlog()[Stage.EXTRACT]
    while batch := _next_batch(services, left):
        found = iter(services.extractor().extract(_jobs(services, batch, tally, left)))
        while extracted := list(islice(found, KEPT_TOGETHER)):
            _keep(services, extracted, tally)
            services.progress("extract", done=tally.done + tally.aside + tally.left, total=total)
    return tally.report()


def _next_batch(services: Services, left: set[str]) -> list[Article]:
    size = min(services.settings.run.batch, 50)  # pages of a batch are in memory together
    waiting = services.store.pending(Stage.EXTRACT, limit=size + len(left))
    return [article for article in waiting if article.id not in left]


def _jobs(services: Services, batch: Sequence[Article], tally: Tally, left: set[str]) -> list[ExtractJob]:
    jobs: list[ExtractJob] = []
    tally.seen += len(batch)
    entries = services.store.entries_of([article.id for article in batch])
    for article in batch:
        if article.id not in entries:
            reason = f"the store holds no feed entry of article {article.id}"
            services.store.set_aside(article.id, reason)
            tally.set_aside(article.id, reason)
    pages = _get_pages(services, [a for a in batch if a.id in entries and _wants_page(services, a, entries[a.id])])
    for article in batch:
        if article.id not in entries:
            continue
        page = pages.get(article.url, Page(url=article.url, final_url=article.url))
        if _should_wait(services, article, entries[article.id], page):
            left.add(article.id)
            tally.leave(article.url, str(page.error))
        else:
            jobs.append(_job(article, entries[article.id], page))
    return jobs


def _wants_page(services: Services, article: Article, entry: Entry) -> bool:
    if not article.url or services.settings.fetch.pages == "never":
        return False
    return services.settings.fetch.pages == "always" or len(entry.content or entry.summary) < ENOUGH_CHARS


def _get_pages(services: Services, articles: Sequence[Article]) -> dict[str, Page]:
    urls = list(dict.fromkeys(article.url for article in articles))
    return {page.url: page for page in services.fetcher().get_pages(urls)} if urls else {}


def _should_wait(services: Services, article: Article, entry: Entry, page: Page) -> bool:
    if not isinstance(page.error, PageUnreachable) or len(entry.content or entry.summary) >= ENOUGH_CHARS:
        return False
    return services.clock() - article.first_seen_at < PATIENCE


def _job(article: Article, entry: Entry, page: Page) -> ExtractJob:
    return ExtractJob(
        article=article,
        entry=entry,
        body=page.body,
        charset=page.charset,
        final_url=page.final_url,
        page_problem=str(page.error) if page.error else "",
    )


def _keep(services: Services, extracted: Sequence[Extracted], tally: Tally) -> None:
    found = [each.article for each in extracted]
    articles = [replace(article, canonical_url=canonicalize_url(article.canonical_url)) for article in found]
    services.store.save_extracted(articles, [passage for each in extracted for passage in each.passages])
    for article in found:
        if article.state is ArticleState.SET_ASIDE:
            tally.set_aside(article.url or article.id, article.reason)
        else:
            tally.done += 1
