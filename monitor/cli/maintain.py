"""`monitor setup`, `maintain` and `digest`: what is done once, or once a day."""

from __future__ import annotations

from datetime import timedelta

import typer

from monitor.cli.output import ConfigOption, JsonOption, out, print_json, read_settings, services_of, show_reports
from monitor.pipeline import send_alerts
from monitor.pipeline.digest import write_digests
from monitor.store import make_store


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Set up and maintain")(setup)
    app.command(rich_help_panel="Set up and maintain")(maintain)
    app.command(rich_help_panel="Findings and alerts")(digest)


def setup(*, config: ConfigOption = None) -> None:
    """Create what the store needs (tables, indices); repeatable."""
    settings = read_settings(config)
    store = make_store(settings.store)
    try:
        for line in store.prepare() or ["nothing to do"]:
            out(line)
    finally:
        store.close()


def maintain(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Retention: delete articles older than `store.keep_days` that no finding cites."""
    with services_of(config) as services:
        keep = timedelta(days=services.settings.store.keep_days)
        deleted = services.store.delete_before(services.clock() - keep)
    if as_json:
        print_json({"deleted_articles": deleted})
    else:
        out(f"{deleted} articles older than {keep.days} days deleted")


def digest(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Send today's digest to everybody who gets one (once a day, however often it is called)."""
    with services_of(config) as services:
        write_digests(services)
        raise typer.Exit(show_reports([send_alerts(services)], as_json=as_json))
