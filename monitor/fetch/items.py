"""From what a feed's items claim to `Entry`: identity, links, dates, bounds.

In: `Item`s, however the document spelled them. Out: entries with stable ids, and warnings about what was dropped.
Never: parses a document. Runs in a worker process.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import struct_time

from monitor.fetch.clean import absolute, clean_html, language_tag, plain_line, utc_time
from monitor.fetch.urls import MAX_URL_CHARS
from monitor.models import Entry, make_id

MAX_AUTHORS = 20
MAX_GUID_CHARS = 2_048
MAX_WARNINGS = 50
Claim = struct_time | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseJob:
    """One document: what came, from where, and under which limits."""

    feed_url: str
    base_url: str
    body: bytes
    charset: str = ""
    language: str = ""
    """The user's word on the feed's language; empty: the feed's own claim."""
    max_entries: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    entries: tuple[Entry, ...]
    title: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as the document spells it."""

    guid: str = ""
    link: str = ""
    base: str = ""
    title: str = ""
    title_is_html: bool = True
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published: Claim = None
    updated: Claim = None
    language: str = ""


@dataclass(slots=True)
class Warnings:
    """At most fifty; the rest is counted."""

    lines: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, line: str) -> None:
        if len(self.lines) < MAX_WARNINGS:
            self.lines.append(line[:300])
        else:
            self.more += 1

    def all(self) -> tuple[str, ...]:
        return (*self.lines, *([f"{self.more} more warnings"] if self.more else []))


def make_entries(items: Sequence[Item], job: ParseJob, warnings: Warnings) -> tuple[Entry, ...]:
    """One entry per item, each with an id of its own."""
    if len(items) > job.max_entries:
        warnings.add(f"{len(items):,} entries; only the first {job.max_entries:,} were taken")
    return _with_ids([_draft(item, job, warnings) for item in items[: job.max_entries]])


def _with_ids(drafts: Sequence[Entry]) -> tuple[Entry, ...]:
    """Ids from the guid; where it repeats within the document, from guid and URL; where these do, from all else too.

    All entries of a repeated guid are named so, not only the second: the order of items changes between polls.
    Entries that are alike in everything are numbered.
    """
    keys: list[tuple[str, ...]] = [(d.guid or d.url or f"{d.title}\x1f{d.published_at}",) for d in drafts]
    keys = _told_apart(keys, [(d.url,) for d in drafts])
    keys = _told_apart(keys, [(d.title, str(d.published_at), d.content_hash) for d in drafts])
    met: Counter[tuple[str, ...]] = Counter()
    entries = []
    for key, draft in zip(keys, drafts, strict=True):
        number = (str(met[key]),) if met[key] else ()
        met[key] += 1
        entries.append(replace(draft, id=make_id("e", draft.feed_url, *key, *number)))
    return tuple(entries)


def _told_apart(keys: list[tuple[str, ...]], further: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    counts = Counter(keys)
    return [key + more if counts[key] > 1 else key for key, more in zip(keys, further, strict=True)]


def _draft(item: Item, job: ParseJob, warnings: Warnings) -> Entry:
    base = absolute(job.base_url, item.base) if item.base else job.base_url
    guid = plain_line(item.guid, is_html=False, limit=MAX_GUID_CHARS)
    title = plain_line(item.title, is_html=item.title_is_html)
    name = repr((title or guid)[:60])
    summary, content = clean_html(item.summary, base=base), clean_html(item.content, base=base)
    if content == summary:
        summary = ""
    return Entry(
        id="",
        feed_url=job.feed_url,
        guid=guid,
        url=_link(item.link, base, job=job, name=name, warnings=warnings),
        title=title,
        summary=summary,
        content=content,
        authors=_authors(item.authors),
        published_at=_time(item.published, name, now=job.now, warnings=warnings),
        updated_at=_time(item.updated, name, now=job.now, warnings=warnings),
        language=language_tag(job.language) or language_tag(item.language),
        content_hash=_hash(title, summary, content),
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _authors(names: Iterable[str]) -> tuple[str, ...]:
    plain = (plain_line(name, limit=200) for name in names)
    return tuple(dict.fromkeys(name for name in plain if name))[:MAX_AUTHORS]


def _time(claim: Claim, name: str, *, now: datetime, warnings: Warnings) -> datetime | None:
    try:
        return utc_time(claim, now=now)
    except ValueError as error:
        warnings.add(f"entry {name}: {error}")
        return None


def _link(link: str, base: str, *, job: ParseJob, name: str, warnings: Warnings) -> str:
    """The absolute link, or empty. A feed from the network never names a file of ours."""
    link = "".join(link.split()) if len(link) <= 2 * MAX_URL_CHARS else link
    url = absolute(base, link) if link else ""
    schemes = ("http://", "https://", "file:") if job.feed_url.startswith("file:") else ("http://", "https://")
    if not url:
        warnings.add(f"entry {name} has no link")
    elif len(url) > MAX_URL_CHARS:
        warnings.add(f"entry {name}: its link is longer than {MAX_URL_CHARS:,} characters")
    elif not url.lower().startswith(schemes):
        warnings.add(f"entry {name}: link {url[:60]!r} is not followed")
    else:
        return url
    return ""
