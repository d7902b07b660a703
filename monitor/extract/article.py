"""One job to one article: choose between the page's text and the feed's, clean it, cut passages.

In: ExtractJob. Out: Extracted. Runs in a worker process: a feed's content is as hostile as a page.
The page's text serves unless it failed, is shorter than `min_text_chars`, or is clearly less than the feed carries
(a paywall's teaser); then the feed's own text does. Nothing is dropped while there is a title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from monitor.errors import PageUnreadable
from monitor.extract.base import Extracted, ExtractJob
from monitor.extract.boilerplate import remove_boilerplate
from monitor.extract.canonical import choose_canonical_url
from monitor.extract.decode import clean_characters
from monitor.extract.feed_text import fragment_lines, plain_line
from monitor.extract.guards import check_markup
from monitor.extract.language import choose_language
from monitor.extract.page import PageText, read_page
from monitor.extract.passages import cut_passages
from monitor.models import Article, ArticleState, Entry
from monitor.settings.model import ExtractSettings

TEASER_CHARS = 600
"""Under this, a page that gives less than the feed is taken for a teaser."""
EARLIEST_AT = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=2)
MAX_TITLE_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    lines: list[str]
    reason: str


def extract_article(job: ExtractJob, settings: ExtractSettings) -> Extracted:
    """The article in its next state, and its passages."""
    page, problem = _page(job)
    title = _title(job, page)
    choice = _choose(job, page, problem, title, settings)
    body, reasons = _shorten(choice.lines, settings.max_text_chars - len(title))
    text = "\n\n".join(part for part in (title, body) if part)
    article = replace(
        job.article,
        title=title,
        text=text,
        authors=_authors(job, page),
        language=choose_language(text, [job.entry.language, job.article.language, page.language]),
        canonical_url=choose_canonical_url(
            page.canonical_url, base=job.final_url or job.article.url, known=job.article.canonical_url
        ),
        published_at=_published_at(job, page),
        state=ArticleState.EXTRACTED if text else ArticleState.SET_ASIDE,
        reason="; ".join(reason for reason in (choice.reason, reasons) if reason),
    )
    return _with_passages(article, settings)


def _with_passages(article: Article, settings: ExtractSettings) -> Extracted:
    found = cut_passages(article, sentences=settings.passage_sentences)
    passages = tuple(islice(found, settings.max_passages))
    if next(found, None) is not None:
        note = f"only the first {settings.max_passages:,} passages are kept"
        article = replace(article, reason="; ".join(filter(None, (article.reason, note))))
    return Extracted(article=article, passages=passages)


def _page(job: ExtractJob) -> tuple[PageText, str]:
    """The page, or an empty one and why."""
    if not job.body:
        return PageText(), job.page_problem
    try:
        url = job.final_url or job.article.url
        return read_page(job.body, charset=job.charset, url=url, wants_claims=not _feed_told_all(job)), ""
    except PageUnreadable as error:
        return PageText(), str(error)


def _feed_told_all(job: ExtractJob) -> bool:
    entry = job.entry
    return bool(entry.title and entry.authors and _plausible(entry.published_at, job.article))


# ---------------------------------------------------------------- which text serves


def _choose(job: ExtractJob, page: PageText, problem: str, title: str, settings: ExtractSettings) -> _Choice:
    own = settings.boilerplate
    from_page = remove_boilerplate(page.lines, title=title, own=own)
    from_feed = remove_boilerplate(_feed_lines(job.entry), title=title, own=own)
    page_chars, feed_chars = _chars(from_page), _chars(from_feed)
    if not problem and page_chars < settings.min_text_chars:
        problem = f"the page gave too little text ({page_chars:,} characters)" if job.body else "no page was fetched"
    if not problem and _is_teaser(page_chars, feed_chars):
        problem = f"the page gave less text ({page_chars:,} characters) than the feed ({feed_chars:,})"
    if not problem:
        return _Choice(lines=from_page, reason="")
    if page_chars > feed_chars:
        return _Choice(lines=from_page, reason=f"{problem}; the feed has no more")
    if from_feed:
        return _Choice(lines=from_feed, reason=f"{problem}; the feed's own text serves")
    served = "the title alone serves" if title else "the feed has no text either, nor a title"
    return _Choice(lines=[], reason=f"{problem}; {served}")


def _is_teaser(page_chars: int, feed_chars: int) -> bool:
    return feed_chars > 2 * page_chars or (page_chars < TEASER_CHARS and 4 * feed_chars > 5 * page_chars)


def _chars(lines: Sequence[str]) -> int:
    return sum(map(len, lines))


def _feed_lines(entry: Entry) -> list[str]:
    """The longer of content and summary; none when its markup is over a limit."""
    best: list[str] = []
    for fragment in (entry.content, entry.summary):
        try:
            check_markup(fragment.encode("utf-8", "replace"))
        except PageUnreadable:
            continue
        lines = fragment_lines(fragment)
        best = max(best, lines, key=_chars)
    return best


def _shorten(lines: Sequence[str], limit: int) -> tuple[str, str]:
    """The body within the limit, cut between paragraphs where that keeps half of it, and a note if cut."""
    body = "\n\n".join(lines)
    if len(body) <= limit:
        return body, ""
    cut = body.rfind("\n\n", limit // 2, limit)
    return body[
        : cut if cut > 0 else max(limit, 0)
    ].rstrip(), f"the text was cut at {limit:,} of {len(body):,} characters"


# ---------------------------------------------------------------- what it says about itself


def _title(job: ExtractJob, page: PageText) -> str:
    """The entry's, for a page's title often carries the site's name."""
    titles = (plain_line(claim) for claim in (job.entry.title, job.article.title, page.title))
    return next((title[:MAX_TITLE_CHARS].rstrip() for title in titles if title), "")


def _authors(job: ExtractJob, page: PageText) -> tuple[str, ...]:
    named = job.entry.authors or job.article.authors or page.authors
    return tuple(name for author in named[:20] if (name := " ".join(clean_characters(author).split())[:200]))


def _published_at(job: ExtractJob, page: PageText) -> datetime | None:
    """The feed's claim, else the page's; none that cannot be."""
    claims = (job.entry.published_at, job.article.published_at, page.published_at)
    return next((at for claim in claims if (at := _plausible(claim, job.article))), None)


def _plausible(claim: datetime | None, article: Article) -> datetime | None:
    if claim is None:
        return None
    at = claim if claim.tzinfo else claim.replace(tzinfo=UTC)
    return at if EARLIEST_AT <= at <= article.first_seen_at + LATEST_AHEAD else None
