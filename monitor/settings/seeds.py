"""Read seed files: one YAML file per story, reviewed like code.

In: a folder (or one file). Out: `Seed`s. Raises `SeedInvalid` with file, line and field of every mistake at once.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from monitor.errors import SeedInvalid
from monitor.models import Office, Position, Seed, SeedArticle, Source, Term
from monitor.settings.yaml_lines import Lines, read_yaml, validate

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Optional = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_048)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _SourceRow(_Row):
    title: Optional = ""
    publisher: Optional = ""
    url: Optional = ""


class _TermRow(_Row):
    holder: Line
    aliases: tuple[Line, ...] = ()
    from_on: date | None = Field(default=None, alias="from")
    until_on: date | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_on and self.until_on and self.until_on < self.from_on:
            raise ValueError("until lies before from")
        return self


class _OfficeRow(_Row):
    id: Slug
    name: Line
    aliases: tuple[Line, ...] = ()
    terms: tuple[_TermRow, ...] = ()


class _ArticleRow(_Row):
    title: Line
    publisher: Optional = ""
    url: Optional = ""
    published_on: date | None = None
    summary: Text


class _PositionRow(_Row):
    id: Slug
    holder: Line
    aliases: tuple[Line, ...] = ()
    office: Optional = ""
    topic: Line
    statement: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
    stated_on: date
    source: _SourceRow = _SourceRow()
    valid_until: date | None = None
    superseded_by: Optional = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until and self.valid_until < self.stated_on:
            raise ValueError("valid_until lies before stated_on")
        return self


class _SeedFile(_Row):
    id: Slug
    title: Line
    summary: Text
    language: Annotated[str, StringConstraints(max_length=20)] = "en"
    articles: tuple[_ArticleRow, ...] = ()
    offices: tuple[_OfficeRow, ...] = ()
    positions: tuple[_PositionRow, ...] = ()


def read_seeds(folder: Path) -> list[Seed]:
    """All `*.yaml` of the folder (or the one file), by name; ids are unique over all of them."""
    paths = [folder] if folder.is_file() else sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise SeedInvalid(f"{folder}: holds no seed file (*.yaml); write one story per file, see docs/howto/seeds.md")
    seeds: list[Seed] = []
    mistakes: list[str] = []
    seen: dict[str, str] = {}
    for path in paths:
        try:
            seed, lines = _read_seed(path)
        except SeedInvalid as cause:
            mistakes.append(str(cause))
            continue
        mistakes += _check_ids(seed, path, lines, seen)
        seeds.append(seed)
    if mistakes:
        raise SeedInvalid("\n".join(mistakes))
    return seeds


def _read_seed(path: Path) -> tuple[Seed, Lines]:
    data, lines = read_yaml(path, error=SeedInvalid)
    return _to_seed(validate(_SeedFile, data, name=str(path), lines=lines, error=SeedInvalid), path), lines


def _check_ids(seed: Seed, path: Path, lines: Lines, seen: dict[str, str]) -> list[str]:
    mistakes = []

    def claim(identity: str, place: str) -> None:
        if identity in seen:
            mistakes.append(f"{place}: {identity!r} stands already at {seen[identity]}; ids are unique over all files")
        seen.setdefault(identity, place)

    claim(f"story {seed.id}", f"{path}:{lines.of(('id',))}: id")
    offices = {office.id for office in seed.offices}
    for index, position in enumerate(seed.positions):
        place = f"{path}:{lines.of(('positions', index, 'id'))}: positions.{index}.id"
        claim(f"position {position.id}", place)
        if position.office and position.office not in offices:
            line = lines.of(("positions", index, "office"))
            mistakes.append(f"{path}:{line}: positions.{index}.office: no office {position.office!r} in this file")
    known = {position.id for position in seed.positions}
    for index, position in enumerate(seed.positions):
        if position.superseded_by and position.superseded_by not in known:
            line = lines.of(("positions", index, "superseded_by"))
            mistakes.append(f"{path}:{line}: positions.{index}.superseded_by: no position {position.superseded_by!r}")
    return mistakes


def _to_seed(row: _SeedFile, path: Path) -> Seed:
    return Seed(
        id=row.id,
        title=row.title,
        summary=row.summary,
        language=row.language,
        articles=tuple(
            SeedArticle(
                title=a.title,
                publisher=a.publisher,
                url=a.url,
                published_on=a.published_on,
                summary=a.summary,
            )
            for a in row.articles
        ),
        offices=tuple(
            Office(
                id=o.id,
                name=o.name,
                aliases=o.aliases,
                terms=tuple(
                    Term(holder=t.holder, aliases=t.aliases, from_on=t.from_on, until_on=t.until_on) for t in o.terms
                ),
            )
            for o in row.offices
        ),
        positions=tuple(_to_position(p, row.id) for p in row.positions),
        path=str(path),
    )


def _to_position(row: _PositionRow, story_id: str) -> Position:
    return Position(
        id=row.id,
        story_id=story_id,
        holder=row.holder,
        aliases=row.aliases,
        office=row.office,
        topic=row.topic,
        statement=row.statement,
        stated_on=row.stated_on,
        source=Source(title=row.source.title, publisher=row.source.publisher, url=row.source.url),
        valid_until=row.valid_until,
        superseded_by=row.superseded_by,
    )


def seed_lines(path: Path) -> Lines:
    """Where the fields of a seed file stand, for warnings about a single position."""
    return read_yaml(path, error=SeedInvalid)[1]
