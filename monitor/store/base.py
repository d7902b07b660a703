"""The store's contract, in prose; every adapter keeps it, and one suite (tests/contract/) runs over all of them.

**Times** are UTC-aware, both ways; a naive time is a `ValueError`. Dates are `date`s.
**Repeatable writes.** Every writing call can be repeated with the same arguments, by the same or another process,
at any time, with the same end state: ids are computed from content, records are created if absent or replaced whole.
**All or nothing.** One call is one transaction. Where the technology has none (Elasticsearch), the order of its
writes is such that a crash in between is repaired by repeating the call: alerts first, the done mark last.
**Read your writes.** What a call wrote, the next call of any process reads.
**Errors.** `StoreUnavailable` (Retryable: locked, away, read-only, throttled), `NotFound` for a single id that is
not there, `StoreTooNew` at opening. Drivers' errors do not come out raw.
**Order.** Every list is in the order that its method names; ties are broken by id. Nearest-first lists are
ordered by score, and scores of two adapters are not comparable.
**Bad input.** Text may hold anything but NUL, which is dropped.
**Concurrency.** Two processes may call anything at once. Work that must not run twice at the same time takes a
lease (`acquire_lease`), which ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from monitor.models import (
    Alert,
    AlertState,
    Article,
    ArticleState,
    Attempt,
    Embedding,
    Entry,
    FeedState,
    Finding,
    Office,
    Passage,
    Position,
    Review,
    Seed,
    Stage,
    Story,
    Vector,
    Verdict,
    VerdictLabel,
)

MAX_REVISIONS = 24
"""An item that changes more often than this is a page that never stands still: later changes are ignored."""


class Arrival(StrEnum):
    """What `record_poll` made of one delivered entry."""

    NEW = "new"
    REVISED = "revised"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """An entry and the article (state FETCHED) that it announces."""

    entry: Entry
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRecord:
    """What clustering decided for one article, with the memo that the clusterer wants back."""

    article_id: str
    story_id: str
    copy_of: str
    novel_passages: tuple[bool, ...]
    """By passage index; shorter than the passages means true for the rest."""
    why: Mapping[str, Any]
    memo: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMemo:
    """A past decision of the live window."""

    article_id: str
    story_id: str
    copy_of: str
    publisher: str
    at: datetime
    vector: Vector
    memo: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedChanges:
    """What loading a seed changed: ids of positions, and whether the story itself did."""

    story: str  # "added" | "changed" | "unchanged"
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    """In the store but no longer in the file: kept in the ledger, no longer judged."""
    unchanged: int = 0


class SearchKind(StrEnum):
    ARTICLE = "article"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """All that are set must hold. Times are of `first_seen_at`, `since` included and `until` not."""

    since: datetime | None = None
    until: datetime | None = None
    publisher: str = ""
    story_id: str = ""
    position_id: str = ""
    verdict: VerdictLabel | None = None
    """With or without `position_id`: articles with such a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One article or passage found. `score` orders this answer and means nothing beyond it."""

    kind: SearchKind
    article_id: str
    passage_id: str = ""
    title: str
    publisher: str
    url: str
    story_id: str
    first_seen_at: datetime
    snippet: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    story_id: str = ""
    publisher: str = ""
    state: ArticleState | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the store holds."""

    articles: int = 0
    passages: int = 0
    stories: int = 0
    positions: int = 0
    findings: int = 0
    alerts: Mapping[AlertState, int] = field(default_factory=dict)
    articles_by_state: Mapping[ArticleState, int] = field(default_factory=dict)


class Store(Protocol):
    """See the module's prose for what holds for every method."""

    def prepare(self) -> list[str]:
        """Create or migrate what is missing; says what it did, a line each. Raises `StoreTooNew`."""

    def close(self) -> None: ...

    # feeds and arrivals ------------------------------------------------------------------------------------

    def feed_states(self) -> dict[str, FeedState]:
        """All known states, by URL."""

    def record_poll(self, state: FeedState, delivered: Sequence[Delivered]) -> list[Arrival]:
        """Keep the feed's state and what it delivered; one arrival per item, in order.

        A new article id is stored as given (NEW). A known one with another `content_hash` *from the same feed* is a
        revision: text fields, `content_hash` and entry are taken over, `revision` grows, the state goes back
        to FETCHED, while `first_seen_at`, `story_id` and `copy_of` stay (REVISED; beyond `MAX_REVISIONS`, KNOWN).
        Anything else is KNOWN and changes nothing, also when another feed delivers the same article.
        Of two items with one article id in one call the first counts; the later ones are KNOWN.
        The larger of the given and the stored `new_entries` grows by the number of NEW.
        """

    # articles ----------------------------------------------------------------------------------------------

    def pending(self, stage: Stage, *, limit: int) -> list[Article]:
        """Articles that wait for `stage`, by `first_seen_at`, then `published_at` (none last), then id.

        EXTRACT: state FETCHED; EMBED: EXTRACTED; CLUSTER: EMBEDDED; JUDGE: CLUSTERED. ALERT is a `ValueError`.
        """

    def backlog(self) -> dict[Stage, int]:
        """How many wait for each stage (ALERT: alerts waiting or failed), zeroes included."""

    def entries_of(self, article_ids: Sequence[str]) -> dict[str, Entry]:
        """The feed's entry by article; those that exist."""

    def article(self, article_id: str) -> Article: ...

    def articles(self, which: ArticleFilter, *, limit: int) -> list[Article]:
        """Newest first by `first_seen_at`."""

    def articles_by_ids(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Those that exist."""

    def save_extracted(self, articles: Sequence[Article], passages: Sequence[Passage]) -> None:
        """Replace articles and all their passages (verdicts of passages that vanish are kept in the findings).

        Nothing happens to an article of which the store holds a later `revision`: that one waits for extraction
        itself. Likewise the marks EMBEDDED, CLUSTERED and JUDGED pass by an article that is FETCHED (revised or reset
        meanwhile). Of an article named twice the last counts; a passage of none of the articles is a `ValueError`.
        """

    def set_aside(self, article_id: str, reason: str) -> None: ...

    def reset(self, article_ids: Sequence[str], state: ArticleState) -> None:
        """Send articles back, so that the stages after `state` do them again.

        Before CLUSTERED, their decisions (memo, why) are forgotten; `story_id` and `copy_of` stay until the next.
        """

    def passages_of(self, article_ids: Sequence[str]) -> dict[str, list[Passage]]:
        """By article, in order of index; articles without passages are there with an empty list."""

    # vectors -----------------------------------------------------------------------------------------------

    def save_embedded(self, article_ids: Sequence[str], embeddings: Sequence[Embedding]) -> None:
        """Keep vectors (by owner; a later model replaces the earlier) and mark the articles EMBEDDED."""

    def vectors_of(self, owner_ids: Sequence[str], *, model: str) -> dict[str, Vector]:
        """Those that exist with exactly this model."""

    def articles_of_other_models(self, model: str, *, limit: int) -> list[str]:
        """Ids of articles whose own vector was made by another model, oldest first.

        Without those FETCHED (they will be embedded anyway) or SET_ASIDE (nothing waits for them).
        """

    # stories -----------------------------------------------------------------------------------------------

    def live_memos(self, *, since: datetime, model: str) -> list[StoredMemo]:
        """Past decisions on articles first seen at or after `since` with a vector of `model`, in order of arrival."""

    def count_memos(self, *, since: datetime, model: str) -> int:
        """How many `live_memos` would give."""

    def read_blob(self, name: str) -> bytes:
        """A named state of a stage; empty when there is none."""

    def save_clustered(
        self,
        records: Sequence[ClusterRecord],
        stories: Sequence[Story],
        *,
        blob: tuple[str, bytes],
        moves: Mapping[str, str] | None = None,
    ) -> None:
        """Keep decisions, the stories that they touched (replaced whole) and the clusterer's state; mark CLUSTERED.

        `moves` is article → story: earlier decisions that name another story from now on (stories that turned out to
        be one, or a person's word). Nothing else about those articles changes; such as are not there are passed over.
        """

    def story(self, story_id: str) -> Story: ...

    def stories_by_ids(self, story_ids: Sequence[str]) -> dict[str, Story]:
        """Those that exist."""

    def stories(self, *, limit: int, seeds_only: bool = False) -> list[Story]:
        """Seed stories first, then by `last_article_at`, newest first."""

    def articles_of_story(self, story_id: str, *, limit: int) -> list[Article]:
        """By `first_seen_at`, earliest first."""

    def copies_of(self, article_ids: Sequence[str]) -> dict[str, list[Article]]:
        """Known copies by id of their origin, earliest first; origins without copies are left out."""

    def why_of(self, article_id: str) -> dict[str, Any]:
        """How clustering explained its decision; empty when it has not decided."""

    # seeds and positions -----------------------------------------------------------------------------------

    def load_seed(self, seed: Seed, story: Story) -> SeedChanges:
        """Keep the seed (its story only if absent or changed), offices and positions; withdrawn ones stay marked."""

    def seeds(self) -> list[Seed]:
        """By id, with active positions only."""

    def positions(self, *, include_withdrawn: bool = False) -> list[Position]:
        """By story, then date, then id."""

    def position(self, position_id: str) -> Position: ...

    def offices(self) -> dict[str, Office]: ...

    # verdicts and findings ---------------------------------------------------------------------------------

    def record_verdicts(
        self,
        *,
        done: Sequence[str],
        verdicts: Sequence[Verdict],
        findings: Sequence[Finding],
        alerts: Sequence[Alert],
    ) -> None:
        """One call for what judging decided: alerts are created if absent, findings replaced whole (but for the
        review, which stays), verdicts replaced pair by pair (a neutral one takes an earlier one away), and last
        the articles `done` marked JUDGED."""

    def verdicts_on(self, position_id: str, *, limit: int) -> list[Verdict]:
        """Newest passages first; neutral ones are not kept."""

    def findings(
        self, *, position_id: str = "", story_id: str = "", since: datetime | None = None, limit: int = 1_000
    ) -> list[Finding]:
        """By `first_seen_at`, newest first."""

    def finding(self, finding_id: str) -> Finding: ...

    def findings_by_ids(self, finding_ids: Sequence[str]) -> dict[str, Finding]: ...

    def review_finding(self, finding_id: str, review: Review) -> None:
        """Keep the analyst's word; a dismissed finding's alerts that are not sent are given up."""

    # outbox ------------------------------------------------------------------------------------------------

    def create_alerts(self, alerts: Sequence[Alert]) -> int:
        """Create those that are absent; how many were."""

    def lease_alerts(self, *, now: datetime, until: datetime, limit: int) -> list[Alert]:
        """Claim alerts that are due: WAITING or FAILED with `due_at` ≤ now, or SENDING with an expired lease.

        They become SENDING, leased `until`; no other caller gets them before. Oldest `created_at` first.
        """

    def assign_message(self, alert_ids: Sequence[str], message_id: str) -> None:
        """Before sending: which mail carries them, so that a repeat after a crash is the same mail."""

    def record_attempt(self, attempt: Attempt, *, state: AlertState, due_at: datetime) -> None:
        """Keep the attempt and move its alerts to SENT, FAILED (due again at `due_at`) or GIVEN_UP; the lease ends.

        What was SENT stays so, and what was given up is not tried again by a later FAILED.
        """

    def postpone_alerts(self, alert_ids: Sequence[str], *, due_at: datetime) -> None:
        """Give leased alerts back unsent (the recipient has had enough for now): WAITING, due at `due_at`, no attempt.

        Alerts that are not SENDING stay as they are."""

    def requeue_alert(self, alert_id: str, *, now: datetime) -> Alert:
        """Send again at the user's word: WAITING, due now, as a new mail."""

    def alerts(self, *, state: AlertState | None = None, limit: int = 1_000) -> list[Alert]:
        """Newest first."""

    def alert(self, alert_id: str) -> Alert: ...

    def attempts(self, *, alert_id: str = "", since: datetime | None = None, limit: int = 1_000) -> list[Attempt]:
        """Newest first."""

    def sent_since(self, recipient: str, *, since: datetime) -> int:
        """How many mails (not alerts) this recipient's channel accepted at or after `since`: for throttling."""

    # the rest ----------------------------------------------------------------------------------------------

    def search(
        self, query: str, *, vector: Vector | None, model: str, which: SearchFilter, limit: int
    ) -> list[SearchHit]:
        """Words (all match better than some) and, if given, nearness of meaning, fused by reciprocal rank.

        Each article is found once, shown by its best passage where one has words of the query or is near.
        No query is a mistake: whatever a person types is looked for as words.
        """

    def acquire_lease(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """True when nobody else holds it at `now`; the owner may renew."""

    def release_lease(self, name: str, *, owner: str) -> None: ...

    def counts(self) -> Counts: ...

    def delete_before(self, moment: datetime) -> int:
        """Retention: delete articles (passages, vectors, memos) first seen before, unless a finding cites them."""

    def maintain(self) -> list[str]:
        """What the technology wants once a day, after retention; a line for each thing that was done.

        Changes no answer, deletes nothing that is in use, and may run beside everything else.
        """
