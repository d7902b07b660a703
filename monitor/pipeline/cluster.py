"""Put articles into stories, in order of arrival."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.cluster.base import Clusterer, Item, final_stories
from monitor.models import Article, Stage, StageReport, Vector
from monitor.pipeline.cluster_memory import BLOB, keep_clusterer, take_clusterer
from monitor.pipeline.cluster_stories import StoryBook
from monitor.pipeline.lease import StageBusy, hold_lease
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally
from monitor.store.base import ClusterRecord

log = logging.getLogger(__name__)


def cluster_articles(services: Services) -> StageReport:
    """Everything that waits for a story. One process at a time: the order of arrival decides."""
    tally = Tally("cluster")
    total = services.store.backlog()[Stage.CLUSTER]
    if not total:
        return tally.report()
    try:
        with hold_lease(services.store, "cluster", clock=services.clock):
            clusterer, known = take_clusterer(services)
            state = b""
            while batch := services.store.pending(Stage.CLUSTER, limit=services.settings.run.batch):
                state = _assign(services, clusterer, batch, tally)
                services.progress("cluster", done=tally.done, total=max(total, tally.done))
            keep_clusterer(clusterer, services, known, state=state)
    except StageBusy as busy:
        tally.leave("cluster", str(busy))
    return tally.report()


def _assign(services: Services, clusterer: Clusterer, batch: Sequence[Article], tally: Tally) -> bytes:
    """The clusterer's state as it was saved with the batch."""
    vectors = services.store.vectors_of([a.id for a in batch], model=services.embedder().model)
    passages = services.store.passages_of([a.id for a in batch])
    items = [to_item(article, vectors[article.id], tuple(p.text for p in passages[article.id])) for article in batch]
    decisions = clusterer.assign(items)
    articles = {article.id: article for article in batch}
    book = StoryBook(services)
    story_ids = final_stories(decisions)
    book.read_ahead([*story_ids, *(d.absorbed for d in decisions), *(article.story_id for article in batch)])
    records = []
    for decision, story_id in zip(decisions, story_ids, strict=True):
        book.keep(decision, articles[decision.item_id], story_id=story_id)
        records.append(
            ClusterRecord(
                article_id=decision.item_id,
                story_id=story_id,
                copy_of=decision.copy_of,
                novel_passages=decision.novel_passages,
                why=decision.why,
                memo=decision.memo,
            )
        )
    moves = {article_id: story_id for article_id, story_id in book.moves.items() if article_id not in articles}
    state = clusterer.dump()
    services.store.save_clustered(records, book.stories(), blob=(BLOB, state), moves=moves)
    tally.seen += len(batch)
    tally.done += len(batch)
    tally.new += sum(d.is_new_story for d in decisions)
    return state


def to_item(article: Article, vector: Vector, passages: tuple[str, ...]) -> Item:
    """What clustering needs of an article."""
    return Item(
        id=article.id,
        title=article.title,
        text=article.text,
        vector=vector,
        at=article.first_seen_at,
        publisher=article.publisher,
        language=article.language,
        passages=passages,
    )
