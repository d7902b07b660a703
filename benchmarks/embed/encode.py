"""Embedding against bare SentenceTransformer.encode: same texts, model, batch size and threads, in the same run.

    python benchmarks/embed/encode.py [--texts 600] [--rounds 3]

Prints one JSON document: wall and CPU seconds of each side (best of rounds taken in turns), the ratio (limit 1.15),
the peak memory of each side in its own process, and the largest difference between the vectors.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.embed import make_embedder
from monitor.embed.folder import find_folder
from monitor.models import Vector
from monitor.settings.model import EmbedSettings

LIMIT = 1.15
WORDS = [
    "the",
    "council",
    "voted",
    "on",
    "a",
    "new",
    "ferry",
    "line",
    "between",
    "old",
    "town",
    "and",
    "northern",
    "islands",
    "while",
    "critics",
    "said",
    "it",
    "would",
    "never",
    "pay",
    "for",
    "itself",
    "minister",
    "promised",
    "aid",
    "to",
    "farmers",
    "after",
    "floods",
    "in",
    "spring",
    "talks",
    "about",
    "peace",
    "resumed",
    "without",
    "result",
]
SETTINGS = EmbedSettings()


def make_texts(count: int) -> list[str]:
    """Passages of 5 to 90 words, always the same."""
    rng = random.Random(7)
    return [" ".join(rng.choices(WORDS, k=rng.randint(5, 90))) + "." for _ in range(count)]


def bare() -> Callable[[list[str]], Vector]:
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(find_folder(SETTINGS)), device="cpu")
    return lambda texts: model.encode(
        texts, batch_size=SETTINGS.batch_size, show_progress_bar=False, normalize_embeddings=True
    )


def ours() -> Callable[[list[str]], Vector]:
    return make_embedder(SETTINGS).encode


def measure(encode: Callable[[list[str]], Vector], texts: list[str]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    encode(texts)
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_mb(side: str, count: int) -> float:
    told = subprocess.run(
        [sys.executable, __file__, "--peak", side, "--texts", str(count)], capture_output=True, text=True, check=True
    )
    return round(int(told.stdout) / 1024, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", choices=("bare", "ours"))
    options = parser.parse_args()
    texts = make_texts(options.texts)
    if options.peak:
        {"bare": bare, "ours": ours}[options.peak]()(texts)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return 0
    # first, while this process is small: on Linux ru_maxrss is handed on through fork and exec
    peaks = {side: peak_mb(side, options.texts) for side in ("bare", "ours")}
    sides = {"bare": bare(), "ours": ours()}
    difference = float(np.abs(sides["bare"](texts[:64]) - sides["ours"](texts[:64])).max())  # warms both up, too
    runs: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for _ in range(options.rounds):
        for side, encode in sides.items():
            runs[side].append(measure(encode, texts))
    best = {side: [min(values) for values in zip(*taken, strict=True)] for side, taken in runs.items()}
    ratio = best["ours"][1] / best["bare"][1]
    result = {
        "texts": options.texts,
        "batch_size": SETTINGS.batch_size,
        "wall_seconds": {side: round(best[side][0], 3) for side in sides},
        "cpu_seconds": {side: round(best[side][1], 3) for side in sides},
        "ratio_cpu": round(ratio, 3),
        "ratio_wall": round(best["ours"][0] / best["bare"][0], 3),
        "limit": LIMIT,
        "peak_mb": peaks,
        "largest_difference": difference,
    }
    print(json.dumps(result, indent=2))
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
