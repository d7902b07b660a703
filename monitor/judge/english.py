"""The English words that the rules go by: english.json and places.json beside this file, read when first asked for.

In: the name of a list. Out: frozen sets of words, compiled patterns. Another language would be another file.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=2)
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.files("monitor.judge").joinpath(name).read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=64)
def word_list(name: str) -> frozenset[str]:
    """A list of plain words."""
    return frozenset(_read("english.json")[name])


@lru_cache(maxsize=64)
def pattern(name: str, *, ignore_case: bool = True) -> re.Pattern[str]:
    """One pattern out of a list of alternatives, as whole words."""
    alternatives = "|".join(_read("english.json")["patterns"][name])
    return re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE if ignore_case else 0)


@lru_cache(maxsize=1)
def cue_patterns() -> dict[str, re.Pattern[str]]:
    """Kind of cue → its pattern: alternatives as whole words (`words`), and patterns as they stand (`also`)."""
    return {
        kind: re.compile("|".join([rf"\b(?:{'|'.join(of['words'])})\b", *of.get("also", [])]), re.IGNORECASE)
        for kind, of in _read("english.json")["cues"].items()
    }


@lru_cache(maxsize=1)
def opposites() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple((frozenset(left), frozenset(right)) for left, right in _read("english.json")["opposites"])


@lru_cache(maxsize=1)
def role_stems() -> dict[str, str]:
    """ministry → minister: words that name the same office."""
    return dict(_read("english.json")["role_stems"])


@lru_cache(maxsize=1)
def places() -> tuple[tuple[str, ...], ...]:
    """For each country all its names, lower case: the country, its capital, demonyms, seat of government."""
    return tuple((name, *others) for name, others in _read("places.json").items())
