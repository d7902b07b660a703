"""Which token is the verb of a clause, which verb says something, and what stands around it.

In: the tokens of a sentence and an index. Out: yes or no, or another index; and the verbs themselves.
Never: finds the phrase that says it (noun_phrases.py, attributions.py).
"""

from __future__ import annotations

from itertools import islice, takewhile

from monitor.judge.english import word_list
from monitor.judge.noun_phrases import goes_to, is_named_noun
from monitor.judge.phrases import is_speech_here
from monitor.judge.tokens import Token
from monitor.judge.vocabulary import deeds, verbs_of_saying

SUBORDINATE = frozenset(
    {"after", "as", "because", "before", "if", "since", "that", "though", "although", "until", "what", "when", "where",
     "which", "while", "whom", "whose", "who"}
)  # fmt: skip
"""Words that open a clause whose subject is not the sentence's."""


def says(tokens: list[Token], index: int) -> bool:
    is_after_verb = tokens[index - 1].text in verbs_of_saying()  # "denied reports"
    if tokens[index].low in word_list("saying_or_noun") and (is_after_verb or is_named_noun(tokens, index)):
        return False
    is_verb = tokens[index].text in verbs_of_saying() and tokens[index - 1].low not in word_list("before_no_verb")
    is_verb = is_verb and not (tokens[index].low.endswith("ed") and _is_suffered(tokens, index))
    return is_verb and is_speech_here(tokens[index].low, tokens[index + 1 : index + 6])


def _is_suffered(tokens: list[Token], index: int) -> bool:
    """ "was no longer excluded", "were never denied": a passive with an adverb inside."""
    before = index - 1
    while before > 0 and tokens[before].low in {"no", "longer", "not", "never", "also", "now", "still", "already"}:
        before -= 1
    return before < index - 1 and tokens[before].low in {"is", "are", "was", "were", "be", "been", "being"}


_SAID_IN_TWO = {"read": "out", "reads": "out", "put": "it", "puts": "it", "pointed": "out", "points": "out"}


def makes_clear(tokens: list[Token], index: int) -> bool:
    """ "made plain", "makes it clear", "read out", "put it"."""
    after = [token.low for token in tokens[index + 1 : index + 3]]
    if _SAID_IN_TWO.get(tokens[index].low) == (after or [""])[0]:
        return tokens[index - 1].low not in word_list("before_no_verb")
    return tokens[index].text in {"made", "makes", "make"} and bool(
        {"clear", "plain", "known"} & set(after[: 1 + ("it" in after)])
    )


REACH = 8
"""Words between "was described" and "by the ministry", between "wishes" and "to clarify"."""


def is_somebody(phrase: str) -> bool:
    """Written as one who can tell: "the consulate in Sarvia's capital", no "text message"."""
    return phrase[:1].isupper() or phrase.startswith(("the ", "a ", "an ", "its ", "their ", "his ", "her "))


def find_agent(tokens: list[Token], index: int) -> int:
    """Where the agent of a passive begins: "denied by X", "was told on Friday by X"; 0 when there is none."""
    rest = takewhile(
        lambda i: tokens[i].text not in {",", ";", ":"} and tokens[i].low != "that", range(index + 1, len(tokens) - 1)
    )
    by = next((i for i in islice(rest, REACH) if tokens[i].low == "by"), 0)
    is_passive_verb = any(
        t.low in {"is", "are", "was", "were", "been", "being"} for t in tokens[max(0, index - 2) : index]
    )
    return by + 1 if by and (by == index + 1 or is_passive_verb) else 0


def is_finite(tokens: list[Token], index: int) -> bool:
    """Whether a token reads as the verb of a clause."""
    token = tokens[index]
    before = tokens[index - 1].low
    if not token.text.islower() or before in word_list("before_no_verb") - {"that"} | word_list("numerals"):
        return False
    if before[0].isdigit() or (
        token.low == "named" and tokens[index + 1 : index + 2] and tokens[index + 1].text[0].isupper()
    ):
        return False  # "by 81 votes", "a driver named Stef Laurent"
    is_known = token.low in deeds() or token.low in verbs_of_saying() or token.low in word_list("finite")
    return (is_known and token.low != "to") or token.low.endswith("ed")


def opens_name(tokens: list[Token], verb: int) -> bool:
    """Whether a full name and nothing else follows on "insists": "…, insists Gunnar Haaland, whose family …"."""
    if tokens[verb].low not in _TAKES_NO_NAME:
        return False
    name = list(takewhile(lambda t: t.is_word and t.text[0].isupper(), tokens[verb + 1 : verb + 6]))
    after = tokens[verb + 1 + len(name)] if verb + 1 + len(name) < len(tokens) else None
    return len(name) >= 2 and (after is None or not after.is_word or after.low in word_list("prepositions") | {"who"})


_TAKES_NO_NAME = frozenset(
    {"added", "adds", "argued", "argues", "insisted", "insists", "maintained", "maintains", "predicted", "predicts",
     "repeated", "replied", "said", "says", "stressed", "warned", "warns", "writes", "wrote"}
)  # fmt: skip


def opens_source(tokens: list[Token], verb: int) -> bool:
    """Whether a plural source follows on "said": "said people …", "say two …"."""
    after = tokens[verb + 1].low if verb + 1 < len(tokens) else ""
    return tokens[verb].low in {"said", "say", "told"} and after in word_list("source_openers")


def is_clause_of_its_own(inside: list[Token]) -> bool:
    """It has a subject and a verb that stays in it: "the plan is dead", and not "who is the minister"."""
    if inside and inside[0].low in {"whatever", "however", "whoever"}:
        return True
    relative = {"who", "whom", "whose", "which"}
    is_participle = bool(inside) and inside[0].low.endswith(("ing", "ed"))  # "pointing out that …", "asked if it was"
    if (
        not inside
        or is_participle
        or inside[0].low in SUBORDINATE | {"in", "on", "at"}
        or any(t.low in relative for t in inside)
    ):
        return False
    return any(token.low in {"is", "are", "was", "were", "will", "would", "has", "had", "have"} for token in inside[1:])


def closes(tokens: list[Token], verb: int) -> bool:
    """Whether the attribution follows on what is said: nothing but a few words of place and time come after it."""
    rest = list(takewhile(lambda t: t.text not in {",", ";", ":", "—", "–"}, tokens[verb + 1 : verb + 9]))
    starts_clause = any(
        t.low in {"that", "would", "will", "was", "is", "it", "had", "having", "they", "he", "she", "were"}
        for t in rest
    )
    aims = len(rest) > 1 and rest[0].low == "to" and not goes_to(rest[1])  # "have agreed to shelve it"
    long_before = sum(t.is_word or t.is_quote for t in tokens[:verb])
    return not (starts_clause or aims) and long_before > 3 and len(rest) < 8
