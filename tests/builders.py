"""Values with defaults for tests: name what the test is about, the rest is filled in.

Numbers make things different: `article(2)` is another one than `article(1)`, seen a minute later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from monitor.models import (
    Alert,
    AlertKind,
    Article,
    Attempt,
    Embedding,
    Entry,
    Evidence,
    FeedHealth,
    FeedState,
    Finding,
    Grade,
    Passage,
    Position,
    Probabilities,
    Relation,
    Seed,
    SeedArticle,
    Source,
    Speaker,
    SpeakerKind,
    Story,
    Vector,
    Verdict,
    VerdictLabel,
)
from monitor.store.base import ClusterRecord, Delivered

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MODEL = "tiny@1"
FEED_URL = "https://harbour.example/feed.xml"


def at(minutes: float) -> datetime:
    """So many minutes after `NOW`."""
    return NOW + timedelta(minutes=minutes)


def feed_state(url: str = FEED_URL, **changes: Any) -> FeedState:
    state = FeedState(url=url, health=FeedHealth.OK, last_polled_at=NOW, polls=1, interval_seconds=900.0)
    return replace(state, **changes)


def article(number: int = 1, **changes: Any) -> Article:
    url = f"https://harbour.example/{number}"
    plain = Article(
        id=f"article-{number:04d}",
        url=url,
        canonical_url=url,
        feed_url=FEED_URL,
        publisher="harbour.example",
        title=f"Harbour talks, day {number}",
        text=f"The envoy spoke on day {number}. The port stays open.",
        authors=("A. Writer",),
        language="en",
        published_at=at(number - 30),
        first_seen_at=at(number),
        content_hash=f"hash-{number}",
    )
    return replace(plain, **changes)


def entry(number: int = 1, **changes: Any) -> Entry:
    plain = Entry(
        id=f"article-{number:04d}",
        feed_url=FEED_URL,
        guid=f"guid-{number}",
        url=f"https://harbour.example/{number}",
        title=f"Harbour talks, day {number}",
        summary="The envoy spoke.",
        content="<p>The envoy spoke.</p>",
        authors=("A. Writer",),
        published_at=at(number - 30),
        language="en",
        content_hash=f"hash-{number}",
    )
    return replace(plain, **changes)


def delivered(number: int = 1, **changes: Any) -> Delivered:
    """An article and its entry; the changes are the article's."""
    item = article(number, **changes)
    return Delivered(
        entry=entry(number, content_hash=item.content_hash, title=item.title, feed_url=item.feed_url), article=item
    )


def passage(number: int = 1, *, of: int = 1, **changes: Any) -> Passage:
    """The `number`-th passage (from 1) of article `of`."""
    text = f"The envoy of day {of} spoke for the {number}. time."
    plain = Passage(
        id=f"passage-{of:04d}-{number}",
        article_id=f"article-{of:04d}",
        index=number - 1,
        start=number * 100,
        end=number * 100 + len(text),
        text=text,
        context="Before that, nobody spoke.",
    )
    return replace(plain, **changes)


def unit_vector(*parts: float) -> Vector:
    vector = np.array(parts, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def embedding(owner_id: str, vector: Vector | None = None, *, model: str = MODEL) -> Embedding:
    return Embedding(owner_id=owner_id, model=model, vector=unit_vector(1, 2, 3) if vector is None else vector)


def story(number: int = 1, **changes: Any) -> Story:
    plain = Story(
        id=f"story-{number:04d}",
        title=f"Story {number}",
        summary="What happens at the harbour.",
        opened_at=at(number),
        last_article_at=at(number),
        article_count=1,
        publisher_count=1,
        state_blob={"mean": [0.5, 0.25], "words": {"harbour": 3}},
    )
    return replace(plain, **changes)


def cluster_record(number: int = 1, **changes: Any) -> ClusterRecord:
    plain = ClusterRecord(
        article_id=f"article-{number:04d}",
        story_id="story-0001",
        copy_of="",
        novel_passages=(),
        why={"nearest": [["story-0001", 0.75]]},
        memo=b"\x00\x01memo",
    )
    return replace(plain, **changes)


def position(number: int = 1, **changes: Any) -> Position:
    plain = Position(
        id=f"position-{number:04d}",
        story_id="seed-0001",
        holder="Marta Vell",
        aliases=("Minister Vell",),
        office="office-harbour",
        topic="tolls",
        statement=f"The toll stays at {number} per cent.",
        stated_on=date(2026, 1, number),
        source=Source(title="A speech", publisher="Ministry", url="https://ministry.example/1"),
    )
    return replace(plain, **changes)


def seed(number: int = 1, **changes: Any) -> Seed:
    plain = Seed(
        id=f"seed-{number:04d}",
        title="Harbour tolls",
        summary="The dispute over harbour tolls.",
        articles=(SeedArticle(title="Tolls rise", published_on=date(2026, 1, 1)),),
        positions=(position(1), position(2)),
        path="seeds/harbour.yaml",
    )
    return replace(plain, **changes)


def seed_story(number: int = 1, **changes: Any) -> Story:
    plain = story(number, id=f"seed-{number:04d}", is_seed=True, title="Harbour tolls", article_count=0, state_blob={})
    return replace(plain, **changes)


def verdict(passage_id: str = "passage-0001-1", position_id: str = "position-0001", **changes: Any) -> Verdict:
    plain = Verdict(
        passage_id=passage_id,
        position_id=position_id,
        label=VerdictLabel.CONTRADICTS,
        probabilities=Probabilities(matches=0.0625, contradicts=0.875, neutral=0.0625),
        speaker=Speaker(name="Marta Vell", kind=SpeakerKind.HOLDER),
        relation=Relation.REVERSES,
        grade=Grade.LIKELY,
        judge="rules@1",
    )
    return replace(plain, **changes)


def evidence(number: int = 1, **changes: Any) -> Evidence:
    plain = Evidence(
        article_id=f"article-{number:04d}",
        passage_id=f"passage-{number:04d}-1",
        url=f"https://harbour.example/{number}",
        title=f"Harbour talks, day {number}",
        publisher="harbour.example",
        speaker="Marta Vell",
        passage="The toll will fall.",
        start=100,
        end=119,
        published_at=at(number - 30),
        first_seen_at=at(number),
        probability=0.875,
    )
    return replace(plain, **changes)


def finding(number: int = 1, **changes: Any) -> Finding:
    plain = Finding(
        id=f"finding-{number:04d}",
        position_id="position-0001",
        story_id="story-0001",
        verdict=VerdictLabel.CONTRADICTS,
        relation=Relation.REVERSES,
        grade=Grade.LIKELY,
        probability=0.875,
        first_seen_at=at(number),
        updated_at=at(number),
        evidence=(evidence(number),),
        publishers=1,
        state="on the record",
    )
    return replace(plain, **changes)


def alert(number: int = 1, **changes: Any) -> Alert:
    plain = Alert(
        id=f"alert-{number:04d}",
        kind=AlertKind.FINDING,
        finding_id=f"finding-{number:04d}",
        channel="smtp",
        recipient="desk@news.example",
        headline=f"Marta Vell reverses, {number}",
        payload={"finding": {"id": f"finding-{number:04d}", "evidence": [{"probability": 0.875}]}},
        created_at=at(number),
        due_at=at(number),
    )
    return replace(plain, **changes)


def attempt(number: int = 1, **changes: Any) -> Attempt:
    plain = Attempt(
        message_id=f"<message-{number}@monitor>",
        channel="smtp",
        recipient="desk@news.example",
        alert_ids=(f"alert-{number:04d}",),
        tried_at=at(100 + number),
        ok=True,
    )
    return replace(plain, **changes)
