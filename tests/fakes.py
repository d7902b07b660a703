"""Small stand-ins for what costs a model: hand-written, deterministic, no mocks."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.models import (
    Grade,
    Pair,
    Probabilities,
    Relation,
    Speaker,
    SpeakerKind,
    Verdict,
    VerdictLabel,
)


class KeywordJudge:
    """A passage with "will not" contradicts, one with "will" matches; the holder speaks. Counts what it was asked."""

    name = "keyword@1"

    def __init__(self) -> None:
        self.asked: list[Pair] = []

    def judge(self, pairs: Sequence[Pair]) -> list[Verdict]:
        self.asked += pairs
        return [self._judge(pair) for pair in pairs]

    def _judge(self, pair: Pair) -> Verdict:
        text = pair.passage.lower()
        if "will not" in text:
            label, relation = VerdictLabel.CONTRADICTS, Relation.REVERSES
        elif " will " in text:
            label, relation = VerdictLabel.MATCHES, Relation.REAFFIRMS
        else:
            label, relation = VerdictLabel.NEUTRAL, None
        sure = {known: 0.98 if known is label else 0.01 for known in VerdictLabel}
        return Verdict(
            passage_id=pair.passage_id,
            position_id=pair.position.id,
            label=label,
            probabilities=Probabilities(
                matches=sure[VerdictLabel.MATCHES],
                contradicts=sure[VerdictLabel.CONTRADICTS],
                neutral=sure[VerdictLabel.NEUTRAL],
            ),
            speaker=Speaker(name=pair.position.holder, kind=SpeakerKind.HOLDER),
            relation=relation,
            grade=None if relation is None else Grade.LIKELY,
            judge=self.name,
        )
