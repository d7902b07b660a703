"""`monitor eval`: try the judge and the clustering on your own cases. Leaves the store alone."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.output import ConfigOption, JsonOption, out, print_json, read_settings, start_logging
from monitor.cluster import make_clusterer
from monitor.cluster.base import Decision, Item, final_stories
from monitor.cluster.metrics import measure_stories
from monitor.embed import make_embedder
from monitor.errors import SettingsInvalid
from monitor.judge import make_judge
from monitor.judge.evaluate import Case, read_cases, result_of
from monitor.judge.metrics import measure
from monitor.models import Verdict, VerdictLabel
from monitor.pipeline.embed import lead_of

eval_app = typer.Typer(no_args_is_help=True, help="Try the judge or the clustering on a file of your own.")
FileArgument = Annotated[Path, typer.Argument(help="JSON lines; `-` reads standard input.", allow_dash=True)]

PAIRS_AT_ONCE = 512
ARTICLES_AT_ONCE = 256
SECONDS_APART = 1
"""Articles without a time arrive so far apart, in the file's order."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(eval_app, name="eval", rich_help_panel="Try and check")


@contextmanager
def opened(path: Path) -> Iterator[Iterator[str]]:
    """The file's lines, one at a time. Bytes that are no UTF-8 are replaced: one odd character loses nothing else."""
    try:
        source = sys.stdin if str(path) == "-" else path.open(encoding="utf-8", errors="replace")
    except OSError as cause:
        raise SettingsInvalid(f"{path}: cannot be read ({cause.strerror})") from cause
    with source:
        yield iter(source)


@eval_app.command("judge")
def eval_judge(file: FileArgument, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Judge pairs: {id, position: {holder, aliases, topic, statement, date}, passage, [context], [verdict], …}."""
    start_logging(0)
    judge = make_judge(read_settings(config).judge)
    results: list[dict[str, Any]] = []
    with_labels: list[tuple[Case, Verdict]] = []
    with opened(file) as lines:
        cases = read_cases(lines, source=str(file))
        while part := list(islice(cases, PAIRS_AT_ONCE)):
            verdicts = judge.judge([case.pair for case in part])
            for case, verdict in zip(part, verdicts, strict=True):
                results.append(result_of(case, verdict))
                if case.has_labels:
                    with_labels.append((case, verdict))
    metrics = measure([case for case, _ in with_labels], [v for _, v in with_labels]) if with_labels else None
    name, _, revision = judge.name.partition("@")
    if as_json:
        return print_json({"results": results, "metrics": metrics, "judge": {"name": name, "revision": revision}})
    for result in results:
        told = (result["verdict"], result["relation"] or "", result["grade"] or "", result["speaker"] or "")
        out(f"{result['id']}: {' '.join(told)}")
    telling = sum(result["verdict"] != VerdictLabel.NEUTRAL.value for result in results)
    out(f"{len(results)} pairs, {telling} not neutral, by {judge.name}")
    for metric, value in (metrics or {}).items():
        out(f"  {metric}: {value}")
    return None


@eval_app.command("stories")
def eval_stories(file: FileArgument, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Cluster a file of articles from an empty store: {id, title, text, [time], [publisher], [story_label]}."""
    start_logging(0)
    settings = read_settings(config)
    embedder, clusterer = make_embedder(settings.embed), make_clusterer(settings.cluster)
    decided: list[Decision] = []
    labels: list[str] = []
    cpu_seconds = 0.0
    now = datetime(2000, 1, 1, tzinfo=UTC)
    for batch in _batches(file):
        texts = [lead_of(f"{row['title']}\n\n{row['text']}" if row["title"] else row["text"]) for row in batch]
        vectors = embedder.encode(texts)
        items = []
        for row, vector in zip(batch, vectors, strict=True):
            now = _arrival(row["time"], now)
            text = f"{row['title']}\n\n{row['text']}"
            items.append(
                Item(id=row["id"], title=row["title"], text=text, vector=vector, at=now, publisher=row["publisher"])
            )
        before = time.process_time()
        decisions = clusterer.assign(items)
        cpu_seconds += time.process_time() - before
        decided += [replace(d, memo=b"", why={}, novel_passages=()) for d in decisions]  # files of any size
        labels += [row["story_label"] for row in batch]
    results: list[dict[str, Any]] = [
        {"id": d.item_id, "story_id": story_id, "copy_of": d.copy_of or None}
        for d, story_id in zip(decided, final_stories(decided), strict=True)
    ]
    labelled = [(label, result["story_id"]) for label, result in zip(labels, results, strict=True) if label]
    metrics = measure_stories([t for t, _ in labelled], [f for _, f in labelled]) if labelled else None
    if as_json:
        return print_json({"results": results, "metrics": metrics, "cpu_seconds": round(cpu_seconds, 3)})
    out(f"{len(results)} articles, {len({r['story_id'] for r in results})} stories, {cpu_seconds:.2f} s of CPU")
    for metric, value in (metrics or {}).items():
        out(f"  {metric}: {value}")
    return None


def _batches(file: Path) -> Iterator[list[dict[str, str]]]:
    seen: set[str] = set()
    with opened(file) as lines:
        rows = (_read_row(line, f"{file}:{number}", seen) for number, line in enumerate(lines, 1) if line.strip())
        while batch := list(islice(rows, ARTICLES_AT_ONCE)):
            yield batch


def _read_row(line: str, place: str, seen: set[str]) -> dict[str, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as cause:
        raise SettingsInvalid(f"{place}: not JSON: {cause}") from cause
    if not isinstance(row, dict):
        raise SettingsInvalid(f"{place}: must be a JSON object, one per line")
    return _checked(row, place, seen)


def _checked(row: dict[str, Any], place: str, seen: set[str]) -> dict[str, str]:
    if not isinstance(row.get("id"), str | int) or str(row["id"]) in seen:
        raise SettingsInvalid(f"{place}: id: must be there, a text, and unique in the file")
    seen.add(str(row["id"]))
    checked = {"id": str(row["id"])}
    for name in ("title", "text", "time", "publisher", "story_label"):
        value = row.get(name)
        if value is not None and not isinstance(value, str | int | float):
            raise SettingsInvalid(f"{place}: {name}: must be a text")
        checked[name] = "" if value is None else str(value)
    return checked


def _arrival(claimed: str, before: datetime) -> datetime:
    """The row's time where it has a usable one, else just after the one before: order of arrival."""
    try:
        value = datetime.fromisoformat(claimed) if claimed else None
    except ValueError:
        value = None
    if value is None or not 1990 <= value.year <= datetime.now(UTC).year + 1:
        return before + timedelta(seconds=SECONDS_APART)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
