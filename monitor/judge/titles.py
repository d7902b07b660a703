"""What a text says of a person who is named in it: the title, the office, the full name.

In: a name as written and the pair around it. Out: the name without its title, the title, the description.
Never: decides whether that is the position's holder (names.py).
"""

from __future__ import annotations

import re

from monitor.judge.antecedents import ROLE, find_people
from monitor.judge.english import pattern, word_list
from monitor.models import Pair


def split_title(name: str) -> tuple[str, str]:
    """ "foreign ministry spokesman Behrouz Tavakol" → the name, the title before it."""
    match = re.match(
        r"^(?P<title>(?:[\w’'-]+\s+)*?[a-zà-þ][\w’'-]*)\s+(?P<name>[A-ZÀ-Þ][\w’'.-]+(?:\s+(?:de|van|von|der|al|bin|[A-ZÀ-Þ][\w’'.-]+))+)$",
        name,
    )
    if match and not re.search(r"\b(?:of|for|in|at|from|to|and|the)$", match["title"]):
        return match["name"], match["title"]
    tail = re.match(r"^(?P<title>[a-z].*\b[A-Z]\w+)\s+(?P<name>[A-ZÀ-Þ][\w’'.-]+\s+[A-ZÀ-Þ][\w’'.-]+)$", name)
    if tail and pattern("body_word", ignore_case=False).search(tail["title"].split()[-1]):
        return tail["name"], tail["title"]  # "head of … at the National Security Council John Kirby"
    titled = re.match(rf"^(?:(?:{'|'.join(sorted(word_list('title_words')))})\s+)+", name)
    if titled and len(name[titled.end() :].split()) >= 1 and name[titled.end() :][:1].isupper():
        return name[titled.end() :], titled.group().strip()
    return name, ""


def full_name(name: str, pair: Pair) -> str:
    """ "Vestin" → "Radu Vestin" where passage or context give the full name."""
    if len(name.split()) != 1 or not name[:1].isupper():
        return name
    for known in (pair.position.holder, *pair.position.aliases):
        if known.split()[-1] == name and len(known.split()) == 2:
            return known
    for text in (pair.context, pair.passage):
        for person in find_people(text):
            if person.split()[-1] == name:
                return person
    return name


_LINK = (
    r"(?:is|was|became|has been|was (?:named|appointed|elected)(?: to head)?|chairs|heads|leads|runs|"
    r"speaks for|took over(?: at| as)?|"
    r"takes over(?: at| as)?|sworn in as|who (?:heads|leads|chairs|took over(?: at| as)?|runs|is|was))"
)


def description_of(name: str, pair: Pair) -> str:
    """What the text says of a named person: the title before it, the apposition or the link ("chairs …") after it."""
    if not name[:1].isupper() or len(name) < 3:
        return ""
    last = re.escape(name.rsplit(maxsplit=1)[-1])
    before = rf"((?:[\w’'-]+,? ){{1,5}}?)(?:[A-ZÀ-Þ][\w’-]+ )?{last}\b"
    after = rf"{last},? (?:{_LINK}) ([^,.;]{{3,70}})|{last}, ([^,.;“\"]{{3,70}})"
    parts: list[str] = []
    for text in (pair.context, pair.passage):
        for match in (*re.finditer(before, text), *re.finditer(after, text)):
            words = " ".join(group for group in match.groups() if group)
            if ROLE.search(words) or re.search(_LINK, match.group()):
                is_link = re.search(_LINK, match.group()) is not None
                parts.append(
                    _title_part(words) if match.re.pattern == before else f"head of {words}" if is_link else words
                )
    return " | ".join(parts)


def _title_part(words: str) -> str:
    """The title that ends a run of words: what follows the last verb or preposition of place."""
    words = words.strip(" ,").rsplit(", ", 1)[-1]
    return re.split(
        r"\b(?:said|says|told|met|saw|received|with|by|to|that|when|after|before|and|but|on|whether)\b", words
    )[-1]
