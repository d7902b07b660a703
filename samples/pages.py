"""Render the pages of the sample site, with all the furniture that real pages put around their text.

In: articles, the day, addresses. Out: HTML. The furniture (cookie banner, navigation, teasers, labels such as
"You May Also Like", a promotion in the middle of the text) is there because extraction has to get rid of it.
"""

import json
from collections.abc import Iterable, Sequence
from html import escape

from samples.addresses import Addresses
from samples.news import Article, News, Publisher

PROMOTION = "(Trending:"  # in the reports that the monitor was first built for, such lines stood in mid-text
PARAGRAPHS_BEFORE_PROMOTION = 2
SECTIONS = ("World", "Politics", "Business", "Culture", "Sport", "Weather")
COOKIE_BANNER = (
    '<div id="cookie-banner" role="dialog" aria-label="Privacy">'
    "<p>We and our 412 partners use cookies to keep this site working and to show advertisements.</p>"
    "<button>Accept all</button> <button>Settings</button></div>"
)


def render_page(article: Article, *, news: News, day: int, addresses: Addresses) -> str:
    """The article's page as it looks on that day."""
    publisher = news.publisher(article.publisher)
    related = [other for other in news.articles_of(publisher, day=day) if other.id != article.id][:3]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            _head(article, publisher=publisher, day=day, addresses=addresses),
            "<body>",
            COOKIE_BANNER,
            _header(publisher, addresses=addresses),
            _block("page-top", [line for line in article.top if not line.startswith(PROMOTION)]),
            f'<main id="content">{_article(article, day=day)}</main>',
            _block("page-bottom", article.bottom),
            _related(related, addresses=addresses),
            _footer(publisher),
            "</body>",
            "</html>\n",
        ]
    )


def render_home(publisher: Publisher, articles: Iterable[Article], *, addresses: Addresses) -> str:
    """The publisher's front page; it also stands where one publisher's feed ought to be."""
    links = "".join(
        f'<li><a href="{escape(addresses.page(article))}">{escape(article.title)}</a></li>' for article in articles
    )
    feed = f'<link rel="alternate" type="application/rss+xml" href="{escape(addresses.feed(publisher))}">'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n'
        f'<head><meta charset="utf-8"><title>{escape(publisher.name)}</title>{feed}</head>\n'
        f"<body>\n{COOKIE_BANNER}\n{_header(publisher, addresses=addresses)}\n"
        f"<main><h1>{escape(publisher.name)}</h1><ul>{links}</ul></main>\n{_footer(publisher)}\n</body>\n</html>\n"
    )


def render_index(feed_urls: Iterable[str]) -> str:
    """The list of all feeds, for a person with a browser."""
    links = "".join(f'<li><a href="{escape(url)}">{escape(url)}</a></li>' for url in feed_urls)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Sample news</title></head>\n'
        f"<body><h1>Sample news</h1><p>An invented world. Its feeds:</p><ul>{links}</ul></body>\n</html>\n"
    )


def _head(article: Article, *, publisher: Publisher, day: int, addresses: Addresses) -> str:
    url = addresses.page(article)
    properties = {
        "og:type": "article",
        "og:site_name": publisher.name,
        "og:title": article.title,
        "og:description": article.body_on(day)[0],
        "og:url": url,
        "article:published_time": article.published_at.isoformat(),
        "article:modified_time": article.updated_at_on(day).isoformat(),
    }
    return "\n".join(
        [
            '<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(article.title)} | {escape(publisher.name)}</title>",
            f'<meta name="description" content="{escape(article.body_on(day)[0])}">',
            f'<meta name="author" content="{escape(article.author)}">',
            *(f'<meta property="{key}" content="{escape(value)}">' for key, value in properties.items()),
            f'<link rel="canonical" href="{escape(url)}">',
            f'<link rel="alternate" type="application/rss+xml" href="{escape(addresses.feed(publisher))}">',
            f'<script type="application/ld+json">{_linked_data(article, publisher=publisher, day=day)}</script>',
            "<style>body{font-family:serif;max-width:44rem;margin:auto}nav li{display:inline}</style>\n</head>",
        ]
    )


def _linked_data(article: Article, *, publisher: Publisher, day: int) -> str:
    """schema.org/NewsArticle; no text of ours holds `</script>`, and `<` is escaped all the same."""
    document = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.updated_at_on(day).isoformat(),
        "author": {"@type": "Person", "name": article.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name},
    }
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")


def _header(publisher: Publisher, *, addresses: Addresses) -> str:
    home = escape(addresses.home(publisher))
    sections = "".join(f'<li><a href="{home}#{name.lower()}">{name}</a></li>' for name in SECTIONS)
    return (
        f'<header><a class="logo" href="{home}">{escape(publisher.name)}</a>\n'
        f'<nav aria-label="Sections"><ul>{sections}</ul></nav></header>'
    )


def _article(article: Article, *, day: int) -> str:
    promotions = [f'<p class="promo">{escape(line)}</p>' for line in article.top if line.startswith(PROMOTION)]
    paragraphs = [f"<p>{escape(paragraph)}</p>" for paragraph in article.body_on(day)]
    paragraphs[PARAGRAPHS_BEFORE_PROMOTION:PARAGRAPHS_BEFORE_PROMOTION] = promotions
    when = article.published_at
    return "\n".join(
        [
            f"<article>\n<h1>{escape(article.title)}</h1>",
            f'<p class="byline">By <span rel="author">{escape(article.author)}</span></p>',
            f'<time datetime="{when.isoformat()}">{when:%d %B %Y, %H:%M}</time>',
            '<div class="article-body">',
            *paragraphs,
            "</div>\n</article>",
        ]
    )


def _block(name: str, lines: Sequence[str]) -> str:
    return f'<div class="{name}">' + "".join(f"<div>{escape(line)}</div>" for line in lines) + "</div>"


def _related(articles: Iterable[Article], *, addresses: Addresses) -> str:
    links = "".join(
        f'<li><a href="{escape(addresses.page(article))}">{escape(article.title)}</a></li>' for article in articles
    )
    return f'<aside class="related"><h2>Related</h2><ul>{links}</ul></aside>'


def _footer(publisher: Publisher) -> str:
    return (
        f"<footer><p>© 2025 {escape(publisher.name)}, {escape(publisher.domain)}</p>"
        "<ul><li>Contact</li><li>Privacy</li><li>Imprint</li><li>Newsletter</li></ul></footer>"
    )
