"""Cut a text into sentences and tokens; a quotation counts as one token.

In: a text. Out: spans and `Token`s with offsets into it; `Attribution` is what the grammar over them finds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "yesterday", "today", "tonight"}
)


_QUOTE = re.compile(r"“[^”]*”?|\"[^\"]*\"?|„[^“]*“?|«[^»]*»?")


_TOKEN = re.compile(r"\x01+|\d[\d,.]*\d|[\w’'&+-]+(?:\.(?=[A-Z]\b))?|[^\w\s]")


_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Sen|Gen|Rep|Gov|Prof|Lt|Col|No|U\.S|U\.K|[A-Z])\.$")


MONTHS = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december", "spring", "summer", "autumn", "winter"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text if self.text == "WHO" else self.text.lower()

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def is_quote(self) -> bool:
        return self.text[0] == "\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """`phrase` as written; `description`: title or apposition; `verb`: the word that carries it ("" for subjects)."""

    phrase: str
    description: str
    verb: str
    start: int
    end: int
    sentence: int
    is_trailing: bool
    """It closes the sentence ("…, the minister said") and so stands above what is said before it."""
    is_speech: bool = True
    tail: str = ""
    """The words after it, up to a few: "on condition of anonymity" stands there."""


def mask_quotes(text: str) -> str:
    """The text with every quotation replaced by as many \\x01: offsets stay."""
    return _QUOTE.sub(lambda match: "\x01" * len(match.group()), text)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence; a stop inside a quotation or after an abbreviation ends nothing."""
    masked = mask_quotes(text)
    spans, start = [], 0
    for match in re.finditer(r"(?<=[.!?…\x01])\s+(?=[\x01(A-ZÀ-Þ0-9])", masked):
        head = masked[: match.start()]
        ends = head[-1] in ".!?…" or text[match.start() - 2 : match.start() - 1] in {".", "!", "?"}
        if ends and not _ABBREVIATION.search(head[-6:]):
            spans.append((start, match.start()))
            start = match.end()
    spans.append((start, len(text)))
    return [span for span in spans if text[span[0] : span[1]].strip()]


def text_of(text: str, tokens: list[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end].strip(" ,;:—–") if tokens else ""


def tokenise(text: str) -> list[list[Token]]:
    """The tokens of each sentence, in the order of the text."""
    masked = mask_quotes(text)
    return [
        [Token(m.group(), m.start() + start, m.end() + start) for m in _TOKEN.finditer(masked[start:end])]
        for start, end in split_sentences(text)
    ]
