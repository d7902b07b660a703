"""Whom a pronoun stands for, and the persons and bodies that a text presents before it.

In: a pronoun and the text before it. Out: the phrase it stands for with its description, or nothing.
Never: decides who that is to the position (names.py).

"He" and "she" take the nearest earlier sentence that presents a person, "it" a body, "they" several people or a body.
What cannot speak is passed over: in "A timetable, it said, was leaked" the timetable is not "it".
"""

from __future__ import annotations

import re

from monitor.judge.actors import PAPERS, head_words, is_actor, is_common_noun, is_person_by_work
from monitor.judge.attributions import (
    Attribution,
    find_attributions,
    find_subjects,
    mask_quotes,
    split_sentences,
)
from monitor.judge.english import pattern, word_list
from monitor.judge.names import is_place
from monitor.judge.phrases import PRONOUNS, is_pronoun
from monitor.judge.verbs import SUBORDINATE

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
        spoken = [a for a in spoken if sentence[: a.start].lower().split()[-1:] not in (["what"], ["by"])]
        if spoken:
            return spoken[-1].phrase, spoken[-1].description
        subjects = [a.phrase for a in find_subjects(sentence) if pattern("person_noun").search(a.phrase)]
        presented = (
            presented_person(sentence) or (_surname_alone(sentence) if is_whole else "") or "".join(subjects[:1])
        )
        if presented:
            return presented, ""
    people = find_people(before)
    subject = opening_phrase(before.strip())
    owner = _OWNER.findall(before)
    named = owner[-1] if owner and not is_place(owner[-1]) else ""
    return (people[-1] if people else subject if is_actor(subject) else named, "")


_OWNER = re.compile(r"\b([A-ZÀ-Þ][a-zß-þ]{3,})[’']s? [a-z]")
""" "Rawlins's plan": where nobody else is named, she is Rawlins."""


_TITLED = re.compile(
    r"(?:[\w’'-]+ ){0,2}?(?:Minister|President|Chancellor|Secretary|Governor|Commissioner|General|Colonel|Admiral|"
    r"Mr|Mrs|Ms|Dr)\.? "
    r"(?P<name>[A-ZÀ-Þ][\w’-]{2,})\b(?! [A-ZÀ-Þ])"
)
""" "Minister Fikry held talks with the chief executive"."""


def presented_person(sentence: str) -> str:
    """The first person by name or title; a name beside its title ("the mayor of Osk, Jan Reel") stands for both."""
    people = find_people(sentence)
    subjects = [name for name in people if _IN_PLACE.search(sentence[: sentence.find(name)]) is None]
    subjects = [name for name in subjects if f"{name}'s" not in sentence.replace("’", "'")] or subjects
    at = sentence.find(subjects[0]) if subjects else len(sentence)
    surname = _TITLED.match(sentence)
    if surname and not any(sentence.startswith(name, surname.start("name")) for name in people):
        return surname["name"]
    titles = pattern("person_title", ignore_case=False).finditer(sentence)
    titled = next((one for one in titles if not (_OWN_HEAD.fullmatch(one[0]) or _MEETS.search(one[0]))), None)
    if titled is not None and titled.start() < at:
        beside = next((name for name in people if _stands_beside(sentence, titled.end(), sentence.find(name))), "")
        return beside or _INNER.sub("", re.sub(r"[’']s$", "", titled.group()))
    return subjects[0] if subjects else ""


_INNER = re.compile(r"^.*\b(?:when|that|while|as|and) (?=(?:the|an?|its|his|her|their) )")
""" "the morning when the prime minister" """
_MEETS = re.compile(r"\b(?:met|saw|asked|reached|interviewed)\b")
""" "The Herald met deputy governor Phoebe Lanyon": whom the paper met."""
_OWN_HEAD = re.compile(r"(?:her|his|their|its) (?:\w+ )?head", re.IGNORECASE)
""" "shook her head": no title."""


def _surname_alone(sentence: str) -> str:
    opening = opening_phrase(sentence)
    return opening if _is_surname_alone(opening) else ""


def _stands_beside(sentence: str, end: int, start: int) -> bool:
    """Whether nothing but a comma or the title's place ("of Greater Osk") is between a title and a name."""
    between = sentence[end:start]
    return (
        start >= end
        and re.fullmatch(
            r"\s*,?\s*(?:(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sir|Dame)\.? )?|\s(?:of|for|in|at) [\w’' -]{3,40},\s", between
        )
        is not None
    )


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
        subject = "" if subject.startswith("What ") or is_pronoun(subject) else subject
        within = _WITHIN.match(sentence)
        if is_actor(subject):
            return subject, ""
        if is_plural and within and is_actor(within[1]):
            return within[1], ""
    return (_several_before(before) if is_plural else _thing_before(sentences, before)), ""


def _several_before(before: str) -> str:
    subject = opening_phrase(before.strip())
    return subject if (head_words(subject) or [""])[-1].endswith("s") else ""


def _thing_before(sentences: list[str], before: str) -> str:
    """What spoke although it is not known to ("the port"), else the last paper that is named."""
    for sentence in sentences:
        for one in find_attributions(sentence):
            if _is_thing(one.phrase):
                return one.phrase
    papers: list[str] = _PAPER.findall(before)
    return papers[-1] if papers else ""


_PAPER = re.compile(rf"\b(?:the|an?|its|[A-ZÀ-Þ][\w-]+[’']s?) (?:[\w’'-]+ ){{0,3}}?{PAPERS}\b", re.IGNORECASE)


def _is_thing(phrase: str) -> bool:
    return phrase.lower().startswith(("the ", "a ", "an ", "its ")) and not _is_person_phrase(phrase)


_WITHIN = re.compile(r"(?:In|At|Inside|Within) ((?:the |[A-ZÀ-Þ])[\w’' -]{2,50}?)\s*$")
""" "In the finance ministry they say": the place is the speaker."""


def _can_be_body(one: Attribution, sentence: str, *, is_plural: bool) -> bool:
    """No pronoun, no single person, and not the subject of a clause inside ("what the minister promised")."""
    if is_pronoun(one.phrase) or not is_actor(one.phrase):
        return False
    inner = sentence[: one.start].split()[-1:]
    is_one_person = pattern("person_noun").search((head_words(one.phrase) or [""])[-1]) is not None
    return (is_plural or not is_one_person) and not (inner and inner[0].lower() in SUBORDINATE)


def _is_person_phrase(phrase: str) -> bool:
    """ "Marta Vell", "Vell", "the interior minister": no pronoun, ministry or country."""
    if is_pronoun(phrase) or re.match(r"[a-z]\w+ed ", phrase):
        return False
    if pattern("person_noun").search(phrase) or (is_person_by_work(phrase) and not phrase.endswith("s")):
        return True
    names_place = is_place(phrase)
    phrase = re.sub(r"^the (?=[A-ZÀ-Þ][a-zß-þ’-]+$)", "", phrase)  # "the Taoiseach"
    is_body = _head_is_body(phrase) or pattern("not_a_person", ignore_case=False).search(phrase) is not None
    return phrase[:1].isupper() and not phrase.startswith(("The ", "A ")) and not names_place and not is_body


def _head_is_body(phrase: str) -> bool:
    return bool(head_words(phrase)) and head_words(phrase)[-1].lower() in word_list("bodies")


def _is_surname_alone(phrase: str) -> bool:
    """ "Hegseth": one word written like a name, no body's and no country's."""
    is_body = pattern("not_a_person", ignore_case=False).search(phrase) or is_place(phrase)
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
        name = _strip_opening(_strip_roles(match.group()))
        if "\n" in name or name.startswith("Says "):  # a heading ("Step Up, Says Hegseth") and what follows it
            continue
        if len(name.split()) >= 2 and not is_place(name) and not pattern("body_word", ignore_case=False).search(name):
            is_late = _IN_PLACE.search(sentence[: match.start()]) is not None
            (later if is_late else first).append(name)
    return first + later


def _strip_opening(name: str) -> str:
    """ "Whether Kyiv", "When Marta Vell": the capital of a sentence's first word makes no name."""
    first, _, rest = name.partition(" ")
    return rest if first.lower() in word_list("boundaries") | word_list("leading") - {"one"} else name


def _strip_roles(name: str) -> str:
    return _ROLE_WORD.sub("", name)
