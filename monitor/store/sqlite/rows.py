"""Dataclasses to rows and back, by their fields' types.

In: frozen values of `monitor.models`. Out: column values, and the values again.
Values inside values become JSON; for the rest see `monitor.store.plain`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import numpy as np
from pydantic import TypeAdapter

from monitor.models import Vector
from monitor.store.plain import clean_text, time_text, to_json

T = TypeVar("T")


def ids_text(ids: Iterable[str]) -> str:
    """Ids as one JSON parameter: `IN (SELECT value FROM json_each(?))` takes any number of them."""
    return json.dumps([clean_text(each) for each in ids], ensure_ascii=False)


def vector_blob(vector: Vector) -> bytes:
    """Little-endian float32. Raises `ValueError` unless the vector is `(dim,)`."""
    if vector.ndim != 1:
        raise ValueError(f"a vector of shape {vector.shape} cannot be kept; its shape must be (dim,)")
    return np.asarray(vector, dtype="<f4").tobytes()


def read_vector(blob: bytes) -> Vector:
    return np.frombuffer(blob, dtype="<f4").astype(np.float32)


Convert = Callable[[Any], Any]


def _bare(hint: Any) -> Any:
    """`X` for `X | None`: None is kept as NULL for every type."""
    inner = [each for each in get_args(hint) if each is not NoneType]
    return inner[0] if len(inner) == 1 and NoneType in get_args(hint) else hint


def _writer(hint: Any) -> Convert:
    if hint is str:
        return clean_text
    if hint is bool:
        return int
    if hint in (int, float):
        return _same
    if hint is datetime:
        return time_text
    if hint is date:
        return date.isoformat
    return str if isinstance(hint, type) and issubclass(hint, StrEnum) else to_json


def _reader(hint: Any) -> Convert:
    if hint in (str, int, float):
        return _same
    if hint is bool:
        return bool
    if hint in (datetime, date):
        read: Convert = hint.fromisoformat
        return read
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint == dict[str, Any]:
        return json.loads
    adapter = TypeAdapter[Any](hint)
    return lambda text: adapter.validate_python(json.loads(text))


def _same(value: Any) -> Any:
    return value


class Table(Generic[T]):
    """The rows of one dataclass. `key` names the unique columns; `skip` fields that live in other tables;
    `keep` columns that a later write leaves; `extra` columns beside the fields."""

    def __init__(
        self,
        kind: type[T],
        name: str,
        *,
        key: tuple[str, ...] = ("id",),
        skip: tuple[str, ...] = (),
        keep: tuple[str, ...] = (),
        extra: tuple[str, ...] = (),
    ) -> None:
        self._kind = kind
        self._name = name
        self._key = key
        self._skip = skip
        self._keep = keep
        self._extra = extra

    @cached_property
    def _hints(self) -> dict[str, Any]:
        hints = get_type_hints(self._kind)
        names = [field.name for field in fields(self._kind)]  # type: ignore[arg-type]  # T is always a dataclass
        return {name: _bare(hints[name]) for name in names if name not in self._skip}

    @cached_property
    def _writers(self) -> list[tuple[str, Convert]]:
        return [(name, _writer(hint)) for name, hint in self._hints.items()]

    @cached_property
    def _readers(self) -> list[tuple[str, Convert]]:
        return [(name, _reader(hint)) for name, hint in self._hints.items()]

    @cached_property
    def _insert(self) -> str:
        columns = [*self._hints, *self._extra]
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" for _ in columns)
        return f'INSERT INTO "{self._name}" ({names}) VALUES ({marks})'  # noqa: S608  names are the program's own

    @cached_property
    def _upsert(self) -> str:
        fixed = {*self._key, *self._keep}
        changes = ", ".join(
            f'"{column}" = excluded."{column}"' for column in (*self._hints, *self._extra) if column not in fixed
        )
        keys = ", ".join(f'"{column}"' for column in self._key)
        return f"{self._insert} ON CONFLICT ({keys}) DO UPDATE SET {changes}"

    def values(self, item: T, extra: tuple[object, ...] = ()) -> tuple[object, ...]:
        """The columns of one item, `extra` behind its fields."""
        pairs = ((getattr(item, name), write) for name, write in self._writers)
        return (*(None if value is None else write(value) for value, write in pairs), *extra)

    def read(self, row: sqlite3.Row, **others: Any) -> T:
        """The item of a row; `others` are the skipped fields."""
        found = {name: None if row[name] is None else read(row[name]) for name, read in self._readers}
        return self._kind(**found, **others)

    def create(self, connection: sqlite3.Connection, item: T, *extra: object) -> bool:
        """Insert if absent; True when it was."""
        return connection.execute(f"{self._insert} ON CONFLICT DO NOTHING", self.values(item, extra)).rowcount == 1

    def put(self, connection: sqlite3.Connection, item: T, *extra: object) -> None:
        """Insert, or replace whole but for the kept columns."""
        connection.execute(self._upsert, self.values(item, extra))


class Where:
    """Conditions that all must hold; the words are the program's own, the values are parameters."""

    def __init__(self) -> None:
        self._conditions = ["TRUE"]
        self.values: list[object] = []

    def add(self, condition: str, *values: object) -> None:
        self._conditions.append(condition)
        self.values.extend(values)

    def __str__(self) -> str:
        return " AND ".join(self._conditions)
