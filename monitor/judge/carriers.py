"""Words that a noun or a place carries, without a subject that says them: answers, papers, "denied in Brussels".

In: one text. Out: `Attribution`s.
Never: decides whom a phrase stands for (speaker.py, names.py).
"""

from __future__ import annotations

import re

from monitor.judge.actors import PAPERS, is_actor
from monitor.judge.names import is_place
from monitor.judge.tokens import Attribution, mask_quotes, split_sentences

_ANSWER = r"(?:reply|answer|message|verdict|response|conclusion|position|view|word|line)"
_NAMED = (
    r"(?:[Tt]he |[Ii]ts |[Hh]is |[Hh]er )?(?:[a-z][\w-]+ ){0,3}?[A-ZÀ-Þ][\w’'-]+"
    r"(?: (?:of |for )?[A-ZÀ-Þ][\w’'-]+){0,3}"
)
_BY_TITLE = r"the (?:[a-z][\w-]+ ){0,3}?(?:minister|ministry|office|government|department|chancellery|presidency)\b"
_TITLED = r"[A-ZÀ-Þ][\w’'-]+ (?:[a-z]+ ){1,2}[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)?"
_SENT = r"(?:answer|statement|letter|reply|notice|note|memo|e-?mail|post|message)"
_HOUSE = r"(?:the (?:[a-z][\w-]+ ){0,3}[a-z][\w-]+|(?:[Tt]he )?[A-ZÀ-Þ][\w-]+(?: [A-ZÀ-Þ][\w-]+)?)"
_TOLD = r"(?:said|stressed|announced|stated|confirmed|denied|emphasi[sz]ed)"
_CARRIERS = re.compile(
    rf"(?P<owner>(?:[Tt]he |[A-ZÀ-Þ])[\w’' -]{{1,60}}?)[’']s? (?:\w+ )?{_ANSWER}"
    r"(?:,[^,.\x01]{3,60},| [^,.:\x01]{3,40}?)?(?: (?:is|was|were|remains?|came)\b|:)"
    rf"|\b{_ANSWER} (?:from|of|in) (?P<source>(?:the )?[A-ZÀ-Þ][\w-]+(?: [A-Za-z]+)?)(?: (?:is|was|remains?)\b|:)"
    rf"|, (?:so|thus) (?P<so>{_NAMED})(?: (?:to|in|on|at|before) [^,.\x01]{{2,60}})?[.]?$"
    r"|\b(?:was|were|been) (?:\w+ly )?"
    r"(?:denied|rejected|dismissed|confirmed|disputed) in (?P<place>[A-ZÀ-Þ][\w-]+)\b"
    r"|\b(?:[Tt]he (?:speaker|writer|author|man|woman)|(?:[Hh]er|[Hh]is) name) (?:was|is) "
    rf"(?P<shown>{_NAMED})"
    r"|\b[Ii]t (?:was|is) (?P<cleft>(?:the |his |her |its |their |[A-ZÀ-Þ])[\w’' -]{3,50}?)"
    rf"(?:, (?P<name>{_NAMED}),)? who\b"
    rf"|\b(?:He|She) (?:was|is) (?:the|its) [a-z][a-z -]{{3,50}}, (?P<named>{_NAMED})[.,]"
    rf"|\bit (?:is|was) {_TOLD} (?:from|in|at) (?P<house>{_HOUSE})\b"
    rf"|\b(?:[Ff]rom|[Ii]n|[Oo]n) (?:the side of )?(?P<side>{_HOUSE}) it (?:is|was) {_TOLD}\b"
    rf"|\x01 (?:That|Those|These|This)(?:[’']s| is| was| are| were)(?: the words of)? (?P<heard>{_TITLED}|{_NAMED})"
    r"|\b(?:assurance|promise|word|message|pledge)\b[^,.\x01]{0,30} (?:had|got|heard|received) from "
    rf"(?P<giver>{_NAMED})"
    rf"|\b[Ii]n the words of (?P<words>{_NAMED})"
    rf"|\b{_SENT} (?:[\w ]{{0,30}} )?came from (?P<sender>{_HOUSE})\b"
    r"|\b[Ii]t (?:says|said|reads) (?:on|in|at) (?:[\w ]{0,20} of )?"
    rf"(?P<paper>(?:the|an?|its) (?:[\w’'-]+ ){{0,4}}{PAPERS})\b"
    rf"|\b{_SENT} (?:\w+(?:ed|en|nt) (?:\w+ )?)?by (?P<writer>{_NAMED}|{_BY_TITLE})"
)
""" "The minister's reply was that …", "The answer from Warsaw is no", "…, so the minister", "was denied in Brussels",
"a letter signed by the minister"."""


def find_carried(text: str) -> list[Attribution]:
    """The attributions of a text that have no verb of saying with a subject."""
    masked, found = mask_quotes(text), []
    for match in _CARRIERS.finditer(masked):
        group = next(name for name in reversed(tuple(_CARRIERS.groupindex)) if match[name])
        if not _can_carry(group, match[group]):
            continue
        number = next((n for n, (a, b) in enumerate(split_sentences(text)) if a <= match.start(group) < b), 0)
        one = Attribution(
            phrase=match[group], description="", verb=_VERBS.get(group, "answer"), start=match.start(group),
            end=match.end(group), sentence=number, is_trailing=group in _CLOSING,
            tail=text[match.end() : match.end() + 80],
        )  # fmt: skip
        found.append(one)
    return found


_CLOSING = frozenset({"so", "shown", "heard", "paper", "house", "words"})
_VERBS = {"writer": "paper", "so": "so"}


def _can_carry(group: str, phrase: str) -> bool:
    if group == "place":
        return is_place(phrase)
    return group not in {"so", "writer", "cleft"} or is_actor(phrase)
