"""Fit what stands behind the stance model: weights of the adjustment, thresholds of the grades.

    python -m training.judge.calibrate --model monitor/judge/model

In: the exported model (int8, as it ships) and the `tune` split, which no training saw. Out: calibration.json beside it,
with the reliability table. The penalty is chosen by cross-validation over positions; thresholds are taken from
out-of-fold probabilities, at the base rate of real news, so that no pair judges itself.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types

from monitor.judge import ReadingJudge, make_judge
from monitor.judge.adjust import softmax
from monitor.judge.evaluate import Case, read_cases
from monitor.judge.features import NAMES, describe
from monitor.judge.metrics import measure_probabilities
from monitor.judge.speaker import find_speaker
from monitor.judge.stance import ORDER
from monitor.settings import JudgeSettings
from tests.eval.judge.dataset import Split, read_dataset

Floats = npt.NDArray[np.float64]
log = logging.getLogger("calibrate")

BASE_RATE = 0.03
"""Share of contradictions (and of matches) among same-topic pairs in news: 2–5 % (facts of the field, 2026)."""
LIKELY_PRECISION, POSSIBLE_PRECISION = 0.95, 0.50
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


def load_cases(split: Split) -> list[Case]:
    lines = (json.dumps(row, ensure_ascii=False) for row in read_dataset(split=split))
    return list(read_cases(lines, source=f"tests/eval/judge ({split})"))


def features_of(judge: ReadingJudge, cases: list[Case]) -> Floats:
    """`(n, len(NAMES))` float64."""
    scored = judge.score([case.pair for case in cases])
    return np.stack([describe(pair, find_speaker(pair), logits) for logits, pair in scored])


def fit(features: Floats, truth: npt.NDArray[np.int64], *, penalty: float) -> tuple[Floats, Floats]:
    """Multinomial logistic regression with an L2 penalty that pulls towards the logits' own softmax."""
    count, width = features.shape
    prior = np.zeros((3, width))
    prior[:, :3] = np.eye(3)
    target = np.eye(3)[truth]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, bias = flat[: 3 * width].reshape(3, width), flat[3 * width :]
        p = softmax(features @ weights.T + bias)
        away = weights - prior
        value = -np.log(np.clip((p * target).sum(axis=1), 1e-12, None)).mean() + penalty * (away**2).sum()
        slope = (p - target) / count
        return float(value), np.concatenate([(slope.T @ features + 2 * penalty * away).ravel(), slope.sum(axis=0)])

    found = minimize(loss, np.concatenate([prior.ravel(), np.zeros(3)]), jac=True, method="L-BFGS-B")
    return found.x[: 3 * width].reshape(3, width), found.x[3 * width :]


def scale_of(features: Floats) -> tuple[Floats, Floats]:
    """Centre the flags alone: logits keep their unit, so that the prior means the model's own softmax."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    mean[:3], scale[:3] = 0.0, 1.0
    scale[scale < 0.05] = 1.0
    return mean, scale


def out_of_fold(features: Floats, truth: npt.NDArray[np.int64], groups: list[str], *, penalty: float) -> Floats:
    """Probabilities of every row from weights fitted without its position."""
    names = sorted(set(groups))
    fold = np.asarray([names.index(group) % 8 for group in groups])
    out = np.zeros((len(truth), 3))
    for part in range(8):
        held = fold == part
        if held.any():
            mean, scale = scale_of(features[~held])
            weights, bias = fit((features[~held] - mean) / scale, truth[~held], penalty=penalty)
            out[held] = softmax(((features[held] - mean) / scale) @ weights.T + bias)
    return out


def log_loss(truth: npt.NDArray[np.int64], probabilities: Floats) -> float:
    return float(-np.log(np.clip(probabilities[np.arange(len(truth)), truth], 1e-9, None)).mean())


def threshold_at(truth: npt.NDArray[np.int64], probabilities: Floats, column: int, *, precision: float) -> float:
    """Smallest probability from which on the expected precision at `BASE_RATE` is as asked.

    Neutrals and the other finding are weighted up to their share in news; one false alarm is added at every threshold
    (Laplace), since none seen among a few hundred does not mean none. The result is at least .5.
    """
    positive = truth == column
    weight = (1 - BASE_RATE) / BASE_RATE * positive.sum() / max(1, (~positive).sum())
    score = probabilities[:, column]
    for cut in np.unique(score):
        above = score >= cut
        hits, alarms = (above & positive).sum(), (above & ~positive).sum()
        if hits and hits / (hits + weight * (alarms + 0.05)) >= precision:
            return float(max(0.5, cut))
    return 1.01


def reliability(truth: npt.NDArray[np.int64], probabilities: Floats) -> list[dict[str, float]]:
    """What was promised against what came, in ten bins of the best label's probability."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    rows = []
    for low in np.arange(0.3, 1.0, 0.1):
        inside = (sure >= low) & (sure < low + 0.1 + 1e-9)
        if inside.any():
            rows.append(
                {
                    "from": round(float(low), 1),
                    "pairs": int(inside.sum()),
                    "promised": float(sure[inside].mean()),
                    "right": float(right[inside].mean()),
                }
            )
    return rows


def calibrate(judge: ReadingJudge, cases: list[Case]) -> dict[str, Any]:
    truth = np.asarray([ORDER.index(case.verdict) for case in cases if case.verdict], dtype=np.int64)
    groups = [case.pair.position.id for case in cases]
    features = features_of(judge, cases)
    folds = {penalty: out_of_fold(features, truth, groups, penalty=penalty) for penalty in PENALTIES}
    penalty = min(PENALTIES, key=lambda one: log_loss(truth, folds[one]))
    mean, scale = scale_of(features)
    weights, bias = fit((features - mean) / scale, truth, penalty=penalty)
    cuts = {
        f"{grade}_{ORDER[column].value}": threshold_at(truth, folds[penalty], column, precision=precision)
        for grade, precision in (("likely", LIKELY_PRECISION), ("possible", POSSIBLE_PRECISION))
        for column in (0, 1)
    }
    log.info(
        "penalty %s, raw %.3f, adjusted %.3f (log loss)",
        penalty,
        log_loss(truth, softmax(features[:, :3])),
        log_loss(truth, folds[penalty]),
    )
    return {
        "judge": judge.name, "pairs": len(truth), "penalty": penalty, "base_rate": BASE_RATE, "features": NAMES,
        "weights": weights.round(5).tolist(), "bias": bias.round(5).tolist(), "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "thresholds": cuts, "reliability": reliability(truth, folds[penalty]),
        "out_of_fold": measure_probabilities(truth, folds[penalty]),
        "model_alone": measure_probabilities(truth, softmax(features[:, :3])),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    judge = make_judge(JudgeSettings(kind="onnx", model=str(args.model), threads=args.threads))
    if not isinstance(judge, ReadingJudge):
        raise SystemExit("calibrate needs a judge with logits")
    found = calibrate(judge, load_cases("tune"))
    (args.model / "calibration.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    log.info("%s", json.dumps({name: found[name] for name in ("thresholds", "model_alone", "out_of_fold")}, indent=1))


if __name__ == "__main__":
    main()
