"""The words of the domain, as frozen values.

In: nothing but the standard library and numpy's array type. Out: what every room speaks.
Never: reads anything, decides anything. Times are UTC-aware and end in `_at`; dates end in `_on`.
Ids are computed from content (`make_id`), so that doing the same work twice names the same thing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""`(dim,)` or `(n, dim)` float32 of unit length."""


def make_id(prefix: str, *parts: str) -> str:
    """A short stable id: the prefix and 80 bits of SHA-256 over the parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}-{digest[:20]}"


# ---------------------------------------------------------------- feeds


class FeedHealth(StrEnum):
    NEW = "new"  # never polled
    OK = "ok"
    FAILING = "failing"  # the last poll failed; will be tried again
    GONE = "gone"  # the server says 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that the user listed: `http(s):` or `file:` URL."""

    url: str
    title: str = ""
    publisher: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we know of a feed between polls. `reason` says in plain words why it is not OK."""

    url: str
    health: FeedHealth = FeedHealth.NEW
    reason: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures_in_row: int = 0
    polls: int = 0
    entries_seen: int = 0
    new_entries: int = 0
    interval_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, as delivered: claims, not facts. `content` is cleaned HTML."""

    id: str
    feed_url: str
    guid: str
    url: str
    title: str
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    content_hash: str = ""
    """Changes when title, summary or content change: a revision of the same item."""


# ---------------------------------------------------------------- articles


class Stage(StrEnum):
    """What an item waits for. An article walks down this list; a done one waits for nothing."""

    EXTRACT = "extract"
    EMBED = "embed"
    CLUSTER = "cluster"
    JUDGE = "judge"
    ALERT = "alert"


class ArticleState(StrEnum):
    """The last stage that is done."""

    FETCHED = "fetched"
    EXTRACTED = "extracted"
    EMBEDDED = "embedded"
    CLUSTERED = "clustered"
    JUDGED = "judged"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page by one publisher. `first_seen_at` is our clock; `published_at` is the feed's or page's claim."""

    id: str
    url: str
    canonical_url: str
    feed_url: str
    publisher: str
    """Registered domain, or the feed's publisher where the URL has none: what "independent" counts."""
    title: str
    text: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    published_at: datetime | None = None
    first_seen_at: datetime
    state: ArticleState = ArticleState.FETCHED
    reason: str = ""
    """Why it was set aside, or which fall-back served."""
    content_hash: str = ""
    revision: int = 0
    story_id: str = ""
    copy_of: str = ""
    """Id of the origin (earliest seen) article when this is a copy, else empty."""

    @property
    def ordered_at(self) -> datetime:
        """The time that orders it: our own clock."""
        return self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One to three sentences of an article: `article.text[start:end] == text`. The unit that is judged."""

    id: str
    article_id: str
    index: int
    start: int
    end: int
    text: str
    context: str = ""
    """The sentences just before (up to two), so that pronouns and speakers can be resolved."""
    is_novel: bool = True
    """False when an earlier copy of the article carries the same passage: it is not judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """A unit vector of one passage or article, with the model that made it."""

    owner_id: str
    model: str
    """Name and revision, `name@revision`: vectors of different models are never compared."""
    vector: Vector


# ---------------------------------------------------------------- seeds and stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    title: str = ""
    publisher: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Who held an office, from when until when (`until_on` None: still)."""

    holder: str
    aliases: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Holder said one declarative statement about one topic on one date; valid until superseded."""

    id: str
    story_id: str
    holder: str
    aliases: tuple[str, ...] = ()
    office: str = ""
    """Id of the office that the holder speaks for, or empty."""
    topic: str
    statement: str
    stated_on: date
    source: Source = field(default_factory=Source)
    valid_until: date | None = None
    superseded_by: str = ""

    def is_valid_on(self, day: date) -> bool:
        """Positions are dated: one stated later, or no longer valid, says nothing about this day's article."""
        return self.stated_on <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedArticle:
    title: str
    publisher: str = ""
    url: str = ""
    published_on: date | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One seed file: a story with its articles, offices and positions."""

    id: str
    title: str
    summary: str
    language: str = "en"
    articles: tuple[SeedArticle, ...] = ()
    offices: tuple[Office, ...] = ()
    positions: tuple[Position, ...] = ()
    path: str = ""


class StoryState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"  # quiet for longer than the live window; its id stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A cluster of articles about one thing. `state_blob` is the clusterer's own summary of the members."""

    id: str
    title: str
    is_seed: bool = False
    summary: str = ""
    state: StoryState = StoryState.OPEN
    opened_at: datetime
    last_article_at: datetime
    article_count: int = 0
    """Articles, copies included."""
    publisher_count: int = 0
    """Independent publishers, copies not counted."""
    state_blob: dict[str, Any] = field(default_factory=dict)


# ---------------------------------------------------------------- judging


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


# ---------------------------------------------------------------- findings and alerts


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


# ---------------------------------------------------------------- reports of a run


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
