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

from monitor.judge.english import word_list
from monitor.judge.phrases import PRONOUNS, find_namer, is_passive, is_speech_here

__all__ = ["PRONOUNS", "Attribution", "Token", "find_attributions", "find_subjects", "mask_quotes", "split_sentences"]

_DAYS = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "yesterday", "today", "tonight"}
)

_QUOTE = re.compile(r"“[^”]*”?|\"[^\"]*\"?|„[^“]*“?|«[^»]*»?")
_TOKEN = re.compile(r"\x01+|\d[\d,.]*\d|[\w’'&+-]+(?:\.(?=[A-Z]\b))?|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"“„«(A-ZÀ-Þ0-9])")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Sen|Gen|Rep|Gov|Prof|Lt|Col|No|U\.S|U\.K|[A-Z])\.$")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def is_quote(self) -> bool:
        return self.text[0] == "\x01"


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


def mask_quotes(text: str) -> str:
    """The text with every quotation replaced by as many \\x01: offsets stay."""
    return _QUOTE.sub(lambda match: "\x01" * len(match.group()), text)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence; a stop inside a quotation or after an abbreviation ends nothing."""
    masked = mask_quotes(text)
    spans, start = [], 0
    for match in re.finditer(r"(?<=[.!?…\x01])\s+(?=[\x01(A-ZÀ-Þ0-9])", masked):
        head = masked[: match.start()]
        ends = head[-1] in ".!?…" or text[match.start() - 2 : match.start() - 1] in {".", "!", "?"}
        if ends and not _ABBREVIATION.search(head[-6:]):
            spans.append((start, match.start()))
            start = match.end()
    spans.append((start, len(text)))
    return [span for span in spans if text[span[0] : span[1]].strip()]


def find_attributions(text: str) -> list[Attribution]:
    """All attributions, in the order of the text."""
    masked = mask_quotes(text)
    found: list[Attribution] = []
    for number, (start, end) in enumerate(split_sentences(text)):
        tokens = [Token(m.group(), m.start() + start, m.end() + start) for m in _TOKEN.finditer(masked[start:end])]
        for index in range(len(tokens)):
            made = _at(text, tokens, index, number)
            if made is not None:
                found.append(made)
    return found


def find_subjects(text: str) -> list[Attribution]:
    """The phrase before the first verb that says what somebody does, one for each sentence that has one."""
    masked = mask_quotes(text)
    found: list[Attribution] = []
    for number, (start, end) in enumerate(split_sentences(text)):
        tokens = [Token(m.group(), m.start() + start, m.end() + start) for m in _TOKEN.finditer(masked[start:end])]
        for index, token in enumerate(tokens[1:30], 1):
            if token.text in word_list("doing") or (token.text.islower() and token.low.endswith("ed")):
                made = _left(text, tokens, index, number, is_speech=False)
                if made is not None and is_passive([t for t in tokens[:index] if t.start >= made.end]):
                    break
                if made is not None and _opens(text, start, made):
                    found.append(made)
                    break
    return found


def _opens(text: str, start: int, made: Attribution) -> bool:
    """Whether a subject opens its sentence, or the main clause after a few words of time and place."""
    before = text[start : made.start].split()
    if not before or before[-1][-1] in ",.;:" or before[0] in {"On", "In"}:
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
        return made and replace(made, is_trailing=False)  # "was denied by the minister"
    if not index or not (_makes_clear(tokens, index) or _says(tokens, index)):
        return None
    return _left(text, tokens, index, sentence) or _inverted(text, tokens, index, sentence)


def _says(tokens: list[Token], index: int) -> bool:
    if tokens[index].low in word_list("saying_or_noun") and _is_named_noun(tokens, index):
        return False
    is_verb = tokens[index].text in word_list("saying") and tokens[index - 1].low not in word_list("before_no_verb")
    return is_verb and is_speech_here(tokens[index].low, tokens[index + 1 : index + 2])


def _makes_clear(tokens: list[Token], index: int) -> bool:
    """ "made plain", "makes it clear"."""
    after = [token.low for token in tokens[index + 1 : index + 3]]
    return tokens[index].text in {"made", "makes", "make"} and bool(
        {"clear", "plain"} & set(after[: 1 + ("it" in after)])
    )


def _skip_auxiliaries(tokens: list[Token], index: int) -> int:
    """Index of the last token of the subject when walking left from a verb; -1 when nothing is left."""
    while index >= 0 and (
        tokens[index].low in word_list("auxiliaries")
        or (tokens[index].is_word and tokens[index].low.endswith("ly") and tokens[index].text.islower())
    ):
        index -= 1
    return index


def _left(text: str, tokens: list[Token], index: int, sentence: int, *, is_speech: bool = True) -> Attribution | None:
    last = _skip_auxiliaries(tokens, index - 1)
    if last < 0 or tokens[last].low in {"and", "but", "or"}:
        return None  # nothing there, or the second verb of a subject that stands before the first one
    if tokens[last].text == "," and _opens_source(tokens, index):
        return _inverted(text, tokens, index, sentence)  # "…, date included, said people briefed on the talks"
    if tokens[last].text == ",":
        return _with_apposition(text, tokens, last, index, sentence, is_speech=is_speech)
    span = _phrase_span(tokens, last)
    if span is None or not _is_noun_phrase(_text(text, tokens[span[0] : span[1] + 1])):
        return None
    first, last = span
    before = ""
    if (
        first >= 2 and tokens[first - 1].text == "," and tokens[first].text[0].isupper()
    ):  # "Estonia's foreign minister, Jaan Torv"
        back = _phrase_start(tokens, first - 2)
        before = _text(text, tokens[back : first - 1])
    return Attribution(
        phrase=_text(text, tokens[first : last + 1]), description=before, verb=tokens[index].low,
        start=tokens[first].start, end=tokens[last].end, sentence=sentence, is_trailing=_closes(tokens, index),
        is_speech=is_speech, tail=_text(text, tokens[index + 1 : index + 14]),
    )  # fmt: skip


def _opens_source(tokens: list[Token], verb: int) -> bool:
    """Whether a plural source follows on "said": "said people …", "say two …"."""
    after = tokens[verb + 1].low if verb + 1 < len(tokens) else ""
    return tokens[verb].low in {"said", "say", "told"} and after in word_list("source_openers")


def _phrase_span(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """(first, last) of the words that end at `last` and can be somebody."""
    first = _source_clause(tokens, last) or _phrase_start(tokens, last)
    if first > last or tokens[last].is_quote or not tokens[last].is_word:
        return None
    if first and tokens[first - 1].low == "to" and not _goes_to(tokens[first]):
        first = _name_at_end(tokens, first, last)  # "in a note to clients Marchbank Securities"
        if first > last:
            return None  # "only to find repeated delays"
    first = _trim(tokens, first, last)
    named = find_namer(tokens[first : last + 1])
    return None if named is None else (first + named[0], first + named[1])


def _source_clause(tokens: list[Token], last: int) -> int:
    """Start of "two managers who have seen that list", whose clause ends at `last`; 0 when there is none."""
    for index in range(last - 1, max(1, last - 10), -1):
        if not tokens[index].is_word:
            return 0
        if tokens[index].low == "who" and tokens[index - 1].low in word_list("sources"):
            return _phrase_start(tokens, index - 1)
    return 0


def _name_at_end(tokens: list[Token], first: int, last: int) -> int:
    """Where the article or the two capitals begin that end a phrase; behind `last` when nothing does."""
    articles = [i for i in range(first + 1, last) if tokens[i].low == "the"]
    name = last + 1
    while name > first and tokens[name - 1].text[:1].isupper():
        name -= 1
    return articles[0] if articles else name if last - name >= 1 else last + 1


def _with_apposition(
    text: str, tokens: list[Token], comma: int, verb: int, sentence: int, *, is_speech: bool
) -> Attribution | None:
    """ "X, the minister, said": what stands between the commas describes what stands before them."""
    opening = next((i for i in range(comma - 1, max(-1, comma - 28), -1) if tokens[i].text == ","), -1)
    if opening <= 0:
        return None
    last = opening - 1
    first = _trim(tokens, _phrase_start(tokens, last), last)
    phrase, inside = _text(text, tokens[first : last + 1]), _text(text, tokens[opening + 1 : comma])
    if not phrase or not _is_noun_phrase(phrase) or tokens[last].is_quote:
        return None
    if _is_written_as_name(inside) and not _is_written_as_name(phrase):
        phrase, inside = inside, phrase  # "the commandant, Admiral Stavros Lekkas, conceded"
    return Attribution(
        phrase=phrase, description=inside, verb=tokens[verb].low, start=tokens[first].start, end=tokens[last].end,
        sentence=sentence, is_trailing=_closes(tokens, verb), is_speech=is_speech,
        tail=_text(text, tokens[verb + 1 : verb + 14]),
    )  # fmt: skip


def _is_written_as_name(words: str) -> bool:
    parts = words.split()
    return (
        2 <= len(parts) <= 5
        and all(p[0].isupper() or p in {"de", "van", "von", "der", "al", "bin"} for p in parts)
        and parts[0] != "The"
    )


def _phrase_start(tokens: list[Token], last: int) -> int:
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
        is_noun = token.low in word_list("saying_or_noun") and _is_named_noun(tokens, first)
        if first < last and token.text in word_list("saying") | word_list("finite") and not in_anonymous | is_noun:
            break
        first -= 1
    return first + 1


def _is_named_noun(tokens: list[Token], index: int) -> bool:
    """ "in a follow-up report": an article stands one or two words before it."""
    return any(token.low in {"a", "an", "its", "his", "her", "their"} for token in tokens[max(0, index - 2) : index])


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


def _trim(tokens: list[Token], first: int, last: int) -> int:
    """Drop what leads into the phrase: "On Friday the minister" → "the minister"."""
    if tokens[first].low not in word_list("leading") and tokens[first].low not in _DAYS:
        return first
    name = last
    while name > first and tokens[name - 1].text[0].isupper() and tokens[name - 1].low not in _DAYS:
        name -= 1
    if tokens[last].text[0].isupper() and first < name < last:
        return name  # "In his first speech Hadi al-Rubaie"
    later = [i for i in range(first + 1, last + 1) if tokens[i].low in {"the", "a", "an", "its", "his", "her", "their"}]
    if later:
        return later[-1]
    return last if tokens[last].text[0].isupper() and tokens[last].low not in _DAYS else first


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
            low in {"who", "which", "that", "when", "as", "while", "whose", "where", "last"} | _DAYS
            or (low in word_list("prepositions") and _is_complete(tokens[first:last], low))
        ):
            break
        last += 1
    phrase = _text(text, tokens[first:last])
    if not phrase or not _is_noun_phrase(phrase):
        return None
    after = _text(text, tokens[last : last + 16])
    comma = last < len(tokens) and tokens[last].text == ","
    description = after if comma or after.startswith(("of", "who", "whose")) else ""
    description = re.split(r"[,;:“\"\x01]", description)[0] if comma else description
    name = re.match(r"[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)+", after)
    if comma and name and phrase[0].islower():
        phrase, description = name.group(), phrase  # "said their association, Norges Rederlag"
    return Attribution(
        phrase=phrase, description=description, verb=verb, start=tokens[first].start, end=tokens[last - 1].end,
        sentence=sentence, is_trailing=True, tail=after,
    )  # fmt: skip


def _is_complete(words: list[Token], preposition: str) -> bool:
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


def _closes(tokens: list[Token], verb: int) -> bool:
    """Whether the attribution follows on what is said: nothing but a few words of place and time come after it."""
    rest = list(takewhile(lambda t: t.text not in {",", ";", "—", "–"}, tokens[verb + 1 : verb + 9]))
    starts_clause = any(
        t.low in {"that", "would", "will", "was", "is", "it", "had", "having", "they", "he", "she", "were"}
        for t in rest
    )
    long_before = sum(t.is_word or t.is_quote for t in tokens[:verb])
    return not starts_clause and long_before > 3 and len(rest) < 8


def _is_noun_phrase(phrase: str) -> bool:
    parts = phrase.split()
    return (
        bool(parts)
        and len(parts) <= 14
        and parts[0].lower() not in word_list("boundaries") | word_list("no_phrase_start")
    )


def _text(text: str, tokens: list[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end].strip(" ,;:—–") if tokens else ""
