"""Render a publisher's articles as the feed that it offers.

In: `Publisher`, its articles (newest first), the day, addresses. Out: the feed's text and content type.
Formats: RSS 2.0 (rssboard.org), RSS 1.0 (web.resource.org/rss/1.0), RSS 0.91 (no dates, no ids: the older
format knows neither), Atom (RFC 4287), JSON Feed 1.1 (jsonfeed.org).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from samples.addresses import Addresses
from samples.news import Article, FeedCarries, FeedFormat, Publisher

NAMESPACES_RSS = {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:atom": "http://www.w3.org/2005/Atom",
}
NAMESPACES_RSS1 = {
    "xmlns": "http://purl.org/rss/1.0/",
    "xmlns:rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """All that a format needs to know: one publisher on one day."""

    publisher: Publisher
    articles: Sequence[Article]
    day: int
    changed_at: datetime
    addresses: Addresses

    @property
    def carries_fulltext(self) -> bool:
        return self.publisher.feed_carries is FeedCarries.FULLTEXT

    def summary(self, article: Article) -> str:
        return article.body_on(self.day)[0]

    def html(self, article: Article) -> str:
        return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.body_on(self.day))


def render_feed(view: FeedView) -> tuple[str, str]:
    """The feed's text and its content type."""
    match view.publisher.feed_format:
        case FeedFormat.RSS2:
            return _render_rss2(view), "application/rss+xml"
        case FeedFormat.RSS1:
            return _render_rss1(view), "application/rdf+xml"
        case FeedFormat.RSS091:
            return _render_rss091(view), "text/xml"
        case FeedFormat.ATOM:
            return _render_atom(view), "application/atom+xml"
        case FeedFormat.JSONFEED:
            return _render_jsonfeed(view), "application/feed+json"


def _element(name: str, *children: str, attributes: Mapping[str, str] | None = None) -> str:
    """An element around children that are markup already."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items())
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def _text(name: str, text: str, **attributes: str) -> str:
    return _element(name, escape(text), attributes=attributes)


def _document(root: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'


def _render_rss2(view: FeedView) -> str:
    own = {"href": view.addresses.feed(view.publisher), "rel": "self", "type": "application/rss+xml"}
    channel = _element(
        "channel",
        _text("title", view.publisher.name),
        _text("link", view.addresses.home(view.publisher)),
        _text("description", f"All news from {view.publisher.name}"),
        _text("language", "en"),
        _text("lastBuildDate", format_datetime(view.changed_at)),
        _element("atom:link", attributes=own),
        *(_rss2_item(view, article) for article in view.articles),
    )
    return _document(_element("rss", channel, attributes={"version": "2.0", **NAMESPACES_RSS}))


def _rss2_item(view: FeedView, article: Article) -> str:
    url = view.addresses.page(article)
    fulltext = [_text("content:encoded", view.html(article))] if view.carries_fulltext else []
    return _element(
        "item",
        _text("title", article.title),
        _text("link", url),
        _text("guid", url, isPermaLink="true"),
        _text("pubDate", format_datetime(article.published_at)),
        _text("dc:creator", article.author),
        _text("description", view.summary(article)),
        *fulltext,
    )


def _render_rss1(view: FeedView) -> str:
    urls = [view.addresses.page(article) for article in view.articles]
    listed = (_element("rdf:li", attributes={"rdf:resource": url}) for url in urls)
    channel = _element(
        "channel",
        _text("title", view.publisher.name),
        _text("link", view.addresses.home(view.publisher)),
        _text("description", f"All news from {view.publisher.name}"),
        _text("dc:date", view.changed_at.isoformat()),
        _element("items", _element("rdf:Seq", *listed)),
        attributes={"rdf:about": view.addresses.feed(view.publisher)},
    )
    items = (_rss1_item(view, article) for article in view.articles)
    return _document(_element("rdf:RDF", channel, *items, attributes=NAMESPACES_RSS1))


def _rss1_item(view: FeedView, article: Article) -> str:
    url = view.addresses.page(article)
    fulltext = [_text("content:encoded", view.html(article))] if view.carries_fulltext else []
    return _element(
        "item",
        _text("title", article.title),
        _text("link", url),
        _text("description", view.summary(article)),
        _text("dc:date", article.published_at.isoformat()),
        _text("dc:creator", article.author),
        *fulltext,
        attributes={"rdf:about": url},
    )


def _render_rss091(view: FeedView) -> str:
    items = (
        _element(
            "item",
            _text("title", article.title),
            _text("link", view.addresses.page(article)),
            _text("description", view.summary(article)),
        )
        for article in view.articles
    )
    channel = _element(
        "channel",
        _text("title", view.publisher.name),
        _text("link", view.addresses.home(view.publisher)),
        _text("description", f"All news from {view.publisher.name}"),
        _text("language", "en"),
        *items,
    )
    return _document(_element("rss", channel, attributes={"version": "0.91"}))


def _render_atom(view: FeedView) -> str:
    url = view.addresses.feed(view.publisher)
    feed = _element(
        "feed",
        _text("id", url),
        _text("title", view.publisher.name),
        _text("updated", view.changed_at.isoformat()),
        _element("link", attributes={"rel": "self", "href": url}),
        _element("link", attributes={"rel": "alternate", "href": view.addresses.home(view.publisher)}),
        *(_atom_entry(view, article) for article in view.articles),
        attributes={"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"},
    )
    return _document(feed)


def _atom_entry(view: FeedView, article: Article) -> str:
    published_on = article.published_at.date().isoformat()
    fulltext = [_text("content", view.html(article), type="html")] if view.carries_fulltext else []
    return _element(
        "entry",
        _text("id", f"tag:{view.publisher.domain},{published_on}:{article.id}"),
        _text("title", article.title),
        _element("link", attributes={"rel": "alternate", "href": view.addresses.page(article)}),
        _text("published", article.published_at.isoformat()),
        _text("updated", article.updated_at_on(view.day).isoformat()),
        _element("author", _text("name", article.author)),
        _text("summary", view.summary(article)),
        *fulltext,
    )


def _render_jsonfeed(view: FeedView) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": view.publisher.name,
        "home_page_url": view.addresses.home(view.publisher),
        "feed_url": view.addresses.feed(view.publisher),
        "language": "en",
        "items": [_jsonfeed_item(view, article) for article in view.articles],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _jsonfeed_item(view: FeedView, article: Article) -> dict[str, object]:
    fulltext = {"content_html": view.html(article)} if view.carries_fulltext else {}
    return {
        "id": article.id,
        "url": view.addresses.page(article),
        "title": article.title,
        "summary": view.summary(article),
        "date_published": article.published_at.isoformat(),
        "date_modified": article.updated_at_on(view.day).isoformat(),
        "authors": [{"name": article.author}],
        **(fulltext or {"content_text": view.summary(article)}),
    }
