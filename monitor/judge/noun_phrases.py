"""Walk from a verb to the noun phrase beside it.

In: the tokens of a sentence and where a phrase ends or begins. Out: the span of the words that can be somebody.
Never: decides whether a word is a verb of saying (attributions.py).
"""

from __future__ import annotations

from functools import lru_cache

from monitor.judge.actors import is_actor, is_paper
from monitor.judge.english import pattern, word_list
from monitor.judge.phrases import find_namer
from monitor.judge.tokens import DAYS, MONTHS, Token
from monitor.judge.vocabulary import deeds, finite_verbs


def phrase_span(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """(first, last) of the words that end at `last` and can be somebody."""
    source = _source_clause(tokens, last)
    first = phrase_start(tokens, last) if source is None else source
    if first > last or not tokens[last].is_word or tokens[last].low in _MODALS:
        return None  # "the mayor can say what she likes"
    if first > 1 and tokens[first - 1].low == "whose":
        owner = first - 2 - (tokens[first - 2].text == ",")
        return phrase_span(tokens, owner)  # "the auditor general, whose report puts it at …"
    if first and tokens[first - 1].low in _ASIDES and (whole := _before_aside(tokens, first - 1)):
        return whole
    if first and tokens[first - 1].low == "to" and not goes_to(tokens[first]):
        first = _name_at_end(tokens, first, last)  # "in a note to clients Marchbank Securities"
    if first > last or (first and tokens[first - 1].low in _MODALS):
        return None  # "only to find repeated delays", "nobody who can add up believes it"
    first = trim(tokens, first, last)
    if first + 2 <= last and tokens[first].low.endswith("ed") and tokens[first + 1].low == "by":
        first += 2  # "were dashed by the auditor general, whose …"
    if first == 1 and tokens[0].low in {"after", "before", "since"}:
        articles = {"the", "a", "an", "its", "his", "her", "their"}
        first = max((i for i in range(first, last) if tokens[i].low in articles), default=first)
    named = find_namer(tokens[first : last + 1])
    return None if named is None or _is_a_date(tokens[first + named[0] : first + named[1] + 1]) else (
        first + named[0], first + named[1],
    )  # fmt: skip


def _is_a_date(words: list[Token]) -> bool:
    """ "who only on Monday had still excluded"."""
    return all(t.low in DAYS | MONTHS or t.low in word_list("leading") or t.text[0].isdigit() for t in words)


_MODALS = frozenset({"can", "could", "cannot", "must", "might", "will", "would", "shall"})
_ASIDES = frozenset({"after", "and", "before", "since", "until", "with", "without"})


def _before_aside(tokens: list[Token], joint: int) -> tuple[int, int] | None:
    """ "A joint communiqué issued after the summit", "The ministry after the talks": the words before, if they act."""
    if tokens[joint].low == "and" and not tokens[joint + 1].low.endswith("ed"):
        return None  # "signed by the command and handed out at the border"
    start = next((i + 1 for i in range(joint - 1, -1, -1) if not tokens[i].is_word), 0)
    words = tokens[start:joint]
    if not words or any(word.low in _CLAUSE | word_list("boundaries") for word in words):
        return None
    phrase = " ".join(word.text for word in words)
    return (start, joint - 1) if is_paper(phrase) or (is_actor(phrase) and _holds_no_verb(words)) else None


_CLAUSE = frozenset({"is", "are", "was", "were", "has", "have", "had", "will", "would"})


def _holds_no_verb(words: list[Token]) -> bool:
    return not any(word.text in finite_verbs() or word.text in deeds() or word.text.endswith("ed") for word in words)


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
    name = max(name_start(tokens, last), first)
    return articles[0] if articles else name if last - name >= 1 else last + 1


def name_start(tokens: list[Token], last: int) -> int:
    """Where the run of capitals begins that ends at `last`; behind `last` when there is none."""
    name = last + 1
    while name > 0 and tokens[name - 1].text[:1].isupper():
        name -= 1
    return name


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
        if first < last and token.text in finite_verbs() and not in_anonymous | is_noun:
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
        return after is not None and goes_to(after)
    if before in {"who", "did"}:
        return low in _SHUNNED | {"not", "took", "take", "attended", "saw", "have", "had", "know", "knew", "are"}
    return False


def goes_to(after: Token) -> bool:
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
        and (parts[0] == "WHO" or parts[0].lower() not in _no_openers() or _is_owned(parts))
    )


@lru_cache(maxsize=1)
def _no_openers() -> frozenset[str]:
    """What opens no phrase that names somebody: "for four years", "be in the letter boxes"."""
    return word_list("boundaries") | word_list("no_phrase_start") | word_list("prepositions") | {"be", "been", "have"}


def _is_owned(parts: list[str]) -> bool:
    """ "her office", "her successor"."""
    return parts[0].lower() == "her" and 2 <= len(parts) <= 5


_SPANS = frozenset({"night", "week", "weekend", "month", "year", "morning", "afternoon", "evening"})
_WHICH = frozenset({"last", "this", "late", "early", "earlier", "next", "on", "in"})


def _is_time(tokens: list[Token], index: int) -> bool:
    """Part of "last night", "late on Friday", "on Friday evening" between a subject and its verb."""
    after = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if tokens[index].low in _SPANS:
        before = tokens[index - 1].low if index else ""
        return before in _WHICH - {"on", "in"} | DAYS
    return tokens[index].low in _WHICH and after in _SPANS | DAYS | {"on"}


_NO_ADVERBS = frozenset({"ally", "anomaly", "assembly", "daily", "family", "monopoly", "reply", "supply", "weekly"})


def skip_auxiliaries(tokens: list[Token], index: int) -> int:
    """Index of the last token of the subject when walking left from a verb; -1 when nothing is left."""
    while index >= 0 and (
        tokens[index].low in word_list("auxiliaries")
        or tokens[index].low in DAYS
        or (tokens[index].low == "on" and tokens[index + 1].low in DAYS)
        or tokens[index].low == "neither"
        or (tokens[index].low == "no" and tokens[index + 1].low == "longer")
        or _is_time(tokens, index)
        or (tokens[index].low.endswith("ly") and tokens[index].text.islower() and tokens[index].low not in _NO_ADVERBS)
    ):
        index -= 1
    return index


_CONNECTIVES = frozenset(
    {"again", "by contrast", "for his part", "for her part", "for its part", "for their part", "however", "in turn",
     "instead", "meanwhile", "of course", "on the other hand", "though", "too"}
)  # fmt: skip


def before_connective(tokens: list[Token], last: int) -> int:
    """Index of the word before ", for his part," or ", however"; `last` where there is none."""
    end = last - (last > 0 and tokens[last].text == ",")
    start = end
    while start > 0 and tokens[start].is_word and end - start < 4:
        start -= 1
    words = " ".join(token.low for token in tokens[start + 1 : end + 1])
    return start - 1 if tokens[start].text == "," and words in _CONNECTIVES else last
