"""The judge proper: stance, speaker, relation and grade put together.

In: pairs. Out: verdicts, one for each, in order. What each part does stands in its own file; here is only the plot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.judge.adjust import Adjustment, Floats
from monitor.judge.cues import UNJUDGED, find_cues
from monitor.judge.features import describe
from monitor.judge.grade import Thresholds, decide_grade, decide_label
from monitor.judge.premises import find_obstacle, make_premises
from monitor.judge.quantities import find_quantities
from monitor.judge.relation import relate
from monitor.judge.speaker import Said, find_speaker
from monitor.judge.stance import Logits, Stance
from monitor.models import Cue, Grade, Pair, Probabilities, Speaker, SpeakerKind, Verdict, VerdictLabel

_SHOWN = frozenset(
    {"negation", "refusal", "hedge", "denial", "history", "conditional", "question", "forecast", "request", "change"}
)
"""Kinds of cues that a verdict carries; the others serve the features alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingJudge:
    """A `Judge` over any `Stance`. Deterministic as long as the stance is."""

    stance: Stance
    adjustment: Adjustment
    thresholds: Thresholds

    @property
    def name(self) -> str:
        return self.stance.name

    def judge(self, pairs: Sequence[Pair]) -> list[Verdict]:
        readable = [index for index, pair in enumerate(pairs) if find_obstacle(pair.passage) is None]
        premises = [make_premises(pairs[index]) for index in readable]
        scored = self._score([pairs[i] for i in readable], [texts for texts, _ in premises])
        verdicts = {i: _unjudged(pairs[i], judge=self.name) for i in range(len(pairs))}
        for index, (texts_end, row) in zip(
            readable, zip((end for _, end in premises), scored, strict=True), strict=True
        ):
            verdicts[index] = self.decide(pairs[index], row, reaches=texts_end)
        return [verdicts[i] for i in range(len(pairs))]

    def score(self, pairs: Sequence[Pair]) -> Logits:
        """Logits alone, for fitting: long passages by their most telling window."""
        return self._score(list(pairs), [make_premises(pair)[0] for pair in pairs])

    def _score(self, pairs: list[Pair], texts: list[list[str]]) -> Logits:
        flat = [(text, pair.position.statement) for pair, windows in zip(pairs, texts, strict=True) for text in windows]
        logits = self.stance.score(flat)
        rows, at = [], 0
        for windows in texts:
            rows.append(_most_telling(logits[at : at + len(windows)]))
            at += len(windows)
        return np.asarray(rows, dtype=np.float64).reshape(len(rows), 3)

    def decide(self, pair: Pair, logits: Floats, *, reaches: int) -> Verdict:
        said = find_speaker(pair)
        row = self.adjustment.apply(describe(pair, said, logits)[None, :])[0]
        probabilities = Probabilities(matches=float(row[0]), contradicts=float(row[1]), neutral=float(row[2]))
        label = decide_label(probabilities, self.thresholds)
        cues = _cues_of(pair, said, reaches=reaches)
        relation, by_successor = relate(label, said.speaker.kind, cues, names_holder=said.names_holder)
        grade = decide_grade(label, probabilities.of(label), self.thresholds)
        if grade is Grade.LIKELY and not self.stance.is_model:
            grade = Grade.POSSIBLE
        return Verdict(
            passage_id=pair.passage_id, position_id=pair.position.id, label=label, probabilities=probabilities,
            speaker=said.speaker, relation=relation, by_successor=by_successor, grade=grade, cues=cues, judge=self.name,
        )  # fmt: skip


def _most_telling(logits: Logits) -> Floats:
    """Of a long passage's windows the one that leans furthest away from neutral."""
    lean = logits[:, :2].max(axis=1) - logits[:, 2]
    return np.asarray(logits[int(lean.argmax())])


def _cues_of(pair: Pair, said: Said, *, reaches: int) -> tuple[Cue, ...]:
    figures = [
        Cue(kind="date" if q.is_date else "number", start=q.start, end=q.end)
        for q in find_quantities(pair.passage)
        if find_quantities(pair.position.statement)
    ]
    cues = [cue for cue in find_cues(pair.passage) if cue.kind in _SHOWN] + figures
    if said.cue is not None:
        cues.append(said.cue)
    if reaches < len(pair.passage.rstrip()):
        cues.append(Cue(kind=UNJUDGED, start=reaches, end=len(pair.passage)))
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end, cue.kind)))


def _unjudged(pair: Pair, *, judge: str) -> Verdict:
    """Neutral, and saying so: the cue `unjudged` spans the whole passage."""
    return Verdict(
        passage_id=pair.passage_id,
        position_id=pair.position.id,
        label=VerdictLabel.NEUTRAL,
        probabilities=Probabilities(matches=0.0, contradicts=0.0, neutral=1.0),
        speaker=Speaker(name="", kind=SpeakerKind.NARRATOR),
        cues=(Cue(kind=UNJUDGED, start=0, end=len(pair.passage)),),
        judge=judge,
    )
