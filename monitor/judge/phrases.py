"""Whether the words before a verb can be somebody, and which of them.

In: the tokens of a would-be noun phrase, the verb's surroundings. Out: the part that names somebody, or nothing.
Never: decides who that is (speaker.py, names.py).

Real pages taught these: "recently called", "sparking widespread fears", "saying he recalled", "phone calls".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Protocol

from monitor.judge.english import word_list

PRONOUNS = frozenset({"he", "she", "they", "it", "who"})

_CONTRACTION = re.compile(
    r"n[’']t$|[’'](?:ve|ll|re|m|d)$|^(?:what|that|it|there|he|she|here|let|who)[’']s$", re.IGNORECASE
)
_OWNER = re.compile(r"(?:[’']s|s[’'])$", re.IGNORECASE)
_DETERMINERS = frozenset({"all", "of", "the", "your", "a", "an", "its", "their", "his", "her", "out", "up", "our"})
_FINITE = frozenset({"would", "will", "is", "are", "had", "has", "must", "may", "can", "could"})
_OPENERS = frozenset({"the", "a", "an", "its", "their", "his", "her"})
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "appears", "appear", "appeared", "seems", "seem"})


def is_pronoun(phrase: str) -> bool:
    """No acronym: WHO is a body."""
    return phrase.lower() in PRONOUNS and phrase != "WHO"


class Word(Protocol):
    """A token of the text."""

    @property
    def text(self) -> str: ...

    @property
    def low(self) -> str: ...


def find_namer(words: Sequence[Word]) -> tuple[int, int] | None:
    """(first, last) of the words that can be somebody; None when none of them can."""
    last = len(words) - 1
    if words[last].low in PRONOUNS and not any(word.low == "who" for word in words[:last]):
        return last, last  # "away from the metrics it", "saying he"
    first = 0
    while first < last and _leads_in(words[first]):
        first += 1
    if _names_an_act(words[first:]):  # "inspecting all nine stations the regulator"
        first = max((i for i in range(first + 2, last) if words[i].low in _OPENERS), default=last + 1)
    kept = words[first:]
    if not kept or _leads_in(kept[0]) or _is_clause(kept) or _owns_the_verb(kept):
        return None
    return first, last


def is_passive(around: Sequence[Word], *, ending: str) -> bool:
    """ "The policy was scrapped", "will be allowed": the subject does nothing. `around`: from the subject on."""
    words = [word.low for word in around]
    at = words.index(ending) if ending in words else len(words)
    will_be = words[at + 1 : at + 2] == ["be"] and words[at + 2 : at + 3] and words[at + 2].endswith("ed")
    has_been = words[at + 1 : at + 2] == ["been"] and "".join(words[at + 2 : at + 3]).endswith(PARTICIPLE_ENDS)
    return any(word in _BE for word in words[:at]) or bool(will_be) or has_been


PARTICIPLE_ENDS = ("ed", "en", "wn", "ght", "cut", "put", "ld", "ent", "ept", "ung")


def is_speech_here(verb: str, after: Sequence[Word]) -> bool:
    """False for words that only look like a verb of saying: "a chemical called IL-25", "sweeping claims in …"."""
    following = after[0].low if after else ""
    if _is_no_speech(verb, following, after):
        return False
    if verb in _BEFORE_THAT:
        return following in _BEFORE_THAT[verb]
    if verb == "called":
        return following in word_list("after_called")
    if verb in word_list("saying_or_noun"):
        return following not in word_list("after_noun")
    return True


def _is_no_speech(verb: str, following: str, after: Sequence[Word]) -> bool:
    """A participle ("the trees pledged would be planted", "the jobs announced for 2027 have been struck out"), or a
    fixed expression ("have found their way", "has claimed 412 lives", "let alone")."""
    if verb.endswith("ed") and following in _FINITE and after[0].text.islower():
        return True
    if (verb in _PARTICIPLES and _is_participle(after)) or (verb == "found" and following in _FOUND_THINGS):
        return True
    return (verb, following) in _NO_SPEECH or (verb in {"claimed", "claims"} and following[:1].isdigit())


_NO_SPEECH = frozenset(
    {("let", "alone"), ("tell", "you"), ("tells", "you"), ("believe", "their"), ("believes", "her"),
     ("believes", "his")}
)  # fmt: skip
_BEFORE_THAT = {"allowed": {"that", ",", ";", "."}, "held": {"that", ",", "."}, "states": {"that"}}
"""Words that are mostly something else: "troops held the town", "member states"."""
_PARTICIPLES = frozenset(
    {"agreed", "announced", "demanded", "estimated", "expected", "forecast", "found", "pledged", "promised", "proposed",
     "recommended", "reported"}
)  # fmt: skip
_FOUND_THINGS = frozenset({"a", "an", "his", "her", "its", "their", "itself", "himself", "herself", "themselves"})


def _is_participle(after: Sequence[Word]) -> bool:
    """ "… for 2027 have": a few words of time and place, then the verb of the clause."""
    if not after or after[0].low not in {"for", "in", "by", "at", "on", "last", "earlier", "under", "this"}:
        return False
    here = takewhile(lambda word: word.low != "that", after[1:5])
    return any(word.low in _FINITE | {"have", "were", "was"} for word in here)


def _leads_in(word: Word) -> bool:
    is_adverb = word.low.endswith("ly") and (word.text.islower() or word.low.endswith(("cly", "tely", "lly")))
    return word.low in word_list("leading_adverbs") or is_adverb


def _is_clause(words: Sequence[Word]) -> bool:
    """It holds a verb of its own, or speaks to the reader."""
    mine = words[0].low in {"my", "our"} and len(words) > 1
    return any(
        _CONTRACTION.search(word.text) or word.text.lower() in word_list("reader")
        for word in words[mine:]
        if word.text != "US"
    )


def _names_an_act(words: Sequence[Word]) -> bool:
    """ "sparking widespread", "Freeing all of …": somebody's doing, not somebody."""
    first = words[0]
    if not first.low.endswith("ing") or len(first.text) < 6 or first.low in word_list("titles_in_ing"):
        return False
    return first.text.islower() or (len(words) > 1 and words[1].text in _DETERMINERS)


def _owns_the_verb(words: Sequence[Word]) -> bool:
    """ "Braun's calls", "China's claims": a noun. A name of one word may end so: "Moody's said"."""
    if not _OWNER.search(words[-1].text):
        return False
    return not all(word.text[:1].isupper() or word.text == "&" for word in words) or len(words) > 2
