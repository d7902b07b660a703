"""The text of a feed's own content or summary: a fragment of HTML, or plain text.

In: what the feed delivered. Out: paragraphs of one line each.
"""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from monitor.extract.decode import clean_characters

MAX_CHARS = 1_000_000
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_BREAKING = frozenset(
    {
        "p",
        "div",
        "br",
        "hr",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "tr",
        "table",
        "blockquote",
        "pre",
        "section",
        "article",
    }
    | {"header", "footer", "aside", "figure", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "form",
        "button",
        "select",
        "figcaption",
        "object",
        "nav",
    }
)


def fragment_lines(fragment: str) -> list[str]:
    """Paragraphs of a fragment, white space collapsed; headings, list items and rows are paragraphs too."""
    fragment = clean_characters(fragment[:MAX_CHARS])
    text = _markup_text(fragment) if _TAG.search(fragment) else html.unescape(fragment)
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]


def plain_line(text: str) -> str:
    """A title or name as one line without markup."""
    return " ".join(fragment_lines(text[:10_000]))


def _markup_text(fragment: str) -> str:
    root = document_fromstring(
        f"<div>{fragment}</div>".encode(), parser=HTMLParser(encoding="utf-8", remove_comments=True)
    )
    pieces: list[str] = []
    silent_depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        silent_depth += (1 if event == "start" else -1) * (name in _SILENT)
        if name in _BREAKING:
            pieces.append("\n")
        if silent_depth == 0:
            text = element.text if event == "start" and name else element.tail if event == "end" else ""
            pieces.append(re.sub(r"\s+", " ", text or ""))
    return "".join(pieces)
