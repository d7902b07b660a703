"""Figures and dates of a text, and whether two texts give the same.

In: passage and statement. Out: `Quantity`s with unit and offsets; their agreement.
Never: converts units or guesses a missing one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_SMALL = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
)
_TENS = {"nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "forty-eight": 48, "fifty": 50, "sixty": 60}
_MORE = {"seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "hundred": 100}
_WORDS = {word: value for value, word in enumerate(_SMALL.split(), 2)} | _TENS | _MORE
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_NUMBER = re.compile(
    r"(?P<money>[$€£¥]\s?)?(?P<digits>\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|bn|mn|m|k)\b)?"
    r"(?P<percent>\s?%|[\s-]per\s?cent(?:age points?)?\b|[\s-]percent(?:age points?)?\b)?"
    rf"|\b(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?P<wscale>\s(?:thousand|million|billion))?"
    r"(?P<wpercent>\sper\s?cent\b|\spercent\b)?",
    re.IGNORECASE,
)
_MONTH = re.compile(rf"\b(?:{_MONTHS})\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[\s-]*(?:of\s+)?([a-z][a-z-]+)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


class Agreement(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    ABSENT = "absent"  # the passage gives no figure of this unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """`unit` is "percent", "year", "month", "money" or the stem of the noun that follows."""

    value: float
    unit: str
    start: int
    end: int

    @property
    def is_date(self) -> bool:
        return self.unit in {"year", "month"}


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Figures (also in words), years and months, in the order of the text."""
    found = [_read_number(text, match) for match in _NUMBER.finditer(text)]
    found += [
        Quantity(value=_MONTHS.split("|").index(m.group().lower()) + 1, unit="month", start=m.start(), end=m.end())
        for m in _MONTH.finditer(text)
        if m.group()[0].isupper()
    ]
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def _read_number(text: str, match: re.Match[str]) -> Quantity:
    if match["word"]:
        value = float(_WORDS[match["word"].lower()]) * _SCALES.get((match["wscale"] or "").strip().lower(), 1)
        percent, money = match["wpercent"], None
    else:
        value = float(re.sub(r"[,\s]", "", match["digits"])) * _SCALES.get((match["scale"] or "").lower(), 1)
        percent, money = match["percent"], match["money"]
    unit = "percent" if percent else "money" if money else _unit_after(text, match)
    return Quantity(value=value, unit=unit, start=match.start(), end=match.end())


def _unit_after(text: str, match: re.Match[str]) -> str:
    if match["digits"] and not match["scale"] and _YEAR.fullmatch(match["digits"]):
        return "year"
    following = _NEXT_WORD.match(text, match.end())
    return following[1].lower().rstrip("s") if following else ""


def compare(statement: tuple[Quantity, ...], passage: tuple[Quantity, ...], *, dates: bool) -> Agreement:
    """Whether the passage gives the statement's figures (or, with `dates`, its years and months).

    A figure counts as different only where the passage has one of the same unit and none of the same value.
    """
    asked = [q for q in statement if q.is_date == dates]
    given = [q for q in passage if q.is_date == dates]
    verdicts = {_compare_one(one, given) for one in asked}
    if Agreement.DIFFERS in verdicts:
        return Agreement.DIFFERS
    return Agreement.SAME if Agreement.SAME in verdicts else Agreement.ABSENT


def _compare_one(asked: Quantity, given: list[Quantity]) -> Agreement:
    if any(abs(q.value - asked.value) <= 1e-9 * max(1.0, abs(asked.value)) for q in given):
        return Agreement.SAME
    return Agreement.DIFFERS if any(q.unit == asked.unit for q in given) else Agreement.ABSENT
