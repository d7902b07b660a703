"""Where the sample feeds and pages lie: on the loopback site, or in a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from samples.news import Article, Publisher


class Addresses(Protocol):
    """Absolute addresses. The same publisher or article, the same address."""

    def home(self, publisher: Publisher) -> str: ...

    def feed(self, publisher: Publisher) -> str: ...

    def page(self, article: Article) -> str: ...


@dataclass(frozen=True, slots=True)
class WebAddresses:
    """Below the base address of the site, which ends without a slash."""

    base_url: str

    def home(self, publisher: Publisher) -> str:
        return f"{self.base_url}/{publisher.key}/"

    def feed(self, publisher: Publisher) -> str:
        return f"{self.base_url}/{publisher.key}/{publisher.feed_name}"

    def page(self, article: Article) -> str:
        return f"{self.base_url}/{article.publisher}/{article.id}"


@dataclass(frozen=True, slots=True)
class FileAddresses:
    """`file:` addresses below a folder, which is absolute.

    They name localhost (RFC 8089): feedparser 6.0.14 shortens `file:///a` to `file://a`, which leads elsewhere.
    """

    folder: Path

    def home(self, publisher: Publisher) -> str:
        return _file_url(self.folder / publisher.key / "index.html")

    def feed(self, publisher: Publisher) -> str:
        return _file_url(self.folder / publisher.key / publisher.feed_name)

    def page(self, article: Article) -> str:
        return _file_url(self.folder / article.publisher / f"{article.id}.html")


def _file_url(path: Path) -> str:
    return f"file://localhost{quote(path.as_posix())}"
