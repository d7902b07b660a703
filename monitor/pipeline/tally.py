"""Count what a stage did, keep the reasons, and log one line at its end."""

from __future__ import annotations

import logging
import time

from monitor.models import StageReport

log = logging.getLogger(__name__)

MAX_PROBLEMS = 100
"""Reasons kept in a report; all of them are in the store."""


class Tally:
    """Grows while a stage works; `report` ends it."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.seen = self.done = self.aside = self.left = self.new = 0
        self._problems: list[tuple[str, str]] = []
        self._started = time.monotonic()

    def set_aside(self, item: str, reason: str) -> None:
        self.aside += 1
        self._note(item, reason)

    def leave(self, item: str, reason: str) -> None:
        self.left += 1
        self._note(item, reason)

    def report(self) -> StageReport:
        report = StageReport(
            stage=self.stage,
            seen=self.seen,
            done=self.done,
            set_aside=self.aside,
            left=self.left,
            new=self.new,
            problems=tuple(self._problems),
            seconds=time.monotonic() - self._started,
        )
        counts = {"seen": report.seen, "done": report.done, "set_aside": report.set_aside, "left": report.left}
        log.info("stage done", extra={"stage": self.stage, **counts, "seconds": round(report.seconds, 3)})
        return report

    def _note(self, item: str, reason: str) -> None:
        log.debug("item not done", extra={"stage": self.stage, "item": item, "reason": reason})
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append((item, reason))
