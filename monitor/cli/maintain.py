"""`monitor setup`, `maintain` and `digest`: what is done once, or once a day."""

from __future__ import annotations

from datetime import timedelta

import typer

from monitor.cli.output import (
    DONE,
    SOME_LEFT,
    ConfigOption,
    JsonOption,
    err,
    out,
    print_json,
    read_settings,
    services_of,
    show_problems,
    show_reports,
)
from monitor.pipeline import send_alerts
from monitor.pipeline.digest import write_digests
from monitor.pipeline.edits import watch_edits
from monitor.settings import Settings
from monitor.store import make_store


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Set up and maintain")(setup)
    app.command(rich_help_panel="Set up and maintain")(maintain)
    app.command(rich_help_panel="Findings and alerts")(digest)


def setup(*, config: ConfigOption = None) -> None:
    """Create what the store needs (tables, indices) and import Kibana's objects; repeatable."""
    settings = read_settings(config)
    store = make_store(settings.store)
    try:
        for line in store.prepare() or [f"store {settings.store.url.rpartition('@')[2]}: nothing to do"]:
            out(line)
    finally:
        store.close()
    if settings.alert.kibana_url:
        out(_import_kibana(settings))


def _import_kibana(settings: Settings) -> str:
    if not settings.store.url.startswith(("http:", "https:")):
        return "Kibana: nothing imported; it shows what lies in Elasticsearch, and store.url names a file"
    from monitor.store.elastic.kibana import describe, import_kibana  # noqa: PLC0415 - an extra, and only for this

    err(f"Kibana {settings.alert.kibana_url.rpartition('@')[2]}: waiting until it is available")
    objects = describe(settings.alert.kibana_prefix or settings.store.index_prefix)
    return import_kibana(settings.alert.kibana_url, objects, login=settings.store)


def maintain(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Delete articles older than `store.keep_days` that no finding cites; do what the store wants once a day; read the
    pages again that findings of the last three days cite: an edited one is judged anew by the next run."""
    with services_of(config) as services:
        keep = timedelta(days=services.settings.store.keep_days)
        deleted = services.store.delete_before(services.clock() - keep)
        lines = services.store.maintain()
        edits = watch_edits(services)
    if as_json:
        print_json({"deleted_articles": deleted, "maintained": lines, "edits": edits})
    else:
        out(f"{deleted} articles older than {keep.days} days deleted")
        for line in lines:
            out(line)
        out(f"{edits.done} of {edits.seen} cited pages read again, {edits.new} changed")
        show_problems(edits)
    raise typer.Exit(DONE if edits.is_clean else SOME_LEFT)


def digest(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Send today's digest to everybody who gets one (once a day, however often it is called)."""
    with services_of(config) as services:
        write_digests(services)
        raise typer.Exit(show_reports([send_alerts(services)], as_json=as_json))
