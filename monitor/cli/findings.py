"""`monitor findings`: what moved off the line, with the evidence, and the analyst's word on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from monitor.alert.words import grade_words
from monitor.cli.output import (
    ConfigOption,
    JsonOption,
    LimitOption,
    out,
    plain,
    print_json,
    print_table,
    services_of,
    when,
)
from monitor.models import Finding, Grade, Review
from monitor.store.base import Store

findings_app = typer.Typer(no_args_is_help=True, help="Findings: position × story × relation, with evidence.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(findings_app, name="findings", rich_help_panel="Findings and alerts")


def with_copies(store: Store, findings: Sequence[Finding]) -> list[Finding]:
    """The findings with their copies counted anew: a copy without a word of its own is not judged, yet it counts."""
    copies = store.copies_of(sorted({piece.article_id for finding in findings for piece in finding.evidence}))
    return [
        replace(
            finding,
            evidence=tuple(replace(piece, copies=len(copies.get(piece.article_id, ()))) for piece in finding.evidence),
        )
        for finding in findings
    ]


def shown(finding: Finding) -> dict[str, Any]:
    """A finding as the contract of `--json` has it."""
    return {k: v for k, v in plain(finding).items() if k != "state"}


@findings_app.command("list")
def list_findings(
    *,
    position: Annotated[str, typer.Option(help="On this position.")] = "",
    story: Annotated[str, typer.Option(help="In this story.")] = "",
    grade: Annotated[Grade | None, typer.Option(help="Of this grade alone.")] = None,
    limit: LimitOption = 1_000,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Newest first."""
    with services_of(config) as services:
        found = services.store.findings(position_id=position, story_id=story, limit=limit)
        findings = with_copies(services.store, found)
    findings = [f for f in findings if grade is None or f.grade is grade]
    if as_json:
        return print_json([shown(finding) for finding in findings])
    rows = [
        (
            f.id,
            grade_words(f.grade.value, f.probability),
            f"{f.verdict.value}: {f.relation.value}{' (successor)' if f.by_successor else ''}",
            f.position_id,
            f.publishers,
            when(f.first_seen_at),
            f.review.value if f.review is not Review.NONE else "",
        )
        for f in findings
    ]
    columns = ("id", "grade", "verdict", "position", "publ.", "first seen", "review")
    return print_table(columns, rows, empty="no findings: nothing has moved off the positions so far")


@findings_app.command("show")
def show_finding(finding_id: str, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One finding: both sentences, speaker, publishers, times, links, and the words that decided."""
    with services_of(config) as services:
        [finding] = with_copies(services.store, [services.store.finding(finding_id)])
        position = services.store.position(finding.position_id)
    if as_json:
        return print_json({**shown(finding), "position": position})
    successor = ", a later holder of the office" if finding.by_successor else ""
    grade = grade_words(finding.grade.value, finding.probability)
    out(f"{finding.id}: {finding.verdict.value}, {finding.relation.value}{successor}; {grade}")
    out(f"  known: {position.holder}, {position.stated_on}: “{position.statement}”")
    for evidence in finding.evidence:
        copies = f", {evidence.copies} copies" if evidence.copies else ""
        out(
            f"\n  {evidence.publisher}{' (copy)' if evidence.is_copy else ''}{copies}, {when(evidence.published_at)}: "
            f"{evidence.speaker or 'the article itself'}"
        )
        out(f"  “{evidence.passage}”")
        for cue in evidence.cues:
            out(f"    {cue.kind}: {evidence.passage[cue.start : cue.end]}")
        out(f"  {evidence.url}")
    return None


@findings_app.command("confirm")
def confirm(finding_id: str, *, config: ConfigOption = None) -> None:
    """The analyst says: this is right."""
    _review(finding_id, Review.CONFIRMED, config)


@findings_app.command("dismiss")
def dismiss(finding_id: str, *, config: ConfigOption = None) -> None:
    """The analyst says: this is wrong. Its waiting alerts are not sent."""
    _review(finding_id, Review.DISMISSED, config)


def _review(finding_id: str, review: Review, config: ConfigOption) -> None:
    with services_of(config) as services:
        services.store.review_finding(finding_id, review)
    out(f"{finding_id}: {review.value}")
