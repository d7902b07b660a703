"""Judge the new passages against the known positions, and turn verdicts into findings and alerts.

A finding belongs to its position's story, whatever story the article landed in: "one alert per position, story and
relation" then holds also when two reports of one event were clustered apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from monitor.alert.findings import JudgedPassage, finding_id, merge_verdicts
from monitor.alert.plan import plan_alerts
from monitor.errors import JudgeUnavailable
from monitor.judge.candidates import select_candidates
from monitor.models import (
    Article,
    Office,
    Pair,
    Passage,
    Position,
    Relation,
    Stage,
    StageReport,
    Vector,
    VerdictLabel,
)
from monitor.pipeline.embed import vectors_for_texts
from monitor.pipeline.lease import StageBusy, hold_lease
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally

BATCH = 50
"""Articles judged and recorded together: what a crash makes to be done again."""


def judge_articles(services: Services) -> StageReport:
    """Everything that waits for judging. One process at a time, since findings grow by reading and writing."""
    tally = Tally("judge")
    total = services.store.backlog()[Stage.JUDGE]
    if not total:
        return tally.report()
    try:
        with hold_lease(services.store, "judge", clock=services.clock):
            ledger = read_ledger(services)
            while batch := services.store.pending(Stage.JUDGE, limit=BATCH):
                _judge_batch(services, ledger, batch, tally)
                services.progress("judge", done=tally.done, total=max(total, tally.done))
    except (StageBusy, JudgeUnavailable) as error:
        tally.leave("judge", str(error))
    return tally.report()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The positions with their vectors, and the offices that say who speaks for what."""

    positions: tuple[Position, ...]
    vectors: Vector
    """`(m, 2, dim)`: statement and topic of each position."""
    offices: Mapping[str, Office]


def read_ledger(services: Services, *, only: Sequence[str] = ()) -> Ledger:
    """All active positions (or `only` these) with their vectors."""
    positions = tuple(p for p in services.store.positions() if not only or p.id in only)
    vectors = vectors_for_texts(services, [t for p in positions for t in (p.statement, p.topic)])
    stacked = [np.stack([vectors[p.statement], vectors[p.topic]]) for p in positions]
    return Ledger(
        positions=positions,
        vectors=np.stack(stacked) if stacked else np.zeros((0, 2, services.embedder().dim), dtype=np.float32),
        offices=services.store.offices(),
    )


def pairs_to_judge(
    services: Services, ledger: Ledger, articles: Sequence[Article]
) -> list[tuple[Article, Passage, Pair]]:
    """Which passages are judged against which positions: those near enough, and only positions of their day."""
    found: list[tuple[Article, Passage, Pair]] = []
    if not ledger.positions:
        return found
    passages = services.store.passages_of([article.id for article in articles])
    novel = {article.id: [p for p in passages[article.id] if p.is_novel] for article in articles}
    owners = [passage.id for each in novel.values() for passage in each]
    vectors = services.store.vectors_of(owners, model=services.embedder().model)
    for article in articles:
        found += _pairs_of(services, ledger, article, [p for p in novel[article.id] if p.id in vectors], vectors)
    return found


def _pairs_of(
    services: Services, ledger: Ledger, article: Article, known: Sequence[Passage], vectors: Mapping[str, Vector]
) -> list[tuple[Article, Passage, Pair]]:
    if not known:
        return []
    on = (article.published_at or article.first_seen_at).date()
    valid = [index for index, position in enumerate(ledger.positions) if position.is_valid_on(on)]
    positions = [ledger.positions[index] for index in valid]
    candidates = select_candidates(
        np.stack([vectors[passage.id] for passage in known]),
        [passage.text for passage in known],
        positions,
        ledger.vectors[valid],
        services.settings.judge,
        story_id=article.story_id,
    )
    return [
        (article, passage, _pair(passage, position, ledger, on=on))
        for passage, position in ((known[row], positions[column]) for row, column in candidates)
    ]


def _pair(passage: Passage, position: Position, ledger: Ledger, *, on: date) -> Pair:
    return Pair(
        passage_id=passage.id,
        passage=passage.text,
        context=passage.context,
        position=position,
        office=ledger.offices.get(position.office),
        others=tuple(office for ident, office in ledger.offices.items() if ident != position.office),
        on=on,
    )


def _judge_batch(services: Services, ledger: Ledger, batch: Sequence[Article], tally: Tally) -> None:
    tally.seen += len(batch)
    asked = pairs_to_judge(services, ledger, batch)
    verdicts = services.judge().judge([pair for *_, pair in asked]) if asked else []
    telling = [
        (article, passage, pair.position, verdict)
        for (article, passage, pair), verdict in zip(asked, verdicts, strict=True)
        if verdict.label is not VerdictLabel.NEUTRAL and verdict.grade is not None and verdict.relation is not None
    ]
    copies = services.store.copies_of([article.id for article, *_ in telling])
    before = services.store.findings_by_ids(_ids_around([position for *_, position, _ in telling]))
    after = merge_verdicts(
        before,
        [
            JudgedPassage(
                verdict=verdict,
                passage=passage,
                article=replace(article, story_id=position.story_id),
                copies=len(copies.get(article.id, ())),
            )
            for article, passage, position, verdict in telling
        ],
        now=services.clock(),
        publisher_groups=services.settings.cluster.publisher_groups,
    )
    alerts = plan_alerts(
        before,
        after,
        positions={position.id: position for position in ledger.positions},
        # One that was withdrawn meanwhile is not there: the alert then names the position alone.
        stories=services.store.stories_by_ids(sorted({finding.story_id for finding in after})),
        settings=services.settings.alert,
        now=services.clock(),
        copies=copies,
    )
    services.store.record_verdicts(
        done=[article.id for article in batch],
        verdicts=verdicts,  # the neutral ones too: they replace what an earlier revision was judged
        findings=after,
        alerts=alerts,
    )
    tally.done += len(batch)
    tally.new += sum(finding.id not in before for finding in after)


def _ids_around(positions: Sequence[Position]) -> list[str]:
    """Every finding that there can be on these positions: a word of the holder denies one of another relation."""
    return sorted(
        finding_id(position.id, position.story_id, relation=relation, by_successor=by_successor)
        for position in {position.id: position for position in positions}.values()
        for relation in Relation
        for by_successor in (False, True)
    )
