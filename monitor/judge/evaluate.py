"""Labelled or unlabelled pairs from a file, and how well a judge does on them.

In: JSON lines {id, position: {holder, aliases, topic, statement, date, [office]}, passage, [context], [verdict],
[relation], [speaker]}. Out: `Case`s; after judging, one dict for each and a dict of metrics.
Never: loads a judge (the caller passes verdicts), writes anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from monitor.errors import SettingsInvalid
from monitor.models import Office, Pair, Position, Relation, Term, Verdict, VerdictLabel, make_id

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class TermRow(BaseModel):
    holder: Text
    aliases: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None


class OfficeRow(BaseModel):
    name: Text
    aliases: tuple[str, ...] = ()
    terms: tuple[TermRow, ...] = ()


class PositionRow(BaseModel):
    """Further fields (area, source) are let through: a data set may say more than the judge needs."""

    model_config = ConfigDict(extra="ignore")

    holder: Text
    aliases: tuple[str, ...] = ()
    topic: str = ""
    statement: Text
    date: date
    office: OfficeRow | None = None

    @field_validator("office", mode="before")
    @classmethod
    def _office_by_name(cls, office: object) -> object:
        return {"name": office} if isinstance(office, str) and office.strip() else office or None


class Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str = Field(default="", coerce_numbers_to_str=True)
    position: PositionRow
    passage: str = Field(max_length=200_000)
    context: str | None = None
    verdict: VerdictLabel | None = None
    relation: Relation | None = None
    speaker: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A pair with its labels; `has_labels` is False for rows without a verdict."""

    id: str
    pair: Pair
    verdict: VerdictLabel | None
    relation: Relation | None
    speaker: str | None

    @property
    def has_labels(self) -> bool:
        return self.verdict is not None


def read_cases(lines: Iterable[str], *, source: str) -> Iterator[Case]:
    """One case for each non-empty line, lazily; raises `SettingsInvalid` naming file, line and field."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _to_case(_parse(line, f"{source}:{number}"), fallback_id=f"line-{number}")


def _parse(line: str, place: str) -> Row:
    try:
        return Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise SettingsInvalid(f"{place}: {field}: {first['msg']}") from error


def _to_case(row: Row, *, fallback_id: str) -> Case:
    given = row.position
    office = None if given.office is None else _to_office(given.office)
    position = Position(
        id=make_id("pos", given.holder, given.statement, given.date.isoformat()),
        story_id="",
        holder=given.holder,
        aliases=given.aliases,
        office=office.id if office else "",
        topic=given.topic,
        statement=given.statement,
        stated_on=given.date,
    )
    case_id = row.id or fallback_id
    pair = Pair(
        passage_id=case_id, passage=row.passage, context=row.context or "", position=position, office=office, on=row.on
    )
    return Case(id=case_id, pair=pair, verdict=row.verdict, relation=row.relation, speaker=row.speaker)


def _to_office(row: OfficeRow) -> Office:
    terms = tuple(
        Term(holder=term.holder, aliases=term.aliases, from_on=term.from_on, until_on=term.until_on)
        for term in row.terms
    )
    return Office(id=make_id("office", row.name), name=row.name, aliases=row.aliases, terms=terms)


def result_of(case: Case, verdict: Verdict) -> dict[str, Any]:
    """One entry of `results` in the answer of `monitor eval judge --json`."""
    of = verdict.probabilities
    return {
        "id": case.id,
        "verdict": verdict.label.value,
        "probabilities": {"matches": of.matches, "contradicts": of.contradicts, "neutral": of.neutral},
        "speaker": verdict.speaker.name or None,
        "speaker_kind": verdict.speaker.kind.value,
        "relation": None if verdict.relation is None else verdict.relation.value,
        "by_successor": verdict.by_successor,
        "grade": None if verdict.grade is None else verdict.grade.value,
        "cues": [{"kind": cue.kind, "start": cue.start, "end": cue.end} for cue in verdict.cues],
    }


def labelled(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> tuple[list[Case], list[Verdict]]:
    """Those with labels, in step."""
    both = [(case, verdict) for case, verdict in zip(cases, verdicts, strict=True) if case.has_labels]
    return [case for case, _ in both], [verdict for _, verdict in both]


def to_json(results: list[dict[str, Any]], metrics: dict[str, Any] | None, *, judge: str) -> str:
    """The document of `monitor eval judge --json`."""
    name, _, revision = judge.partition("@")
    return json.dumps(
        {"results": results, "metrics": metrics, "judge": {"name": name, "revision": revision}}, ensure_ascii=False
    )
