"""The door of the judging room.

In: pairs of a passage and a position. Out: verdicts. Never: reads a store, sends anything, decides who is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.models import Pair, Verdict


class Judge(Protocol):
    """Same pair, same verdict; one verdict per pair, in order; never returns None.

    Probabilities are calibrated and sum to one. A passage that cannot be judged (empty, no words) is
    neutral with the reason among the cues' kinds; raises `JudgeUnavailable` when a remote judge is away.
    `name` is `name@revision` and stands in every verdict.
    """

    @property
    def name(self) -> str: ...

    def judge(self, pairs: Sequence[Pair]) -> list[Verdict]: ...
