"""Find who is said to say, deny or decide something: a small grammar over tokens.

In: one text. Out: `Attribution`s, each a noun phrase with its description and the place of its verb.
Never: decides whom a phrase stands for (speaker.py, names.py).

A noun phrase is walked from the verb to the nearest clause boundary: "X said", "X, the minister, said", "said X",
"according to X". Quotations count as one token, so that verbs inside them find no speaker.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice, takewhile

from monitor.judge.actors import is_actor
from monitor.judge.carriers import find_carried
from monitor.judge.english import word_list
from monitor.judge.noun_phrases import (
    before_connective,
    is_complete,
    is_noun_phrase,
    is_written_as_name,
    name_start,
    phrase_span,
    phrase_start,
    skip_auxiliaries,
    trim,
)
from monitor.judge.phrases import PARTICIPLE_ENDS, is_passive
from monitor.judge.tokens import DAYS, Attribution, Token, mask_quotes, split_sentences, text_of, tokenise
from monitor.judge.verbs import (
    REACH,
    SUBORDINATE,
    closes,
    find_agent,
    is_clause_of_its_own,
    is_finite,
    is_somebody,
    makes_clear,
    opens_name,
    opens_source,
    says,
)
from monitor.judge.vocabulary import bases_of_saying, deeds, plurals_of_saying, verbs_of_saying

__all__ = ["Attribution", "Token", "find_attributions", "find_subjects", "mask_quotes", "split_sentences"]


_JOINTS = frozenset({"and", "but", "or"})


def find_attributions(text: str) -> list[Attribution]:
    """All attributions, in the order of the text."""
    found: list[Attribution] = []
    for number, tokens in enumerate(tokenise(text)):
        for index in range(len(tokens)):
            made = _at(text, tokens, index, number)
            if made is not None:
                found.append(made)
    return sorted([*found, *find_carried(text)], key=lambda one: one.start)


def find_subjects(text: str) -> list[Attribution]:
    """The phrase before the first verb that says what somebody does, one for each main clause that has one."""
    found: list[Attribution] = []
    for number, tokens in enumerate(tokenise(text)):
        found += [made for clause in _clauses(tokens) if (made := _subject(text, clause, number)) is not None]
    return found


def _clauses(tokens: list[Token]) -> list[list[Token]]:
    """The sentence, and what follows on each "; " or ", and " in it."""
    starts = [i + 1 for i, token in enumerate(tokens) if token.text == ";"]
    starts += [
        i + 2
        for i, token in enumerate(tokens[:-1])
        if token.text == "," and tokens[i + 1].low in {"and", "but", "while"}
    ]
    starts += [
        i + 1 for i, token in enumerate(tokens) if i > 3 and token.low == "after"
    ]  # "… after the court struck it down"
    return [tokens, *(tokens[start:] for start in sorted(starts) if start < len(tokens))]


def _subject(text: str, tokens: list[Token], sentence: int) -> Attribution | None:
    """Who does what the clause's first verb tells; of a passive whoever it is done by."""
    for index, token in enumerate(tokens[1:30], 1):
        is_done = tokens[index - 1].low in _WERE and (token.low.endswith(PARTICIPLE_ENDS) or token.low in deeds())
        if is_done and (doer := _doer(text, tokens, index, sentence)) is not None:
            return doer
        is_doing = token.text in deeds() or token.low.endswith("ed")
        if not (is_doing and is_finite(tokens, index)):
            continue
        made = _left(text, tokens, index, sentence, is_speech=False)
        around = [t for t in tokens[: index + 3] if made is not None and t.start >= made.end]
        if made is not None and is_passive(around, ending=token.low):
            done = (_doer(text, tokens, i, sentence) for i in range(index + 1, min(index + 4, len(tokens))))
            return next((one for one in done if one is not None), None)
        if made is not None and _opens(text, tokens[0].start, made):
            return made
    return None


_WERE = frozenset({"is", "are", "was", "were", "been", "being", "be"})


def _doer(text: str, tokens: list[Token], verb: int, sentence: int) -> Attribution | None:
    """ "The timetable has been thrown out by the new leadership": who does what is done."""
    by = find_agent(tokens, verb)
    made = _right(text, tokens, by, sentence, verb=tokens[verb].low) if by else None
    return replace(made, is_trailing=False, is_speech=False) if made is not None and is_actor(made.phrase) else None


def _opens(text: str, start: int, made: Attribution) -> bool:
    """Whether a subject opens its sentence, or the main clause after a few words of time and place."""
    before = text[start : made.start].split()
    if not before or before[-1][-1] in ",.;:—–-":
        return True
    if before[0] in {"On", "In"} and before[-1] not in word_list("boundaries"):
        return is_actor(made.phrase) or made.phrase in {"he", "she"}  # no "In a decision made public"
    return made.phrase in {"he", "she"} and before[-1] not in word_list("boundaries")


def _at(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    token = tokens[index]
    if token.low == "according" and index + 1 < len(tokens) and tokens[index + 1].low == "to":
        return _right(text, tokens, index + 2, sentence, verb="according to")
    if (token.text in verbs_of_saying() or token.low in _TOLD) and (by := find_agent(tokens, index)):
        told = _told_by(text, tokens, index, by, sentence)
        if told is not None or tokens[by].low in {"then", "now"}:
            return told
    if token.low in bases_of_saying() and index > 2 and tokens[index - 1].low == "to":
        return _says_in_steps(text, tokens, index, sentence)
    if token.low in word_list("saying_ing"):
        return _saying(text, tokens, index, sentence)
    return _said_beside(text, tokens, index, sentence) if index else None


def _saying(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "X signed, adding that …", "…, with X telling television that …"."""
    if index and tokens[index - 1].text == ",":
        return _shared_subject(text, tokens, index - 1, index, sentence)
    return _with_them_saying(text, tokens, index, sentence)


def _with_them_saying(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "…, with General Idris telling television that …"."""
    start = next((i + 1 for i in range(index - 1, max(-1, index - REACH), -1) if tokens[i].low == "with"), index)
    phrase = text_of(text, tokens[start:index])
    if not phrase or not is_actor(phrase):
        return None
    return Attribution(
        phrase=phrase, description="", verb=tokens[index].low, start=tokens[start].start, end=tokens[index - 1].end,
        sentence=sentence, is_trailing=False, tail=text_of(text, tokens[index + 1 : index + 14]),
    )  # fmt: skip


def _said_beside(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "X said", "they concede", "…", said X."""
    if tokens[index].text in plurals_of_saying():
        return _several_say(text, tokens, index, sentence)
    if not (makes_clear(tokens, index) or says(tokens, index)):
        return None
    return _left(text, tokens, index, sentence) or _inverted(text, tokens, index, sentence)


_TOLD = frozenset({"told", "informed", "assured", "notified", "advised", "reminded", "warned"})
"""What is done to people by words: whoever does it can speak."""


def _told_by(text: str, tokens: list[Token], index: int, by: int, sentence: int) -> Attribution | None:
    """ "was denied by the minister", "were told by the consulate"; no "resolved by a majority"."""
    made = _right(text, tokens, by, sentence, verb=tokens[index].low)
    if made is None or tokens[by].low in {"then", "now"}:
        return None
    can_tell = is_actor(made.phrase) or (tokens[index].low in _TOLD and is_somebody(made.phrase))
    return replace(made, is_trailing=False) if can_tell else None


def _several_say(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "Officials now concede that …": the plural's present."""
    last = skip_auxiliaries(tokens, index - 1)
    if last < 0 or tokens[index - 1].low in word_list("before_no_verb"):
        return None
    is_several = tokens[last].low == "they" or tokens[last].low.endswith(("s", "people"))
    if not is_several or any(token.low in word_list("finite") | {"did"} for token in tokens[last + 1 : index]):
        return None
    made = _left(text, tokens, index, sentence)
    return made if made is not None and (made.phrase.lower() == "they" or is_actor(made.phrase)) else None


_MEANS_TO = frozenset(
    {"wishes", "wished", "wants", "wanted", "like", "took", "takes", "used", "uses", "rushed", "hastened", "hurried",
     "moved", "sought", "went", "goes", "came", "stepped", "forced", "obliged", "continued", "continues", "chose"}
)  # fmt: skip


def _says_in_steps(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "The ministry wishes to clarify that …", "the colonel took to Facebook to deny that …"."""
    if index + 1 < len(tokens) and tokens[index + 1].text in {",", "."}:
        return None
    back = takewhile(lambda i: tokens[i].is_word, range(index - 2, 0, -1))
    means = next((i for i in islice(back, REACH) if tokens[i].text in _MEANS_TO), 0)
    made = _left(text, tokens, means, sentence, is_speech=False) if means else None
    return replace(made, verb=tokens[index].low, is_speech=True, is_trailing=False) if made is not None else None


def _left(text: str, tokens: list[Token], index: int, sentence: int, *, is_speech: bool = True) -> Attribution | None:
    last = skip_auxiliaries(tokens, index - 1)
    last = skip_auxiliaries(tokens, before_connective(tokens, last))
    if last < 0:
        return None
    if tokens[last].low in _JOINTS:
        return _shared_subject(text, tokens, last, index, sentence) if is_speech else None
    if tokens[last].text == "," and is_speech and (opens_source(tokens, index) or opens_name(tokens, index)):
        return _inverted(text, tokens, index, sentence)  # "…, date included, said people briefed on the talks"
    if tokens[last].text == ",":
        return _with_apposition(text, tokens, last, index, sentence, is_speech=is_speech)
    span = phrase_span(tokens, last)
    if span is None or (not is_speech and tokens[span[1]].low.endswith(("’s", "'s"))):
        return None  # "Thailand's freshly appointed minister"
    return _beside(text, tokens, span, index, sentence, is_speech=is_speech)


def _beside(
    text: str, tokens: list[Token], span: tuple[int, int], verb: int, sentence: int, *, is_speech: bool
) -> Attribution | None:
    """The phrase right before the verb, with the title that a comma parts from a name."""
    first, last = span
    phrase = text_of(text, tokens[first : last + 1])
    if not is_noun_phrase(phrase):
        return None
    before = ""
    if first >= 2 and tokens[first - 1].text == "," and tokens[first].text[0].isupper():
        back = phrase_start(tokens, first - 2)  # "Estonia's foreign minister, Jaan Torv"
        before = text_of(text, tokens[back : first - 1])
    return Attribution(
        phrase=phrase, description=before, verb=tokens[verb].low, start=tokens[first].start, end=tokens[last].end,
        sentence=sentence, is_trailing=first > 2 and closes(tokens, verb), is_speech=is_speech,
        tail=text_of(text, tokens[verb + 1 : verb + 14]),
    )  # fmt: skip


def _shared_subject(text: str, tokens: list[Token], joint: int, verb: int, sentence: int) -> Attribution | None:
    """ "X took a sip and said", "X signed, adding that": the subject of the sentence's main verb before the joint."""
    start = max((i + 1 for i in range(joint) if tokens[i].text in {";", ":", "—"}), default=0)
    clause = tokens[start:]
    timed: Attribution | None = None
    for index in range(1, joint - start):
        if not is_finite(clause, index):
            continue
        made = _left(text, clause, index, sentence, is_speech=False)
        if made is None or made.phrase.lower() == "who":
            continue
        before = [token for token in clause if token.end <= made.start]
        made = replace(made, verb=tokens[verb].low, is_speech=True, is_trailing=False)
        made = replace(made, tail=text_of(text, tokens[verb + 1 : verb + 14]))
        if not before or before[-1].low not in SUBORDINATE:
            return made
        if before[-1].low == "when" and timed is None:
            timed = made  # "There was applause when X finished and said"
    return timed


def _with_apposition(
    text: str, tokens: list[Token], comma: int, verb: int, sentence: int, *, is_speech: bool
) -> Attribution | None:
    """ "X, the minister, said": what stands between the commas describes what stands before them."""
    opening = next((i for i in range(comma - 1, max(-1, comma - 28), -1) if tokens[i].text == ","), -1)
    if opening > 0 and tokens[opening + 1].low in _JOINTS and tokens[opening + 2].low == "who":
        opening = next((i for i in range(opening - 1, 0, -1) if tokens[i].text == ","), -1)
    if opening <= 0 or tokens[opening + 1].low in _JOINTS:
        return None
    last = opening - 1
    first = trim(tokens, phrase_start(tokens, last), last)
    phrase, inside = text_of(text, tokens[first : last + 1]), text_of(text, tokens[opening + 1 : comma])
    if not is_noun_phrase(phrase) and (name := name_start(tokens, last)) < last:
        first, phrase = name, text_of(text, tokens[name : last + 1])  # "with these words Lady Vane, the minister, …"
    if tokens[opening + 1].low == "where" or is_clause_of_its_own(tokens[opening + 1 : comma]):
        return _inverted(text, tokens, verb, sentence)  # "on the contrary, 1,500 are to go, says the draft"
    if not phrase or not is_noun_phrase(phrase) or tokens[last].is_quote:
        return None
    named = re.search(r"\b(?:named|called) ([A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)+)$", inside)
    inside = named[1] if named else inside
    if is_written_as_name(inside) and not is_written_as_name(phrase):
        phrase, inside = inside, phrase  # "the commandant, Admiral Stavros Lekkas, conceded"
    return Attribution(
        phrase=phrase, description=inside, verb=tokens[verb].low, start=tokens[first].start, end=tokens[last].end,
        sentence=sentence, is_trailing=first > 2 and closes(tokens, verb), is_speech=is_speech,
        tail=text_of(text, tokens[verb + 1 : verb + 14]),
    )  # fmt: skip


def _inverted(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "…," said X, the minister: only right after a quotation, a comma or at the start."""
    if index and not (
        tokens[index - 1].text in {",", "—", "–", ":"}
        or tokens[index - 1].is_quote
        or tokens[index - 1].low in {"so", "as"}
    ):
        return None
    if tokens[index].low in {"told", "tells", "tell", "informed", "informs", "reminded", "reminds"}:
        return None  # "a leaflet …, tells families": who is told
    first = index + 1
    while first < len(tokens) - 1 and tokens[first].low in DAYS | {"out"}:
        first += 1  # "…", assured yesterday the minister
    return _right(text, tokens, first, sentence, verb=tokens[index].low)


_ENDS_NAME = DAYS | {
    "who", "which", "that", "when", "as", "while", "whose", "where", "last", "late", "early", "himself", "herself",
    "itself", "themselves",
}  # fmt: skip


def _right(text: str, tokens: list[Token], first: int, sentence: int, *, verb: str) -> Attribution | None:
    """The noun phrase that begins at `first`: up to a comma, a clause, or a preposition once a name is complete."""
    last = first
    while last < len(tokens) and tokens[last].is_word:
        low = tokens[last].low
        if (
            last > first
            and (
                (low in {"a", "an"} and tokens[last - 1].text[0].isupper())  # "said Vell an hour later"
                or low in _ENDS_NAME
                or (low in word_list("prepositions") and is_complete(tokens[first:last], low))
            )
        ):
            break
        last += 1
    phrase = text_of(text, tokens[first:last])
    is_clause = any(
        token.low in {"is", "are", "was", "were", "has", "had", "would", "will"} for token in tokens[first:last]
    )
    if not phrase or is_clause or not is_noun_phrase(phrase):
        return None
    after = text_of(text, tokens[last : last + 16])
    comma = last < len(tokens) and tokens[last].text == ","
    description = after if comma or after.startswith(("of", "who", "whose")) else ""
    description = re.split(r"[,;:“\"\x01]", description)[0] if comma else description
    name = re.match(r"[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)+", after)
    if comma and name and (phrase[0].islower() or phrase.split()[-1].islower()):
        phrase, description = name.group(), phrase  # "said their association, Norges Rederlag"
    return Attribution(
        phrase=phrase, description=description, verb=verb, start=tokens[first].start, end=tokens[last - 1].end,
        sentence=sentence, is_trailing=True, tail=after,
    )  # fmt: skip
