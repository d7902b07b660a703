"""Find who is said to say, deny or decide something: a small grammar over tokens.

In: one text. Out: `Attribution`s, each a noun phrase with its description and the place of its verb.
Never: decides whom a phrase stands for (speaker.py, names.py).

A noun phrase is walked from the verb to the nearest clause boundary: "X said", "X, the minister, said", "said X",
"according to X". Quotations count as one token, so that verbs inside them find no speaker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from monitor.judge.actors import is_actor
from monitor.judge.english import word_list
from monitor.judge.noun_phrases import (
    is_complete,
    is_named_noun,
    is_noun_phrase,
    is_written_as_name,
    phrase_span,
    phrase_start,
    trim,
)
from monitor.judge.phrases import PRONOUNS, is_passive, is_speech_here
from monitor.judge.tokens import DAYS, Token, mask_quotes, split_sentences, text_of, tokenise

__all__ = ["PRONOUNS", "Attribution", "Token", "find_attributions", "find_subjects", "mask_quotes", "split_sentences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """`phrase` as written; `description`: title or apposition; `verb`: the word that carries it ("" for subjects)."""

    phrase: str
    description: str
    verb: str
    start: int
    end: int
    sentence: int
    is_trailing: bool
    """It closes the sentence ("…, the minister said") and so stands above what is said before it."""
    is_speech: bool = True
    tail: str = ""
    """The words after it, up to a few: "on condition of anonymity" stands there."""


_JOINTS = frozenset({"and", "but", "or"})
SUBORDINATE = frozenset(
    {"after", "as", "because", "before", "if", "since", "that", "though", "although", "until", "what", "when", "where",
     "which", "while", "whom", "whose", "who"}
)  # fmt: skip
"""Words that open a clause whose subject is not the sentence's."""


def find_attributions(text: str) -> list[Attribution]:
    """All attributions, in the order of the text."""
    found: list[Attribution] = []
    for number, tokens in enumerate(tokenise(text)):
        for index in range(len(tokens)):
            made = _at(text, tokens, index, number)
            if made is not None:
                found.append(made)
    return sorted([*found, *_find_answers(text)], key=lambda one: one.start)


_ANSWER = r"(?:reply|answer|message|verdict|response|conclusion|position|view|word|line)"
_ANSWERS = re.compile(
    rf"(?P<owner>(?:[Tt]he |[A-ZÀ-Þ])[\w’' -]{{1,60}}?)[’']s? (?:\w+ )?{_ANSWER}"
    r"(?:,[^,.\x01]{3,60},| [^,.:\x01]{3,40}?)?(?: (?:is|was|were|remains?|came)\b|:)"
    rf"|\b{_ANSWER} (?:from|of|in) (?P<source>(?:the )?[A-ZÀ-Þ][\w-]+(?: [A-Za-z]+)?)(?: (?:is|was|remains?)\b|:)"
)


def _find_answers(text: str) -> list[Attribution]:
    """ "The minister's reply was that …", "The answer from Warsaw is no": words that a noun carries."""
    masked, spans, found = mask_quotes(text), split_sentences(text), []
    for match in _ANSWERS.finditer(masked):
        group = "owner" if match["owner"] else "source"
        number = next((n for n, (a, b) in enumerate(spans) if a <= match.start() < b), 0)
        answer = Attribution(
            phrase=match[group], description="", verb="answer", start=match.start(group), end=match.end(group),
            sentence=number, is_trailing=False, tail=text[match.end() : match.end() + 80],
        )  # fmt: skip
        found.append(answer)
    return found


def find_subjects(text: str) -> list[Attribution]:
    """The phrase before the first verb that says what somebody does, one for each sentence that has one."""
    found: list[Attribution] = []
    for number, tokens in enumerate(tokenise(text)):
        for index, token in enumerate(tokens[1:30], 1):
            is_doing = token.text in word_list("doing") or token.low.endswith("ed")
            if is_doing and _is_finite(tokens, index):
                made = _left(text, tokens, index, number, is_speech=False)
                around = [t for t in tokens[: index + 3] if made is not None and t.start >= made.end]
                if made is not None and is_passive(around, ending=token.low):
                    break
                if made is not None and _opens(text, tokens[0].start, made):
                    found.append(made)
                    break
    return found


def _opens(text: str, start: int, made: Attribution) -> bool:
    """Whether a subject opens its sentence, or the main clause after a few words of time and place."""
    before = text[start : made.start].split()
    if not before or before[-1][-1] in ",.;:—–":
        return True
    if before[0] in {"On", "In"} and before[-1] not in word_list("boundaries"):
        return True
    return made.phrase in {"he", "she"} and before[-1] not in word_list("boundaries")


def _at(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    token = tokens[index]
    if token.low == "according" and index + 1 < len(tokens) and tokens[index + 1].low == "to":
        return _right(text, tokens, index + 2, sentence, verb="according to")
    if token.text in word_list("saying") and index + 2 < len(tokens) and tokens[index + 1].low == "by":
        if tokens[index + 2].low in {"then", "now"}:
            return None
        made = _right(text, tokens, index + 2, sentence, verb=token.low)
        if made is not None and is_actor(made.phrase):
            return replace(made, is_trailing=False)  # "was denied by the minister"; no "resolved by a majority"
    if token.low in word_list("saying_ing") and index and tokens[index - 1].text == ",":
        return _shared_subject(text, tokens, index - 1, index, sentence)
    if not index or not (_makes_clear(tokens, index) or _says(tokens, index)):
        return None
    return _left(text, tokens, index, sentence) or _inverted(text, tokens, index, sentence)


def _says(tokens: list[Token], index: int) -> bool:
    if tokens[index].low in word_list("saying_or_noun") and is_named_noun(tokens, index):
        return False
    is_verb = tokens[index].text in word_list("saying") and tokens[index - 1].low not in word_list("before_no_verb")
    is_verb = is_verb and not (tokens[index].low.endswith("ed") and _is_suffered(tokens, index))
    return is_verb and is_speech_here(tokens[index].low, tokens[index + 1 : index + 6])


def _is_suffered(tokens: list[Token], index: int) -> bool:
    """ "was no longer excluded", "were never denied": a passive with an adverb inside."""
    before = index - 1
    while before > 0 and tokens[before].low in {"no", "longer", "not", "never", "also", "now", "still", "already"}:
        before -= 1
    return before < index - 1 and tokens[before].low in {"is", "are", "was", "were", "be", "been", "being"}


_SAID_IN_TWO = {"read": "out", "reads": "out", "put": "it", "puts": "it", "pointed": "out", "points": "out"}


def _makes_clear(tokens: list[Token], index: int) -> bool:
    """ "made plain", "makes it clear", "read out", "put it"."""
    after = [token.low for token in tokens[index + 1 : index + 3]]
    if _SAID_IN_TWO.get(tokens[index].low) == (after or [""])[0]:
        return tokens[index - 1].low not in word_list("before_no_verb")
    return tokens[index].text in {"made", "makes", "make"} and bool(
        {"clear", "plain"} & set(after[: 1 + ("it" in after)])
    )


def _skip_auxiliaries(tokens: list[Token], index: int) -> int:
    """Index of the last token of the subject when walking left from a verb; -1 when nothing is left."""
    while index >= 0 and (
        tokens[index].low in word_list("auxiliaries")
        or tokens[index].low in DAYS
        or (tokens[index].low == "on" and tokens[index + 1].low in DAYS)
        or (tokens[index].low == "no" and tokens[index + 1].low == "longer")
        or (tokens[index].is_word and tokens[index].low.endswith("ly") and tokens[index].text.islower())
    ):
        index -= 1
    return index


def _left(text: str, tokens: list[Token], index: int, sentence: int, *, is_speech: bool = True) -> Attribution | None:
    last = _skip_auxiliaries(tokens, index - 1)
    if last < 0:
        return None
    if tokens[last].low in _JOINTS:
        return _shared_subject(text, tokens, last, index, sentence) if is_speech else None
    if tokens[last].text == "," and is_speech and (_opens_source(tokens, index) or _opens_name(tokens, index)):
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
        sentence=sentence, is_trailing=first > 2 and _closes(tokens, verb), is_speech=is_speech,
        tail=text_of(text, tokens[verb + 1 : verb + 14]),
    )  # fmt: skip


def _shared_subject(text: str, tokens: list[Token], joint: int, verb: int, sentence: int) -> Attribution | None:
    """ "X took a sip and said", "X signed, adding that": the subject of the sentence's main verb before the joint."""
    start = max((i + 1 for i in range(joint) if tokens[i].text in {";", ":", "—"}), default=0)
    clause = tokens[start:]
    timed: Attribution | None = None
    for index in range(1, joint - start):
        if not _is_finite(clause, index):
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


def _is_finite(tokens: list[Token], index: int) -> bool:
    """Whether a token reads as the verb of a clause."""
    token = tokens[index]
    before = tokens[index - 1].low
    if not token.text.islower() or before in word_list("before_no_verb") - {"that"} | word_list("numerals"):
        return False
    if before[0].isdigit() or (
        token.low == "named" and tokens[index + 1 : index + 2] and tokens[index + 1].text[0].isupper()
    ):
        return False  # "by 81 votes", "a driver named Stef Laurent"
    is_known = token.low in word_list("doing") | word_list("saying") | word_list("finite") | word_list(
        "irregular_past"
    ) - {"to"}
    return is_known or token.low.endswith("ed")


def _opens_name(tokens: list[Token], verb: int) -> bool:
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


def _opens_source(tokens: list[Token], verb: int) -> bool:
    """Whether a plural source follows on "said": "said people …", "say two …"."""
    after = tokens[verb + 1].low if verb + 1 < len(tokens) else ""
    return tokens[verb].low in {"said", "say", "told"} and after in word_list("source_openers")


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
    if _is_clause_of_its_own(tokens[opening + 1 : comma]):
        return _inverted(text, tokens, verb, sentence)  # "on the contrary, 1,500 are to go, says the draft"
    if not phrase or not is_noun_phrase(phrase) or tokens[last].is_quote:
        return None
    named = re.search(r"\b(?:named|called) ([A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)+)$", inside)
    inside = named[1] if named else inside
    if is_written_as_name(inside) and not is_written_as_name(phrase):
        phrase, inside = inside, phrase  # "the commandant, Admiral Stavros Lekkas, conceded"
    return Attribution(
        phrase=phrase, description=inside, verb=tokens[verb].low, start=tokens[first].start, end=tokens[last].end,
        sentence=sentence, is_trailing=first > 2 and _closes(tokens, verb), is_speech=is_speech,
        tail=text_of(text, tokens[verb + 1 : verb + 14]),
    )  # fmt: skip


def _is_clause_of_its_own(inside: list[Token]) -> bool:
    """It has a subject and a verb that stays in it: "the plan is dead", and not "who is the minister"."""
    if inside and inside[0].low in {"whatever", "however", "whoever"}:
        return True
    relative = {"who", "whom", "whose", "which"}
    if not inside or inside[0].low in SUBORDINATE | {"in", "on", "at"} or any(t.low in relative for t in inside):
        return False
    return any(token.low in {"is", "are", "was", "were", "will", "would", "has", "had", "have"} for token in inside[1:])


def _inverted(text: str, tokens: list[Token], index: int, sentence: int) -> Attribution | None:
    """ "…," said X, the minister: only right after a quotation, a comma or at the start."""
    if index and not (
        tokens[index - 1].text in {",", "—", "–", ":"}
        or tokens[index - 1].is_quote
        or tokens[index - 1].low in {"so", "as"}
    ):
        return None
    return _right(text, tokens, index + 1, sentence, verb=tokens[index].low)


def _right(text: str, tokens: list[Token], first: int, sentence: int, *, verb: str) -> Attribution | None:
    """The noun phrase that begins at `first`: up to a comma, a clause, or a preposition once a name is complete."""
    last = first
    while last < len(tokens) and tokens[last].is_word:
        low = tokens[last].low
        if last > first and (
            low in {"who", "which", "that", "when", "as", "while", "whose", "where", "last"} | DAYS
            or (low in word_list("prepositions") and is_complete(tokens[first:last], low))
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


def _closes(tokens: list[Token], verb: int) -> bool:
    """Whether the attribution follows on what is said: nothing but a few words of place and time come after it."""
    rest = list(takewhile(lambda t: t.text not in {",", ";", ":", "—", "–"}, tokens[verb + 1 : verb + 9]))
    starts_clause = any(
        t.low in {"that", "would", "will", "was", "is", "it", "had", "having", "they", "he", "she", "were"}
        for t in rest
    )
    long_before = sum(t.is_word or t.is_quote for t in tokens[:verb])
    return not starts_clause and long_before > 3 and len(rest) < 8
