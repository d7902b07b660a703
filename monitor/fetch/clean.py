"""Make foreign text harmless and plain.

In: titles, HTML fragments, language tags, dates as the feed gave them. Out: the same, bounded and clean.
Never: judges what it says. Runs in a worker process.
"""

from __future__ import annotations

import calendar
import html
import re
from datetime import UTC, datetime, timedelta
from time import struct_time
from urllib.parse import urljoin

import nh3

MAX_TITLE_CHARS = 1_000
MAX_HTML_CHARS = 1_000_000
MAX_LANGUAGE_CHARS = 20
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = timedelta(days=2)
"""A claim further ahead of our clock than any time zone or planned publication explains."""
TAGS = (nh3.ALLOWED_TAGS - {"img", "map", "area"}) | {"section", "main", "address"}
"""Those that structure text; pictures would be fetched by whoever looks at it."""
DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math"}
LOOKS_LIKE_TAG = re.compile(r"<[/!]?[A-Za-z][^>]*>")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def plain_line(text: str, *, is_html: bool = True, limit: int = MAX_TITLE_CHARS) -> str:
    """One line of text without markup: "AT&amp;T <b>up</b>" is "AT&T up"."""
    text = text[: 20 * limit]
    if is_html and LOOKS_LIKE_TAG.search(text):
        text = nh3.clean(text, tags=set(), clean_content_tags=DROPPED_WITH_CONTENT)
    text = CONTROL.sub("", html.unescape(text))
    return " ".join(text.split())[:limit].rstrip()


def clean_html(text: str, *, base: str) -> str:
    """Only tags that structure text; links made absolute; no script, style, picture or attribute else."""
    text = CONTROL.sub("", text[:MAX_HTML_CHARS])
    if "<" not in text:
        return text.strip()

    def resolve(tag: str, attribute: str, value: str) -> str | None:
        return absolute(base, value) if (tag, attribute) == ("a", "href") else None

    return nh3.clean(
        text,
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes={"a": {"href"}},
        attribute_filter=resolve,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    ).strip()


def absolute(base: str, url: str) -> str:
    """The URL seen from its base; as it is where it cannot be joined."""
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return url.strip()


def language_tag(text: str) -> str:
    """`en-us`, or empty when it is no language tag."""
    tag = text.strip().lower().replace("_", "-")[:MAX_LANGUAGE_CHARS]
    return tag if LANGUAGE.fullmatch(tag) else ""


def utc_time(claim: struct_time | datetime | None, *, now: datetime) -> datetime | None:
    """The claim as a UTC time; None when there is none. Raises `ValueError` for a date that cannot be."""
    if claim is None:
        return None
    try:
        at = claim if isinstance(claim, datetime) else datetime.fromtimestamp(calendar.timegm(claim), UTC)
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError, OSError, TypeError) as error:
        raise ValueError(f"date {str(claim)[:60]} cannot be read") from error
    if at < EARLIEST or at - now > LATEST:
        raise ValueError(f"date {at:%Y-%m-%d} cannot be true")
    return at
