"""Whom a pronoun stands for, and the persons and bodies that a text presents before it.

In: a pronoun and the text before it. Out: the phrase it stands for with its description, or nothing.
Never: decides who that is to the position (names.py).

"He" and "she" take the nearest earlier sentence that presents a person, "it" a body, "they" several people or a body.
What cannot speak is passed over: in "A timetable, it said, was leaked" the timetable is not "it".
"""

from __future__ import annotations

import re

from monitor.judge.actors import head_words, is_actor, is_common_noun
from monitor.judge.attributions import (
    PRONOUNS,
    SUBORDINATE,
    Attribution,
    find_attributions,
    find_subjects,
    mask_quotes,
    split_sentences,
)
from monitor.judge.english import pattern, places, word_list
from monitor.judge.names import normalise

ROLE = re.compile(
    r"spokes|mayor|envoy|ambassador|chancellor|premier|minister|boss|head|commandant|secretary|president|official|leader|chief|director|"
    r"chair|governor|commissioner|general",
    re.IGNORECASE,
)
_CAPITALS = re.compile(
    r"\b[A-ZÀ-Þ][\w’'-]+(?:\s+(?:de|van|von|der|den|al|bin|la|da|di|[A-Z]\.|[A-ZÀ-Þ][\w’-]*))*\s+(?:[A-ZÀ-Þ][\w’-]+|[A-Z]\.)"
)
_ROLE_WORD = re.compile(
    r"^.*\b(?:Minister|Secretary|President|Chancellor|Governor|Commissioner|Senator|Mayor|Premier|Executive|Director|"
    r"Leader|Party|King|Queen|Judge|General|Colonel|Brigadier|Admiral|Professor|Commander)\s+(?=[A-ZÀ-Þ])"
)
_IN_PLACE = re.compile(r"\b(?:of|in|at|near|from|on|across|via)\s+(?:the\s+)?$")
_VERB = (
    r"(?:\w+ed|will|would|is|are|was|has|have|had|met|were|chairs|heads|runs|says|spoke|gave|took|came|saw|made|went|"
    r"put|began|wants|wishes|hopes|does|did|stood|read|left|held|kept|brought)\b"
)
_OPENING = re.compile(rf"((?:[\w’'-]+ ){{1,9}}?){_VERB}")
_SOURCES = re.compile(r"\b(?:sources|officials|people|persons|two|three|four|five|several|those)\b", re.IGNORECASE)


def find_antecedent(pronoun: str, before: str) -> tuple[str, str]:
    """The phrase that a pronoun stands for and its description; ("", "") when the text before it names nobody."""
    unquoted = mask_quotes(before)
    if pronoun.lower() in {"he", "she", "who"}:
        return _person_before(unquoted)
    return _body_before(unquoted, is_plural=pronoun.lower() == "they")


def _sentences_back(before: str) -> list[tuple[str, bool]]:
    """The sentences, the nearest first, each with whether it is whole.

    One that is only begun comes last, unless somebody speaks in it or opens with a title.
    """
    sentences = [before[start:end] for start, end in reversed(split_sentences(before))]
    told = [(sentence, sentence.rstrip()[-1:] in ".!?…\x01") for sentence in sentences]
    if not told or told[0][1] or find_attributions(told[0][0]):
        return told
    opens_with_title = pattern("person_title", ignore_case=False).match(told[0][0])
    return told if opens_with_title else [*told[1:], told[0]]


def _person_before(before: str) -> tuple[str, str]:
    """The nearest sentence's last speaker, else the first person it presents by name or title."""
    for sentence, is_whole in _sentences_back(before):
        spoken = [a for a in find_attributions(sentence) if _is_person_phrase(a.phrase)]
        spoken = [a for a in spoken if sentence[: a.start].lower().split()[-1:] != ["what"]]
        if spoken:
            return spoken[-1].phrase, spoken[-1].description
        presented = _presented_person(sentence) or (_surname_alone(sentence) if is_whole else "")
        if presented:
            return presented, ""
    people = find_people(before)
    subject = opening_phrase(before.strip())
    return (people[-1] if people else subject if is_actor(subject) else "", "")


def _presented_person(sentence: str) -> str:
    """The first person by name or title; a name beside its title ("the mayor of Osk, Jan Reel") stands for both."""
    people = find_people(sentence)
    subjects = [name for name in people if _IN_PLACE.search(sentence[: sentence.find(name)]) is None]
    at = sentence.find(subjects[0]) if subjects else len(sentence)
    titled = pattern("person_title", ignore_case=False).search(sentence)
    if titled is not None and titled.start() < at:
        beside = next((name for name in people if _stands_beside(sentence, titled.end(), sentence.find(name))), "")
        return beside or re.sub(r"[’']s$", "", titled.group())
    return subjects[0] if subjects else ""


def _surname_alone(sentence: str) -> str:
    opening = opening_phrase(sentence)
    return opening if _is_surname_alone(opening) else ""


def _stands_beside(sentence: str, end: int, start: int) -> bool:
    """Whether nothing but a comma or the title's place ("of Greater Osk") is between a title and a name."""
    between = sentence[end:start]
    return start >= end and re.fullmatch(r"\s*,?\s*|\s(?:of|for|in|at) [\w’' -]{3,40},\s", between) is not None


def _body_before(before: str, *, is_plural: bool) -> tuple[str, str]:
    """The nearest sentence's first speaker who can be "it" or "they", else its subject when that can act."""
    sentences = [sentence for sentence, _ in _sentences_back(before)]
    speakers = [
        [a for a in find_attributions(sentence) if _can_be_body(a, sentence, is_plural=is_plural)]
        for sentence in sentences
    ]
    several = [one for spoken in speakers for one in spoken if is_plural and _SOURCES.search(one.phrase)]
    if several:
        return several[0].phrase, several[0].description
    for sentence, spoken in zip(sentences, speakers, strict=True):
        if spoken:
            return spoken[0].phrase, spoken[0].description
        subject = next((a.phrase for a in find_subjects(sentence)), opening_phrase(sentence))
        subject = "" if subject.startswith("What ") or subject.lower() in PRONOUNS else subject
        within = _WITHIN.match(sentence)
        if is_actor(subject):
            return subject, ""
        if is_plural and within and is_actor(within[1]):
            return within[1], ""
    subject = opening_phrase(before.strip())
    is_several = is_plural and (head_words(subject) or [""])[-1].endswith("s")
    return (subject, "") if is_several else ("", "")


_WITHIN = re.compile(r"(?:In|At|Inside|Within) ((?:the |[A-ZÀ-Þ])[\w’' -]{2,50}?)\s*$")
""" "In the finance ministry they say": the place is the speaker."""


def _can_be_body(one: Attribution, sentence: str, *, is_plural: bool) -> bool:
    """No pronoun, no single person, and not the subject of a clause inside ("what the minister promised")."""
    if one.phrase.lower() in PRONOUNS or not is_actor(one.phrase):
        return False
    inner = sentence[: one.start].split()[-1:]
    is_one_person = pattern("person_noun").search((head_words(one.phrase) or [""])[-1]) is not None
    return (is_plural or not is_one_person) and not (inner and inner[0].lower() in SUBORDINATE)


def _is_person_phrase(phrase: str) -> bool:
    """ "Marta Vell", "Vell", "the interior minister": no pronoun, ministry or country."""
    if phrase.lower() in PRONOUNS or re.match(r"[a-z]\w+ed ", phrase):
        return False
    if pattern("person_noun").search(phrase):
        return True
    is_place = any(normalise(phrase) in names for names in places())
    is_body = _head_is_body(phrase) or pattern("not_a_person", ignore_case=False).search(phrase) is not None
    return phrase[:1].isupper() and not phrase.startswith(("The ", "A ")) and not is_place and not is_body


def _head_is_body(phrase: str) -> bool:
    return bool(head_words(phrase)) and head_words(phrase)[-1].lower() in word_list("bodies")


def _is_surname_alone(phrase: str) -> bool:
    """ "Hegseth": one word written like a name, no body's and no country's."""
    is_body = pattern("not_a_person", ignore_case=False).search(phrase) or any(
        phrase.lower() in one for one in places()
    )
    is_one = len(phrase.split()) == 1 and len(phrase) > 3 and phrase[0].isupper() and phrase.isalpha()
    return is_one and not is_body and not is_common_noun([phrase])


def opening_phrase(sentence: str) -> str:
    """The noun phrase that opens a sentence, up to its verb (a word in -ed, or a common one)."""
    match = _OPENING.match(sentence)
    phrase = match[1].strip() if match else ""
    nobody = (
        PRONOUNS
        | {"that", "none", "a", "an", "the", "what"}
        | word_list("no_phrase_start")
        | word_list("leading_adverbs")
    )
    holds_clause = not {"which", "that", "whose", "what"}.isdisjoint(phrase.lower().split())
    person = re.match(r"(.*?) who\b", phrase)
    phrase = person[1] if person else phrase
    return "" if phrase.lower() in nobody or holds_clause else phrase


def find_people(sentence: str) -> list[str]:
    """Names written like a person's, titles taken off; those that follow on "of" or "in" come last."""
    first: list[str] = []
    later: list[str] = []
    for match in _CAPITALS.finditer(sentence):
        name = _strip_roles(match.group())
        if "\n" in name or name.startswith("Says "):  # a heading ("Step Up, Says Hegseth") and what follows it
            continue
        is_place = any(normalise(name) in names for names in places())
        if len(name.split()) >= 2 and not is_place and not pattern("body_word", ignore_case=False).search(name):
            is_late = _IN_PLACE.search(sentence[: match.start()]) is not None
            (later if is_late else first).append(name)
    return first + later


def _strip_roles(name: str) -> str:
    return _ROLE_WORD.sub("", name)
