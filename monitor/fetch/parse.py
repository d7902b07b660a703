"""Turn a document into entries.

In: a `ParseJob`. Out: `ParsedFeed`. Raises `FeedUnreadable` with a reason in plain words.
Never: fetches, resolves names, opens files. Runs in a worker process, since its libraries have slow paths: 0.4 MB of
comment openers cost feedparser's HTML cleaner 12.6 CPU seconds (version 6.0.14). That cleaner and its URL resolving
stay off; nh3 and our own joining do their work.
"""

from __future__ import annotations

import io
import re
import warnings as python_warnings
from email.utils import parseaddr
from typing import Any

import feedparser

from monitor.errors import FeedUnreadable
from monitor.fetch.clean import plain_line
from monitor.fetch.items import Item, ParsedFeed, ParseJob, Warnings, make_entries
from monitor.fetch.jsonfeed import read_json_feed
from monitor.fetch.sniff import Kind, sniff

TARGET = "monitor.fetch.parse:parse_feed"
DECLARATION = re.compile(r"<\?xml[^>]*\?>")
HARMLESS = frozenset({"CharacterEncodingOverride", "NonXMLContentType"})
"""feedparser's complaints about labels, not about the document."""


def parse_feed(job: ParseJob) -> ParsedFeed:
    warnings = Warnings()
    if sniff(job.body) is Kind.JSON:
        title, items = read_json_feed(job.body)
    else:
        title, items = _read_xml_feed(job, warnings)
    entries = make_entries(items, job, warnings)
    return ParsedFeed(entries=entries, title=plain_line(title), warnings=warnings.all())


def _read_xml_feed(job: ParseJob, warnings: Warnings) -> tuple[str, list[Item]]:
    try:
        result = _parse_xml(job.body, charset=_usable_charset(job))
    except (ValueError, LookupError):
        # its reading of encodings raises on some declarations (an encoding's name that is no text, 6.0.14): without
        # the declaration the entries can be had
        text = DECLARATION.sub("", job.body.replace(b"\0", b"").decode("utf-8", "replace"), count=1)
        result = _parse_xml(text.encode(), charset="utf-8")
        warnings.add("the XML declaration names no usable encoding; read as UTF-8")
    complaint = _complaint(result)
    if not result.entries and (complaint or not result.get("version")):
        raise FeedUnreadable(complaint or "XML, but no feed: it has no entries, and no known kind of feed")
    if complaint:
        warnings.add(complaint)
    language = _text(result.feed, "language")
    return _text(result.feed, "title"), [_item(row, language) for row in result.entries]


def _parse_xml(body: bytes, *, charset: str) -> Any:
    headers = {"content-type": f"application/xml; charset={charset}"} if charset else {}
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # of feedparser's own use of its old names
        return feedparser.parse(
            io.BytesIO(body),  # bytes alone would be tried as a file's name
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )


def _usable_charset(job: ParseJob) -> str:
    """The server's word, unless the bytes disprove it: other text is hardly ever valid UTF-8 by chance."""
    if not job.charset or job.body.isascii():
        return job.charset
    try:
        job.body.decode("utf-8")
    except UnicodeDecodeError:
        return job.charset
    declares_same = job.charset.lower().encode("ascii", "replace") in job.body[:200].lower()
    return job.charset if declares_same else "utf-8"


def _complaint(result: Any) -> str:
    error = result.get("bozo_exception") if result.get("bozo") else None
    if error is None or type(error).__name__ in HARMLESS:
        return ""
    return f"ill-formed XML: {str(error)[:200]}"


def _item(row: Any, language: str) -> Item:
    detail = _dict(row, "title_detail")
    published = _claim(row, "published_parsed") or _claim(row, "created_parsed")
    updated = _claim(row, "updated_parsed")
    return Item(
        guid=_text(row, "id"),
        link=_link(row),
        base=_base(row),
        title=_text(row, "title"),
        title_is_html=detail.get("type") != "text/plain",
        summary=_text(row, "summary"),
        content=_content(row),
        authors=_authors(row),
        published=published or updated,
        updated=updated,
        language=_text(detail, "language") or language,
    )


def _get(row: Any, name: str) -> Any:
    """The very key: feedparser's own look-up answers some missing keys with others (`updated` with `published`)."""
    return dict.get(row, name)


def _text(row: Any, name: str) -> str:
    value = _get(row, name)
    return value if isinstance(value, str) else ""


def _dict(row: Any, name: str) -> dict[str, Any]:
    value = _get(row, name)
    return value if isinstance(value, dict) else {}


def _claim(row: Any, name: str) -> Any:
    return _get(row, name) or None


def _link(row: Any) -> str:
    """The original rather than the counting link; the first alternate where no plain link is."""
    link = _text(row, "feedburner_origlink") or _text(row, "link")
    links = _get(row, "links")
    if link or not isinstance(links, list):
        return link
    return next((_text(one, "href") for one in links if _text(one, "rel") in ("alternate", "")), "")


def _base(row: Any) -> str:
    """xml:base as it held for the item: feedparser notes it beside its texts only."""
    for name in ("title_detail", "summary_detail"):
        base = _text(_dict(row, name), "base")
        if base:
            return base
    return ""


def _content(row: Any) -> str:
    """The longest of the contents: some items carry a teaser and the text."""
    contents = _get(row, "content")
    texts = [_text(one, "value") for one in contents] if isinstance(contents, list) else []
    return max(texts, key=len, default="")


def _authors(row: Any) -> tuple[str, ...]:
    """Names, else addresses. feedparser (6.0.14) cuts addresses under long top-level domains into pieces: then the
    raw "address (name)" or "name <address>" of the item is read again."""
    people, raw = _get(row, "authors"), _text(row, "author")
    names = [_text(one, "name") or _text(one, "email") for one in people] if isinstance(people, list) else []
    if "@" in raw and len(names) < 2 and any(mark in "".join(names) for mark in "@(<"):
        name, address = parseaddr(raw[:500])
        names = [name or address]
    return tuple(name for name in names if name) or tuple(filter(None, [raw]))
