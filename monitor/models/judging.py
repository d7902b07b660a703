"""What is asked of a judge, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.models.ledger import Office, Position


class VerdictLabel(StrEnum):
    MATCHES = "matches"
    CONTRADICTS = "contradicts"
    NEUTRAL = "neutral"


class Relation(StrEnum):
    REAFFIRMS = "reaffirms"
    REVERSES = "reverses"
    SUPPORTS = "supports"
    DISPUTES = "disputes"
    SOFTENS = "softens"
    REPORTED = "reported"


class Grade(StrEnum):
    LIKELY = "likely"
    POSSIBLE = "possible"


class SpeakerKind(StrEnum):
    """Whose words a passage reports, seen from the position's holder."""

    HOLDER = "holder"
    SUCCESSOR = "successor"  # a later holder of the same office
    OTHER = "other"
    ANONYMOUS = "anonymous"
    NARRATOR = "narrator"  # the article itself, nobody named


@dataclass(frozen=True, slots=True, kw_only=True)
class Probabilities:
    """Calibrated; the three sum to one."""

    matches: float
    contradicts: float
    neutral: float

    def of(self, label: VerdictLabel) -> float:
        return {
            VerdictLabel.MATCHES: self.matches,
            VerdictLabel.CONTRADICTS: self.contradicts,
            VerdictLabel.NEUTRAL: self.neutral,
        }[label]

    @property
    def best(self) -> VerdictLabel:
        return max(VerdictLabel, key=self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """`name` as a reader would say it ("Marta Vell", "people familiar with the talks"); empty for the narrator."""

    name: str
    kind: SpeakerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words of the passage that bore on the decision: offsets into the passage's text."""

    kind: str  # negation | number | date | hedge | speaker | denial | history | conditional | question | forecast
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a judge is asked: one passage (with context) against one position, as of a day."""

    passage_id: str
    passage: str
    context: str = ""
    position: Position
    office: Office | None = None
    others: tuple[Office, ...] = ()
    """The other offices on record: their people do not speak for the holder."""
    on: date | None = None
    """The article's day: decides who held an office then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one passage stands to one position. `relation` is None for neutral; so is `grade`."""

    passage_id: str
    position_id: str
    label: VerdictLabel
    probabilities: Probabilities
    speaker: Speaker
    relation: Relation | None = None
    by_successor: bool = False
    grade: Grade | None = None
    cues: tuple[Cue, ...] = ()
    judge: str = ""
    """`name@revision` of the judge."""

    @property
    def probability(self) -> float:
        return self.probabilities.of(self.label)
