"""Gather verdicts into findings: position × story × relation, with all their evidence.

In: the findings that the store holds on the judged positions, and what was judged. Out: the findings that changed.
Never: reads a store, decides who is told (that is `plan.py`), judges anything.

What a finding says only grows: evidence is added or replaced, a grade is raised and never lowered, and the three marks
of its state (on the record, several publishers, denied) once set stay set. Hence merging the same verdicts twice,
or after a crash, gives the same finding, and a reader is never told to forget what a mail said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.models import (
    Article,
    Evidence,
    Finding,
    Grade,
    Passage,
    Relation,
    SpeakerKind,
    Verdict,
    VerdictLabel,
    make_id,
)
from monitor.settings.houses import Houses

CONFIRMING_PROBABILITY = 0.90
"""A possible finding becomes likely when two independent publishers each reach this probability.

A convention, not a fit: two reports of one event share their wording, so the judge's errors on them are not
independent, and multiplying the chances of error (noisy-or) would promise too much.
On the sample news, .70 raised false findings of one busy story; none at .90.
"""

ON_RECORD, ANONYMOUS = "on record", "anonymous"
SEVERAL, ONE = "several", "one"
DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPassage:
    """A verdict that is not neutral, with the passage and the article that it is about."""

    verdict: Verdict
    passage: Passage
    article: Article
    copies: int = 0
    """How many syndicated copies of the article are known."""


def finding_id(position_id: str, story_id: str, *, relation: Relation, by_successor: bool) -> str:
    """The same news gives the same id, whoever merges it and however often."""
    return make_id("f", position_id, story_id, relation, "successor" if by_successor else "")


def merge_verdicts(
    existing: Mapping[str, Finding],
    judged: Sequence[JudgedPassage],
    *,
    now: datetime,
    publisher_groups: Mapping[str, Sequence[str]] | None = None,
) -> list[Finding]:
    """The findings that are new or changed, in order of id.

    `existing` holds at least every finding on the positions that `judged` names: a word of the holder can deny a
    finding of another relation. `publisher_groups` is `group: [publisher, …]`; those of one group or
    one domain count as one.
    The probability of a finding is that of its best evidence (see `CONFIRMING_PROBABILITY` for why not noisy-or).
    Neutral verdicts, and such without a relation, are not findings and are passed over.
    """
    houses = Houses(publisher_groups)
    merged = dict(existing)
    in_order = sorted((item for item in judged if _is_finding(item.verdict)), key=_arrival)
    for item in in_order:
        evidence = _to_evidence(item)
        ident = _id_of(item)
        before = merged.get(ident)
        merged[ident] = _absorb(before, item, evidence=evidence, now=now, houses=houses)
    for item in in_order:
        for ident in _denied_by(item, merged.values()):
            merged[ident] = replace(merged[ident], state=_with_denied(merged[ident].state), updated_at=now)
    return [merged[ident] for ident in sorted(merged) if _differs(existing.get(ident), merged[ident])]


def state_marks(state: str) -> frozenset[str]:
    """The marks in a finding's state; empty for a finding that nobody was told of."""
    return frozenset(mark for mark in state.split("|") if mark)


def denial_of(finding: Finding, known: Iterable[Finding]) -> Finding | None:
    """For a finding that was denied: the finding that holds the denial, if it is among those known."""
    if DENIED not in state_marks(finding.state):
        return None
    denials = [
        each
        for each in known
        if each.position_id == finding.position_id
        and each.verdict is not finding.verdict
        and each.relation in (Relation.REAFFIRMS, Relation.REVERSES)
    ]
    return max(denials, key=lambda each: (each.updated_at, each.id), default=None)


def independent_publishers(evidence: Iterable[Evidence], houses: Houses) -> int:
    """Houses among the evidence, copies not counted; copies alone count as one."""
    pieces = list(evidence)
    found = {houses.house_of(piece.publisher, piece.url) for piece in pieces if not piece.is_copy}
    return len(found) or min(len(pieces), 1)


def _is_finding(verdict: Verdict) -> bool:
    return verdict.label is not VerdictLabel.NEUTRAL and verdict.relation is not None


def _arrival(item: JudgedPassage) -> tuple[datetime, str, int]:
    return item.article.first_seen_at, item.article.id, item.passage.index


def _id_of(item: JudgedPassage) -> str:
    verdict = item.verdict
    assert verdict.relation is not None  # _is_finding has looked
    return finding_id(
        verdict.position_id, item.article.story_id, relation=verdict.relation, by_successor=verdict.by_successor
    )


def _to_evidence(item: JudgedPassage) -> Evidence:
    article, passage, verdict = item.article, item.passage, item.verdict
    return Evidence(
        article_id=article.id,
        passage_id=passage.id,
        url=article.url,
        title=article.title,
        publisher=article.publisher,
        speaker=verdict.speaker.name,
        passage=passage.text,
        start=passage.start,
        end=passage.end,
        published_at=article.published_at,
        first_seen_at=article.first_seen_at,
        probability=verdict.probability,
        is_copy=bool(article.copy_of),
        copies=item.copies,
        cues=verdict.cues,
        on_record=verdict.speaker.kind is not SpeakerKind.ANONYMOUS and verdict.relation is not Relation.REPORTED,
    )


def _absorb(
    before: Finding | None, item: JudgedPassage, *, evidence: Evidence, now: datetime, houses: Houses
) -> Finding:
    """The finding with this piece of evidence in its place; a passage judged again replaces itself."""
    verdict = item.verdict
    assert verdict.relation is not None  # _is_finding has looked
    kept = [piece for piece in (before.evidence if before else ()) if piece.passage_id != evidence.passage_id]
    pieces = tuple(sorted([*kept, evidence], key=lambda piece: (piece.first_seen_at, piece.article_id, piece.start)))
    publishers = independent_publishers(pieces, houses)
    was_likely = before is not None and before.grade is Grade.LIKELY
    is_likely = was_likely or verdict.grade is Grade.LIKELY or _is_confirmed(pieces, houses)
    finding = Finding(
        id=_id_of(item),
        position_id=verdict.position_id,
        story_id=item.article.story_id,
        verdict=verdict.label,
        relation=verdict.relation,
        by_successor=verdict.by_successor,
        grade=Grade.LIKELY if is_likely else Grade.POSSIBLE,
        probability=max(piece.probability for piece in pieces),
        first_seen_at=pieces[0].first_seen_at,
        updated_at=now,
        evidence=pieces,
        publishers=publishers,
        state=_state_of(pieces, publishers, before=before.state if before else ""),
    )
    return finding if before is None else replace(finding, review=before.review)


def _is_confirmed(evidence: Sequence[Evidence], houses: Houses) -> bool:
    sure = [piece for piece in evidence if not piece.is_copy and piece.probability >= CONFIRMING_PROBABILITY]
    return bool(sure) and independent_publishers(sure, houses) >= 2


def _state_of(evidence: Sequence[Evidence], publishers: int, *, before: str) -> str:
    """`on record|several`, `anonymous|one|denied`, …: the marks grow and never go back."""
    marks = state_marks(before)
    record = ON_RECORD if ON_RECORD in marks or any(piece.on_record for piece in evidence) else ANONYMOUS
    count = SEVERAL if SEVERAL in marks or publishers > 1 else ONE
    return "|".join([record, count, *([DENIED] if DENIED in marks else [])])


def _with_denied(state: str) -> str:
    return state if DENIED in state_marks(state) else f"{state}|{DENIED}"


def _denied_by(item: JudgedPassage, findings: Iterable[Finding]) -> list[str]:
    """Ids of the findings that this passage denies: the one it is about says, later and likely, the contrary.

    A reversal is denied by whoever was said to have made it; an anonymous report also by a successor. "Later" holds
    for our clock and, where both sides claim one, for the claimed time: an old article that arrives late
    denies nothing.
    """
    verdict, article = item.verdict, item.article
    if verdict.grade is not Grade.LIKELY or verdict.speaker.kind not in (SpeakerKind.HOLDER, SpeakerKind.SUCCESSOR):
        return []
    if verdict.relation not in (Relation.REAFFIRMS, Relation.REVERSES):
        return []
    return [
        finding.id
        for finding in findings
        if finding.position_id == verdict.position_id
        and finding.verdict is not verdict.label
        and finding.grade is Grade.LIKELY
        and _can_be_denied(finding, verdict)
        and _is_later(article, finding)
        and DENIED not in state_marks(finding.state)
    ]


def _can_be_denied(finding: Finding, verdict: Verdict) -> bool:
    if finding.relation is Relation.REPORTED:
        return True
    is_reversal_taken_back = finding.relation is Relation.REVERSES and verdict.relation is Relation.REAFFIRMS
    return is_reversal_taken_back and finding.by_successor == verdict.by_successor


def _is_later(article: Article, finding: Finding) -> bool:
    if article.first_seen_at <= finding.first_seen_at:
        return False
    claimed = [piece.published_at for piece in finding.evidence if piece.published_at is not None]
    return article.published_at is None or not claimed or article.published_at > min(claimed)


def _differs(before: Finding | None, after: Finding) -> bool:
    return before is None or replace(after, updated_at=before.updated_at) != before
