"""Whether a phrase can speak or act: a name, a body, people by their work; and not a timetable.

In: a noun phrase. Out: yes or no.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.judge.english import pattern, word_list
from monitor.judge.names import is_place

COUNTS = frozenset(
    {
        "whoever",
        "anybody",
        "anyone",
        "everybody",
        "everyone",
        "nobody",
        "each",
        "every",
        "both",
        "either",
        "neither",
        "all",
        "many",
        "most",
        "some",
        "few",
        "several",
        "no",
        "nowhere",
    }
)


def head_words(phrase: str) -> list[str]:
    """The words before the first preposition: "the offer from Abu Dhabi", "the offer made by …" → the offer."""
    words = phrase.split()
    stop = next((i for i, w in enumerate(words) if i and w in _stops()), len(words))
    while 1 < stop < len(words) and (words[stop - 1].endswith("ed") or words[stop - 1] in _PARTICIPLES):
        stop -= 1
    return words[:stop]


_PARTICIPLES = frozenset({"drawn", "held", "led", "seen", "sent", "shown", "written", "out"})


@lru_cache(maxsize=1)
def _stops() -> frozenset[str]:
    places = {"across", "around", "behind", "between", "inside", "near", "outside", "throughout", "under", "within"}
    return word_list("prepositions") | {"who", "whose"} | places


def is_actor(phrase: str) -> bool:
    """Whether a phrase can act or speak: a name, a body ("the ministry") or people by their work ("the minister")."""
    words = head_words(phrase)
    if not words or words[0].lower() in word_list("leading") - {"one"}:
        return False
    head, last = words[-1].lower(), words[-1]
    if (
        head in bodies()
        or head in word_list("sources")
        or head.endswith("maker")
        or pattern("person_noun").search(head)
        or pattern("role").search(head)
    ):
        return True
    if is_place(" ".join(words)):
        return True
    is_acronym = re.fullmatch(r"[A-Z]{2,6}|G\d{1,2}", last) is not None
    is_name = last[:1].isupper() and (is_acronym or any(c.islower() for c in last)) and not is_common_noun(words)
    return is_name and words[0].lower() not in word_list("numerals") | word_list("leading")


@lru_cache(maxsize=1)
def bodies() -> frozenset[str]:
    """One body or several of them."""
    several = {f"{body[:-1]}ies" if body.endswith("y") else f"{body}s" for body in word_list("bodies")}
    return word_list("bodies") | several - {"houses"} | {"crew", "leadership", "management", "team"}


def is_common_noun(words: list[str]) -> bool:
    """A lone plural whose capital only opens the sentence: "Inspectors", "Questions"."""
    is_count = words[0].lower() in COUNTS | word_list("leading_adverbs")
    return len(words) == 1 and (
        is_count or len(words[0]) < 3 or re.search(r"(?:[^su]s|ings|ness)$", words[0]) is not None
    )


PAPERS = (
    r"(?:statement|notice|note|communiqué|release|letter|paper|memo|memorandum|report|document|bulletin|page|minutes|leaflet|"
    r"draft|agreement|e-?mail|opinion|circular|decree|guidance|text|declaration|resolution|plan|study|newsletter|manifesto|presentation|strategy)"
)
_PAPER = re.compile(rf"\b{PAPERS}$", re.IGNORECASE)


def is_paper(phrase: str) -> bool:
    """Something written that can be said to say: "an internal memo seen by …"."""
    words = head_words(phrase)
    while len(words) > 1 and (words[-1].endswith("ed") or words[-1] in _PARTICIPLES):
        words = words[:-1]
    return bool(words) and _PAPER.search(words[-1]) is not None


_WORK = re.compile(r"(?:[^e]ers?|or|ian|ant|ard|arch|ress|eur)$")
_NO_WORK = frozenset(
    {"answer", "border", "carrier", "center", "computer", "corner", "error", "factor", "folder", "letter",
     "manufacturer", "matter", "motor", "newspaper", "number", "offer", "order", "paper", "plant", "poster", "power",
     "press", "quarter", "register", "sector", "summer", "tender", "water", "winter"}
)  # fmt: skip


def is_person_by_work(phrase: str) -> bool:
    """ "the treasurer", "a headmistress": somebody by an ending of English, where the phrase is known to speak."""
    last = (head_words(phrase) or [""])[-1].lower()
    return bool(_WORK.search(last)) and not (
        last.rstrip("s") in _NO_WORK or last in word_list("bodies") or last.endswith("maker")
    )
