"""Texts of a form of their own: transcripts with a name before each turn, interviews, headlines.

In: a pair. Out: the `Attribution` that the form gives, or None.
Never: decides whom a phrase stands for (speaker.py, names.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.judge.actors import is_actor
from monitor.judge.attributions import find_attributions
from monitor.judge.english import pattern, word_list
from monitor.judge.names import is_place
from monitor.judge.tokens import Attribution
from monitor.judge.vocabulary import verbs_of_saying
from monitor.models import Pair

_LABEL = re.compile(
    r"(?:^|(?<=[\n.?!”\"…] )|(?<=\n))(?P<name>(?:(?:MR|MS|MRS|DR|Mr|Ms|Mrs|Dr)\.? )?[A-ZÀ-Þ][\w’'-]*"
    r"(?: [\w’'.-]+){0,6})(?:, [A-Z][^:,.?!\n]{1,40})?: (?=[A-ZÀ-Þ“\"…\d])"
)
_ASKS = frozenset(
    {"question", "q", "frage", "reporter", "journalist", "interviewer", "moderator", "press", "answer", "a", "antwort"}
)
"""Labels that name nobody."""
_OWN_VOICE = re.compile(r"\b(?:I|[Ww]e|[Oo]ur|[Uu]s|[Mm]y)\b")
_RUBRICS = frozenset(
    {"analysis", "breaking", "comment", "correction", "editorial", "exclusive", "explained", "explainer", "factbox",
     "fact-check", "live", "note", "opinion", "result", "revealed", "update", "video", "watch"}
)  # fmt: skip
_WORD = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    name: str
    start: int
    said: str


def find_turn(pair: Pair) -> Attribution | None:
    """Who speaks the turn that has most of the statement's words; of equals the last. None where nobody has turns."""
    turns = [turn for turn in _turns(pair.passage) if not turn.said.rstrip().endswith("?")]
    answers = [turn for turn in turns if turn.name.lower() not in _ASKS]
    if not answers:
        return None
    asked = set(_WORD.findall(f"{pair.position.statement} {pair.position.topic}".lower()))
    best = max(reversed(answers), key=lambda turn: len(asked & set(_WORD.findall(turn.said.lower()))))
    return _as_attribution(best)


def find_last_turn(context: str) -> Attribution | None:
    """Whose turn it is when the context ends; None when it is a question or there are no turns."""
    turns = _turns(context)
    if not turns or turns[-1].name.lower() in _ASKS or turns[-1].said.rstrip().endswith("?"):
        return None
    return _as_attribution(turns[-1])


def _turns(text: str) -> list[_Turn]:
    labels = list(_LABEL.finditer(text))
    ends = [*(label.start() for label in labels[1:]), len(text)][: len(labels)]
    turns = [
        _Turn(name=label["name"], start=label.start("name"), said=text[label.end() : end])
        for label, end in zip(labels, ends, strict=True)
    ]
    return [turn for turn in turns if _is_label(turn, is_alone=len(turns) == 1)]


def _is_label(turn: _Turn, *, is_alone: bool) -> bool:
    """A name that is followed by its words; no rubric, and no dateline ("NEW DELHI: The minister said …")."""
    low = turn.name.lower()
    if low in _RUBRICS or not _is_written_as_label(turn.name):
        return False
    if not is_alone or _OWN_VOICE.search(turn.said) or pattern("person_noun").search(low):
        return True
    if turn.name.isupper():
        return _ENTITLED.match(turn.name) is not None  # no "BOOTS ON THE GROUND: Nordmere goes in"
    is_dateline = is_place(turn.name) and bool(find_attributions(turn.said))
    return not is_dateline and (len(low.split()) > 1 or low in _ASKS or is_actor(turn.name))


_ENTITLED = re.compile(r"(?:MR|MS|MRS|DR)\b")
_JOINTS = frozenset({"of", "for", "the", "de", "van", "von", "and", "to"})


def _is_written_as_label(name: str) -> bool:
    """Capitals, or a title before capitals: "Commission spokesperson Lina Hartog"."""
    words = name.split()
    small = [word for word in words if word[:1].islower() and word not in _JOINTS]
    has_title = pattern("person_noun").search(name) is not None or words[-1] in word_list("bodies")
    return not small or (has_title and not _PREDICATE.search(" ".join(small)))


_PREDICATE = re.compile(
    r"\b(?:\w+ed|is|are|was|were|has|had|have|will|would|said|says|told|his|her|its|their|this|that|a|an|on|in|at|"
    r"by|with)\b"
)


def _as_attribution(turn: _Turn) -> Attribution:
    return Attribution(
        phrase=turn.name, description="", verb="says", start=turn.start, end=turn.start + len(turn.name), sentence=0,
        is_trailing=False,
    )  # fmt: skip


def find_headline_actor(pair: Pair) -> Attribution | None:
    """ "Niamey shuts door on return": who acts in a line that ends without a stop."""
    line = pair.passage.strip()
    if not is_headline(line):
        return None
    words = line.split()
    small = [i for i, word in enumerate(words[:7]) if i and word[:1].islower()]
    count = next((i for i in small if i < len(words) - 1 and _acts(words, i, pair)), 0)
    if not count:
        return None
    name = " ".join(words[:count])
    return Attribution(
        phrase=name, description="", verb=words[count], start=0, end=len(name), sentence=0, is_trailing=False,
        is_speech=False,
    )  # fmt: skip


def _acts(words: list[str], verb: int, pair: Pair) -> bool:
    """Whether the words before `verb` name somebody and it is what they do: "Swiss court halts wolf cull"."""
    name = " ".join(words[:verb])
    if name[-1] in ":," or not _is_present(words[verb], words[verb + 1]):
        return False
    is_in_capitals = not any(word[:1].islower() for word in words[:verb])
    return _is_known(name, words[verb], pair) if is_in_capitals else _is_title_or_body(words[verb - 1])


def _is_title_or_body(word: str) -> bool:
    return word.lower() in word_list("bodies") or pattern("person_noun").fullmatch(word) is not None


_HEADLINE_VERBS = frozenset(
    {"axes", "backs", "bars", "books", "clears", "curbs", "eases", "eyes", "fines", "freezes", "hikes", "hits",
     "moves", "mulls", "reopens", "shuts", "slams", "slashes", "snubs", "sues", "tightens", "unveils", "wins"}
)  # fmt: skip
"""What heads of news do in the present tense."""


_CITED = (re.compile(r"^([^:]{2,40}): "), re.compile(r"(?:: | [-–—] )([^:–—]{2,40})$"))


def is_headline(line: str) -> bool:
    """One line that ends without a stop."""
    return bool(line) and line[-1] not in '.!?…”"' and "\n" not in line


def find_cited(passage: str) -> Attribution | None:
    """ "Danish minister: ban off the table", "Ban off the table - minister"."""
    line = passage.strip()
    matches = [one.search(line) for one in _CITED] if is_headline(line) else []
    match = next((one for one in matches if one is not None and _can_be_cited(one[1])), None)
    if match is None:
        return None
    return Attribution(
        phrase=match[1], description="", verb="says", start=match.start(1), end=match.end(1), sentence=0,
        is_trailing=False,
    )  # fmt: skip


def _can_be_cited(name: str) -> bool:
    words = name.split()
    is_somebody = len(words) in range(1, 6) and (_is_title_or_body(words[-1]) or is_place(name))
    return is_somebody and words[0].lower() not in _RUBRICS and _is_written_as_label(name)


def _is_present(verb: str, after: str) -> bool:
    """A verb in -s; no plural, which a participle follows ("rail fares frozen")."""
    if verb in _HEADLINE_VERBS:
        return True
    is_participle = after.endswith("ed") or after in {"to", "cut", "hit", "set", "put", "frozen", "up", "down", "in"}
    return (verb.endswith("s") and not verb.endswith(("ss", "’s", "'s")) and not is_participle) or (
        verb in word_list("doing") - {"plan", "cut", "let", "put"}
    )


def _is_known(name: str, verb: str, pair: Pair) -> bool:
    """An acronym, a place, a body or a person by title, or a name that stands in the position."""
    is_acronym = len(name) > 1 and name.isupper() and name.isalnum()
    if is_acronym or is_place(name) or _is_title_or_body(name.rsplit(maxsplit=1)[-1]):
        return True
    if verb in _HEADLINE_VERBS | verbs_of_saying():
        return is_actor(name)
    here = f"{pair.position.holder} {' '.join(pair.position.aliases)} {pair.position.statement}"
    return is_actor(name) and re.search(rf"\b{re.escape(name)}\b", here) is not None
