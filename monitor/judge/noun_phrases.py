"""Walk from a verb to the noun phrase beside it.

In: the tokens of a sentence and where a phrase ends or begins. Out: the span of the words that can be somebody.
Never: decides whether a word is a verb of saying (attributions.py).
"""

from __future__ import annotations

from monitor.judge.english import pattern, word_list
from monitor.judge.phrases import find_namer
from monitor.judge.tokens import DAYS, MONTHS, Token


def phrase_span(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """(first, last) of the words that end at `last` and can be somebody."""
    source = _source_clause(tokens, last)
    first = phrase_start(tokens, last) if source is None else source
    if first > last or tokens[last].is_quote or not tokens[last].is_word:
        return None
    if first and tokens[first - 1].low == "to" and not _goes_to(tokens[first]):
        first = _name_at_end(tokens, first, last)  # "in a note to clients Marchbank Securities"
        if first > last:
            return None  # "only to find repeated delays"
    if first and tokens[first - 1].low in {"can", "could", "cannot", "must", "might"}:
        return None  # "nobody who can add up believes it"
    first = trim(tokens, first, last)
    named = find_namer(tokens[first : last + 1])
    if named is None:
        return None
    first, last = first + named[0], first + named[1]
    if all(t.low in DAYS | MONTHS | word_list("leading") or t.text[0].isdigit() for t in tokens[first : last + 1]):
        return None  # "who only on Monday had still excluded"
    return first, last


def _source_clause(tokens: list[Token], last: int) -> int | None:
    """Start of "two managers who have seen that list", whose clause ends at `last`; None when there is none."""
    for index in range(last - 1, max(0, last - 10), -1):
        if not tokens[index].is_word:
            return None
        if tokens[index].low != "who":
            continue
        before = tokens[max(0, index - 4) : index]  # "diplomats in Sofia who know the contract"
        if any(t.low in word_list("sources") for t in before) or pattern("person_noun").fullmatch(before[-1].low):
            return phrase_start(tokens, index - 1)
    return None


def _name_at_end(tokens: list[Token], first: int, last: int) -> int:
    """Where the article or the two capitals begin that end a phrase; behind `last` when nothing does."""
    articles = [i for i in range(first + 1, last) if tokens[i].low == "the"]
    name = last + 1
    while name > first and tokens[name - 1].text[:1].isupper():
        name -= 1
    return articles[0] if articles else name if last - name >= 1 else last + 1


def is_written_as_name(words: str) -> bool:
    parts = words.split()
    return (
        2 <= len(parts) <= 5
        and all(p[0].isupper() or p in {"de", "van", "von", "der", "al", "bin"} for p in parts)
        and parts[0] != "The"
    )


def phrase_start(tokens: list[Token], last: int) -> int:
    """Walk left to the nearest clause boundary."""
    first = last
    while first >= 0:
        token = tokens[first]
        joins_names = token.low == "and" and first > 0 and tokens[first - 1].is_word and last - first <= 3
        if not token.is_word:
            break
        in_anonymous = _continues_anonymous(tokens, first)
        if token.low in word_list("boundaries") and not joins_names and not in_anonymous:
            break
        is_noun = token.low in word_list("saying_or_noun") and is_named_noun(tokens, first)
        if first < last and token.text in word_list("saying") | word_list("finite") and not in_anonymous | is_noun:
            break
        first -= 1
    return first + 1


def is_named_noun(tokens: list[Token], index: int) -> bool:
    """ "in a follow-up report", "until the November report": an article stands one or two words before it."""
    before = {token.low for token in tokens[max(0, index - 2) : index]}
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if index and tokens[index - 1].low.endswith(("’s", "'s")):
        return True
    if before & {"a", "an", "its", "his", "her", "their"}:
        return True
    return "the" in before and not tokens[index].low.endswith("s") and following != "that"


_SHUNNED = frozenset({"asked", "did", "spoke", "requested", "wanted", "declined", "wished", "was", "were"})
"""What sources who stay in the dark do: "who asked not to be named", "who was granted anonymity"."""


def _continues_anonymous(tokens: list[Token], index: int) -> bool:
    """ "people with knowledge of …", "an official who asked not to be named": the clause belongs to the phrase."""
    low = tokens[index].low
    before = tokens[index - 1].low if index else ""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if low == "with":
        return before in word_list("sources")
    if low == "who":
        return before in word_list("sources") or (after is not None and after.low in _SHUNNED)
    if low == "to":  # "close to the talks", "envoy to Kyiv", "not to be named"; no infinitive: "only to find"
        return after is not None and _goes_to(after)
    if before in {"who", "did"}:
        return low in _SHUNNED | {"not", "took", "take", "attended", "saw", "have", "had", "know", "knew", "are"}
    return False


def _goes_to(after: Token) -> bool:
    """Whether "to" leads to somebody or something, and not to what is done."""
    return after.text[0].isupper() or after.low in word_list("after_to")


def trim(tokens: list[Token], first: int, last: int) -> int:
    """Drop what leads into the phrase: "On Friday the minister" → "the minister"."""
    if tokens[first].low not in word_list("leading") and tokens[first].low not in DAYS:
        return first
    name = last
    while name > first and tokens[name - 1].text[0].isupper() and tokens[name - 1].low not in DAYS:
        name -= 1
    dated = first + 1
    while dated < last and (tokens[dated].low in MONTHS | DAYS or tokens[dated].text[0].isdigit()):
        dated += 1
    if dated > first + 1 and (
        tokens[dated].text[0].isupper() or tokens[dated].low in {"the", "a", "an", "its", "his", "her", "their"}
    ):
        return dated  # "In March Iraq's oil ministry"
    if tokens[last].text[0].isupper() and first < name and (name < last or _stands_alone(tokens, last)):
        return name  # "In his first speech Hadi al-Rubaie"
    later = [i for i in range(first + 1, last + 1) if tokens[i].low in {"the", "a", "an", "its", "his", "her", "their"}]
    if later:
        return later[-1]
    return last if tokens[last].text[0].isupper() and tokens[last].low not in DAYS else first


def _stands_alone(tokens: list[Token], name: int) -> bool:
    """ "In his first policy speech Onoda": one name after a noun, no "the Commission" or "the new Senate"."""
    before = tokens[name - 1].low
    is_body = pattern("body_word", ignore_case=False).search(tokens[name].text) is not None
    return (
        not is_body
        and before not in {"the", "a", "an", "its", "his", "her", "their", "new"}
        and tokens[name].low not in DAYS
    )


def is_complete(words: list[Token], preposition: str) -> bool:
    """ "people familiar" goes on with "with", "two people close" with "to"; "Marta Vell" is done."""
    if words[-1].low in {
        "familiar",
        "close",
        "briefed",
        "knowledge",
        "involved",
        "present",
        "opposed",
        "person",
        "people",
    }:
        return False
    return not (
        preposition in {"of", "for", "in"}
        and words[0].low in {"the", "a", "an", "one", "two", "three", "several", "reports", "sources"}
        and len(words) < 7
    )


def is_noun_phrase(phrase: str) -> bool:
    parts = phrase.split()
    return (
        bool(parts)
        and len(parts) <= 14
        and (parts[0].lower() not in word_list("boundaries") | word_list("no_phrase_start") or _is_owned(parts))
    )


def _is_owned(parts: list[str]) -> bool:
    """ "her office", "her successor"."""
    return parts[0].lower() == "her" and 2 <= len(parts) <= 5
