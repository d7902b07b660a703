"""`monitor run` and the stages by hand."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from threading import Event
from typing import Annotated

import typer

from monitor.cli.output import ConfigOption, JsonOption, VerboseOption, err, services_of, show_reports
from monitor.models import StageReport
from monitor.pipeline import STAGES, fetch_feeds, run_once, run_watching

HELP = {
    "extract": "Take text and passages out of new articles.",
    "embed": "Give articles and passages their vectors.",
    "cluster": "Put articles into stories, and link copies.",
    "judge": "Judge passages against positions; make findings and alerts.",
    "alert": "Send the alerts that are due.",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="The main job")(run)
    app.command(rich_help_panel="One stage over what is pending")(fetch)
    for name, text in HELP.items():
        app.command(name, help=text, rich_help_panel="One stage over what is pending")(_stage_command(name))


def run(
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on for ever; end with Ctrl-C.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
) -> None:
    """All stages over all that is pending: fetch, extract, embed, cluster, judge, alert."""
    with services_of(config, verbose=verbose) as services:
        if not watch:
            raise typer.Exit(show_reports(run_once(services), as_json=as_json))
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run_watching(services, stop=stop, on_round=_tell_round)
        err("stopped; what was done is kept, the rest waits for the next run")


def _tell_round(reports: Sequence[StageReport]) -> None:
    done = ", ".join(f"{r.stage} {r.done}" for r in reports if r.seen)
    if done:
        err(done)
    for report in reports:
        for item, reason in report.problems[:5]:
            err(f"  {report.stage}: {item}: {reason}")


def fetch(
    urls: Annotated[list[str] | None, typer.Argument(help="Only these feeds of the list.")] = None,
    *,
    regardless: Annotated[bool, typer.Option("--all", help="Also feeds that are not due yet.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
) -> None:
    """Poll the feeds that are due."""
    with services_of(config, verbose=verbose) as services:
        known = {feed.url for feed in services.feeds()}
        if unknown := [url for url in urls or [] if url not in known]:
            raise typer.BadParameter(f"not in {services.settings.feeds}: {', '.join(unknown)}")
        report = fetch_feeds(services, urls=urls or (), regardless=regardless or bool(urls))
        raise typer.Exit(show_reports([report], as_json=as_json))


def _stage_command(name: str):  # type: ignore[no-untyped-def]  # typer reads the inner function's annotations
    def command(*, config: ConfigOption = None, as_json: JsonOption = False, verbose: VerboseOption = 0) -> None:
        with services_of(config, verbose=verbose) as services:
            raise typer.Exit(show_reports([STAGES[name](services)], as_json=as_json))

    return command
