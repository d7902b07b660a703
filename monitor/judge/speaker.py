"""Who says it: the person or body whom the decisive words of a passage are attributed to.

In: a `Pair`. Out: `Said`: the `Speaker`, seen from the position's holder, and how he was found.
A sentence in which the holder itself acts ("Washington will not send …") has the holder as speaker although nobody
speaks: what a government does is its word. Without speaker and without holder as subject the narrator speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from monitor.judge.actors import COUNTS, bodies, head_words, is_actor, is_paper, is_person_by_work
from monitor.judge.antecedents import ROLE, find_antecedent, find_people, opening_phrase, presented_person
from monitor.judge.attributions import (
    Attribution,
    find_attributions,
    find_subjects,
    mask_quotes,
    split_sentences,
)
from monitor.judge.cues import find_cues
from monitor.judge.english import pattern, word_list
from monitor.judge.forms import find_cited, find_headline_actor, find_last_turn, find_turn, is_headline
from monitor.judge.names import Cast, cast_of, classify, contains_name, normalise, same_name
from monitor.judge.phrases import is_pronoun
from monitor.judge.stance import Heard
from monitor.judge.titles import description_of, full_name, split_title
from monitor.models import Cue, Pair, Speaker, SpeakerKind

_PLAIN_OFFICIALS = re.compile(
    r"^(?:[\w-]+ ){0,3}(?:officials|diplomats|aides|insiders|sources|people)\b(?! (?:of|for) the [A-Z])", re.IGNORECASE
)
_PRESENTED = re.compile(
    r"(?:^|, )((?:[Tt]he|[Ii]ts|[Aa]n?) (?:[\w’'-]+ ){0,4}?(?:minister|president|chancellor|premier|secretary|governor|"
    r"mayor|commissioner|chief|spokes\w+|director|leader|chair\w*))\b"
)
"""A title that opens a sentence or a main clause."""
_PAPER = re.compile(
    r"(?:an?|the) (?:[\w’'-]+ ){0,2}(?:statement|notice|note|communiqué|release|letter|paper)$|its communiqué$",
    re.IGNORECASE,
)
_BARE_VOICE = re.compile(r"an? (?:spokes(?:man|woman|person)|state secretary)|the (?:company|firm|group)")
"""Somebody who is not named and speaks for a body that opens the same sentence."""
_ASKED = (" whether", " if", " whatever", " what")
"""What is asked is said by nobody, and "what he says" is not where he says it."""
_ASIDE = (" as", " that", " than", " to which", " when", " after", " before", " although")
_WORD = re.compile(r"[a-z]{4,}")
_UNSAID = re.compile(r"\s+(?:has|have|had|did|does|do|would)(?:n[’']t| not)\b")
_TELLING = frozenset({"announced", "said", "confirmed", "stated", "told"})
"""What somebody has not told is no word of theirs."""
_LONG_AGO = re.compile(r"In (?:19|20)\d\d\b|(?:A year|\w+ (?:years|months)) ago\b|Last year\b")
"""A sentence that opens so tells what was said once; what holds today comes after it."""
_AGREED = frozenset({"agreed", "announced", "promised", "proposed", "demanded", "pledged", "recommended", "estimated"})
_DETERMINED = re.compile(r"[A-ZÀ-Þ]|(?:the|an?|its|his|her|their|one|two|three|several|some|many)\b")
_NOW = re.compile(r"(?:, [^,;.]{3,60},)? now ")
SURE_OF_NAME = 0.8
"""Probability from which on a model's word counts more than a rule's."""
UNHEARD = -2.4
"""Weight of an attribution up to which nobody is taken to speak."""
QUOTED_SHARE = 0.8
"""Of a passage's characters: from there on it is a quotation and little else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who speaks, by which verb, and what else the text tells of it."""

    speaker: Speaker
    verb: str = ""
    is_speech: bool = False
    names_holder: bool = False
    """The holder is named anywhere in the passage."""
    cue: Cue | None = None
    is_of_another: bool = False
    """Of another known office is the talk, and what our statement's actor does is not mentioned."""

    @property
    def is_deed(self) -> bool:
        """Somebody is named who acts and does not speak."""
        return bool(self.speaker.name) and not self.is_speech


def find_speaker(pair: Pair, heard: Heard | None = None) -> Said:
    """Whom the rules find, or whom a model heard, where it is sure and the rules say otherwise."""
    cast = cast_of(pair.position, pair.office, pair.on, others=pair.others)
    said = _find_by_rules(pair, cast)
    if heard is not None and heard.chance >= SURE_OF_NAME and not same_name(heard.name, said.speaker.name):
        said = _heed(pair, said, heard.name, cast)
    return replace(said, is_of_another=_speaks_of_another(pair, said.speaker, cast))


def _heed(pair: Pair, said: Said, name: str, cast: Cast) -> Said:
    """The name that a model marked, seen from the holder as if a rule had found it."""
    if not name:
        return Said(speaker=Speaker(name="", kind=_unspoken(pair)), names_holder=said.names_holder)
    text = pair.passage if name in pair.passage else pair.context
    if name not in text:
        return said
    first = text.index(name)
    spans = split_sentences(pair.passage)
    sentence = next((n for n, (_, end) in enumerate(spans) if first < end), 0) if text is pair.passage else 0
    where = pair if text is pair.passage else replace(pair, passage=pair.context, context="")
    speaker = _resolve(where, _presented(name, text, first, sentence=sentence), cast)
    cue = Cue(kind="speaker", start=first, end=first + len(name)) if text is pair.passage else None
    return Said(speaker=speaker, is_speech=True, names_holder=said.names_holder, cue=cue)


def _find_by_rules(pair: Pair, cast: Cast) -> Said:
    """The attribution that stands over the sentence nearest to the statement, else the acting subject, else nobody."""
    names_holder = contains_name(normalise(pair.passage), cast.holder)
    chosen = find_turn(pair) or find_cited(pair.passage) or _choose(pair, find_attributions(pair.passage))
    if chosen is None and (carried := _carried_on(pair)) is not None:
        speaker = _resolve(replace(pair, passage=pair.context, context=""), carried, cast)
        return Said(speaker=speaker, verb=carried.verb, is_speech=True, names_holder=names_holder)
    found = chosen or _before_quotation(pair) or find_headline_actor(pair) or _acting_subject(pair, cast)
    if found is None:
        return Said(speaker=Speaker(name="", kind=_unspoken(pair)), names_holder=names_holder)
    said = _resolve(pair, found, cast)
    if is_pronoun(said.name) and (acting := _acting_subject(pair, cast)) and not is_pronoun(acting.phrase):
        found, said = acting, _resolve(pair, acting, cast)  # nobody to be "it": "The bank will take less than it said"
    if not found.is_speech and said.kind is SpeakerKind.OTHER and not _acts_like_a_body(said.name):
        return Said(speaker=Speaker(name="", kind=_unspoken(pair)), names_holder=names_holder)
    cue = Cue(kind="speaker", start=found.start, end=found.end)
    return Said(speaker=said, verb=found.verb, is_speech=found.is_speech, names_holder=names_holder, cue=cue)


def _speaks_of_another(pair: Pair, said: Speaker, cast: Cast) -> bool:
    """Somebody of another office speaks or is told of, and of what our statement's actor does there is no word."""
    if said.kind in {SpeakerKind.HOLDER, SpeakerKind.SUCCESSOR}:
        return False
    if not contains_name(normalise(f"{said.name} {pair.passage}"), cast.foreign):
        return False
    here = normalise(f"{pair.context} {pair.passage}")
    return contains_name(normalise(pair.position.statement), cast.holder) and not contains_name(here, cast.holder)


def _carried_on(pair: Pair) -> Attribution | None:
    """A passage that is a quotation and names nobody goes on with whom the sentence before it quotes."""
    masked = mask_quotes(pair.passage)
    if not pair.context:
        return None
    if (turn := find_last_turn(pair.context)) is not None:
        return turn
    if masked.count("\x01") < QUOTED_SHARE * len(masked):
        return _interviewed(pair) if _ANSWERED.match(masked) else None
    last = _last_outside_quotes(pair.context)
    before = [one for one in find_attributions(pair.context) if one.sentence == last]
    is_quoted = mask_quotes(pair.context).count("\x01") > 0
    return before[-1] if before and is_quoted else _interviewed(pair)


_ANSWERED = re.compile(r"[^.?!\x01]{8,}\? (?!.*\x01).*\b(?:I|[Ww]e)\b", re.DOTALL)
"""A question and then somebody's own words, without quotation marks."""


def _last_outside_quotes(context: str) -> int:
    """Number of the last sentence that is not a quotation alone."""
    masked = mask_quotes(context)
    told = [n for n, (start, end) in enumerate(split_sentences(context)) if masked[start:end].strip("\x01 ")]
    return told[-1] if told else len(split_sentences(context)) - 1


def _interviewed(pair: Pair) -> Attribution | None:
    """Whom the sentence before presents, as the one who is going to speak."""
    start, end = split_sentences(pair.context)[_last_outside_quotes(pair.context)]
    sentence = mask_quotes(pair.context)[start:end]
    surname = _SURNAME.search(sentence)
    name = presented_person(sentence) or (surname[1] if surname and not _is_opener(surname[1]) else "")
    return _presented(name, pair.context, start, sentence=0) if name else None


def _is_opener(word: str) -> bool:
    return is_pronoun(word) or word.lower() in word_list("no_phrase_start") | word_list("boundaries") | COUNTS


_SURNAME = re.compile(
    r"(?:^|, |\b(?:when|as|while) )([A-ZÀ-Þ][\w’-]{3,}) (?:then |now |finally )?"
    r"(?:was|is|grew|became|came|got|rose|spoke|stood|took|went|\w+ed)\b"
)


def _acting_subject(pair: Pair, cast: Cast) -> Attribution | None:
    """The holder's own deed if there is one, else the first deed of a named body; a mere "will" comes last."""
    found = [
        one
        for one in find_subjects(pair.passage)
        if (one.start or pair.context or not is_pronoun(one.phrase))
        and (is_pronoun(one.phrase) or _is_named_actor(one, cast))
    ]

    def weight(one: Attribution) -> tuple[bool, bool]:
        return contains_name(normalise(one.phrase), cast.holder), one.verb not in {
            "will",
            "would",
            "has",
            "have",
            "had",
        }

    return max(found, key=weight, default=None)


def _is_named_actor(one: Attribution, cast: Cast) -> bool:
    return _acts_like_a_body(one.phrase) or contains_name(normalise(f"{one.phrase} {one.description}"), cast.holder)


def _unspoken(pair: Pair) -> SpeakerKind:
    """Nobody is named: the narrator, or sources that stay in the dark ("is said to")."""
    anonymous = any(cue.kind == "anonymous" for cue in find_cues(pair.passage))
    return SpeakerKind.ANONYMOUS if anonymous else SpeakerKind.NARRATOR


def _is_one_body(head: str) -> bool:
    return head in word_list("bodies") or (head in bodies() and not head.endswith("s"))


def _acts_like_a_body(name: str) -> bool:
    """A subject counts as an actor when it is written like a name and can act."""
    words = [word for word in name.split() if word.lower() not in {"the", "a", "an"} and not is_pronoun(word)]
    if not words or words[0].lower() in word_list("leading") | word_list("numerals") | COUNTS:
        return False  # "Five years will remain enough", "By eleven", "Each army"
    is_body = _is_one_body(head_words(name)[-1].lower()) or pattern("person_noun").search(name) is not None
    return (is_body or (len(words) <= 5 and words[0][:1].isupper())) and is_actor(" ".join(words))


def _choose(pair: Pair, found: list[Attribution]) -> Attribution | None:
    """Trailing attributions stand above what they follow; then the sentence with most of the statement's words."""
    nouns = word_list("saying_or_noun")
    if is_headline(pair.passage.strip()):
        found = [one for one in found if is_actor(one.phrase) or is_paper(one.phrase)]  # no "toll confirmed at 142"
    found = [one for one in found if one.verb not in nouns or _is_known_to_speak(one.phrase)]
    if not found:
        return None
    asked = set(_WORD.findall(f"{pair.position.statement} {pair.position.topic}".lower()))
    spans = split_sentences(pair.passage)
    overlap = [len(asked & set(_WORD.findall(pair.passage[a:b].lower()))) for a, b in spans]

    earliest = {one.sentence: one for one in reversed(found)}

    def weight(one: Attribution) -> float:
        before = f" {pair.passage[spans[one.sentence][0] : one.start].rstrip().lower()}"
        nearness = overlap[one.sentence] if one.sentence < len(overlap) else 0
        weak = -1.5 if one.verb in {"let", "called", "found", "used", "puts", "see", "sees", "doubt", "asked"} else 0.0
        pronoun = -0.2 if is_pronoun(one.phrase) else 0.0
        pronoun = -1.5 if pronoun and not (one.start or pair.context) else pronoun  # "They promised us …": who?
        aside = -4.0 if before.endswith(_ASKED) else -2.0 if before.endswith(_ASIDE) else 0.0
        turn = 0.6 if before.endswith(("; but", ", but", ", yet")) else 0.0
        past = -0.8 if " had " in f" {pair.passage[one.end : one.end + 8].lower()} " else 0.0
        past = 1.0 if _NOW.match(pair.passage, one.end) else past
        if one.sentence < len(spans) - 1 and _LONG_AGO.match(pair.passage, spans[one.sentence][0]):
            past = -3.0
        first = 0.5 if one is earliest[one.sentence] else 0.0
        unsaid = -3.0 if one.verb in _TELLING and _UNSAID.match(pair.passage, one.end) else 0.0
        can_speak = is_pronoun(one.phrase) or is_actor(one.phrase) or is_person_by_work(one.phrase)
        mute = 0.0 if can_speak else -1.0 if _DETERMINED.match(one.phrase) else -2.0
        own = 2.0 if one.is_trailing and not before.endswith(_ASKED) else 0.0
        own = own if can_speak or one.verb not in _AGREED else 0.0  # "in line with the timetable agreed last week"
        mute = max(mute, -1.0) if pattern("person_noun").search(one.phrase) else mute
        return nearness * 0.7 + mute + own + weak + pronoun + aside + past + first + unsaid + turn

    best = max(found, key=weight)
    if weight(best) <= UNHEARD:
        return None
    start, end = spans[best.sentence]
    quotes = "\x01" in mask_quotes(pair.passage)[start:end]
    return _speaks_through(found, best, find_subjects(pair.passage), quotes=quotes)


def _is_known_to_speak(phrase: str) -> bool:
    return is_actor(phrase) or is_paper(phrase) or is_person_by_work(phrase)


def _before_quotation(pair: Pair) -> Attribution | None:
    """ "The minister grew vague. “…”": a sentence that is a quotation belongs to whom the one before it presents."""
    spans = split_sentences(pair.passage)
    masked = mask_quotes(pair.passage)
    for number, (start, _) in enumerate(spans[1:], 1):
        first, last = spans[number - 1]
        sentence = pair.passage[first:last]
        if masked[start] != "\x01" or "\x01" in masked[first:last]:
            continue
        people = find_people(sentence)
        titled = _PRESENTED.search(sentence)
        name = people[0] if people else titled[1] if titled else ""
        if name:
            return _presented(name, pair.passage[:last], first, sentence=number - 1)
    return None


def _presented(name: str, text: str, first: int, *, sentence: int) -> Attribution:
    at = text.index(name, first)
    return Attribution(
        phrase=name, description="", verb="", start=at, end=at + len(name), sentence=sentence,
        is_trailing=False, tail=text[at + len(name) :].strip(" ,"),
    )  # fmt: skip


def _speaks_through(
    found: list[Attribution], chosen: Attribution, subjects: list[Attribution], *, quotes: bool
) -> Attribution:
    """ "Oslo denied that … , a statement said": a paper or a bare spokesman speaks for the body named before it."""
    if _BARE_VOICE.fullmatch(chosen.phrase):
        before = [one for one in found if one.sentence < chosen.sentence and one.phrase[:1].isupper()]
        if before and not quotes and is_actor(before[-1].phrase):
            return before[-1]
        here = [one for one in subjects if one.sentence == chosen.sentence == 0 and one.start < chosen.start]
        return next((one for one in here if one.phrase[:1].isupper() and is_actor(one.phrase)), chosen)
    if not _PAPER.match(chosen.phrase):
        return chosen
    earlier = [one for one in found if one.start < chosen.start and one.phrase[:1].isupper()]
    return next((one for one in earlier if not is_pronoun(one.phrase)), chosen)


def _resolve(pair: Pair, found: Attribution, cast: Cast) -> Speaker:
    name, description = found.phrase, found.description
    if is_pronoun(name):
        name, description = _antecedent(pair, found)
        if not name:
            return Speaker(name=found.phrase, kind=SpeakerKind.OTHER)
    owned = re.match(r"(?:its|his|her|their)\b", name, re.IGNORECASE) is not None
    if owned:
        description = f"{_owner(pair, found)} {description}"
    around = f"{description} {found.tail}"
    if pattern("anonymous_speaker").search(name) or _PLAIN_OFFICIALS.match(name) or pattern("unnamed").search(around):
        return Speaker(name=_lower_article(name), kind=SpeakerKind.ANONYMOUS)
    bare, title = split_title(name)
    full = full_name(bare, pair)
    office = re.search(r"\bas ([^,.;]{3,50})", found.tail)
    office_held = office[1] if office and ROLE.search(office[1]) else ""
    description = f"{title} | {description} | {description_of(full, pair)} | {office_held}"
    if not bare[:1].isupper() or bare.split()[0] == "The":
        full = _person_behind(full, found, pair) or full
    text = f"{pair.context} {pair.passage}"
    succeeds = bool(
        pattern("succeeds").search(text) or re.search(r"\b(?:new|incoming)\b", f"{name} {description}", re.IGNORECASE)
    )
    return Speaker(name=full, kind=classify(full, description, cast, is_successor=succeeds))


def _owner(pair: Pair, found: Attribution) -> str:
    """Whose "its" is: the phrase that opens the sentence, else the one that opens the context."""
    spans = split_sentences(pair.passage)
    sentence = pair.passage[spans[found.sentence][0] : found.start] if found.sentence < len(spans) else ""
    texts = (sentence, pair.passage[: found.start], pair.context)
    return next((phrase for text in texts if (phrase := opening_phrase(text.strip()))), "")


def _person_behind(phrase: str, found: Attribution, pair: Pair) -> str:
    """ "the new chancellor": the one person named before it, if there is just one and a role is named."""
    if not re.match(r"the\b", phrase, re.IGNORECASE) or not ROLE.search(phrase):
        return ""
    before = f"{pair.context} {pair.passage[: found.start]}"
    people = dict.fromkeys(find_people(mask_quotes(before)))
    presented = [name for name in people if description_of(name, pair) or name == pair.position.holder]
    if len(presented) != 1:
        return ""
    role, described = ROLE.search(phrase), [one[0].lower() for one in ROLE.finditer(description_of(presented[0], pair))]
    is_earlier = before.lower().find(phrase.lower()) in range(before.find(presented[0]))
    return "" if is_earlier and role and described and role[0].lower() not in described else presented[0]


def _antecedent(pair: Pair, found: Attribution) -> tuple[str, str]:
    """Whom a pronoun stands for, by the context and the passage before it."""
    before = f"{pair.context}\n{pair.passage[: found.start]}" if pair.context else pair.passage[: found.start]
    return find_antecedent(found.phrase, before)


def _lower_article(name: str) -> str:
    first, _, rest = name.partition(" ")
    return (
        f"{first.lower()} {rest}"
        if rest and first in {"The", "A", "An", "Two", "Three", "People", "Several", "Some"}
        else name
    )
