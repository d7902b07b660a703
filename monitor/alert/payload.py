"""Write down a finding as it stands, as JSON: what an alert carries, so that a repeat sends the same words.

In: a finding with its position and story. Out: a dictionary of strings, numbers and lists.
Never: looks anything up, formats anything for a reader (that is `view.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.models import Article, Evidence, Finding, Position, Story

MAX_EVIDENCE = 12
"""Pieces of evidence that an alert carries, earliest first; the finding itself keeps them all."""
MAX_COPIES = 40
"""Copies that an alert lists by name; all are counted."""


def finding_payload(
    finding: Finding,
    *,
    position: Position,
    story: Story | None,
    copies: Mapping[str, Sequence[Article]] | None = None,
    changes: Sequence[str] = (),
    follows: Finding | None = None,
    answer: Finding | None = None,
) -> dict[str, Any]:
    """The finding with both sentences and all that a reader needs to weigh them.

    `copies`: known copies by id of their origin. `follows`: an anonymous report that this finding puts on the record.
    `answer`: the finding in which the holder denies this one.
    """
    listed = list_copies(finding, copies or {})
    return {
        "finding": {
            "id": finding.id,
            "verdict": finding.verdict.value,
            "relation": finding.relation.value,
            "by_successor": finding.by_successor,
            "grade": finding.grade.value,
            "probability": finding.probability,
            "publishers": finding.publishers,
            "articles": count_articles(finding, listed),
            "state": finding.state,
            "first_seen_at": _time(finding.first_seen_at),
            "evidence_total": len(finding.evidence),
        },
        "position": _position(position),
        "story": {"id": finding.story_id, "title": story.title if story else finding.story_id},
        "evidence": [_evidence(piece) for piece in _surest_first(finding.evidence)[:MAX_EVIDENCE]],
        "copies": [_copy(article) for article in listed[:MAX_COPIES]],
        "changes": list(changes),
        "follows": {"id": follows.id, "first_seen_at": _time(follows.first_seen_at)} if follows else None,
        "answer": {"id": answer.id, "evidence": _evidence(answer.evidence[-1])} if answer and answer.evidence else None,
    }


def count_articles(finding: Finding, listed: Sequence[Article] = ()) -> int:
    """Articles behind a finding, copies included."""
    origins = {piece.article_id: piece.copies for piece in finding.evidence if not piece.is_copy}
    copies = {piece.article_id for piece in finding.evidence if piece.is_copy} | {article.id for article in listed}
    return len(origins) + max(sum(origins.values()), len(copies))


def list_copies(finding: Finding, copies: Mapping[str, Sequence[Article]]) -> list[Article]:
    """The copies of the finding's articles that are not evidence themselves, earliest first."""
    cited = {piece.article_id for piece in finding.evidence}
    found = {article.id: article for owner in cited for article in copies.get(owner, ()) if article.id not in cited}
    return sorted(found.values(), key=lambda article: (article.first_seen_at, article.id))


def _surest_first(evidence: Sequence[Evidence]) -> list[Evidence]:
    """What a reader sees beside the position: the surest piece, on the record where any is; then the others by time."""
    origins = [piece for piece in evidence if not piece.is_copy]
    lead = max(origins, key=lambda piece: (piece.on_record, piece.probability), default=None)
    return ([lead] if lead else []) + [piece for piece in evidence if piece is not lead]


def _position(position: Position) -> dict[str, Any]:
    source = position.source
    return {
        "id": position.id,
        "holder": position.holder,
        "topic": position.topic,
        "statement": position.statement,
        "stated_on": position.stated_on.isoformat(),
        "source": {"title": source.title, "publisher": source.publisher, "url": source.url},
    }


def _evidence(piece: Evidence) -> dict[str, Any]:
    return {
        "article_id": piece.article_id,
        "passage_id": piece.passage_id,
        "url": piece.url,
        "title": piece.title,
        "publisher": piece.publisher,
        "speaker": piece.speaker,
        "passage": piece.passage,
        "start": piece.start,
        "end": piece.end,
        "published_at": _time(piece.published_at) if piece.published_at else None,
        "first_seen_at": _time(piece.first_seen_at),
        "probability": piece.probability,
        "is_copy": piece.is_copy,
        "copies": piece.copies,
        "cues": [{"kind": cue.kind, "start": cue.start, "end": cue.end} for cue in piece.cues],
        "on_record": piece.on_record,
    }


def _copy(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "publisher": article.publisher,
        "title": article.title,
        "url": article.url,
        "first_seen_at": _time(article.first_seen_at),
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
