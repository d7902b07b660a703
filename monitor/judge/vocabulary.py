"""Verbs in all the forms that the rules ask for, made out of the lists in english.json.

In: nothing. Out: frozen sets of words, made once.
Never: decides whether a word is a verb where it stands (verbs.py, phrases.py).
"""

from __future__ import annotations

from functools import lru_cache

from monitor.judge.english import word_list

_MORE_SAYINGS = frozenset(
    {"affirmed", "communicated", "consider", "considers", "hinted", "intimated", "posted", "regard", "regards",
     "reminded", "underscored"}
)  # fmt: skip
_MORE_DEEDS = frozenset(
    {"beat", "forbade", "froze", "got", "hit", "overrode", "oversaw", "overthrew", "quit", "rewrote", "rose", "sprang",
     "struck", "undertook", "upheld", "withheld"}
)  # fmt: skip
_NO_PRESENTS = frozenset(
    {"allows", "appeals", "attributes", "backs", "cheers", "comments", "credits", "cries", "express", "highlights",
     "jeers", "muses", "press", "presses", "protests", "ventures", "voices", "volunteers"}
)  # fmt: skip
"""What would be the present of a verb of saying and is mostly something else."""
_NO_PLURALS = frozenset(
    {"allow", "answer", "appeal", "back", "call", "cheer", "claim", "comment", "credit", "doubt", "echo", "estimate",
     "find", "forecast", "guess", "hold", "hope", "jeer", "joke", "let", "muse", "note", "object", "pledge", "post",
     "press", "promise", "protest", "remark", "report", "rule", "tweet", "venture", "voice", "volunteer", "vow"}
)  # fmt: skip
"""The same for the plural: "officials comment"."""


@lru_cache(maxsize=1)
def verbs_of_saying() -> frozenset[str]:
    """The verbs of saying as they are listed, and for each past its present: "recalled" brings "recalls"."""
    present = {_present(base) for base in bases_of_saying()}
    return word_list("saying") | _MORE_SAYINGS | (present - _NO_PRESENTS)


def _present(base: str) -> str:
    if base.endswith("y"):
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "sh", "ch")) else f"{base}s"


@lru_cache(maxsize=1)
def bases_of_saying() -> frozenset[str]:
    """ "deny", "confirm": what stands after "to". Some are no words ("announc"); no text has them."""
    bases = {"say", "tell"}
    for past in word_list("saying") | _MORE_SAYINGS:
        if past.endswith("ied"):
            bases.add(f"{past[:-3]}y")
        elif past.endswith("ed"):
            bases |= {past[:-2], past[:-1], *([past[:-3]] if past[-3:-2] == past[-4:-3] else [])}
    return frozenset(bases)


@lru_cache(maxsize=1)
def plurals_of_saying() -> frozenset[str]:
    """ "concede", "admit": what several do now, where the list has not got it."""
    return bases_of_saying() - verbs_of_saying() - _NO_PLURALS


@lru_cache(maxsize=1)
def deeds() -> frozenset[str]:
    """What somebody does, in the forms that do not end in -ed."""
    return word_list("doing") | word_list("irregular_past") | _MORE_DEEDS


@lru_cache(maxsize=1)
def finite_verbs() -> frozenset[str]:
    """What ends a phrase that is walked from the right: a verb of saying or an auxiliary."""
    return verbs_of_saying() | word_list("finite")
