"""Cut a text into passages: one to three sentences inside one paragraph, none of them twice.

In: an article's text (title, empty line, paragraphs). Out: passages with true offsets.
A quotation stays whole and with its speaker where three sentences and 600 characters allow it; what does not fit is
cut at a clause. `context` carries the two sentences before, across the paragraph's border, since a quotation's next
paragraph often names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from monitor.extract.sentences import Span, split_sentences
from monitor.models import Article, Passage, make_id

MAX_CHARS = 600
"""About 130 tokens: passage and statement together fit the judge's 256."""
MAX_SENTENCES = 3
LONG_SENTENCE_CHARS = 320
"""A sentence longer than this stands alone."""
MIN_TITLE_WORDS = 4
CONTEXT_SENTENCES = 2
_SHORT_WORDS = 4
_ATTRIBUTION_WORDS = 10

_CLAUSE = re.compile(r"[;:,—–][\"”’]?\s+|\s+[—–-]\s+")
_SAID = re.compile(
    r"\b(?:said|says|say|added|adds|told|tells|asked|asks|replied|wrote|cried|continued|insisted|warned|argued|stated|declared"
    r"|noted|explained|concluded|tweeted|posted|sagte|erklärte|dit|déclaré|dijo)\b",
    re.IGNORECASE,
)
_OPENERS, _CLOSERS = "“„«", "”»"


class Clump(NamedTuple):
    """Sentences that stay together."""

    start: int
    end: int
    sentences: int


def cut_passages(article: Article, *, sentences: int) -> Iterator[Passage]:
    """Passages of `article.text`, in its order, of about `sentences` sentences each."""
    text, seen, index = article.text, list[Span](), 0
    for paragraph in paragraphs(text):
        spans = [
            piece
            for span in split_sentences(text[paragraph.start : paragraph.end], article.language)
            for piece in _cut_long(text, Span(paragraph.start + span.start, paragraph.start + span.end))
        ]
        is_title = paragraph.start == 0 and text[: paragraph.end] == article.title
        if _is_worth_judging(
            text[paragraph.start : paragraph.end], is_only=len(text) == paragraph.end, is_title=is_title
        ):
            for window in _windows(text, spans, sentences):
                yield _passage(article, window, index, _context(text, seen, spans, window.start))
                index += 1
        seen = [*seen, *spans][-CONTEXT_SENTENCES:]


def paragraphs(text: str) -> Iterator[Span]:
    """Spans of the non-empty lines."""
    for line in re.finditer(r"[^\n]*[^\s][^\n]*", text):
        yield Span(line.start(), line.end())


def _is_worth_judging(paragraph: str, *, is_only: bool, is_title: bool) -> bool:
    """A subheading of three words states nothing; it stays in the text and serves as context."""
    words = len(paragraph.split())
    if is_title and not is_only:
        return words >= MIN_TITLE_WORDS
    return words >= _SHORT_WORDS or is_only or paragraph.rstrip('"”’)').endswith((".", "!", "?"))


def _passage(article: Article, window: Clump, index: int, context: str) -> Passage:
    piece = article.text[window.start : window.end]
    return Passage(
        id=make_id("p", article.id, str(article.revision), str(index), piece),
        article_id=article.id,
        index=index,
        start=window.start,
        end=window.end,
        text=piece,
        context=context,
    )


def _context(text: str, seen: list[Span], spans: list[Span], start: int) -> str:
    before = [*seen, *(span for span in spans if span.end <= start)][-CONTEXT_SENTENCES:]
    return " ".join(text[span.start : span.end] for span in before)


# ---------------------------------------------------------------- what stays together


def _windows(text: str, spans: list[Span], sentences: int) -> Iterator[Clump]:
    """Neighbouring clumps, filled up to so many sentences."""
    clumps = _clump(text, spans)
    while clumps:
        window = clumps.pop(0)
        while clumps and _fits(window, clumps[0], limit=max(sentences, 1)) and not _is_long(window, clumps[0]):
            window = _join(window, clumps.pop(0))
        yield window


def _clump(text: str, spans: list[Span]) -> list[Clump]:
    clumps: list[Clump] = []
    for span in spans:
        clump = Clump(span.start, span.end, 1)
        if clumps and _fits(clumps[-1], clump, limit=MAX_SENTENCES) and _belongs(text, clumps[-1], clump):
            clumps[-1] = _join(clumps[-1], clump)
        else:
            clumps.append(clump)
    return clumps


def _fits(first: Clump, second: Clump, *, limit: int) -> bool:
    return first.sentences + second.sentences <= limit and second.end - first.start <= MAX_CHARS


def _is_long(*clumps: Clump) -> bool:
    return any(clump.sentences == 1 and clump.end - clump.start > LONG_SENTENCE_CHARS for clump in clumps)


def _join(first: Clump, second: Clump) -> Clump:
    return Clump(first.start, second.end, first.sentences + second.sentences)


def _belongs(text: str, first: Clump, second: Clump) -> bool:
    """Whether the second says who speaks in the first, goes on with its quotation, or is a mere fragment."""
    one, two = text[first.start : first.end], text[second.start : second.end]
    if _is_quote_open(one) or len(two.split()) < _SHORT_WORDS:
        return True
    if not _has_quote(one):
        return len(one.split()) < _SHORT_WORDS
    if _is_bare_quote(one):  # its speaker must follow
        return _has_quote(two) or (len(two.split()) <= _ATTRIBUTION_WORDS and bool(_SAID.search(two)))
    return _is_bare_quote(two)  # more by the speaker just named


def _has_quote(piece: str) -> bool:
    return any(mark in piece for mark in '"“„«')


def _is_quote_open(piece: str) -> bool:
    opened = sum(piece.count(mark) for mark in _OPENERS)
    closed = sum(piece.count(mark) for mark in _CLOSERS)
    if "„" in piece:
        closed, opened = closed + piece.count("“"), opened - piece.count("“")
    return opened > closed or piece.count('"') % 2 == 1


def _is_bare_quote(piece: str) -> bool:
    """Nothing but a quotation: whoever speaks is named before or after."""
    return piece[:1] in '"“„«' and piece.rstrip(".,!?")[-1:] in '"”»“' and not _SAID.search(_outside_quotes(piece))


def _outside_quotes(piece: str) -> str:
    return re.sub(r"[\"“„«][^\"“”„«»]*[\"”»“]", " ", piece)


# ---------------------------------------------------------------- very long sentences


def _cut_long(text: str, span: Span) -> Iterator[Span]:
    """Pieces of at most `MAX_CHARS`: cut after the last clause that fits, else between words, else anywhere."""
    start = span.start
    while span.end - start > MAX_CHARS:
        cut = start + _last_cut(text[start : start + MAX_CHARS])
        piece = text[start:cut]
        yield Span(start, start + len(piece.rstrip()))
        start = cut + len(text[cut : span.end]) - len(text[cut : span.end].lstrip())
    if start < span.end:
        yield Span(start, span.end)


def _last_cut(piece: str) -> int:
    clauses = [match.end() for match in _CLAUSE.finditer(piece) if match.end() > MAX_CHARS // 3]
    if clauses:
        return clauses[-1]
    space = piece.rfind(" ", MAX_CHARS // 3)
    return space if space > 0 else len(piece)
