"""Take texts apart: words, entities, sentences and shingles, all as 32-bit hashes.

In: title and text of any length and kind. Out: small arrays. Never: keeps state, guesses a language.
Work is capped (`MAX_CHARS`, `MAX_WORDS`), so that a body of megabytes costs what a long article costs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint32]

MAX_WORDS = 5_000
MAX_CHARS = 60_000
TERM_WORDS = 400
"""Words of the body that describe the article: news says what it is about at the top."""
ENTITY_CHARS = 4_000
TITLE_WEIGHT = 2
FORMULA = 3
"""Times that a text says the same three words from which they tell nothing of how it opens."""

_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_぀-ヿ㐀-鿿가-힯]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…。])[\"'”’)]*\s+|[\r\n]+|(?<=[。！？])")
_STOP = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further get got had has have
    having he her here hers herself him himself his how i if in into is it its itself just like ll made make many
    may me might more most mr mrs ms much must my new no nor not now of off on once one only or other our out over
    own re s said same say says she should since so some such t than that the their them then there these they
    this those through to told too two under until up us ve very was we were what when where which while who whom
    why will with would you your yours first last year years day days week time people according monday tuesday
    wednesday thursday friday saturday sunday""".split()  # noqa: SIM905 - a word list reads best as words
)


def read_words(text: str, limit: int = MAX_WORDS) -> list[str]:
    """The first `limit` words in lower case; each character of unspaced scripts is a word."""
    chars = text[: min(MAX_CHARS, 24 * limit)]
    return _WORD.findall(chars.lower())[:limit]


def split_sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(text[:MAX_CHARS]) if part and not part.isspace()]


def hash_sentence(words: Sequence[str]) -> int:
    return crc32(" ".join(words).encode("utf-8", "surrogatepass"))


def hash_shingles(words: Sequence[str]) -> Hashes:
    """Distinct hashes of the word triples; of fewer than three words, none.

    In the order of the text, but those that it repeats (`FORMULA` times and more: a name, a turn of phrase) come last.
    """
    if len(words) < 3:
        return np.empty(0, np.uint32)
    codes = np.fromiter((_hash(word) for word in words), np.uint64, len(words))
    mixed = codes[:-2] * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= codes[1:-1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= codes[2:] * np.uint64(0x165667B19E3779F9)
    mixed ^= mixed >> np.uint64(29)
    hashes = (mixed * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(32)).astype(np.uint32)
    distinct, places, times = np.unique(hashes, return_index=True, return_counts=True)
    order = np.argsort(places + len(hashes) * (times >= FORMULA))
    return distinct[order]


def count_terms(title: str, words: Sequence[str]) -> dict[int, float]:
    """Hashes of the meaningful ones of the text's words with their weighted counts; the title's words count more."""
    counts: Counter[str] = Counter(_meaningful(words[:TERM_WORDS]))
    for word in _meaningful(read_words(title, 60)):
        counts[word] += TITLE_WEIGHT
    return {_hash(word): float(count) for word, count in counts.items()}


def headline_of(title: str, text: str) -> str:
    """The title, or what stands in for it: the first words of the text."""
    return title if title.strip() else " ".join(text[:400].split()[:14])


def count_title_terms(headline: str) -> dict[int, float]:
    return {_hash("t:" + word): 1.0 for word in _meaningful(read_words(headline, 60))}


def hash_entity(name: str) -> int:
    return _hash("e:" + name)


def name_entities(title: str, text: str) -> Counter[str]:
    """Names (capitalised words never written small here, and pairs of them) and numbers, with their counts."""
    words = _WORD.findall(f"{title} . {text[:ENTITY_CHARS]}")
    small = {word for word in words if word[0].islower()}
    found: Counter[str] = Counter()
    previous = ""
    for word in words:
        name = _as_entity(word, small)
        if name:
            found[name] += 1
            if previous:
                found[f"{previous} {name}"] += 1
        previous = name
    return found


def _as_entity(word: str, small: set[str]) -> str:
    lower = word.lower()
    if word[0].isdigit():
        return lower if len(word) > 1 else ""
    if word[0].isupper() and len(word) > 1 and lower not in small and lower not in _STOP:
        return lower
    return ""


def _meaningful(words: Iterable[str]) -> list[str]:
    return [_stem(word) for word in words if word not in _STOP and (len(word) > 1 or not word.isascii())]


def _stem(word: str) -> str:
    """Plural and possessive endings off: enough for English, harmless elsewhere."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


@lru_cache(maxsize=100_000)
def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))
