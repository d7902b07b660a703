"""Refuse markup that would stall an HTML parser, before any parser sees it.

In: bytes. Out: nothing, or `PageUnreadable`. Linear in the size of the page.
lxml needs 0.07 s for 10,000 attributes on one tag, 1.2 s for 20,000, and more than 30 s for 100,000 (measured);
deeply nested blocks make tree walkers recurse. What slips through is ended by the worker's time limit.
"""

from __future__ import annotations

import re

from monitor.errors import PageUnreadable

MAX_BYTES = 10_000_000
MAX_ATTRIBUTES = 2_000
MAX_DEPTH = 1_000

_LONG_TAG_BYTES = 4 * MAX_ATTRIBUTES
"""Shorter than this, a tag cannot hold so many attributes."""
_QUOTED = re.compile(rb"\"[^\"]*(?:\"|$)|'[^']*(?:'|$)")
_TAG = re.compile(
    rb"<(/?)(?:div|section|article|main|aside|header|footer|nav|span|font|b|i|em|strong|a|table|ul|ol|dl|blockquote"
    rb"|center|form|fieldset|object|button|label|sup|sub|small|big|u|s|q)\b",
    re.IGNORECASE,
)
"""Elements that nothing closes by implication: only these pile up."""


def check_markup(body: bytes) -> None:
    """Raises `PageUnreadable` with the limit that the page exceeds."""
    if len(body) > MAX_BYTES:
        raise PageUnreadable(f"the page is over the limit of {MAX_BYTES:,} bytes")
    if _has_crowded_tag(body):
        raise PageUnreadable(f"a tag of the page has more than {MAX_ATTRIBUTES:,} attributes")
    if _depth(body) > MAX_DEPTH:
        raise PageUnreadable(f"the page nests more than {MAX_DEPTH:,} elements")


def _has_crowded_tag(body: bytes) -> bool:
    for piece in body.split(b"<"):
        if len(piece) < _LONG_TAG_BYTES or not piece[:1].isalpha():
            continue
        tag = piece.partition(b">")[0]
        if len(tag) < _LONG_TAG_BYTES:
            continue
        bare = _QUOTED.sub(b"", tag)  # a value may hold any number of words and equals signs
        if max(len(bare.split()), bare.count(b"=")) > MAX_ATTRIBUTES:
            return True
    return False


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for tag in _TAG.finditer(body):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
