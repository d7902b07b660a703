"""Read the list of feeds: config/feeds.yaml or an OPML file.

In: a path. Out: `Feed`s, each URL once. Raises `SettingsInvalid` with file, line and field.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import listparser
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from monitor.errors import SettingsInvalid
from monitor.models import Feed
from monitor.settings.yaml_lines import MAX_BYTES, read_yaml, validate

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
SCHEMES = ("http", "https", "file")


def check_feed_url(url: str) -> str:
    """The URL, or `ValueError` saying what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("must begin with http://, https:// or file:")
    if parts.scheme != "file" and not parts.hostname:
        raise ValueError("names no host")
    if len(url) > 2_048:
        raise ValueError("is longer than 2,048 characters")
    return url


class FeedRow(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Line
    title: Line = ""
    publisher: Line = ""
    language: Annotated[str, StringConstraints(max_length=20)] = ""
    tags: tuple[Line, ...] = ()

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str) -> str:
        return check_feed_url(url)


class FeedsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    feeds: tuple[FeedRow, ...] = Field(default=())


def read_feeds(path: Path) -> list[Feed]:
    """The feeds of a YAML or OPML file, in its order; a URL that stands twice is kept once."""
    rows = _read_opml(path) if path.suffix.lower() in (".opml", ".xml") else _read_yaml(path)
    unique: dict[str, Feed] = {}
    for feed in rows:
        unique.setdefault(feed.url, feed)
    return list(unique.values())


def _read_yaml(path: Path) -> list[Feed]:
    data, lines = read_yaml(path)
    if isinstance(data, list):
        data = {"feeds": data}
    rows = validate(FeedsFile, data, name=str(path), lines=lines).feeds
    return [Feed(url=r.url, title=r.title, publisher=r.publisher, language=r.language, tags=r.tags) for r in rows]


def _read_opml(path: Path) -> list[Feed]:
    try:
        body = path.read_bytes()
    except OSError as cause:
        raise SettingsInvalid(f"{path}: cannot be read ({cause.strerror}); check the path") from cause
    if len(body) > MAX_BYTES:
        raise SettingsInvalid(f"{path}: larger than {MAX_BYTES:,} bytes; is this the right file?")
    result = listparser.parse(body)
    feeds = []
    for row in result.get("feeds", []):
        try:
            url = check_feed_url(row.get("url", ""))
        except ValueError as cause:
            raise SettingsInvalid(f"{path}: xmlUrl {row.get('url', '')!r}: {cause}") from cause
        tags = tuple(str(tag) for tag in row.get("tags", []))
        feeds.append(Feed(url=url, title=str(row.get("title", "")), tags=tags))
    if not feeds:
        raise SettingsInvalid(f"{path}: is not OPML, or names no feed (xmlUrl)")
    return feeds
