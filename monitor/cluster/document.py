"""An article as the clusterer remembers it, and its packed form, the memo.

In: an `Item` and causal frequencies. Out: a `Document` of small arrays; bytes and back without loss.
Never: keeps text. Weights are stored in 16 bits from the start, so that a recalled document equals the first.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from monitor.cluster import words as w
from monitor.cluster.base import Item, Memo
from monitor.cluster.frequencies import Frequencies
from monitor.cluster.words import Hashes
from monitor.models import Vector

Counts = list[dict[int, float]]

KINDS = 3
WORDS, ENTITIES, TITLE = range(KINDS)
_KEPT = {WORDS: 90, ENTITIES: 50, TITLE: 20}
"""Terms kept per kind, the weightiest ones: bounds memory and the cost of a comparison."""
_BRIEF_WORDS, _FULL_WORDS = 15, 120
"""An article of so few words is brief (1), of so many is not (0)."""
_HEAD = struct.Struct("<BBdIIIIIQH")
_VERSION = 3
_INDEXED, _ADDS, _SHORT = 1, 2, 4


@dataclass(slots=True, kw_only=True)
class Document:
    """`terms` are sorted hashes with `weights` and `kinds` beside them; each kind's weights have unit length."""

    id: str
    vector: Vector
    at: float
    """Seconds of the epoch, after absurd dates were replaced."""
    n_words: int
    n_title: int
    terms: Hashes
    weights: npt.NDArray[np.float32]
    kinds: npt.NDArray[np.uint8]
    shingles: Hashes
    """In the order of the text: the first ones are its opening."""
    removed: Hashes
    """Shingles of boilerplate sentences: no ground for calling it a copy, but known passages all the same."""
    exact: int
    is_short: bool
    story_id: str = ""
    thread: str = ""
    """What it is compared in: the story, or one event of a seed story or of stories that a person merged."""
    copy_of: str = ""
    is_indexed: bool = True
    """Later articles are looked up against it."""
    adds_text: bool = True
    """It brought passages that earlier copies lack."""


def describe_item(item: Item, names: Mapping[str, int], frequencies: Frequencies) -> tuple[Counts, Document]:
    """The item's term counts per kind (to be counted by the caller) and its document, still without copies.

    `names` are those of `name_entities`.
    """
    words = w.read_words(item.text)
    headline = w.headline_of(item.title, item.text)
    counts = [
        w.count_terms(item.title, words),
        {w.hash_entity(name): float(n) for name, n in names.items()},
        w.count_title_terms(headline),
    ]
    terms, weights, kinds = weigh_terms(counts, frequencies)
    document = Document(
        id=item.id,
        vector=unit_vector(item.vector),
        at=0.0,
        n_words=len(words),
        n_title=len(w.read_words(headline, 60)),
        terms=terms,
        weights=weights,
        kinds=kinds,
        shingles=np.empty(0, np.uint32),
        removed=np.empty(0, np.uint32),
        exact=0,
        is_short=True,
    )
    return counts, document


def weigh_terms(
    counts: Counts, frequencies: Frequencies
) -> tuple[Hashes, npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Sorted term hashes, their (1 + log tf) · idf weights in unit length per kind, and their kinds."""
    parts = [_weigh_kind(counted, frequencies, keep=_KEPT[kind]) for kind, counted in enumerate(counts)]
    terms = np.concatenate([values for values, _ in parts])
    weights = np.concatenate([weights for _, weights in parts])
    kinds = np.repeat(np.arange(KINDS, dtype=np.uint8), [len(values) for values, _ in parts])
    order = np.lexsort((kinds, terms))
    packed = np.round(weights[order] * 65535).astype(np.uint16)
    return terms[order], _unpack_weights(packed), kinds[order]


def _weigh_kind(
    counted: dict[int, float], frequencies: Frequencies, *, keep: int
) -> tuple[Hashes, npt.NDArray[np.float64]]:
    """The weightiest terms of one kind, in unit length."""
    values = np.fromiter(counted.keys(), np.uint32, len(counted))
    weights = (1 + np.log(np.fromiter(counted.values(), np.float64, len(counted)))) * frequencies.idf(counted)
    kept = np.lexsort((values, -weights))[:keep]
    values, weights = values[kept], weights[kept]
    return values, weights / max(float(np.linalg.norm(weights)), 1e-9)


def brevity_of(n_words: int) -> float:
    """From 1 (a headline) to 0 (a full article), by the logarithm of the words: headlines share few words at best."""
    return float(np.clip(np.log(_FULL_WORDS / max(1, n_words)) / np.log(_FULL_WORDS / _BRIEF_WORDS), 0, 1))


def unit_vector(vector: Vector) -> Vector:
    """The vector in unit length; what is not finite or has no length becomes zeros (near nothing)."""
    clean = np.nan_to_num(np.asarray(vector, np.float32).ravel(), posinf=0.0, neginf=0.0)
    length = float(np.linalg.norm(clean))
    if length < 1e-6:
        return np.zeros_like(clean)
    return clean if abs(length - 1) < 1e-3 else (clean / length).astype(np.float32)


def pack_memo(document: Document) -> bytes:
    thread = document.thread.encode("utf-8", "surrogatepass")
    flags = _INDEXED * document.is_indexed + _ADDS * document.adds_text + _SHORT * document.is_short
    head = _HEAD.pack(
        _VERSION,
        flags,
        document.at,
        document.n_words,
        document.n_title,
        len(document.terms),
        len(document.shingles),
        len(document.removed),
        document.exact,
        len(thread),
    )
    weights = np.round(document.weights * 65535).astype(np.uint16)
    arrays = (document.terms, weights, document.kinds, document.shingles, document.removed)
    body = b"".join(array.tobytes() for array in arrays) + thread
    return head + struct.pack("<I", crc32(body)) + body


def unpack_memo(memo: Memo) -> Document:
    """The remembered document. Raises ValueError when the bytes are not a whole memo of this version."""
    head = _HEAD.size + 4
    if len(memo.memo) < head or memo.memo[0] != _VERSION:
        raise ValueError("not a memo of this version")
    _, flags, at, n_words, n_title, terms, shingles, removed, exact, named = _HEAD.unpack_from(memo.memo)
    body = memo.memo[head:]
    if len(body) != terms * 7 + (shingles + removed) * 4 + named or crc32(body) != _read_int(memo.memo, _HEAD.size):
        raise ValueError("memo is cut short or damaged")
    starts = np.cumsum([0, terms * 4, terms * 2, terms, shingles * 4, removed * 4]).tolist()
    return Document(
        id=memo.item_id,
        vector=unit_vector(memo.vector),
        at=at,
        n_words=n_words,
        n_title=n_title,
        terms=np.frombuffer(body, np.uint32, terms, starts[0]),
        weights=_unpack_weights(np.frombuffer(body, np.uint16, terms, starts[1])),
        kinds=np.frombuffer(body, np.uint8, terms, starts[2]),
        shingles=np.frombuffer(body, np.uint32, shingles, starts[3]),
        removed=np.frombuffer(body, np.uint32, removed, starts[4]),
        exact=exact,
        is_short=bool(flags & _SHORT),
        story_id=memo.story_id,
        thread=body[starts[5] :].decode("utf-8", "surrogatepass") or memo.story_id,
        copy_of=memo.copy_of,
        is_indexed=bool(flags & _INDEXED),
        adds_text=bool(flags & _ADDS),
    )


def _unpack_weights(packed: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    return (packed / np.float32(65535)).astype(np.float32)


def _read_int(raw: bytes, offset: int) -> int:
    value: int = struct.unpack_from("<I", raw, offset)[0]
    return value
