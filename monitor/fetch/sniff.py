"""Tell from its first kilobyte what a body is, before any parser sees it.

In: bytes. Out: `Kind.JSON` or `Kind.XML`; raises `FeedUnreadable` with the reason for anything else.
Never: parses. Five megabytes of HTML or noise would cost a feed parser fourteen seconds.
"""

from __future__ import annotations

import re
from enum import StrEnum

from monitor.errors import FeedUnreadable

HEAD_BYTES = 1_024
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
EBCDIC_XML = b"\x4c\x6f\xa7\x94"  # <?xm in EBCDIC, which the feed parser reads
SKIPPED = re.compile(rb"<!--.*?(-->|$)|<\?.*?(\?>|$)|<!DOCTYPE[^>\[]*(\[.*?\]\s*>|>|\[.*$)", re.DOTALL | re.IGNORECASE)
HTML_DOCTYPE = re.compile(rb"<!DOCTYPE\s+html", re.IGNORECASE)
ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
FEED_START = re.compile(rb"<\?xml|<rss[\s>]|<feed[\s>]|<rdf:RDF[\s>]|<channel[\s>]", re.IGNORECASE)
REFUSED_ROOTS = {
    b"html": "an HTML page came instead of a feed",
    b"head": "an HTML page came instead of a feed",
    b"body": "an HTML page came instead of a feed",
    b"urlset": "a sitemap came instead of a feed",
    b"sitemapindex": "a sitemap index came instead of a feed",
    b"opml": "a list of feeds (OPML) came instead of a feed",
    b"svg": "a picture came instead of a feed",
}


class Kind(StrEnum):
    JSON = "json"
    XML = "xml"


def sniff(body: bytes) -> Kind:
    """What to parse it as. Raises `FeedUnreadable`."""
    head = body[:HEAD_BYTES]
    if head.startswith(EBCDIC_XML):
        return Kind.XML
    for bom in BOMS:
        head = head.removeprefix(bom)
    head = head.replace(b"\0", b"").lstrip()  # UTF-16 and UTF-32 without their zeros read as ASCII
    if not head and not body.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise FeedUnreadable("the answer is empty")
    if head.startswith((b"{", b"[")):
        return Kind.JSON
    return _sniff_markup(head, raw=body[:200])


def _sniff_markup(head: bytes, *, raw: bytes) -> Kind:
    if not head.startswith(b"<"):
        start = FEED_START.search(head)  # some servers print a warning before the feed
        if not start:
            raise FeedUnreadable("neither XML nor JSON came: " + _describe(raw))
        head = head[start.start() :]
    if HTML_DOCTYPE.search(head) and not FEED_START.search(head):
        raise FeedUnreadable(REFUSED_ROOTS[b"html"])
    root = ROOT.search(SKIPPED.sub(b"", head))
    reason = REFUSED_ROOTS.get(root.group(2).lower()) if root else None
    if reason:
        raise FeedUnreadable(reason)
    return Kind.XML


def _describe(raw: bytes) -> str:
    is_text = all(byte >= 32 or byte in b"\t\r\n\f" for byte in raw)
    return "text without markup" if is_text else "binary data"
