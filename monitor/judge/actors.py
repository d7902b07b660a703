"""Whether a phrase can speak or act: a name, a body, people by their work; and not a timetable.

In: a noun phrase. Out: yes or no.
"""

from __future__ import annotations

import re

from monitor.judge.english import pattern, places, word_list
from monitor.judge.names import normalise

COUNTS = frozenset(
    {"each", "every", "both", "either", "neither", "all", "many", "most", "some", "few", "several", "no", "nowhere"}
)


def head_words(phrase: str) -> list[str]:
    """The words before the first preposition: "the offer from Abu Dhabi" → the offer."""
    words = phrase.split()
    stop = next((i for i, w in enumerate(words) if i and w in word_list("prepositions") | {"who", "whose"}), len(words))
    return words[:stop]


def is_actor(phrase: str) -> bool:
    """Whether a phrase can act or speak: a name, a body ("the ministry") or people by their work ("the minister")."""
    words = head_words(phrase)
    if not words or words[0].lower() in word_list("leading") - {"one"}:
        return False
    head, last = words[-1].lower(), words[-1]
    if (
        head in word_list("bodies") | word_list("sources")
        or head.endswith("maker")
        or pattern("person_noun").search(head)
        or pattern("role").search(head)
    ):
        return True
    if any(normalise(" ".join(words)) in names for names in places()):
        return True
    is_name = last[:1].isupper() and any(c.islower() for c in last) and not is_common_noun(words)
    return is_name and words[0].lower() not in word_list("numerals") | word_list("leading")


def is_common_noun(words: list[str]) -> bool:
    """A lone plural whose capital only opens the sentence: "Inspectors", "Questions"."""
    is_count = words[0].lower() in COUNTS | word_list("leading_adverbs")
    return len(words) == 1 and (
        is_count or len(words[0]) < 3 or re.search(r"(?:[^su]s|ings|ness)$", words[0]) is not None
    )
