"""Pairs per CPU-second, memory and size of a judge, each in a process of its own.

    python -m benchmarks.judge.speed KIND MODEL [THREADS]     prints one JSON document

KIND is onnx or torch (the bare fp32 checkpoint, the yardstick). 64-token pairs, best of three rounds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitor.judge.onnx import OnnxStance

PREMISE = (
    "The defence ministry said on Thursday that the howitzers which had been promised for the summer would be handed "
    "over in two lots, the first of them in May, and that nothing else of the agreement had changed since it was made."
)
STATEMENT = "Velmark will deliver 48 howitzers to Tarsia by June 2026."
PAIRS, ROUNDS = 64, 3


def measure_in_process(kind: str, model: str, *, threads: int) -> dict[str, Any]:
    """Run this file in a fresh process, so that memory is the judge's own."""
    command = [sys.executable, "-m", "benchmarks.judge.speed", kind, model, str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _onnx(model: str, threads: int) -> Callable[[list[tuple[str, str]]], object]:
    return OnnxStance(Path(model), threads=threads).read


def _torch(model: str, threads: int) -> Callable[[list[tuple[str, str]]], object]:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.set_num_threads(threads)
    network = AutoModelForSequenceClassification.from_pretrained(model).eval()
    tokenizer = AutoTokenizer.from_pretrained(model)

    def score(pairs: list[tuple[str, str]]) -> object:
        with torch.no_grad():
            for start in range(0, len(pairs), 16):
                part = pairs[start : start + 16]
                inputs = tokenizer([p for p, _ in part], [h for _, h in part], padding=True, return_tensors="pt")
                inputs.pop("token_type_ids", None)
                network(**inputs)
        return None

    return score


def main() -> None:
    kind, model, *rest = sys.argv[1:]
    score = {"onnx": _onnx, "torch": _torch}[kind](model, int(rest[0]) if rest else 1)
    pairs = [(PREMISE, STATEMENT)] * PAIRS
    score(pairs[:16])
    rates, walls = [], []
    for _ in range(ROUNDS):
        started, began = time.process_time(), time.perf_counter()
        score(pairs)
        rates.append(PAIRS / (time.process_time() - started))
        walls.append(PAIRS / (time.perf_counter() - began))
    # not getrusage: its peak is inherited from the process that started this one
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]  # Linux always has it
    size = sum(path.stat().st_size for path in Path(model).rglob("*") if path.is_file()) / 1e6
    found = {"pairs_per_cpu_second": max(rates), "pairs_per_second": max(walls), "peak_mb": peak, "size_mb": size}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
