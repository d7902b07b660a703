"""What the pipeline says of itself: its stages and their reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What an item waits for. An article walks down this list; a done one waits for nothing."""

    EXTRACT = "extract"
    EMBED = "embed"
    CLUSTER = "cluster"
    JUDGE = "judge"
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """What one stage did. `left` are items for the next run; `problems` say why, by item."""

    stage: str
    seen: int = 0
    done: int = 0
    set_aside: int = 0
    left: int = 0
    new: int = 0
    problems: tuple[tuple[str, str], ...] = ()
    """(id or URL, reason) of what was set aside or left, at most a hundred."""
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not (self.set_aside or self.left)
