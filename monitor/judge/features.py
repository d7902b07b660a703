"""Facts about a pair, as numbers: what the stance model tends to overlook.

In: the pair's texts, cues, quantities, speaker, logits. Out: `(len(NAMES),)` float64.
The adjustment (adjust.py) weighs them; nothing here decides.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from monitor.judge.cues import count_negations, find_cues
from monitor.judge.quantities import Agreement, compare, find_quantities
from monitor.judge.speaker import Said
from monitor.models import Pair, SpeakerKind

NAMES = (
    "logit_matches",
    "logit_contradicts",
    "logit_neutral",
    "margin",
    "number_differs",
    "number_same",
    "date_differs",
    "date_same",
    "parity_differs",
    "question",
    "conditional",
    "request",
    "history",
    "forecast",
    "poll",
    "hedge",
    "denial",
    "change",
    "affirmation",
    "by_holder",
    "by_other",
    "by_anonymous",
    "by_narrator",
    "names_holder",
    "overlap",
    "is_long",
)

_WORD = re.compile(r"[a-z]{4,}")
_STOP = frozenset(
    [
        "will",
        "with",
        "that",
        "this",
        "from",
        "have",
        "been",
        "than",
        "more",
        "they",
        "their",
        "there",
        "would",
        "should",
        "which",
        "about",
        "into",
        "over",
        "under",
        "its",
        "not",
    ]
)


def content_words(text: str) -> set[str]:
    """Lower-case words of four letters and more, cut to six: a crude stem that needs no table."""
    return {word[:6] for word in _WORD.findall(text.lower()) if word not in _STOP}


def describe(pair: Pair, said: Said, logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The pair's features in the order of `NAMES`."""
    statement = pair.position.statement
    cues = {cue.kind for cue in find_cues(pair.passage)}
    figures, asked = find_quantities(pair.passage), find_quantities(statement)
    number, day = compare(asked, figures, dates=False), compare(asked, figures, dates=True)
    words = content_words(statement)
    ordered = np.sort(logits)
    kind = said.speaker.kind
    flags = [
        number is Agreement.DIFFERS,
        number is Agreement.SAME,
        day is Agreement.DIFFERS,
        day is Agreement.SAME,
        count_negations(pair.passage) % 2 != count_negations(statement) % 2,
        *(
            name in cues
            for name in ("question", "conditional", "request", "history", "forecast", "poll", "hedge", "denial")
        ),
        "change" in cues,
        "affirmation" in cues,
        kind in {SpeakerKind.HOLDER, SpeakerKind.SUCCESSOR},
        kind is SpeakerKind.OTHER,
        kind is SpeakerKind.ANONYMOUS,
        kind is SpeakerKind.NARRATOR,
        said.names_holder,
    ]
    overlap = len(words & content_words(pair.passage)) / max(1, len(words))
    # the logits' mean says nothing, since softmax ignores it
    values = [
        *(logits - logits.mean()),
        ordered[-1] - ordered[-2],
        *map(float, flags),
        overlap,
        float(len(pair.passage) > 400),
    ]
    return np.asarray(values, dtype=np.float64)
