"""Read a JSON Feed, versions 1.0 and 1.1 (jsonfeed.org).

In: bytes. Out: `Item`s. Raises `FeedUnreadable`.
Never: trusts a type: each field is used only when it is what the specification says. Runs in a worker process.
"""

from __future__ import annotations

import html
import json
from datetime import datetime
from typing import Any

from monitor.errors import FeedUnreadable
from monitor.fetch.items import Item


def read_json_feed(body: bytes) -> tuple[str, list[Item]]:
    """Title and items."""
    document = _load(body)
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise FeedUnreadable('JSON, but no JSON Feed: it has no list "items"')
    language, authors = _text(document, "language"), _authors(document)
    return _text(document, "title"), [
        _item(row, language=language, authors=authors) for row in items if isinstance(row, dict)
    ]


def _load(body: bytes) -> Any:
    try:
        return json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except UnicodeDecodeError as error:
        raise FeedUnreadable("JSON whose text is in no known encoding") from error
    except ValueError as error:
        raise FeedUnreadable(f"broken JSON: {str(error)[:200]}") from error
    except RecursionError as error:
        raise FeedUnreadable("JSON nested too deeply") from error


def _item(row: dict[str, Any], *, language: str, authors: tuple[str, ...]) -> Item:
    return Item(
        guid=_text(row, "id"),
        link=_text(row, "url") or _text(row, "external_url"),
        title=_text(row, "title"),
        title_is_html=False,
        summary=html.escape(_text(row, "summary"), quote=False),
        content=_text(row, "content_html") or html.escape(_text(row, "content_text"), quote=False),
        authors=_authors(row) or authors,
        published=_time(row, "date_published"),
        updated=_time(row, "date_modified"),
        language=_text(row, "language") or language,
    )


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # ids are numbers in some feeds, and the specification says to take them as text
    return value if isinstance(value, str) else ""


def _authors(row: dict[str, Any]) -> tuple[str, ...]:
    """1.1 has a list `authors`, 1.0 one `author`."""
    rows = row.get("authors")
    rows = rows if isinstance(rows, list) else [row.get("author")]
    return tuple(_text(author, "name") for author in rows if isinstance(author, dict))


def _time(row: dict[str, Any], name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(_text(row, name))
    except ValueError:
        return None
