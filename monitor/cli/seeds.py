"""`monitor seeds` and `monitor positions`: what the user wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.output import (
    DONE,
    ConfigOption,
    JsonOption,
    LimitOption,
    err,
    out,
    print_json,
    print_table,
    read_settings,
    services_of,
)
from monitor.judge.statements import contradictory_positions, statement_warnings
from monitor.models import Seed
from monitor.pipeline import load_seeds
from monitor.pipeline.backtest import backtest
from monitor.settings import read_seeds, seed_lines

seeds_app = typer.Typer(no_args_is_help=True, help="Seed stories: validate and load.")
positions_app = typer.Typer(no_args_is_help=True, help="The ledger of known positions.")

FolderArgument = Annotated[Path | None, typer.Argument(help="Folder or file; else the setting `seeds`.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(seeds_app, name="seeds", rich_help_panel="What you wrote down")
    app.add_typer(positions_app, name="positions", rich_help_panel="What you wrote down")


def warnings_of(seed: Seed) -> list[str]:
    """What is valid but will judge badly, with file and line."""
    lines = seed_lines(Path(seed.path))
    found = []
    for index, position in enumerate(seed.positions):
        line = lines.of(("positions", index, "statement"))
        place = f"{seed.path}:{line}: positions.{index}.statement"
        found += [f"{place}: {warning}" for warning in statement_warnings(position.statement)]
    found += [
        f"{seed.path}: positions {one} and {two} of one holder on one day seem to contradict each other"
        for one, two in contradictory_positions(seed.positions)
    ]
    return found


@seeds_app.command("check")
def check(folder: FolderArgument = None, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Validate seed files: every mistake with file, line and field; warnings for statements that judge badly."""
    seeds = read_seeds(folder or read_settings(config).seeds)
    warnings = [warning for seed in seeds for warning in warnings_of(seed)]
    if as_json:
        print_json({"seeds": [{"id": s.id, "positions": len(s.positions)} for s in seeds], "warnings": warnings})
        return
    for warning in warnings:
        err(f"warning: {warning}")
    for seed in seeds:
        out(f"{seed.path}: {seed.id}: {len(seed.articles)} articles, {len(seed.positions)} positions: valid")


@seeds_app.command("load")
def load(folder: FolderArgument = None, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Load seed files into the store; repeatable, and says what changed."""
    with services_of(config) as services:
        seeds = read_seeds(folder or services.settings.seeds)
        changes = load_seeds(services, seeds)
    if as_json:
        print_json(changes)
        raise typer.Exit(DONE)
    for seed_id, change in changes.items():
        out(
            f"{seed_id}: story {change.story}; positions: {len(change.added)} added, {len(change.changed)} changed, "
            f"{len(change.withdrawn)} withdrawn, {change.unchanged} unchanged"
        )
        for sign, ids in (("+", change.added), ("~", change.changed), ("-", change.withdrawn)):
            for position_id in ids:
                out(f"  {sign} {position_id}")


@positions_app.command("list")
def list_positions(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also withdrawn positions.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who said what about which topic, when."""
    with services_of(config) as services:
        positions = services.store.positions(include_withdrawn=everything)
    if as_json:
        return print_json(positions)
    rows = [(p.id, p.stated_on, p.holder, p.statement) for p in positions]
    return print_table(("id", "stated", "holder", "statement"), rows, empty="no positions; run `monitor seeds load`")


@positions_app.command("show")
def show_position(position_id: str, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One position with its findings and verdicts."""
    with services_of(config) as services:
        position = services.store.position(position_id)
        findings = services.store.findings(position_id=position_id)
        verdicts = services.store.verdicts_on(position_id, limit=100)
    if as_json:
        return print_json({"position": position, "findings": findings, "verdicts": verdicts})
    out(f"{position.id}: {position.holder} on {position.topic}, {position.stated_on}")
    out(f"  “{position.statement}”")
    out(f"  source: {position.source.publisher} {position.source.title} {position.source.url}".rstrip())
    if position.valid_until:
        out(f"  valid until {position.valid_until} {position.superseded_by}".rstrip())
    rows = [(f.id, f.relation.value, f.grade.value, f"{f.probability:.2f}", f.publishers) for f in findings]
    return print_table(("finding", "relation", "grade", "probability", "publishers"), rows, empty="  no findings yet")


@positions_app.command("backtest")
def backtest_position(
    position_id: str,
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=36_500, help="How far back.")] = 30,
    limit: LimitOption = 100,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """What this position would have raised in the last N days. Writes nothing but vectors, sends nothing."""
    with services_of(config) as services:
        raised = backtest(services, position_id, days=days)[:limit]
    if as_json:
        return print_json(raised)
    rows = [
        (
            r.verdict.grade or "–",
            r.verdict.label.value,
            f"{r.verdict.probability:.2f}",
            r.article.publisher,
            r.passage.text,
        )
        for r in raised
    ]
    return print_table(
        ("grade", "verdict", "probability", "publisher", "passage"), rows, empty="it would have raised nothing"
    )
