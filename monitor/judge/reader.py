"""The judge proper: stance, speaker, relation and grade put together.

In: pairs. Out: verdicts, one for each, in order. What each part does stands in its own file; here is only the plot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.judge.adjust import Adjustment
from monitor.judge.cues import UNJUDGED, find_cues
from monitor.judge.features import describe
from monitor.judge.grade import Thresholds, decide_grade, decide_label
from monitor.judge.premises import find_obstacle, make_premises
from monitor.judge.quantities import find_quantities
from monitor.judge.relation import relate
from monitor.judge.relation_weights import RelationWeights, describe_move
from monitor.judge.speaker import Said, find_speaker
from monitor.judge.stance import Logits, Reading, Stance
from monitor.models import Cue, Grade, Pair, Probabilities, Relation, Speaker, SpeakerKind, Verdict, VerdictLabel

_SHOWN = frozenset(
    {"negation", "refusal", "hedge", "denial", "history", "conditional", "question", "forecast", "request", "change"}
)
"""Kinds of cues that a verdict carries; the others serve the features alone. Wavering words are shown as hedges; as a
feature of the stance they stand apart."""


MAX_RULE_CHARS = 4_000
"""The rules read no more of a passage: three sentences have a few hundred characters."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a passage decided: its offsets, and how far the passage was read at all."""

    start: int
    end: int
    reaches: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingJudge:
    """A `Judge` over any `Stance`. Deterministic as long as the stance is."""

    stance: Stance
    adjustment: Adjustment
    thresholds: Thresholds
    relations: RelationWeights | None = None
    """Without them the rules alone tell the relation."""

    @property
    def name(self) -> str:
        return self.stance.name

    def judge(self, pairs: Sequence[Pair]) -> list[Verdict]:
        verdicts = {i: _unjudged(pair, judge=self.name) for i, pair in enumerate(pairs)}
        readable = [i for i, pair in enumerate(pairs) if find_obstacle(pair.passage) is None]
        for index, (reading, part) in zip(readable, self._read([pairs[i] for i in readable]), strict=True):
            verdicts[index] = self.decide(pairs[index], reading, part=part)
        return [verdicts[i] for i in range(len(pairs))]

    def read(self, pairs: Sequence[Pair]) -> list[tuple[Reading, Pair]]:
        """For fitting: the model's reading, and the pair cut to the part that the rules read."""
        return [(reading, _cut(pair, part)) for pair, (reading, part) in zip(pairs, self._read(pairs), strict=True)]

    def _read(self, pairs: Sequence[Pair]) -> list[tuple[Reading, Part]]:
        """The reading of each pair by its most telling window, and where that window lies."""
        premises = [make_premises(pair) for pair in pairs]
        flat = [(one.text, pair.position.statement) for pair, some in zip(pairs, premises, strict=True) for one in some]
        readings = self.stance.read(flat)
        found: list[tuple[Reading, Part]] = []
        at = 0
        for some in premises:
            best = at + _most_telling(readings[at : at + len(some)])
            one = some[best - at]
            found.append((readings[best], Part(one.start, one.end, some[-1].end, is_whole=len(some) == 1)))
            at += len(some)
        return found

    def decide(self, pair: Pair, reading: Reading, *, part: Part) -> Verdict:
        """From a reading to a verdict; the rules read only the part of the passage that the model read."""
        read = _cut(pair, part)
        said = find_speaker(read, reading.heard)
        row = self.adjustment.apply(describe(read, said, reading.logits)[None, :])[0]
        probabilities = Probabilities(matches=float(row[0]), contradicts=float(row[1]), neutral=float(row[2]))
        label = decide_label(probabilities, self.thresholds)
        if said.is_of_another:
            # the same words by another actor: the stance model hears them, the statement is not about them
            label = VerdictLabel.NEUTRAL
        cues = _cues_of(pair, read, said, part)
        relation, by_successor = self._relate(label, said, cues, hints=reading.hints)
        grade = decide_grade(label, probabilities.of(label), self.thresholds)
        if grade is Grade.LIKELY and not self.stance.is_model:
            grade = Grade.POSSIBLE
        return Verdict(
            passage_id=pair.passage_id, position_id=pair.position.id, label=label, probabilities=probabilities,
            speaker=said.speaker, relation=relation, by_successor=by_successor, grade=grade, cues=cues, judge=self.name,
        )  # fmt: skip

    def _relate(
        self, label: VerdictLabel, said: Said, cues: tuple[Cue, ...], *, hints: Logits
    ) -> tuple[Relation | None, bool]:
        """(relation, by_successor): by the rules, and by the fitted weights over them where the model gives hints."""
        kind = said.speaker.kind
        rule, by_successor = relate(label, kind, cues, names_holder=said.names_holder, is_deed=said.is_deed)
        if rule is None or self.relations is None or not len(hints):
            return rule, by_successor
        relation = self.relations.choose(label, describe_move(label, hints, rule, said, cues))
        return relation, relation is Relation.REVERSES and kind is SpeakerKind.SUCCESSOR


def _most_telling(windows: Sequence[Reading]) -> int:
    """Of a long passage's windows the one that leans furthest away from neutral."""
    logits = np.stack([one.logits for one in windows])
    return int((logits[:, :2].max(axis=1) - logits[:, 2]).argmax())


def _cut(pair: Pair, part: Part) -> Pair:
    """The pair with its passage cut to what was read: the rules' patterns must never meet a whole book."""
    start, end = part.start, min(part.end, part.start + MAX_RULE_CHARS)
    context = pair.context if part.is_whole else pair.passage[max(0, start - MAX_RULE_CHARS // 4) : start]
    return replace(pair, passage=pair.passage[start:end], context=context[-MAX_RULE_CHARS // 2 :])


def _cues_of(pair: Pair, read: Pair, said: Said, part: Part) -> tuple[Cue, ...]:
    """The cues of the part that was read, with offsets into the whole passage; what was not read is a cue too."""
    found = [replace(cue, kind="hedge") if cue.kind == "wavering" else cue for cue in find_cues(read.passage)]
    cues = [cue for cue in found if cue.kind in _SHOWN]
    if find_quantities(pair.position.statement):
        cues += [
            Cue(kind="date" if q.is_date else "number", start=q.start, end=q.end) for q in find_quantities(read.passage)
        ]
    if said.cue is not None:
        cues.append(said.cue)
    moved = [Cue(kind=cue.kind, start=cue.start + part.start, end=cue.end + part.start) for cue in cues]
    if part.reaches < len(pair.passage.rstrip()):
        moved.append(Cue(kind=UNJUDGED, start=part.reaches, end=len(pair.passage)))
    return tuple(sorted(moved, key=lambda cue: (cue.start, cue.end, cue.kind)))


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
