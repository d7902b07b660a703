"""Any value of the models as JSON's own types: what both stores keep of it.

In: values of `monitor.models`. Out: text, numbers, lists and objects. Times become UTC text of fixed width, dates ISO
text, states their words, bytes base64. Text loses NUL; lone surrogates, which UTF-8 cannot carry, become U+FFFD, so
that offsets stay.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import numpy as np

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text as UTF-8 can carry it; most texts and all ids are ASCII, which costs next to nothing."""
    if text.isascii():
        return text.replace("\0", "")
    return _SURROGATES.sub("\ufffd", text.replace("\0", ""))


def time_text(moment: datetime) -> str:
    """32 characters that sort as the times do. Raises `ValueError` for a naive time."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone; the store takes UTC-aware times only")
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError as error:
        raise ValueError(f"{moment!r} lies outside the years 1 to 9999 in UTC") from error


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


def to_json(value: object) -> str:
    """JSON text, for what is kept but never searched."""
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":"))
