"""What is told: findings with their evidence, alerts, attempts to deliver them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.models.judging import Cue, Grade, Relation, VerdictLabel


class Review(StrEnum):
    """The analyst's word on a finding."""

    NONE = "none"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One judged passage behind a finding, with all that an alert must show."""

    article_id: str
    passage_id: str
    url: str
    title: str
    publisher: str
    speaker: str
    passage: str
    start: int
    end: int
    published_at: datetime | None
    first_seen_at: datetime
    probability: float
    is_copy: bool = False
    """True when the article is a copy of another piece of evidence: shown, not counted."""
    copies: int = 0
    """How many syndicated copies of this article are known."""
    cues: tuple[Cue, ...] = ()
    on_record: bool = True
    """False when only anonymous sources speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """position × story × relation, with all its evidence, earliest first."""

    id: str
    position_id: str
    story_id: str
    verdict: VerdictLabel
    relation: Relation
    by_successor: bool = False
    grade: Grade
    probability: float
    first_seen_at: datetime
    updated_at: datetime
    evidence: tuple[Evidence, ...] = ()
    publishers: int = 0
    """Independent publishers among the evidence."""
    state: str = ""
    """What the reader was last told: changes of it are worth a word (see alert/)."""
    review: Review = Review.NONE


class AlertState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # will be tried again at `due_at`
    GIVEN_UP = "given up"


class AlertKind(StrEnum):
    FINDING = "finding"  # a new likely finding
    CHANGE = "change"  # its state moved: on the record, several publishers, denied
    DIGEST = "digest"  # the daily summary
    OPERATOR = "operator"  # something for whoever runs it


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A finding (or a change of its state) addressed to one recipient over one channel.

    `payload` holds the finding as it stood, so that a repeat sends the same words.
    """

    id: str
    kind: AlertKind
    finding_id: str
    channel: str
    recipient: str
    headline: str
    payload: dict[str, Any] = field(default_factory=dict)
    state: AlertState = AlertState.WAITING
    created_at: datetime
    due_at: datetime
    leased_until: datetime | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    message_id: str = ""
    """Of the mail that carried it (several alerts may share one)."""
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver: one row each, never changed."""

    message_id: str
    channel: str
    recipient: str
    alert_ids: tuple[str, ...]
    tried_at: datetime
    ok: bool
    error: str = ""
