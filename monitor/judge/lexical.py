"""Score without a model, by shared words, negations, opposites and figures. Honest about itself: it knows little.

In: (premise, hypothesis) pairs. Out: readings. For machines and tests without the model: its verdicts reach `possible`
at most (`is_model` is False), and what shares few words with the statement is always neutral.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from monitor.judge.cues import count_negations, find_cues
from monitor.judge.english import opposites
from monitor.judge.features import content_words
from monitor.judge.quantities import Agreement, compare, find_quantities
from monitor.judge.stance import Reading, plain_readings

_SILENCING = {"question", "conditional", "request", "poll"}


class LexicalStance:
    """Fast and deterministic; needs nothing."""

    is_model = False
    name = "lexical@1"

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        rows = [score_one(premise, hypothesis) for premise, hypothesis in pairs]
        return plain_readings(np.asarray(rows, dtype=np.float64).reshape(len(pairs), 3))


def score_one(premise: str, hypothesis: str) -> tuple[float, float, float]:
    """Logits for matches, contradicts, neutral."""
    asked = content_words(hypothesis)
    overlap = len(asked & content_words(premise)) / max(1, len(asked))
    if overlap < 0.4:
        return -2.0, -2.0, 2.0
    against = (count_negations(premise) - count_negations(hypothesis)) % 2 + _opposed(premise, hypothesis)
    agreement = {
        compare(find_quantities(hypothesis), find_quantities(premise), dates=False),
        compare(find_quantities(hypothesis), find_quantities(premise), dates=True),
    }
    differs = against % 2 == 1 or Agreement.DIFFERS in agreement
    silenced = any(cue.kind in _SILENCING for cue in find_cues(premise))
    strength = 4.0 * (overlap - 0.4) + (0.5 if Agreement.SAME in agreement else 0.0)
    neutral = 1.0 + (2.0 if silenced else 0.0)
    return (-1.0, strength, neutral) if differs else (strength, -1.0, neutral)


def _opposed(premise: str, hypothesis: str) -> int:
    """How many opposites the two texts hold."""
    one, two = set(re.findall(r"[a-z]+", premise.lower())), set(re.findall(r"[a-z]+", hypothesis.lower()))
    return sum(
        bool((two & left and one & right and not one & left) or (two & right and one & left and not one & right))
        for left, right in opposites()
    )
