"""Find copies in a labelled set, beside the usual ways: MinHashLSH at its defaults, SimHash, exact text.

    python -m benchmarks.copies --data DIR [--split dev | check] [--stories even | odd] [--orders 8 | --by-time]

In: `copies.jsonl.gz` (group, level, story_label, split). Out: a Markdown table of pairwise precision, recall and F1
(mean of the orders, with the lowest and highest F1), of recall per level of editing, of pairs from other stories in all
orders together, and of milliseconds per document. Peers run in the same process over the same orders. Pairs are counted
between all members of one group. A shuffled order lets copies come before their original; `--by-time` does not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from monitor.cluster import make_clusterer
from monitor.cluster.base import Item
from monitor.settings.model import ClusterSettings

Document = dict[str, Any]
STORIES = ("even", "odd")
"""Halves by story."""
START = datetime(2024, 1, 1, tzinfo=UTC)


def read_documents(data: Path, split: str, stories: str) -> list[Document]:
    with gzip.open(data / "copies.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    kept = [d for d in found if split in ("all", d["split"])]
    return [d for d in kept if stories in ("all", STORIES[crc32(d["story_label"].encode()) % 2])]


def order_by_chance(documents: Sequence[Document], seed: int) -> list[Document]:
    return random.Random(seed).sample(documents, len(documents))


def order_by_time(documents: Sequence[Document]) -> list[Document]:
    """By day, an original before its copies, the undated last."""
    return sorted(documents, key=lambda d: (d["time"] or "9", d["group"], int(d["level"] or 0), d["id"]))


def by_monitor(documents: Sequence[Document]) -> list[str]:
    clusterer = make_clusterer(ClusterSettings())
    nothing = np.zeros(4, np.float32)
    items = [
        Item(id=d["id"], title=d["title"] or "", text=d["text"], vector=nothing, at=START + timedelta(minutes=i))
        for i, d in enumerate(documents)
    ]
    return [decision.copy_of or decision.item_id for decision in clusterer.assign(items)]


def by_minhash_lsh(documents: Sequence[Document]) -> list[str]:
    """datasketch at its usual threshold of one half; joins the group of the first that it finds."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - only where it is measured

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    groups: dict[str, str] = {}
    for document in documents:
        sketch = MinHash(num_perm=128)
        sketch.update_batch([s.encode() for s in _triples(document["text"])])
        found = sorted(lsh.query(sketch))
        groups[document["id"]] = groups[found[0]] if found else document["id"]
        lsh.insert(document["id"], sketch)
    return list(groups.values())


def by_simhash(documents: Sequence[Document]) -> list[str]:
    """64 bits over word triples (Charikar 2002), at most 15 bits apart."""
    marks: list[int] = []
    groups: list[str] = []
    for document in documents:
        mark = _simhash(_triples(document["text"]))
        near = [(int(mark ^ other).bit_count(), i) for i, other in enumerate(marks)]
        best = min(near, default=(64, 0))
        groups.append(groups[best[1]] if best[0] <= 15 else document["id"])
        marks.append(mark)
    return groups


def by_exact_text(documents: Sequence[Document]) -> list[str]:
    first: dict[str, str] = {}
    return [first.setdefault(" ".join(_words(d["text"])), d["id"]) for d in documents]


METHODS: dict[str, Callable[[Sequence[Document]], list[str]]] = {
    "monitor": by_monitor,
    "MinHashLSH .5": by_minhash_lsh,
    "SimHash 64, ≤ 15": by_simhash,
    "exact text": by_exact_text,
}


def measure(documents: Sequence[Document], found: Sequence[str]) -> dict[str, float]:
    """Pairwise counts; `foreign` are pairs called copies whose stories differ."""
    counts: Counter[str] = Counter()
    for i, one in enumerate(documents):
        for j in range(i):
            _count_pair(counts, one, documents[j], is_found=found[i] == found[j])
    both = counts["both"]
    precision, recall = both / max(1, counts["found"]), both / max(1, counts["true"])
    levels = {f"recall_{n}": counts[f"both_{n}"] / max(1, counts[f"true_{n}"]) for n in (1, 2, 3, 4)}
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1, "foreign": counts["foreign"], **levels}


def _count_pair(counts: Counter[str], one: Document, other: Document, *, is_found: bool) -> None:
    is_true = one["group"] == other["group"]
    level = max(int(one.get("level") or 0), int(other.get("level") or 0))
    counts["true"] += is_true
    counts["found"] += is_found
    counts["both"] += is_true and is_found
    counts["foreign"] += is_found and one["story_label"] != other["story_label"]
    counts[f"true_{level}"] += is_true
    counts[f"both_{level}"] += is_true and is_found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _triples(text: str) -> set[str]:
    words = _words(text)
    return {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}


def _simhash(triples: set[str]) -> int:
    if not triples:
        return 0
    raw = b"".join(blake2b(t.encode(), digest_size=8).digest() for t in triples)
    bits = np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, 8), axis=1)
    packed = np.packbits(bits.mean(axis=0) > 0.5).tobytes()
    return int.from_bytes(packed, "big")


def print_table(orders: Sequence[Sequence[Document]]) -> None:
    print(
        "| method | F1 | lowest – highest | precision | recall | levels 1 / 2 / 3 / 4 | foreign pairs | ms a document |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, method in METHODS.items():
        spent, measures = 0.0, []
        for documents in orders:
            started = time.process_time()
            found = method(documents)
            spent += time.process_time() - started
            measures.append(measure(documents, found))
        print_line(name, measures, 1000 * spent / sum(map(len, orders)))


def print_line(name: str, measures: Sequence[dict[str, float]], milliseconds: float) -> None:
    m = {key: float(np.mean([each[key] for each in measures])) for key in measures[0]}
    ends = f"{min(each['f1'] for each in measures):.3f} – {max(each['f1'] for each in measures):.3f}"
    levels = " / ".join(f"{m[f'recall_{n}']:.3f}" for n in (1, 2, 3, 4))
    foreign = sum(each["foreign"] for each in measures)
    print(
        f"| {name} | {m['f1']:.3f} | {ends} | {m['precision']:.3f} | {m['recall']:.3f} | {levels} | {foreign:.0f} "
        f"| {milliseconds:.2f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", choices=["dev", "check", "all"], default="all")
    parser.add_argument("--stories", choices=[*STORIES, "all"], default="all", help="a half by story")
    parser.add_argument("--orders", type=int, default=8, help="shuffled ones")
    parser.add_argument("--by-time", action="store_true", help="one order instead: originals before their copies")
    options = parser.parse_args()
    documents = read_documents(options.data, options.split, options.stories)
    orders = [order_by_chance(documents, seed) for seed in range(1, options.orders + 1)]
    print_table([order_by_time(documents)] if options.by_time else orders)
