"""How good verdicts are, against labels.

In: labelled cases and their verdicts, or labels and probabilities. Out: plain dicts of numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.judge.evaluate import Case
from monitor.judge.names import same_name
from monitor.judge.stance import ORDER
from monitor.models import SpeakerKind, Verdict, VerdictLabel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PRECISIONS = (0.80, 0.90, 0.95)


def measure(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """All metrics over labelled cases."""
    truth = np.asarray([ORDER.index(case.verdict) for case in cases if case.verdict is not None], dtype=np.int64)
    probabilities = np.asarray(
        [[v.probabilities.of(label) for label in ORDER] for v in verdicts], dtype=np.float64
    ).reshape(-1, 3)
    given = np.asarray([ORDER.index(v.label) for v in verdicts], dtype=np.int64)
    found = measure_probabilities(truth, probabilities)
    found["accuracy_of_labels"] = _share(truth == given)
    return found | _relations(cases, verdicts) | _speakers(cases, verdicts) | _grades(cases, verdicts)


def measure_probabilities(truth: Ints, probabilities: Floats) -> dict[str, Any]:
    """Accuracy, macro-F1, and for each of the two findings AUC and recall at fixed precisions; calibration error."""
    best = probabilities.argmax(axis=1) if len(probabilities) else np.zeros(0, dtype=np.int64)
    found: dict[str, Any] = {"pairs": len(truth), "accuracy": _share(truth == best), "macro_f1": macro_f1(truth, best)}
    for column in (0, 1):
        name = ORDER[column].value
        positive, score = truth == column, probabilities[:, column]
        found[f"auc_{name}"] = auc(positive, score)
        for precision in PRECISIONS:
            found[f"recall_{name}_at_p{round(precision * 100)}"] = recall_at_precision(positive, score, precision)
    found["calibration_error"] = calibration_error(truth, probabilities)
    return found


def _share(hits: npt.NDArray[np.bool_] | Sequence[bool]) -> float | None:
    return float(np.mean(hits)) if len(hits) else None


def macro_f1(truth: Ints, given: Ints) -> float | None:
    """Mean of the three classes' F1; a class without labels and without verdicts is left out."""
    scores = []
    for column in range(len(ORDER)):
        right = int(((truth == column) & (given == column)).sum())
        named = int((truth == column).sum()) + int((given == column).sum())
        if named:
            scores.append(2 * right / named)
    return float(np.mean(scores)) if scores else None


def auc(positive: npt.NDArray[np.bool_], score: Floats) -> float | None:
    """Area under the ROC curve by ranks (Mann–Whitney), ties counted half; None without both classes."""
    count = int(positive.sum())
    if not count or count == len(positive):
        return None
    _, inverse, sizes = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[inverse]
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(positive) - count)))


def recall_at_precision(positive: npt.NDArray[np.bool_], score: Floats, precision: float) -> float | None:
    """The largest recall over thresholds whose precision is at least as asked; tied scores stand or fall together."""
    if not positive.sum():
        return None
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(positive[order])
    ends = np.append(np.diff(score[order]) != 0, True)
    good = ends & (hits / np.arange(1, len(order) + 1) >= precision)
    return float(hits[good].max() / positive.sum()) if good.any() else 0.0


def calibration_error(truth: Ints, probabilities: Floats, *, bins: int = 10) -> float | None:
    """Expected calibration error of the best label's probability, over equal-width bins (Guo et al. 2017)."""
    if not len(truth):
        return None
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    slot = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(sure[slot == b].mean() - right[slot == b].mean()) * (slot == b).mean() for b in set(slot.tolist())]
    return float(sum(gaps))


def same_speaker(expected: str | None, given: str) -> bool:
    """Whether one name contains the other; the narrator is nobody."""
    return same_name(expected or "", given)


def _relations(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Relation among right verdicts that have one; the successor's mark counts as part of `reverses`."""
    both = [(c, v) for c, v in zip(cases, verdicts, strict=True) if c.relation is not None and c.verdict is v.label]
    confusion = Counter((str(c.relation), str(v.relation)) for c, v in both if c.relation is not v.relation)
    return {
        "relation_accuracy": _share([c.relation is v.relation for c, v in both]),
        "relation_errors": {f"{a} → {b}": n for (a, b), n in confusion.most_common(8)},
    }


def _speakers(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Speaker over findings (labelled matches or contradicts), and over those of them with a named speaker."""
    both = [(c, v) for c, v in zip(cases, verdicts, strict=True) if c.verdict not in {None, VerdictLabel.NEUTRAL}]

    def right(case: Case, verdict: Verdict) -> bool:
        acts_unnamed = not case.speaker and verdict.speaker.kind is SpeakerKind.NARRATOR
        return acts_unnamed or same_speaker(case.speaker, verdict.speaker.name)

    return {
        "speaker_accuracy": _share([right(c, v) for c, v in both]),
        "speaker_accuracy_named": _share([right(c, v) for c, v in both if c.speaker]),
    }


def _grades(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for grade in ("likely", "possible"):
        graded = [
            (c, v) for c, v in zip(cases, verdicts, strict=True) if v.grade is not None and v.grade.value == grade
        ]
        found[f"{grade}_count"] = len(graded)
        found[f"{grade}_precision"] = _share([c.verdict is v.label for c, v in graded])
    return found
