"""Dataclasses to documents and back.

In: frozen values of `monitor.models`. Out: JSON objects whose fields have the values' names, and the values again.
Times become text of fixed width (see `monitor.store.plain`), so that their `exact` sub-field sorts to the microsecond:
a date field of Elasticsearch knows milliseconds.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from monitor.store.plain import clean_text, to_plain

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


def read(kind: type[T], source: Mapping[str, Any]) -> T:
    """The value of a document; fields that the value does not have are passed over."""
    hint: Any = kind
    value: T = _adapter(hint).validate_python(source)
    return value


def read_text(kind: type[T], text: str) -> T:
    """The value of what `to_json` wrote."""
    hint: Any = kind
    value: T = _adapter(hint).validate_json(text)
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def read_bytes(text: str) -> bytes:
    return base64.b64decode(text)
