"""Fit what stands behind the stance model: weights of the adjustment, thresholds of the grades, the relation.

    python -m training.judge.calibrate --model monitor/judge/model [--hints hints.jsonl]

In: the exported model (int8, as it ships) and the `tune` split, which no training saw. Out: calibration.json beside it,
with the reliability table. The penalty is chosen by cross-validation over positions; thresholds are taken from
out-of-fold probabilities, at the base rate of real news, so that no pair judges itself. The relation's weights take in
the written pairs with a relation too, with the hints that `heads.py` has of them from maps that never saw them.
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types

from monitor.judge import ReadingJudge, make_judge
from monitor.judge.adjust import softmax
from monitor.judge.cues import find_cues
from monitor.judge.evaluate import Case, read_cases
from monitor.judge.features import NAMES, describe
from monitor.judge.metrics import measure_probabilities
from monitor.judge.relation import relate
from monitor.judge.relation_weights import (
    RELATION_FEATURES,
    RELATIONS,
    RULE_NAMES,
    allowed_columns,
    describe_move,
)
from monitor.judge.speaker import Said, find_speaker
from monitor.judge.stance import ORDER
from monitor.models import Pair, VerdictLabel
from monitor.settings import JudgeSettings
from tests.eval.judge.dataset import Split, read_dataset
from training.judge.own_pairs import WRITTEN

Floats = npt.NDArray[np.float64]
log = logging.getLogger("calibrate")

BASE_RATE = 0.03
"""Share of contradictions (and of matches) among same-topic pairs in news: 2–5 % (facts of the field, 2026)."""
TRAP_SHARE = 0.15
"""Share of traps among the neutrals that reach the judge in use; the others speak of another position of the same area.

Our written neutrals are traps by construction: at the base rate of news they alone would stand for passages that hardly
occur. An estimate, not a measurement: the sample news and the real pages gave .1 to .2 when read by hand.
"""
ACROSS_WEIGHT = 0.3
"""How much those count together when the weights are fitted, against the written pairs: enough to be heard, while the
adjustment still learns the traps."""
LIKELY_PRECISION, POSSIBLE_PRECISION = 0.95, 0.50
LOWEST_LIKELY = 0.96
"""Nor `likely` below: on the sample news a false one stood at .959, above the cut that the tune part gave (.951)."""
LOWEST_CUT = 0.85
"""No grade below: on the sample news, whose passages crowd around one topic, five of six pieces of evidence between
.8 and .85 were in no article that holds the finding (eleven of sixteen from .85 to .9; one finding lies alone)."""
TRUST_IN_RULES = 2.0
"""Log-odds that the rules' relation starts with: about what they have when they alone decide (.85 right)."""
ACROSS_FOR_EACH = 2
"""Positions of the same area that each passage is put beside, as such a neutral."""
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


def load_cases(split: Split) -> list[Case]:
    lines = (json.dumps(row, ensure_ascii=False) for row in read_dataset(split=split))
    return list(read_cases(lines, source=f"tests/eval/judge ({split})"))


def features_of(judge: ReadingJudge, cases: list[Case]) -> tuple[Floats, Floats]:
    """`(n, len(NAMES))` and, for the relation, `(n, len(RELATION_FEATURES))` float64; of neutral cases the latter are
    zeros, and without hints there are none."""
    rows, moves = [], []
    for case, (reading, pair) in zip(cases, judge.read([case.pair for case in cases]), strict=True):
        said = find_speaker(pair, reading.heard)
        rows.append(describe(pair, said, reading.logits))
        moves.append(_move_of(case, pair, said, hints=reading.hints))
    return np.stack(rows), np.stack(moves)


def _move_of(case: Case, pair: Pair, said: Said, *, hints: Floats) -> Floats:
    """As the judge would describe it, had it found the right label."""
    if case.relation is None or case.verdict is None or not len(hints):
        return np.zeros(len(RELATION_FEATURES))
    cues = tuple(replace(cue, kind="hedge") if cue.kind == "wavering" else cue for cue in find_cues(pair.passage))
    kind = said.speaker.kind
    rule, _ = relate(case.verdict, kind, cues, names_holder=said.names_holder, is_deed=said.is_deed)
    return describe_move(case.verdict, hints, rule, said, cues)


def read_told(path: Path | None) -> tuple[list[Case], Floats]:
    """Written pairs with a relation whose hints the file holds, and their moves."""
    hints = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path else []:
        row = json.loads(line)
        hints[row["premise"], row["hypothesis"]] = np.asarray(row["hints"])
    lines = [
        line for file in sorted(WRITTEN.glob("relations_*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    rows = [row | {"position": row, "id": row["position"]} for row in map(json.loads, lines) if row["relation"]]
    cases, moves = [], []
    for case in read_cases((json.dumps(row) for row in rows), source="training/judge/pairs"):
        found = hints.get((f"{case.pair.context} {case.pair.passage}".strip(), case.pair.position.statement))
        if found is not None:
            cases.append(case)
            moves.append(_move_of(case, case.pair, find_speaker(case.pair), hints=found))
    return cases, np.asarray(moves).reshape(-1, len(RELATION_FEATURES))


def fit_relations(moves: Floats, cases: list[Case], groups: list[str]) -> dict[str, Any]:
    """Weights over the rules and the hints, by a logistic regression that is pulled towards the rules; the penalty by
    cross-validation over positions. Of each finding only the relations that go with its label compete."""
    kept = [i for i, case in enumerate(cases) if case.relation is not None]
    features = moves[kept]
    truth = np.asarray([RELATIONS.index(cases[i].relation) for i in kept])  # type: ignore[arg-type]  # kept has some
    closed = np.full((len(kept), len(RELATIONS)), -1e9)
    for row, i in enumerate(kept):
        closed[row, allowed_columns(cases[i].verdict)] = 0.0  # type: ignore[arg-type]  # likewise
    names = sorted({groups[i] for i in kept})
    fold = np.asarray([names.index(groups[i]) % 8 for i in kept])
    rules = features[:, [RELATION_FEATURES.index(name) for name in RULE_NAMES]]
    by_penalty = {}
    for penalty in PENALTIES:
        right = np.zeros(len(kept), dtype=bool)
        for part in set(fold.tolist()):
            held = fold == part
            weights, bias = _fit_relations(features[~held], truth[~held], closed[~held], penalty=penalty)
            right[held] = (features[held] @ weights.T + bias + closed[held]).argmax(axis=1) == truth[held]
        by_penalty[penalty] = float(right.mean())
    best = max(by_penalty, key=lambda penalty: (by_penalty[penalty], penalty))
    weights, bias = _fit_relations(features, truth, closed, penalty=best)
    return {
        "relations": [relation.value for relation in RELATIONS], "features": RELATION_FEATURES, "penalty": best,
        "weights": weights.round(5).tolist(), "bias": bias.round(5).tolist(), "findings": len(kept),
        "out_of_fold": by_penalty[best], "rules_alone": float((rules.argmax(axis=1) == truth).mean()),
    }  # fmt: skip


def _fit_relations(
    features: Floats, truth: npt.NDArray[np.int64], closed: Floats, *, penalty: float
) -> tuple[Floats, Floats]:
    width, count = features.shape[1], len(RELATIONS)
    prior = np.zeros((count, width))
    for column, name in enumerate(RULE_NAMES):
        prior[column, RELATION_FEATURES.index(name)] = TRUST_IN_RULES
    target = np.eye(count)[truth]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, bias = flat[: count * width].reshape(count, width), flat[count * width :]
        p = softmax(features @ weights.T + bias + closed)
        away = weights - prior
        misses = -np.log(np.clip((p * target).sum(axis=1), 1e-12, None)).mean()
        slope = (p - target) / len(truth)
        gradient = np.concatenate([(slope.T @ features + 2 * penalty * away).ravel(), slope.sum(axis=0)])
        return float(misses + penalty * (away**2).sum()), gradient

    found = minimize(loss, np.concatenate([prior.ravel(), np.zeros(count)]), jac=True, method="L-BFGS-B")
    return found.x[: count * width].reshape(count, width), found.x[count * width :]


def fit(features: Floats, truth: npt.NDArray[np.int64], weight: Floats, *, penalty: float) -> tuple[Floats, Floats]:
    """Multinomial logistic regression with an L2 penalty that pulls towards the logits' own softmax.

    `weight` `(n,)`: how much each row counts; the weights are made to sum to one.
    """
    width = features.shape[1]
    share = (weight / weight.sum())[:, None]
    prior = np.zeros((3, width))
    prior[:, :3] = np.eye(3)
    target = np.eye(3)[truth]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, bias = flat[: 3 * width].reshape(3, width), flat[3 * width :]
        p = softmax(features @ weights.T + bias)
        away = weights - prior
        misses = -np.log(np.clip((p * target).sum(axis=1), 1e-12, None))
        value = (share[:, 0] * misses).sum() + penalty * (away**2).sum()
        slope = (p - target) * share
        return float(value), np.concatenate([(slope.T @ features + 2 * penalty * away).ravel(), slope.sum(axis=0)])

    found = minimize(loss, np.concatenate([prior.ravel(), np.zeros(3)]), jac=True, method="L-BFGS-B")
    return found.x[: 3 * width].reshape(3, width), found.x[3 * width :]


def scale_of(features: Floats) -> tuple[Floats, Floats]:
    """Centre the flags alone: logits keep their unit, so that the prior means the model's own softmax."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    mean[:3], scale[:3] = 0.0, 1.0
    scale[scale < 0.05] = 1.0
    return mean, scale


def out_of_fold(
    features: Floats, truth: npt.NDArray[np.int64], weight: Floats, groups: list[str], *, penalty: float
) -> Floats:
    """Probabilities of every row from weights fitted without its position."""
    names = sorted(set(groups))
    fold = np.asarray([names.index(group) % 8 for group in groups])
    out = np.zeros((len(truth), 3))
    for part in range(8):
        held = fold == part
        if held.any():
            mean, scale = scale_of(features[~held])
            weights, bias = fit((features[~held] - mean) / scale, truth[~held], weight[~held], penalty=penalty)
            out[held] = softmax(((features[held] - mean) / scale) @ weights.T + bias)
    return out


def log_loss(truth: npt.NDArray[np.int64], probabilities: Floats) -> float:
    return float(-np.log(np.clip(probabilities[np.arange(len(truth)), truth], 1e-9, None)).mean())


def across_positions(cases: list[Case], areas: dict[str, str]) -> list[Case]:
    """Each passage against other positions of its area: what the candidates' search brings to the judge in use."""
    by_area: dict[str, dict[str, Case]] = {}
    for case in cases:
        by_area.setdefault(areas[case.id], {}).setdefault(case.pair.position.id, case)
    made = []
    for case in cases:
        others = [o for key, o in by_area[areas[case.id]].items() if key != case.pair.position.id]
        for other in others[:ACROSS_FOR_EACH]:
            pair = replace(case.pair, position=other.pair.position, office=other.pair.office)
            made.append(replace(case, pair=pair, verdict=VerdictLabel.NEUTRAL, relation=None))
    return made


def threshold_at(
    truth: npt.NDArray[np.int64], probabilities: Floats, across: Floats, column: int, *, precision: float
) -> float:
    """Smallest probability from which on the expected precision at `BASE_RATE` is as asked, from there upwards.

    Of a hundred pairs `BASE_RATE` are of this finding, as many of the other, the rest neutral: `TRAP_SHARE` of those
    like our written ones, the others like `across`. One twentieth of a false alarm is added among the traps, since none
    seen among a few hundred does not mean none. At least `LOWEST_CUT`; 1.01 (never) where nothing suffices.
    """
    neutral = (1 - 2 * BASE_RATE) * np.asarray([TRAP_SHARE, 1 - TRAP_SHARE])
    score, others = probabilities[:, column], across[:, column]
    hit, other, trap = truth == column, truth == 1 - column, truth == ORDER.index(VerdictLabel.NEUTRAL)
    good = 1.01
    for cut in np.unique(score[hit])[::-1]:
        hits = BASE_RATE * (score[hit] >= cut).mean()
        alarms = BASE_RATE * (score[other] >= cut).mean() + neutral[1] * (others >= cut).mean()
        alarms += neutral[0] * ((score[trap] >= cut).sum() + 0.05) / trap.sum()
        if hits / (hits + alarms) >= precision:
            good = float(cut)
    return max(LOWEST_CUT, good)


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


def calibrate(
    judge: ReadingJudge, cases: list[Case], areas: dict[str, str], told: tuple[list[Case], Floats]
) -> dict[str, Any]:
    """`areas`: the policy area of each case, by its id. `told`: as `read_told` gives them."""
    position_of = {case.id: case.pair.position.id for case in cases}
    beside = across_positions(cases, areas)
    everything = [*cases, *beside]
    written = len(cases)
    labels = np.asarray([ORDER.index(case.verdict) for case in everything if case.verdict], dtype=np.int64)
    truth = labels[:written]
    # a passage stays in one fold with all that it is put beside
    groups = [position_of[case.id] for case in everything]
    features, moves = features_of(judge, everything)
    weight = np.asarray([1.0] * written + [ACROSS_WEIGHT * written / max(1, len(beside))] * len(beside))
    folds = {one: out_of_fold(features, labels, weight, groups, penalty=one) for one in PENALTIES}
    penalty = min(PENALTIES, key=lambda one: log_loss(truth, folds[one][:written]))
    mean, scale = scale_of(features)
    weights, bias = fit((features - mean) / scale, labels, weight, penalty=penalty)
    found, across = folds[penalty][:written], folds[penalty][written:]
    own = features[:written]
    cuts = {
        f"{grade}_{ORDER[column].value}": threshold_at(truth, found, across, column, precision=precision)
        for grade, precision in (("likely", LIKELY_PRECISION), ("possible", POSSIBLE_PRECISION))
        for column in (0, 1)
    }
    cuts |= {name: max(LOWEST_LIKELY, cut) for name, cut in cuts.items() if name.startswith("likely")}
    log.info(
        "penalty %s, raw %.3f, adjusted %.3f (log loss)",
        penalty,
        log_loss(truth, softmax(own[:, :3])),
        log_loss(truth, found),
    )
    relation = None
    if np.any(moves):
        others = [case.pair.position.id for case in told[0]]
        relation = fit_relations(
            np.concatenate([moves[:written], told[1]]), [*cases, *told[0]], [*groups[:written], *others]
        )
    return {
        "relation": relation,
        "judge": judge.name, "pairs": len(truth), "penalty": penalty, "base_rate": BASE_RATE, "features": NAMES,
        "weights": weights.round(5).tolist(), "bias": bias.round(5).tolist(), "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(), "neutrals_across": len(beside),
        "thresholds": cuts, "reliability": reliability(truth, found),
        "out_of_fold": measure_probabilities(truth, found),
        "model_alone": measure_probabilities(truth, softmax(own[:, :3])),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--hints", type=Path, help="written by training.judge.heads")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    judge = make_judge(JudgeSettings(kind="onnx", model=str(args.model), threads=args.threads))
    if not isinstance(judge, ReadingJudge):
        raise SystemExit("calibrate needs a judge with logits")
    areas = {row["id"]: row["position"]["area"] for row in read_dataset(split="tune")}
    found = calibrate(judge, load_cases("tune"), areas, read_told(args.hints))
    (args.model / "calibration.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if found["relation"]:
        log.info("relation: rules %(rules_alone).3f, out of fold %(out_of_fold).3f", found["relation"])
    log.info("%s", json.dumps({name: found[name] for name in ("thresholds", "model_alone", "out_of_fold")}, indent=1))


if __name__ == "__main__":
    main()
