"""How answers look: one JSON document, or text and tables for people; logs on standard error."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from monitor.bootstrap import open_services
from monitor.models import StageReport
from monitor.pipeline import Services
from monitor.settings import Settings, load_settings

DONE, SOME_LEFT, WRONG_USE = 0, 1, 2

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file; else $MONITOR_CONFIG, else config/monitor.yaml.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")]
VerboseOption = Annotated[int, typer.Option("--verbose", "-v", count=True, help="Log more; twice for every item.")]

CONTROL = {i: " " for i in [*range(32), 127, *range(128, 160)] if i not in (9, 10)}
"""Control characters of foreign text, which could steer a terminal, become blanks."""


def plain(value: Any) -> Any:  # noqa: PLR0911 - one return per kind of value is the clearest
    """A dataclass tree as JSON-able data: times as ISO text, enums as their words, arrays and bytes left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray | bytes):
        return None
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(v) for v in value]
    return str(value) if isinstance(value, Path) else value


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def out(text: str = "") -> None:
    """One line for the reader, control characters removed."""
    sys.stdout.write(text.translate(CONTROL) + "\n")


def err(text: str) -> None:
    sys.stderr.write(text.translate(CONTROL) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table, or `empty` when there is nothing to show."""
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell).translate(CONTROL)) for cell in row))
    if table.row_count:
        Console(soft_wrap=False).print(table)
    else:
        out(empty)


def when(moment: datetime | None) -> str:
    """Minute precision, UTC."""
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "–"


def read_settings(config: Path | None) -> Settings:
    if config is not None and not config.exists():
        raise typer.BadParameter(f"{config}: no such file", param_hint="--config")
    return load_settings(config)


class _FieldFormatter(logging.Formatter):
    """A fixed sentence, then its fields."""

    _KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{k}={v}" for k, v in record.__dict__.items() if k not in self._KNOWN)
        return f"{super().format(record)} {fields}".rstrip().translate(CONTROL)


def start_logging(verbose: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_FieldFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("monitor")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel({0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG))


@contextmanager
def services_of(config: Path | None, *, verbose: int = 0) -> Iterator[Services]:
    """Services for one command, with progress bars when a person watches."""
    start_logging(verbose)
    settings = read_settings(config)
    console = Console(stderr=True)
    if not (settings.run.progress and console.is_terminal):
        with open_services(settings) as services:
            yield services
        return
    with _bars(console) as bars, open_services(settings, progress=_Follow(bars)) as services:
        yield services


def _bars(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)


class _Follow:
    """Shows each stage's progress as a bar."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def __call__(self, stage: str, *, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=max(total, done))


def show_reports(reports: Sequence[StageReport], *, as_json: bool) -> int:
    """Print what the stages did; the exit status that follows from it."""
    if as_json:
        print_json({"stages": reports})
    else:
        rows = [(r.stage, r.seen, r.done, r.new, r.set_aside, r.left, f"{r.seconds:.1f} s") for r in reports]
        print_table(("stage", "seen", "done", "new", "set aside", "left", "time"), rows, empty="nothing to do")
        for report in reports:
            show_problems(report)
    return DONE if all(report.is_clean for report in reports) else SOME_LEFT


def show_problems(report: StageReport) -> None:
    """What was set aside or left, and why, on the error stream; nothing for a clean report."""
    if report.is_clean:
        return
    err(f"{report.stage}: {report.set_aside} set aside, {report.left} left for the next run:")
    for item, reason in report.problems[:20]:
        err(f"  {item}: {reason}")
    hidden = report.set_aside + report.left - 20
    if hidden > 0:
        err(f"  … and {hidden} more (monitor status, or --json)")
