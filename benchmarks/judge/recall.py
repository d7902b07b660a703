"""How many of the passages that bear on a position reach the judge: recall of the candidates on our own pairs.

All positions compete for each passage, as they do in use.
"""

from __future__ import annotations

import numpy as np

from monitor.embed import make_embedder
from monitor.judge.candidates import select_candidates
from monitor.judge.evaluate import Case
from monitor.models import VerdictLabel
from monitor.settings import EmbedSettings, JudgeSettings


def measure_candidates(cases: list[Case], settings: JudgeSettings) -> dict[str, float]:
    """Recall over labelled matches and contradictions, and the mean count of candidates for each passage."""
    positions = list({case.pair.position.id: case.pair.position for case in cases}.values())
    embedder = make_embedder(EmbedSettings())
    statements = embedder.encode([position.statement for position in positions])
    topics = embedder.encode([position.topic for position in positions])
    passages = [case.pair.passage for case in cases]
    chosen = select_candidates(
        embedder.encode(passages), passages, positions, np.stack([statements, topics], axis=1), settings
    )
    found = {(row, positions[column].id) for row, column in chosen}
    findings = [i for i, case in enumerate(cases) if case.verdict is not VerdictLabel.NEUTRAL]
    return {
        "positions": len(positions),
        "recall": float(np.mean([(i, cases[i].pair.position.id) in found for i in findings])),
        "candidates_per_passage": len(chosen) / len(passages),
    }
