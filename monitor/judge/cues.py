"""Words of a passage that bear on whether, and how firmly, something is said.

In: a text. Out: `Cue`s with offsets into it, in the order of the text. Never: decides what they mean together.
The patterns (english.json) were written from the labelling guide's traps; each kind is one of the guide's words.
"""

from __future__ import annotations

from monitor.judge.english import cue_patterns
from monitor.models import Cue

UNJUDGED = "unjudged"
"""Kind of the cue that says why a passage was not judged or not wholly: its span is what was left out."""


def find_cues(text: str) -> tuple[Cue, ...]:
    """All cues but numbers and dates (quantities.py), in the order of the text."""
    found = [
        Cue(kind=kind, start=match.start(), end=match.end())
        for kind, pattern in cue_patterns().items()
        for match in pattern.finditer(text)
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end, cue.kind)))


def has_cue(cues: tuple[Cue, ...], kind: str) -> bool:
    return any(cue.kind == kind for cue in cues)


def count_negations(text: str) -> int:
    """Explicit negations and refusals: their parity is a feature, not a verdict."""
    return len(cue_patterns()["negation"].findall(text)) + len(cue_patterns()["refusal"].findall(text))
