"""Read feeds without storing anything: `monitor feeds check SOURCE…`.

In: URLs, files, folders of files, lists of feeds (YAML or OPML). Out: one `CheckedSource` for each, in that order.
Never: raises for a source, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import SettingsInvalid
from monitor.fetch.base import Fetcher, PollResult
from monitor.models import Entry, Feed, FeedState
from monitor.settings.feeds import read_feeds

LIST_SUFFIXES = frozenset({".yaml", ".yml", ".opml"})
HEAD_BYTES = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEntry:
    id: str
    url: str
    title: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSource:
    """`reason` says why it is not OK, or what was odd though it is."""

    source: str
    ok: bool
    reason: str
    entries: tuple[CheckedEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A source that names a feed, or why it names none."""

    source: str
    feed: Feed | None = None
    reason: str = ""


def check_sources(sources: Sequence[str], fetcher: Fetcher) -> list[CheckedSource]:
    found = [one for source in sources for one in _find(source)]
    feeds = {one.feed.url: one.feed for one in found if one.feed}
    jobs = [(feed, FeedState(url=url)) for url, feed in feeds.items()]
    results = {result.feed.url: result for result in fetcher.poll(jobs, now=datetime.now(UTC))}
    return [_checked(one, results) for one in found]


def _checked(one: _Found, results: dict[str, PollResult]) -> CheckedSource:
    if not one.feed:
        return CheckedSource(source=one.source, ok=False, reason=one.reason)
    result = results[one.feed.url]
    if result.error:
        return CheckedSource(source=one.source, ok=False, reason=result.state.reason)
    reason = "; ".join(result.warnings[:5]) or ("" if result.entries else "it has no entries")
    return CheckedSource(source=one.source, ok=True, reason=reason, entries=tuple(map(_entry, result.entries)))


def _entry(entry: Entry) -> CheckedEntry:
    return CheckedEntry(id=entry.id, url=entry.url, title=entry.title, published_at=entry.published_at)


def _find(source: str) -> Iterator[_Found]:
    if source.lower().startswith(("http://", "https://", "file:")):
        yield _Found(source=source, feed=Feed(url=source))
        return
    path = Path(source)
    try:
        if path.is_dir():
            yield from (_file(str(child), child) for child in sorted(path.rglob("*")) if child.is_file())
        elif _is_list(path):
            yield from (_Found(source=feed.url, feed=feed) for feed in read_feeds(path))
        else:
            yield _file(source, path)
    except SettingsInvalid as error:
        yield _Found(source=source, reason=str(error))
    except (OSError, ValueError) as error:
        yield _Found(source=source, reason=f"cannot be read: {error}")


def _file(source: str, path: Path) -> _Found:
    name = source.encode("utf-8", "replace").decode("utf-8")  # names of files need not be text
    return _Found(source=name, feed=Feed(url=path.resolve().as_uri()))


def _is_list(path: Path) -> bool:
    """By its suffix; OPML in a file called `.xml` by its root."""
    if path.suffix.lower() in LIST_SUFFIXES:
        return True
    if path.suffix.lower() != ".xml" or not path.is_file():
        return False
    with path.open("rb") as file:
        return b"<opml" in file.read(HEAD_BYTES).lower()
