"""One HTML page to its text and what it claims about itself, by trafilatura.

In: bytes. Out: PageText. Imported only inside worker processes, for what lxml does with hostile pages has no limit.
Raises `PageUnreadable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trafilatura import bare_extraction, extract_metadata, load_html  # noqa: TID253 - a worker's module: its start loads
from trafilatura.settings import Document  # noqa: TID253 - likewise

from monitor.errors import PageUnreadable
from monitor.extract.decode import decode_page
from monitor.extract.guards import check_markup


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """`canonical_url` and `published_at` are the page's claims, unchecked."""

    lines: tuple[str, ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    canonical_url: str = ""
    published_at: datetime | None = None


def read_page(body: bytes, *, charset: str, url: str, wants_claims: bool) -> PageText:
    """The page's main text, one paragraph a line. Raises `PageUnreadable`.

    Without `wants_claims` title, authors and date stay empty: to look for them takes as long as the text does.
    """
    text = decode_page(body, charset)
    check_markup(text.encode())
    tree = load_html(text)
    if tree is None or len(tree) == 0:
        raise PageUnreadable("the page is no HTML document")
    claims = extract_metadata(tree, default_url=url or None, extensive=False) if wants_claims else Document()
    canonical, language = _canonical_claim(tree), str(tree.get("lang") or "")
    published_at = _date_claim(tree, claims.date) if wants_claims else None
    main = bare_extraction(tree, url=url or None, fast=True, include_comments=False)
    return PageText(
        lines=tuple(_lines(main.text or "")) if main is not None else (),
        title=claims.title or "",
        authors=tuple(name.strip() for name in (claims.author or "").split(";") if name.strip())[:20],
        language=language,
        canonical_url=canonical,
        published_at=published_at,
    )


def _lines(text: str) -> list[str]:
    """Paragraphs without the marks of list items and table cells."""
    lines = (" ".join(raw.split()) for raw in text.splitlines())
    return [line.removeprefix("- ").strip("| ") for line in lines if line.strip("-| ")]


def _canonical_claim(tree: Any) -> str:
    links = tree.xpath("//link[translate(@rel, 'CANONICAL', 'canonical') = 'canonical']/@href")
    return str(links[0]).strip() if links else ""


def _date_claim(tree: Any, day: str | None) -> datetime | None:
    """The page's own stamp with its time; else midnight UTC of the day that htmldate found."""
    stamps = tree.xpath("//meta[@property='article:published_time' or @itemprop='datePublished']/@content")
    for stamp in [*map(str, stamps[:3]), day or ""]:
        try:
            at = datetime.fromisoformat(stamp.strip())
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None
