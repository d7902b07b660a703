"""From logits and features to calibrated probabilities, by a small multinomial logistic model.

In: features `(n, len(NAMES))`. Out: probabilities `(n, 3)` in the order of `stance.ORDER`, rows sum to one.
Weights come from calibration.json beside the stance model, fitted on pairs that the model never saw
(training/judge/calibrate.py); without that file the logits' own softmax stands, and only `possible` is graded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.errors import SettingsInvalid
from monitor.judge.features import NAMES

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """`weights` `(3, len(NAMES))`, `bias` `(3,)`, over features that were scaled by `mean` and `scale`."""

    weights: Floats
    bias: Floats
    mean: Floats
    scale: Floats
    thresholds: dict[str, float]
    is_fitted: bool = True

    def apply(self, features: Floats) -> Floats:
        scaled = (features - self.mean) / self.scale
        return softmax(scaled @ self.weights.T + self.bias)


def softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def plain_adjustment() -> Adjustment:
    """The logits as they are, with thresholds that promise little."""
    weights = np.zeros((3, len(NAMES)))
    weights[:, :3] = np.eye(3)
    return Adjustment(
        weights=weights,
        bias=np.zeros(3),
        mean=np.zeros(len(NAMES)),
        scale=np.ones(len(NAMES)),
        thresholds={
            "likely_matches": 1.01,
            "likely_contradicts": 1.01,
            "possible_matches": 0.8,
            "possible_contradicts": 0.8,
        },
        is_fitted=False,
    )


def read_adjustment(path: Path) -> Adjustment:
    """From calibration.json; a missing file gives the plain one, a damaged one raises."""
    if not path.is_file():
        return plain_adjustment()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if tuple(found["features"]) != NAMES:
            raise SettingsInvalid(
                f"{path}: fitted for other features than this version computes. Run training/judge/calibrate.py again."
            )
        return Adjustment(
            weights=np.asarray(found["weights"], dtype=np.float64).reshape(3, len(NAMES)),
            bias=np.asarray(found["bias"], dtype=np.float64).reshape(3),
            mean=np.asarray(found["mean"], dtype=np.float64).reshape(len(NAMES)),
            scale=np.asarray(found["scale"], dtype=np.float64).reshape(len(NAMES)),
            thresholds={str(name): float(value) for name, value in found["thresholds"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsInvalid(f"{path}: cannot be read ({error!r}). Run training/judge/calibrate.py again.") from error
