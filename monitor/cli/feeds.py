"""`monitor feeds check`: look at feeds without storing anything."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.output import (
    DONE,
    SOME_LEFT,
    ConfigOption,
    JsonOption,
    out,
    print_json,
    read_settings,
    start_logging,
    when,
)
from monitor.fetch import check_sources, make_fetcher

feeds_app = typer.Typer(no_args_is_help=True, help="Feeds: try them without storing.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(feeds_app, name="feeds", rich_help_panel="What you wrote down")


@feeds_app.command("check")
def check(
    sources: Annotated[list[str], typer.Argument(help="URL, file, folder of files, feeds.yaml or OPML list.")],
    *,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read feeds without storing: health with reason, and their entries."""
    start_logging(0)
    fetcher = make_fetcher(read_settings(config).fetch)
    try:
        checked = check_sources(sources, fetcher)
    finally:
        fetcher.close()
    if as_json:
        print_json(checked)
    else:
        for one in checked:
            out(f"{'ok  ' if one.ok else 'FAIL'} {one.source}: {len(one.entries)} entries. {one.reason}".rstrip())
            for entry in one.entries[:5]:
                out(f"       {when(entry.published_at)}  {entry.title}")
    raise typer.Exit(DONE if all(one.ok for one in checked) else SOME_LEFT)
