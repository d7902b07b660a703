"""Take page furniture out of a text: menus, notices, lists of other stories' headlines.

In: paragraphs. Out: paragraphs. Never: touches a sentence that begins with a quotation mark, or prose that merely
holds the same words ("The most popular leader …").

Four steps, from sure to careful: bracketed teasers inside a line; lines that say nothing else; lists of headlines under
a heading of their own; sentences that are a site's notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.extract.phrases import FURNITURE, INLINE_HEADINGS, LIST_HEADINGS, NOTICES
from monitor.extract.sentences import split_sentences

MAX_HEADLINE_CHARS = 180
MAX_HEADLINE_WORDS = 25
_QUOTES = "\"“„«‘'"

_BRACKETED = re.compile(
    rf"\s*[(\[]\s*(?:(?:{INLINE_HEADINGS})\s*:\s*[^()\[\]]{{1,250}}|advertisement|ad"
    r"|click here[^()\[\]]{0,80})\s*[)\]]",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r" ?(?:\[ ?(?:…|\.\.\.) ?\]|(?:…|\.\.\.)? ?(?:Read more|Continue reading) ?(?:…|\.\.\.|»|→|>).{0,120})$",
    re.IGNORECASE,
)
"""How feeds end a teaser."""
_TEASER = re.compile(rf"[▶►•*»→>\-–—\s]*(?:{INLINE_HEADINGS})\s*[:|»→–—]+\s*(?P<rest>.*)", re.IGNORECASE)
_HEADING_WITH_COLON = re.compile(r"(?P<heading>[^:]{4,45}):\s*(?P<rest>.*)")
_MORE_FROM = re.compile(
    r"(?:more|latest|read more|related) (?:from|in|on|about|by|stories|coverage)\b[^.!?]{0,60}", re.IGNORECASE
)
_TAIL_IN_LINE = re.compile(
    r"(?<=[.!?”\"’)])\s(?:Most Popular|Most Read|You May Also Like|You Might Also Like|Trending Now"
    r"|Related (?:Articles|Stories|Posts|News|Topics)|Recommended For You|More Stories|Top Stories|Latest News)"
    r"\s?:?(?=\s|$)"
    r"(?P<rest>.*)$"
)
"""Title case, as site templates have it; prose does not write so in the middle of a line."""
_HEAD_IN_LINE = re.compile(
    r"^(?:(?:Connect with us|Hi, what are you looking for\?|Skip to (?:main )?content)(?:\s|$))+"
)
_GLUED_NOTICE = re.compile(
    r"(?:\bvia [A-Z][\w&.]*(?: [A-Z][\w&.]*){0,3} )?"
    r"\bThis (?:article|story) (?:was )?(?:originally|first) (?:published|appeared)\b.*$"
)
"""A notice that follows a heading without a stop, where a feed has flattened its page."""
_CREDIT = re.compile(
    r"(?:[Vv]ia|(?:Sources?|Credits?|Photos?|Images?|Pictures?|Video|Illustration)(?: credits?| source| by)?:)"
    r"\s+[A-Z@][\w&.'’/-]*(?:[\s/]+[A-Z&@][\w&.'’/-]*){0,5}"
)
_BYLINE = re.compile(
    r"(?:By|BY|Von|Par|Por)(?:,?\s+(?:[A-ZÀ-ÞА-Я][\w.'’-]*|and|und|et|y|&|for|of|the|de|van|von|bin)){1,10}"
)
_STAMP = re.compile(
    r"(?:(?:published|updated|posted|last updated|last modified|first published|created)\b[\s:]*"
    r"(?:(?:\d[\d:./-]*(?:st|nd|rd|th)?|[ap]\.?m\.?|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|e[sd]?t|gmt|utc|bst|cet|hrs?|at|on|ago"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?|hours?|minutes?|days?)[\s,|·–-]*)+"
    r"|\d{1,3} ?min(?:ute)?s? (?:read|ago)|\d{1,2} (?:hours?|days?) ago|[\d,.]+k? (?:comments?|shares?|views?|likes?))",
    re.IGNORECASE,
)
_NOTICE = re.compile(NOTICES, re.IGNORECASE)
_EDGES = " \t\u00a0:.…!?»›→>|•·*–—-#▶►✕×+"


def remove_boilerplate(lines: Iterable[str], *, title: str = "", own: Sequence[str] = ()) -> list[str]:
    """The lines that are left, each without the furniture inside it. `own`: further whole lines, any case."""
    furniture = FURNITURE | {_bare(line) for line in own}
    cleaned = [_clean_inside(line) for line in lines]
    kept = [line for line in cleaned if line and not _is_furniture(line, furniture)]
    kept = _without_lists(kept)
    kept = [text for line in kept if (text := _without_notices(line))]
    return _without_repeated_title(kept, title)


def _bare(line: str) -> str:
    return " ".join(line.casefold().split()).strip(_EDGES).replace("’", "'")


def _clean_inside(line: str) -> str:
    line = _HEAD_IN_LINE.sub("", _BRACKETED.sub("", line))
    line = _ELLIPSIS.sub("", line)
    tail = _TAIL_IN_LINE.search(line)
    if tail and not _is_prose(tail["rest"]):
        line = line[: tail.start()]
    return line.strip()


def _is_furniture(line: str, furniture: frozenset[str] | set[str]) -> bool:
    bare = _bare(line)
    if not bare or bare in furniture:
        return True
    if len(line) > MAX_HEADLINE_CHARS or line[0] in _QUOTES:
        return False
    if _STAMP.fullmatch(line) or (
        (_BYLINE.fullmatch(line) or _CREDIT.fullmatch(line)) and not line.endswith((".", "!", "?"))
    ):
        return True
    teaser = _TEASER.fullmatch(line)
    return bool(teaser and teaser["rest"] and _is_headline(line))


# ---------------------------------------------------------------- lists of other stories


def _without_lists(lines: list[str]) -> list[str]:
    """Drop a list's heading with the headlines under it; prose after them stays."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if _is_list_heading(line):
            inside = True
        elif not (inside and _is_headline(line)):
            inside = False
            kept.append(line)
    return kept


def _is_list_heading(line: str) -> bool:
    if line[0] in _QUOTES or len(line) > MAX_HEADLINE_CHARS:
        return False
    bare = _bare(line)
    if bare in LIST_HEADINGS or (_MORE_FROM.fullmatch(line) and len(line.split()) <= 8 and not line.endswith(".")):
        return True
    named = _HEADING_WITH_COLON.fullmatch(line)
    return bool(named and _bare(named["heading"]) in LIST_HEADINGS and _is_headline(line))


def _is_headline(line: str) -> bool:
    """Short, and not ended as a sentence is."""
    if len(line) > MAX_HEADLINE_CHARS or len(line.split()) > MAX_HEADLINE_WORDS:
        return False
    return not line.rstrip('"”’)»').endswith((".", "…", ":", ";", ",")) or line.endswith(("...", "…"))


def _is_prose(text: str) -> bool:
    """Holds a sentence that ends as one, so it is no list of headlines."""
    return bool(re.search(r"[a-zа-яß-ÿ0-9][.][\"”’)]?(?:\s|$)", text))


# ---------------------------------------------------------------- notices


def _without_notices(line: str) -> str:
    sentences = [line[span.start : span.end] for span in split_sentences(line)]
    kept = [part for sentence in sentences if (part := _without_notice(sentence))]
    return line if kept == sentences else " ".join(kept)


def _without_notice(sentence: str) -> str:
    if sentence[0] in _QUOTES:
        return sentence
    if _NOTICE.match(sentence):
        return ""
    before = _GLUED_NOTICE.sub("", sentence).strip()
    return sentence if before == sentence else ""  # what stands before such a notice without a stop is a heading


def _without_repeated_title(lines: list[str], title: str) -> list[str]:
    """Pages repeat their title at the head of the body; the text has it already."""
    bare = _bare(title)
    return [line for place, line in enumerate(lines) if place > 2 or not bare or _bare(line) != bare]
