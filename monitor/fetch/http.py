"""The fetcher: polls feeds and gets pages over HTTP, or from files.

In: feeds with their states, page addresses. Out: `PollResult`s and `Page`s, one per job, as they complete.
Never: parses in its own process, and starts no worker while no feed has changed.
"""

from __future__ import annotations

import asyncio
import hashlib
import stat
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from monitor.errors import FeedUnreachable, FeedUnreadable, MonitorError, PageUnreachable, PageUnreadable
from monitor.fetch.base import Page, PollResult
from monitor.fetch.client import Answer, Client, Request, TransferFailed, open_client
from monitor.fetch.items import ParsedFeed, ParseJob
from monitor.fetch.parse import TARGET
from monitor.fetch.schedule import Outcome, needs_full_fetch, next_state
from monitor.fetch.stream import Emit, each_by_host, stream_results
from monitor.fetch.urls import is_local, registered_domain
from monitor.models import Entry, Feed, FeedState
from monitor.settings.model import FetchSettings
from monitor.workers import KillableWorkers, WorkerFailed, WorkerKilled

ACCEPT_FEED = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.1"
PAGE_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain", "application/octet-stream"}
)
DEFAULT_PAUSE_SECONDS = 60
"""How long a domain is left alone that says 429 or 503 without saying for how long."""
Job = tuple[Feed, FeedState]


class HttpFetcher:
    """Implements `Fetcher`. One session and one event loop for each call; worker processes for its whole life."""

    def __init__(self, settings: FetchSettings, *, allow_file_pages: bool) -> None:
        self._settings = settings
        self._allow_file_pages = allow_file_pages
        self.workers = KillableWorkers(
            TARGET,
            count=settings.workers,
            seconds=settings.parse_seconds,
            memory_mb=settings.parse_memory_mb,
        )
        self._next_page_at: dict[str, float] = {}
        """By registered domain, on the monotonic clock: when its next page may be asked for."""
        self._paused_until: dict[str, float] = {}

    def poll(self, jobs: Sequence[Job], *, now: datetime) -> Iterator[PollResult]:
        async def work(emit: Emit[PollResult]) -> None:
            await self._poll_all(jobs, now, emit)

        return stream_results(work)

    def get_pages(self, urls: Sequence[str]) -> Iterator[Page]:
        async def work(emit: Emit[Page]) -> None:
            await self._get_all(urls, emit)

        return stream_results(work)

    def close(self) -> None:
        self.workers.close()

    # ------------------------------------------------------------ feeds

    async def _poll_all(self, jobs: Sequence[Job], now: datetime, emit: Emit[PollResult]) -> None:
        settings = self._settings
        with ThreadPoolExecutor(settings.workers, "parse") as parsers:
            async with open_client(settings) as client:

                async def act(job: Job) -> None:
                    await emit(await self._poll_one(client, parsers, job, now=now))

                await each_by_host(
                    jobs,
                    host=lambda job: _host_key(job[0].url),
                    per_host=settings.per_host,
                    overall=settings.connections,
                    wait=_go_ahead,
                    act=act,
                )

    async def _poll_one(self, client: Client, parsers: ThreadPoolExecutor, job: Job, *, now: datetime) -> PollResult:
        feed, state = job
        try:
            answer = await self._get_feed(client, feed, state, now=now)
            digest = hashlib.sha256(answer.body).hexdigest() if answer.status == 200 else ""
            if answer.status == 304 or digest == state.body_hash:
                return self._unchanged(job, answer, now=now)
            parsed = await asyncio.get_running_loop().run_in_executor(parsers, self._parse, feed, answer, now)
            return self._changed(job, answer, digest, parsed=parsed, now=now)
        except (TransferFailed, FeedUnreadable, WorkerKilled, WorkerFailed) as error:
            return self._failed(job, error, now=now)

    async def _get_feed(self, client: Client, feed: Feed, state: FeedState, *, now: datetime) -> Answer:
        limit = self._settings.feed_max_bytes
        if feed.url.startswith("file:"):
            return await asyncio.to_thread(_read_file, feed.url, max_bytes=limit)
        validators = {} if needs_full_fetch(state, now) else _validators(state)
        headers = {"Accept": ACCEPT_FEED, **validators}
        answer = await client.get(Request(url=feed.url, max_bytes=limit, headers=headers))
        if answer.status == 304 and not validators:
            raise TransferFailed("304 Not Modified, although nothing was said to be known", status=304)
        return answer

    def _parse(self, feed: Feed, answer: Answer, now: datetime) -> ParsedFeed:
        job = ParseJob(
            feed_url=feed.url,
            base_url=answer.final_url,
            body=answer.body,
            charset=answer.charset,
            language=feed.language,
            max_entries=self._settings.max_entries,
            now=now,
        )
        parsed = self.workers.call(job)
        assert isinstance(parsed, ParsedFeed)
        return parsed

    def _unchanged(self, job: Job, answer: Answer, *, now: datetime) -> PollResult:
        feed, state = job
        outcome = Outcome(etag=answer.etag, last_modified=answer.last_modified)
        after = next_state(state, outcome, now=now, settings=self._settings)
        return PollResult(feed=feed, state=after, not_modified=True)

    def _changed(self, job: Job, answer: Answer, digest: str, *, parsed: ParsedFeed, now: datetime) -> PollResult:
        feed, state = job
        outcome = Outcome(
            is_modified=True,
            etag=answer.etag,
            last_modified=answer.last_modified,
            body_hash=digest,
            entries=len(parsed.entries),
            fresh_entries=sum(_is_fresh(entry, state) for entry in parsed.entries),
        )
        after = next_state(state, outcome, now=now, settings=self._settings)
        return PollResult(feed=feed, state=after, entries=parsed.entries, warnings=parsed.warnings)

    def _failed(self, job: Job, error: MonitorError, *, now: datetime) -> PollResult:
        feed, state = job
        outcome = Outcome(reason=_feed_reason(error), status=getattr(error, "status", None))
        if isinstance(error, TransferFailed):
            outcome = Outcome(reason=str(error), status=error.status, retry_after_seconds=error.retry_after_seconds)
        after = next_state(state, outcome, now=now, settings=self._settings)
        return PollResult(feed=feed, state=after, error=_feed_error(feed.url, error, outcome))

    # ------------------------------------------------------------ pages

    async def _get_all(self, urls: Sequence[str], emit: Emit[Page]) -> None:
        settings = self._settings
        async with open_client(settings) as client:

            async def act(url: str) -> None:
                await emit(await self._get_one(client, url))

            await each_by_host(
                urls,
                host=_host_key,
                per_host=settings.per_host,
                overall=settings.connections,
                wait=self._wait_for_turn,
                act=act,
            )

    async def _wait_for_turn(self, url: str) -> None:
        """Pages of one public domain are asked for one pause apart, also across calls."""
        if is_local(url, self._settings.allow_private):
            return
        domain, now = registered_domain(url), time.monotonic()
        if self._paused_until.get(domain, 0) > now:
            return  # the answer is known without asking
        turn = max(now, self._next_page_at.get(domain, 0))
        self._next_page_at[domain] = turn + self._settings.page_pause_seconds
        await asyncio.sleep(turn - now)

    async def _get_one(self, client: Client, url: str) -> Page:
        try:
            self._check_pause(url)
            answer = await self._ask_for_page(client, url)
        except TransferFailed as error:
            self._note_pause(url, error)
            kind = PageUnreadable if error.is_final else PageUnreachable
            return Page(url=url, final_url=url, error=kind(f"{url}: {error}"))
        return Page(url=url, final_url=answer.final_url, body=answer.body, charset=answer.charset)

    async def _ask_for_page(self, client: Client, url: str) -> Answer:
        limit = self._settings.page_max_bytes
        if self._allow_file_pages and url.startswith("file:"):
            answer = await asyncio.to_thread(_read_file, url, max_bytes=limit)
        else:
            headers = {"Accept": ACCEPT_PAGE}
            request = Request(url=url, max_bytes=limit, headers=headers, content_types=PAGE_TYPES)
            answer = await client.get(request)
        if answer.status != 200:
            raise TransferFailed(f"{answer.status} answer without a page", status=answer.status)
        if not answer.body.strip():
            raise TransferFailed("the page is empty", is_final=True)
        return answer

    def _check_pause(self, url: str) -> None:
        if self._paused_until and self._paused_until.get(registered_domain(url), 0) > time.monotonic():
            raise TransferFailed("not asked for: the domain's server has asked for a pause")

    def _note_pause(self, url: str, error: TransferFailed) -> None:
        """429 and 503 speak for a public domain; a host of our own network speaks for itself only."""
        if error.status in (429, 503) and not is_local(url, self._settings.allow_private):
            seconds = DEFAULT_PAUSE_SECONDS if error.retry_after_seconds is None else error.retry_after_seconds
            self._paused_until[registered_domain(url)] = time.monotonic() + seconds


async def _go_ahead(_: Job) -> None:
    """Feeds are spread by their schedule."""


def _host_key(url: str) -> str:
    """Whose patience it is: the registered domain; addresses by themselves, with the port; each file by itself."""
    if url.startswith("file:"):
        return url
    domain = registered_domain(url)
    if "." in domain and not domain.replace(".", "").isdigit():
        return domain
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _validators(state: FeedState) -> dict[str, str]:
    headers = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in headers.items() if value}


def _is_fresh(entry: Entry, state: FeedState) -> bool:
    at = entry.updated_at or entry.published_at
    return at is None or state.last_ok_at is None or at > state.last_ok_at


def _feed_reason(error: MonitorError) -> str:
    return f"its parsing was given up: {error}" if isinstance(error, WorkerKilled | WorkerFailed) else str(error)


def _feed_error(url: str, error: MonitorError, outcome: Outcome) -> MonitorError:
    """What the pipeline sees: the URL, the reason, the cause."""
    message = f"{url}: {outcome.reason}"
    made: MonitorError
    if isinstance(error, TransferFailed) and not (error.is_final and error.status in (None, 410)):
        made = FeedUnreachable(message, status=error.status, retry_after_seconds=error.retry_after_seconds)
    else:
        made = FeedUnreadable(message, status=outcome.status)
    made.__cause__ = error
    return made


def _read_file(url: str, *, max_bytes: int) -> Answer:
    """A regular file's bytes: a pipe would be waited for, a device has no end."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise TransferFailed(f"file: on another host ({parts.netloc[:60]}) is not read", is_final=True)
    try:
        path = Path(url2pathname(parts.path))
        if not stat.S_ISREG(path.stat().st_mode):
            raise TransferFailed("not a file", is_final=True)
        with path.open("rb") as file:
            body = file.read(max_bytes + 1)
    except OSError as error:
        raise TransferFailed(f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the path
        raise TransferFailed(f"not a usable path: {error}", is_final=True) from error
    if len(body) > max_bytes:
        raise TransferFailed(f"longer than {max_bytes:,} bytes", is_final=True)
    return Answer(status=200, final_url=url, body=body)
