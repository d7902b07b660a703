"""Dataclasses to documents and back.

In: frozen values of `monitor.models`. Out: JSON objects whose fields have the values' names, and the values again.
Times become UTC text of fixed width, so that their `exact` sub-field sorts to the microsecond (a date field of
Elasticsearch knows milliseconds). Text loses NUL; lone surrogates become U+FFFD.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter

from monitor.store.sqlite.rows import clean_text, time_text

Source = dict[str, Any]
T = TypeVar("T")

_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}|~[0-9a-f]{40}")


def doc_id(*parts: str) -> str:
    """The `_id` of what these parts name: readable where it can be (Elasticsearch takes 512 bytes), else hashed.

    What is one already stays one.
    """
    cleaned = [clean_text(part) for part in parts]
    if len(cleaned) == 1 and _PLAIN_ID.fullmatch(cleaned[0]):
        return cleaned[0]
    return "~" + hashlib.sha256(json.dumps(cleaned).encode()).hexdigest()[:40]


def to_source(value: object, **more: object) -> Source:
    """The document of a dataclass, with further fields."""
    assert is_dataclass(value), f"{value!r} is no dataclass"
    found = {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    return found | {name: to_plain(each) for name, each in more.items()}


def to_plain(value: object) -> Any:  # noqa: PLR0911  one line per kind of value reads best
    """JSON's own types for any value that the models hold."""
    match value:
        case StrEnum():
            return value.value
        case str():
            return clean_text(value)
        case None | bool() | int() | float():
            return value
        case datetime():
            return time_text(value)
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case Mapping():
            return {clean_text(str(key)): to_plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_plain(each) for each in value]
        case np.generic() | np.ndarray():
            return to_plain(value.tolist())
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"the store cannot keep {value!r}: {type(value).__name__} is no JSON value")


def to_text(value: object) -> str:
    """JSON text, for what is kept but never searched."""
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":"))


def read(kind: type[T], source: Mapping[str, Any]) -> T:
    """The value of a document; fields that the value does not have are passed over."""
    hint: Any = kind
    value: T = _adapter(hint).validate_python(source)
    return value


def read_text(kind: type[T], text: str) -> T:
    """The value of what `to_text` wrote."""
    hint: Any = kind
    value: T = _adapter(hint).validate_json(text)
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def read_bytes(text: str) -> bytes:
    return base64.b64decode(text)
