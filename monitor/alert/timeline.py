"""Lay out a position's timeline: where each piece of news stands on a date axis.

In: a position and its findings. Out: coordinates and words for the template to draw.
Never: SVG (the template draws), colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.alert.words import cut, day_words, one_line, relation_label, time_words
from monitor.models import Evidence, Finding, Grade, Position, Relation, VerdictLabel

WIDTH = 860
LEFT, RIGHT = 120, 72
"""Room left of the first date (for the day of the statement) and right of the last (for the words above and below)."""
ROW = 17
"""Height of one mark; marks of about the same time are stacked."""
MAX_STACK = 8
TICK_DAYS = (1, 2, 7, 14, 30, 91, 182, 365, 1_826, 3_652)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    x: float
    y: float
    is_match: bool
    is_likely: bool
    is_on_record: bool
    is_reversal: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    width: int
    height: float
    axis_y: float
    left: int
    right: int
    stated: str
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    reversals: tuple[Tick, ...]
    hidden: int
    """Marks that no longer fit on their stack."""
    summary: str
    """What the drawing shows, for those who do not see it."""


def lay_out(position: Position, findings: Sequence[Finding], *, until: datetime) -> Timeline | None:
    """None when there is nothing to draw. Copies are left out: they are the same news."""
    pieces = sorted(
        ((finding, piece) for finding in findings for piece in finding.evidence if not piece.is_copy),
        key=lambda pair: (pair[1].first_seen_at, pair[1].passage_id),
    )
    if not pieces:
        return None
    scale = _Scale(pieces[0][1].first_seen_at, max(until, pieces[-1][1].first_seen_at))
    placed, hidden = _stack(pieces, scale)
    above = max((row for _, row, is_match in placed if is_match), default=0)
    below = max((row for _, row, is_match in placed if not is_match), default=0)
    axis_y = 34 + above * ROW
    marks = tuple(
        _mark(finding, piece, x=scale.x(piece.first_seen_at), y=axis_y + (-row * ROW if is_match else row * ROW))
        for (finding, piece), row, is_match in placed
    )
    return Timeline(
        width=WIDTH,
        height=axis_y + below * ROW + 44,
        axis_y=axis_y,
        left=LEFT,
        right=WIDTH - RIGHT,
        stated=day_words(position.stated_on),
        marks=marks,
        ticks=scale.ticks(),
        reversals=_reversals(findings, scale),
        hidden=hidden,
        summary=_summary(pieces),
    )


class _Scale:
    """Dates to x; at least two days wide, so that the news of one hour does not fill the axis."""

    def __init__(self, first: datetime, last: datetime) -> None:
        span = max(last - first, timedelta(days=2))
        self._from = _midnight(first.astimezone(UTC).date())
        self._to = max(first + span, last) + span * 0.04

    def x(self, moment: datetime) -> float:
        share = (moment - self._from) / (self._to - self._from)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self) -> tuple[Tick, ...]:
        days = (self._to - self._from).days or 1
        step = next((step for step in TICK_DAYS if days / step <= 8), TICK_DAYS[-1])
        moments = [self._from + timedelta(days=at) for at in range(0, days + 1, step)]
        return tuple(Tick(x=self.x(each), label=_tick_label(each.date(), step)) for each in moments)


def _stack(
    pieces: Sequence[tuple[Finding, Evidence]], scale: _Scale
) -> tuple[list[tuple[tuple[Finding, Evidence], int, bool]], int]:
    """Rows counted from the axis: the nearest where the mark does not touch the one before."""
    ends: dict[tuple[bool, int], float] = {}
    placed, hidden = [], 0
    for finding, piece in pieces:
        x, is_match = scale.x(piece.first_seen_at), finding.verdict is VerdictLabel.MATCHES
        row = next((row for row in range(1, MAX_STACK + 1) if ends.get((is_match, row), -99.0) + 15 <= x), 0)
        if not row:
            hidden += 1
            continue
        ends[is_match, row] = x
        placed.append(((finding, piece), row, is_match))
    return placed, hidden


def _mark(finding: Finding, piece: Evidence, *, x: float, y: float) -> Mark:
    named = {"relation": finding.relation.value, "verdict": finding.verdict.value, "by_successor": finding.by_successor}
    who = one_line(piece.speaker, 80) or "no speaker named"
    quote = cut(one_line(piece.passage, 400), 220)
    told = f"{time_words(piece.first_seen_at)} · {relation_label(named)} · {who} ({one_line(piece.publisher, 60)})"
    return Mark(
        x=x,
        y=y,
        is_match=finding.verdict is VerdictLabel.MATCHES,
        is_likely=finding.grade is Grade.LIKELY,
        is_on_record=piece.on_record,
        is_reversal=finding.relation is Relation.REVERSES,
        title=f"{told}: {quote}",
    )


def _reversals(findings: Sequence[Finding], scale: _Scale) -> tuple[Tick, ...]:
    found = [finding for finding in findings if finding.relation is Relation.REVERSES and finding.grade is Grade.LIKELY]
    return tuple(
        Tick(
            x=scale.x(finding.first_seen_at),
            label="reversed by successor" if finding.by_successor else "reversed",
        )
        for finding in sorted(found, key=lambda finding: finding.first_seen_at)[:3]
    )


def _summary(pieces: Sequence[tuple[Finding, Evidence]]) -> str:
    matching = sum(1 for finding, _ in pieces if finding.verdict is VerdictLabel.MATCHES)
    first, last = (day_words(pieces[at][1].first_seen_at.astimezone(UTC).date()) for at in (0, -1))
    return f"From {first} to {last}: {matching} passages in line with it, {len(pieces) - matching} against it."


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _tick_label(day: date, step: int) -> str:
    words = day_words(day)
    return words if step >= 30 else words.rsplit(" ", 1)[0]
