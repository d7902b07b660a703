"""`monitor status`, `report` and `doctor`: is all well, and if not, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.alert import make_channel
from monitor.alert.report import render_report
from monitor.cli.output import (
    DONE,
    SOME_LEFT,
    ConfigOption,
    JsonOption,
    err,
    out,
    print_json,
    print_table,
    read_settings,
    services_of,
    when,
)
from monitor.embed import make_embedder
from monitor.errors import MonitorError
from monitor.judge import make_judge
from monitor.models import FeedHealth
from monitor.pipeline.overview import Overview, overview
from monitor.pipeline.report import gather_report
from monitor.settings import Settings, read_feeds, read_seeds
from monitor.store import make_store


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Try and check")(status)
    app.command(rich_help_panel="Read")(report)
    app.command(rich_help_panel="Try and check")(doctor)


def status(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Feeds' health with reasons, backlog per stage, coverage: so that silence can be read."""
    with services_of(config) as services:
        seen = overview(services)
    if as_json:
        print_json(seen)
        return
    _show(seen)


def _show(seen: Overview) -> None:
    for warning in seen.warnings:
        out(f"! {warning}")
    out(
        f"Last 24 hours: {seen.coverage_articles} articles by {seen.coverage_publishers} publishers; "
        f"last article {when(seen.last_article_at)}."
    )
    waiting = ", ".join(f"{stage.value} {count}" for stage, count in seen.backlog.items() if count)
    out(f"Waiting: {waiting or 'nothing'}.")
    counts = seen.counts
    alerts = ", ".join(f"{number} {state.value}" for state, number in counts.alerts.items() if number)
    out(
        f"In the store: {counts.articles} articles, {counts.stories} stories, {counts.positions} positions, "
        f"{counts.findings} findings; alerts: {alerts or 'none'}."
    )
    rows = [
        (
            line.state.health.value,
            line.feed.title or line.feed.url,
            line.state.reason or ("answers, but brings nothing new" if line.is_silent else ""),
            when(line.state.last_ok_at),
            when(line.state.next_poll_at),
        )
        for line in sorted(seen.feeds, key=lambda x: (x.state.health is FeedHealth.OK, x.feed.title))
    ]
    print_table(("health", "feed", "reason", "last heard", "next poll"), rows, empty="No feeds are listed.")


def report(
    *,
    to: Annotated[Path, typer.Option("--out", help="The HTML file to write.")],
    config: ConfigOption = None,
) -> None:
    """One self-contained page: stories, positions' timelines, findings with evidence. Opens without a network."""
    with services_of(config) as services:
        page = render_report(gather_report(services))
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(page, encoding="utf-8")
    except OSError as cause:
        raise typer.BadParameter(f"{to}: cannot be written ({cause.strerror})", param_hint="--out") from cause
    out(str(to))


def doctor(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check settings, seeds, feeds list, store, models and mail; say what to do."""
    settings = read_settings(config)
    checks = [
        _check("settings", lambda: str(config or "defaults and config/monitor.yaml")),
        _check("feeds", lambda: f"{len(read_feeds(settings.feeds))} feeds in {settings.feeds}"),
        _check("seeds", lambda: _seeds_line(settings)),
        _check("store", lambda: _store_line(settings)),
        _check("embedding model", lambda: _embedder_line(settings)),
        _check("judge", lambda: make_judge(settings.judge).name),
        *(_check(f"mail to {r.name}", make_channel(settings.alert, r).check) for r in settings.alert.recipients),
    ]
    if not settings.alert.recipients:
        checks.append(("mail", False, f"nobody is told: write a recipient into {settings.alerts}"))
    if as_json:
        print_json([{"check": name, "ok": ok, "detail": detail} for name, ok, detail in checks])
    else:
        for name, ok, detail in checks:
            (out if ok else err)(f"{'ok  ' if ok else 'FAIL'} {name}: {detail}")
    raise typer.Exit(DONE if all(ok for _, ok, _ in checks) else SOME_LEFT)


def _check(name: str, look) -> tuple[str, bool, str]:  # type: ignore[no-untyped-def]  # any function without arguments
    try:
        return name, True, str(look())
    except MonitorError as error:
        return name, False, str(error)


def _seeds_line(settings: Settings) -> str:
    seeds = read_seeds(settings.seeds)
    return f"{len(seeds)} stories, {sum(len(s.positions) for s in seeds)} positions in {settings.seeds}"


def _store_line(settings: Settings) -> str:
    store = make_store(settings.store)
    try:
        store.prepare()
        return f"{settings.store.url}, {store.counts().articles} articles"
    finally:
        store.close()


def _embedder_line(settings: Settings) -> str:
    embedder = make_embedder(settings.embed)
    vectors = embedder.encode(["The model answers."])
    return f"{embedder.model}, {vectors.shape[1]} dimensions"
