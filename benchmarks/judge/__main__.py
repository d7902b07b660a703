"""Measure every judge at hand and print Markdown tables.

    python -m benchmarks.judge --data DIR [--model FOLDER] [--torch CHECKPOINT] [--hub NAME …] [--limit 300]

DIR: published sets (gzip JSON lines). Judges: the packaged (or given) ONNX model, the lexical one, hub names if given.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judge.recall import measure_candidates
from benchmarks.judge.sets import PublicSet, own_cases, read_public
from benchmarks.judge.speed import measure_in_process
from monitor.judge import ReadingJudge, make_judge, packaged_model
from monitor.judge.adjust import softmax
from monitor.judge.evaluate import Case
from monitor.judge.metrics import measure, measure_probabilities
from monitor.settings import JudgeSettings

OWN = (
    "accuracy", "macro_f1", "auc_contradicts", "recall_contradicts_at_p80", "recall_contradicts_at_p90",
    "recall_contradicts_at_p95", "auc_matches", "recall_matches_at_p80", "recall_matches_at_p90",
    "recall_matches_at_p95",
    "calibration_error", "relation_accuracy", "speaker_accuracy", "speaker_accuracy_named", "likely_count",
    "likely_precision", "possible_count", "possible_precision",
)  # fmt: skip


def open_judges(args: argparse.Namespace) -> list[ReadingJudge]:
    wanted = [JudgeSettings(kind="lexical")]
    if (args.model / "model.onnx").is_file():
        wanted.insert(0, JudgeSettings(kind="onnx", model=str(args.model), threads=args.threads))
    wanted += [JudgeSettings(kind="cross-encoder", model=name) for name in args.hub]
    made = [make_judge(settings) for settings in wanted]
    return [judge for judge in made if isinstance(judge, ReadingJudge)]


def measure_own(judge: ReadingJudge, cases: list[Case]) -> dict[str, Any]:
    return measure(cases, judge.judge([case.pair for case in cases]))


def measure_public(judge: ReadingJudge, of: PublicSet) -> dict[str, Any]:
    """The stance model alone: published pairs have no holder, speaker or date."""
    logits = np.stack([reading.logits for reading in judge.stance.read(of.pairs)])
    return measure_probabilities(np.asarray(of.labels), softmax(logits))


def show(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def table(rows: list[list[str]]) -> str:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=packaged_model())
    parser.add_argument("--torch", help="fp32 checkpoint, the yardstick of speed")
    parser.add_argument("--hub", nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write all numbers here as well")
    args = parser.parse_args()
    judges, cases, public = open_judges(args), own_cases("test"), list(read_public(args.data, limit=args.limit))
    own = {judge.name: measure_own(judge, cases) for judge in judges}
    print(f"Our own pairs, test part ({len(cases)} pairs)\n")
    print(table([["measure", *own], *[[name, *(show(of[name]) for of in own.values())] for name in OWN]]))
    print(f"\nPublished sets, at most {args.limit} pairs each: accuracy / AUC of contradiction (the model alone)\n")
    others = {of.name: {judge.name: measure_public(judge, of) for judge in judges} for of in public}
    rows = [
        [name, *(f"{show(m['accuracy'])} / {show(m['auc_contradicts'])}" for m in by.values())]
        for name, by in others.items()
    ]
    print(table([["set", *own], *rows]))
    candidates = measure_candidates(cases, JudgeSettings())
    print(f"\nCandidates: {json.dumps({name: round(value, 3) for name, value in candidates.items()})}")
    speed = measure_speed(args)
    head = ["judge", "pairs per CPU-second (64 tokens, 1 thread)", "a second on 2 threads", "peak MB", "MB on disk"]
    print("\n" + table([head, *speed]))
    if args.json:
        args.json.write_text(json.dumps({"own": own, "public": others, "candidates": candidates}, indent=1) + "\n")


def measure_speed(args: argparse.Namespace) -> list[list[str]]:
    asked = [("onnx", str(args.model))] if (args.model / "model.onnx").is_file() else []
    asked += [("torch", args.torch)] if args.torch else []
    rows = []
    for kind, model in asked:
        found, two = (measure_in_process(kind, model, threads=threads) for threads in (1, 2))
        found["on_two"] = two["pairs_per_second"]
        numbers = [f"{found[name]:.0f}" for name in ("pairs_per_cpu_second", "on_two", "peak_mb", "size_mb")]
        rows.append([f"{kind} ({Path(model).name})", *numbers])
    return rows


if __name__ == "__main__":
    main()
