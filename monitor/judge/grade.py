"""Grade a verdict: worth a mail (`likely`), worth a line in the digest (`possible`), or nothing.

In: label and calibrated probability. Out: `Grade` or None.
Thresholds come with the model's calibration; each may be set by hand in `judge.likely_…` and `judge.possible_…`.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.models import Grade, Probabilities, VerdictLabel
from monitor.settings import JudgeSettings

_CUTS = ("likely_matches", "likely_contradicts", "possible_matches", "possible_contradicts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Smallest probability for each grade; above 1 means never."""

    likely_matches: float = 1.01
    likely_contradicts: float = 1.01
    possible_matches: float = 0.8
    possible_contradicts: float = 0.8


def choose_thresholds(fitted: dict[str, float], settings: JudgeSettings) -> Thresholds:
    """The user's own where given, else those fitted on the model, else the cautious defaults."""
    values = {name: getattr(settings, name) for name in _CUTS}
    chosen = {name: fitted.get(name) if value is None else value for name, value in values.items()}
    return Thresholds(**{name: value for name, value in chosen.items() if value is not None})


def decide_label(probabilities: Probabilities, thresholds: Thresholds) -> VerdictLabel:
    """The label of the verdict: one that reaches its lower threshold, else the most probable.

    The best label alone would hide a `possible` finding at .4 against neutral .45.
    """
    over = {
        VerdictLabel.MATCHES: probabilities.matches - thresholds.possible_matches,
        VerdictLabel.CONTRADICTS: probabilities.contradicts - thresholds.possible_contradicts,
    }
    best = max(over, key=probabilities.of)
    return best if over[best] >= 0 else probabilities.best


def decide_grade(label: VerdictLabel, probability: float, thresholds: Thresholds) -> Grade | None:
    cuts = {
        VerdictLabel.MATCHES: (thresholds.likely_matches, thresholds.possible_matches),
        VerdictLabel.CONTRADICTS: (thresholds.likely_contradicts, thresholds.possible_contradicts),
    }
    if label not in cuts:
        return None
    likely, possible = cuts[label]
    return Grade.LIKELY if probability >= likely else Grade.POSSIBLE if probability >= possible else None
