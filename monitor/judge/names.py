"""Who is who: does a name or title stand for the position's holder, a later one, or somebody else?

In: words from a passage, the position, its office, the article's day. Out: `SpeakerKind`.
Capitals, demonyms and government names stand in places.json; all else is the user's own aliases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from monitor.judge.english import pattern, places, role_stems, word_list
from monitor.models import Office, Position, SpeakerKind, Term

_OWNED_OFFICE = re.compile(r"([A-ZÀ-Þ][\w-]+(?: [A-ZÀ-Þ][\w-]+)*)[’']s? ([^|]+)")
_NO_OWNERS = {"the", "its", "today", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
_OF_GOVERNMENT = {"minister", "ministry", "cabinet", "government", "chancellor", "premier", "parliament", "treasury"}
"""Titles that no central bank has."""
_ARTICLES = {"the", "a", "an", "its", "their", "his", "her", "of", "and", "in", "for", "to", "new", "s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The names of a position, sorted by whom they stand for on the article's day."""

    holder: frozenset[str]
    own: frozenset[str]
    """The user's own names for the holder, without the country's other names."""
    people: frozenset[str]
    """Those of them that are written like a person's."""
    successor: frozenset[str]
    other: frozenset[str]
    """Earlier holders of the office, and the people of other offices."""
    foreign: frozenset[str]
    """The people of other offices alone."""
    office_changed: bool
    """True when somebody else holds the office on the article's day."""
    titles: frozenset[str]
    """Stems of the words that name the holder's office, such as {"defence", "minister"}."""


def normalise(name: str) -> str:
    """Lower case, without articles, possessives and punctuation."""
    unabbreviated = re.sub(r"\bU\.?S\.?(?![a-z])A?\b\.?", "USA", name)  # "US" in lower case is a pronoun
    words = re.findall(r"[\w+&-]+", re.sub(r"[’']s\b", "", unabbreviated.lower()).replace(".", ""))
    return " ".join(word for word in words if word not in _ARTICLES)


def is_place(name: str) -> bool:
    """A country, its capital, people or seat of government."""
    return normalise(name) in _all_places()


@lru_cache(maxsize=1)
def _all_places() -> frozenset[str]:
    return frozenset(name for names in places() for name in names)


def stem_words(name: str) -> set[str]:
    return {role_stems().get(word, word) for word in normalise(name).split()}


def cast_of(position: Position, office: Office | None, on: date | None, *, others: Sequence[Office] = ()) -> Cast:
    """Sort every known name by role; a country among them brings its capital and demonyms along."""
    given = [position.holder, *position.aliases]
    holder = {normalise(name) for name in given}
    holder |= {name for known in tuple(holder) for name in _place_names(known)}
    successor, other = set[str](), set[str]()
    changed = False
    titles = set[str]()
    if office is not None:
        for term in office.terms:
            names = {normalise(name) for name in (term.holder, *term.aliases)}
            when = _when(term, position.stated_on)
            given += (term.holder, *term.aliases) if when == "now" else ()
            {"now": holder, "later": successor, "earlier": other}[when].update(names)
            changed = changed or (
                when == "later" and on is not None and term.from_on is not None and term.from_on <= on
            )
        holder |= {normalise(name) for name in (office.name, *office.aliases)}
        titles = stem_words(office.name)
    holder -= successor | other
    foreign = _people_of(others, apart_from=holder | successor | other)
    other |= foreign
    drop = {""}
    return Cast(
        holder=frozenset(holder - drop),
        own=frozenset(({normalise(name) for name in given} | _short_names(given)) - successor - other - drop),
        people=frozenset(normalise(name) for name in given if _is_person(name)),
        successor=frozenset(successor - drop),
        other=frozenset(other - drop),
        foreign=frozenset(foreign - drop),
        office_changed=changed,
        titles=frozenset(titles | {w for name in holder for w in stem_words(name)}),
    )


def _when(term: Term, stated_on: date) -> str:
    if term.from_on is not None and term.from_on > stated_on:
        return "later"
    return "earlier" if term.until_on is not None and term.until_on < stated_on else "now"


def _short_names(given: list[str]) -> set[str]:
    """ "Carrow" for "Carrow Steel": a body's name by its own word, where that is no role, place or title; and "coast
    guard" for "Greek coast guard"."""
    found = set[str]()
    for name in given:
        parts = name.split()
        if len(parts) == 2 and all(part[:1].isupper() for part in parts) and not _is_person(name):
            found |= {part.lower() for part in parts if len(part) >= 4 and _is_own_word(part)}
        first, _, rest = normalise(name).partition(" ")
        if is_place(first) and " " in rest and not pattern("role").search(rest):
            found.add(rest)
    return found


def _is_own_word(word: str) -> bool:
    low = word.lower()
    is_place = any(low in part.split() for names in places() for part in names)
    is_body = pattern("not_a_person", ignore_case=False).search(word) is not None
    return not (is_place or is_body or pattern("role").search(word) or low in word_list("common_titles"))


def _place_names(known: str) -> set[str]:
    """The country whose name, capital or demonym stands in a holder's name, with all its other names."""
    for names in places():
        if any(name in known and re.search(rf"\b{re.escape(name)}\b", known) for name in names):
            return set(names)
    return set()


def _people_of(offices: Sequence[Office], *, apart_from: set[str]) -> set[str]:
    """Persons of other offices. One that shares a name with ours is the same body, written down for another story."""
    people = set[str]()
    for office in offices:
        names = [office.name, *office.aliases, *(n for term in office.terms for n in (term.holder, *term.aliases))]
        if not {normalise(name) for name in names} & apart_from:
            people |= {normalise(name) for name in names if _is_person(name)}
    return people


def contains_name(text: str, names: frozenset[str]) -> bool:
    """Whether any of the names stands in the (normalised) text as whole words, or as a surname of one."""
    return any(name in text and re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def same_name(one: str, other: str) -> bool:
    """One holds the other, without articles and case; nobody is like nobody alone."""
    left, right = normalise(one), normalise(other)
    if not left or not right:
        return not left and not right
    return any(re.search(rf"\b{re.escape(short)}\b", long) for short, long in ((left, right), (right, left)))


def classify(name: str, descriptor: str, cast: Cast, *, is_successor: bool) -> SpeakerKind:
    """Kind of a named speaker. `descriptor` holds the title or apposition; `is_successor`: the text says so."""
    whole, described = normalise(name), normalise(descriptor)
    if contains_name(whole, cast.successor) or _is_surname(whole, cast.successor):
        return SpeakerKind.SUCCESSOR
    if contains_name(whole, cast.other) or _is_surname(whole, cast.other):
        return SpeakerKind.OTHER
    if re.match(r"(?:its|his|her|their)\b", name, re.IGNORECASE) and _has_foreign_owner(descriptor, cast):
        return SpeakerKind.OTHER
    if not _belongs(name, whole, descriptor, cast):
        takes_over = (
            is_successor
            and _is_person(name)
            and not pattern("role").search(described)
            and not pattern("outsider").search(described)
        )
        return SpeakerKind.SUCCESSOR if takes_over else SpeakerKind.OTHER
    is_holder_person = whole in cast.people or _is_surname(whole, cast.people)
    later = not is_holder_person and (is_successor or cast.office_changed)
    return SpeakerKind.SUCCESSOR if later else SpeakerKind.HOLDER


def _belongs(name: str, whole: str, descriptor: str, cast: Cast) -> bool:
    """The holder by name, or by a title of its office or of its government, unless another country is named."""
    if whole in cast.holder or _is_surname(whole, cast.people):
        return True
    if any(_names_foreign_owner(part, cast) for part in (name, *descriptor.split("|"))):
        return False
    parts = [normalise(part) for part in descriptor.split("|") if _is_title(part)]
    if any(pattern("outsider").search(text) for text in (whole, *parts)):
        return False
    own_title = [f"{part} {whole}".strip() for part in parts or [""]] if pattern("role").search(whole) else parts
    if contains_name(whole, cast.own) and not _of_another_country(whole, cast):
        return True
    return any(_is_title_of_holder(title, whole, cast) for title in own_title)


def _is_title(part: str) -> bool:
    """A description that opens with a verb ("told her host", "defending the crews") is none."""
    first = part.strip().partition(" ")[0].lower()
    return bool(first) and not first.endswith("ing") and first not in word_list("saying")


def _is_title_of_holder(title: str, whole: str, cast: Cast) -> bool:
    if not pattern("role").search(title) or _of_another_country(title, cast):
        return False
    if contains_name(f"{title} {whole}", cast.holder | cast.own):
        return True
    words = stem_words(title) - (set() if pattern("role").search(whole) else set(whole.split()))
    if words & cast.titles & word_list("office_roles"):
        return True
    if "bank" in cast.titles and not cast.titles & _OF_GOVERNMENT and words & _OF_GOVERNMENT:
        return False
    of_a_body = len(words) > 1 and bool(words & {"council", "board", "committee"})
    return words <= word_list("common_titles") and not of_a_body


def _has_foreign_owner(descriptor: str, cast: Cast) -> bool:
    """ "its foreign ministry" speaks for whoever opens the sentence; a name that is not the holder's is another."""
    words = [word for word in descriptor.split() if word[:1].isupper() and word not in {"The", "A", "An"}]
    return bool(words) and not contains_name(normalise(descriptor), cast.holder)


def _names_foreign_owner(words: str, cast: Cast) -> bool:
    """ "Corsun's defence minister": the office of somebody who is neither the holder nor one of its people."""
    owner = _OWNED_OFFICE.match(words.strip())
    if owner is None or owner[1].lower() in _NO_OWNERS or not pattern("role").search(owner[2]):
        return False
    name = normalise(owner[1])
    is_own = contains_name(name, cast.holder | cast.own) or _is_surname(name, cast.people)
    return not is_own and "successor" not in owner[2]


def _of_another_country(described: str, cast: Cast) -> bool:
    """The first country named in the description is not the holder's: "Ukraine's ambassador to Norway"."""
    first, is_own = len(described), True
    for names in (*places(), tuple(cast.own)):
        for name in names:
            found = name in described and re.search(rf"\b{re.escape(name)}\b", described)
            if found and found.start() < first:
                first, is_own = found.start(), any(one in cast.holder for one in names)
    return not is_own


def _is_surname(whole: str, names: frozenset[str]) -> bool:
    last = whole.rsplit(maxsplit=1)[-1] if whole else ""
    return len(last) > 3 and any(len(name.split()) == 2 and name.split()[-1] == last for name in names)


def _is_person(name: str) -> bool:
    """Two or three capitalised words, none of them a body's."""
    words = name.split()
    return (
        2 <= len(words) <= 3
        and all(word[:1].isupper() for word in words)
        and not pattern("not_a_person", ignore_case=False).search(name)
    )
