"""The extractor: trafilatura behind a process border.

Each job runs whole (page, feed content, passages) in a worker that is ended when it exceeds `page_seconds` of CPU or
`memory_mb`. What then remains is tried again without the page, then without the feed's markup, so no item is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from monitor.extract.base import Extracted, ExtractJob
from monitor.models import ArticleState
from monitor.settings.model import ExtractSettings
from monitor.workers import KillableWorkers, WorkerFailed, WorkerKilled

MAX_FEED_CHARS = 1_000_000


class TrafilaturaExtractor:
    """Keeps the promises of `Extractor`. Workers start with the first job."""

    def __init__(self, settings: ExtractSettings) -> None:
        self._settings = settings
        self._workers = KillableWorkers(
            "monitor.extract.worker:run",
            count=settings.workers,
            seconds=settings.page_seconds,
            memory_mb=settings.memory_mb,
        )

    def extract(self, jobs: Sequence[ExtractJob]) -> Iterator[Extracted]:
        if len(jobs) == 1 or self._settings.workers == 1:
            yield from map(self._extract, jobs)
            return
        with ThreadPoolExecutor(self._settings.workers, thread_name_prefix="extract") as threads:
            yield from threads.map(self._extract, jobs)

    def close(self) -> None:
        self._workers.close()

    def _extract(self, job: ExtractJob) -> Extracted:
        """The whole job; if that fails, ever less of it."""
        problem = ""
        for attempt in _ever_less(job):
            try:
                return self._call(replace(attempt, page_problem=problem or job.page_problem))
            except (WorkerKilled, WorkerFailed) as error:
                problem = problem or f"extraction of {job.final_url or job.article.url} {error}"
        return _set_aside(job, problem)

    def _call(self, job: ExtractJob) -> Extracted:
        result = self._workers.call((job, self._settings))
        assert isinstance(result, Extracted)
        return result


def _ever_less(job: ExtractJob) -> Iterator[ExtractJob]:
    """The job, then without the page, then with the title alone."""
    small = replace(job, entry=replace(job.entry, content=job.entry.content[:MAX_FEED_CHARS]))
    yield small
    if job.body:
        yield replace(small, body=b"")
    yield replace(small, body=b"", entry=replace(job.entry, content="", summary=""))


def _set_aside(job: ExtractJob, problem: str) -> Extracted:
    return Extracted(
        article=replace(job.article, state=ArticleState.SET_ASIDE, reason=f"{problem}; set aside"), passages=()
    )
