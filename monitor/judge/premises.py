"""What of a passage the stance model reads, and whether it can be read at all.

In: a `Pair`. Out: premises of a bounded length, or the reason why there are none.
Never: changes offsets: markup is blanked out character by character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from monitor.judge.attributions import split_sentences
from monitor.judge.english import word_list
from monitor.models import Pair

WORDS_PER_PREMISE = 85
"""About 110 word pieces; with the statement that fills 128 tokens."""
MAX_PREMISES = 40
MAX_CONTEXT_WORDS = 45

_MARKUP = re.compile(r"<[!/a-zA-Z][^<>]{0,500}>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_PRONOUN_FIRST = re.compile(
    r"^(?:[“\"][^”\"]*[”\"],?\s*)?(?:\w+ly,?\s+)?(?:he|she|it|they|his|her|their|this|that|these|those)\b",
    re.IGNORECASE,
)


class Unreadable(StrEnum):
    """Why a passage is not judged; the verdict's cue is of the kind `unjudged`."""

    NO_WORDS = "no words"
    NOT_ENGLISH = "not English"


def blank_markup(text: str) -> str:
    """Tags and entities become as many spaces: what is left keeps its offsets."""
    return _MARKUP.sub(lambda match: " " * len(match.group()), text)


def find_obstacle(text: str) -> Unreadable | None:
    """None when the text can be judged. Short texts get the benefit of the doubt."""
    found = [word.lower() for word in _WORD.findall(text)]
    if not found:
        return Unreadable.NO_WORDS
    letters = "".join(found)
    if sum(character < "\u0250" for character in letters) < len(letters) * 0.6:
        return Unreadable.NOT_ENGLISH
    english, foreign = sum(w in word_list("english") for w in found), sum(w in word_list("foreign") for w in found)
    return Unreadable.NOT_ENGLISH if len(found) >= 5 and foreign > english and foreign >= len(found) * 0.15 else None


def needs_context(pair: Pair) -> bool:
    """A passage of a few words, or one that opens with a pronoun, cannot be read by itself."""
    return bool(pair.context.strip()) and (len(pair.passage.split()) < 6 or bool(_PRONOUN_FIRST.match(pair.passage)))


@dataclass(frozen=True, slots=True)
class Premise:
    """What the model reads, and which part of the passage it is."""

    text: str
    start: int
    end: int


def make_premises(pair: Pair) -> list[Premise]:
    """One premise, or windows of whole sentences where the passage is long; the last `end` is how far they reach."""
    text = blank_markup(pair.passage)
    if len(text.split()) <= WORDS_PER_PREMISE:
        context = " ".join(blank_markup(pair.context).split()[-MAX_CONTEXT_WORDS:]) if needs_context(pair) else ""
        return [Premise(f"{context} {text}".strip(), 0, len(text))]
    return [Premise(text[start:end], start, end) for start, end in _windows(text)]


def _windows(text: str) -> list[tuple[int, int]]:
    """Runs of sentences up to the length that a premise may have; longer sentences are cut at words."""
    windows: list[tuple[int, int]] = []
    start = end = 0
    for a, b in _pieces(text):
        if end > start and len(text[start:b].split()) > WORDS_PER_PREMISE:
            windows.append((start, end))
            start = a
        if len(windows) == MAX_PREMISES:
            return windows
        end = b
    return [*windows, (start, end)]


def _pieces(text: str) -> list[tuple[int, int]]:
    """Sentences, those without an end cut every `WORDS_PER_PREMISE` words."""
    pieces = []
    for start, end in split_sentences(text):
        found = list(re.finditer(r"\S+", text[start:end]))
        cuts = [start + found[i].start() for i in range(0, len(found), WORDS_PER_PREMISE)] or [start]
        pieces += list(zip(cuts, [*cuts[1:], end], strict=True))
    return pieces
