"""Put articles into stories, in order of arrival."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from monitor.cluster.base import Clusterer, Item, Memo, SeedItem, final_stories
from monitor.errors import SettingsInvalid
from monitor.models import Article, Seed, Stage, StageReport, Vector
from monitor.pipeline.cluster_stories import StoryBook
from monitor.pipeline.cluster_word import read_word
from monitor.pipeline.embed import vectors_for_texts
from monitor.pipeline.lease import StageBusy, hold_lease
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally
from monitor.store.base import ClusterRecord

log = logging.getLogger(__name__)

BLOB = "cluster"


def cluster_articles(services: Services) -> StageReport:
    """Everything that waits for a story. One process at a time: the order of arrival decides."""
    tally = Tally("cluster")
    total = services.store.backlog()[Stage.CLUSTER]
    if not total:
        return tally.report()
    try:
        with hold_lease(services.store, "cluster", clock=services.clock):
            clusterer = remembering_clusterer(services)
            while batch := services.store.pending(Stage.CLUSTER, limit=services.settings.run.batch):
                _assign(services, clusterer, batch, tally)
                services.progress("cluster", done=tally.done, total=max(total, tally.done))
    except StageBusy as busy:
        tally.leave("cluster", str(busy))
    return tally.report()


def remembering_clusterer(services: Services) -> Clusterer:
    """A clusterer with the seeds, the live window and the saved state: as if it had never stopped."""
    clusterer = services.clusterer()
    clusterer.add_seeds([_seed_item(services, seed) for seed in services.store.seeds()])
    clusterer.respect(read_word(services.store))
    since = services.clock() - timedelta(days=services.settings.cluster.live_days)
    memos = services.store.live_memos(since=since, model=services.embedder().model)
    clusterer.recall(
        [
            Memo(
                item_id=m.article_id,
                story_id=m.story_id,
                copy_of=m.copy_of,
                publisher=m.publisher,
                at=m.at,
                vector=m.vector,
                memo=m.memo,
            )
            for m in memos
        ]
    )
    try:
        clusterer.restore(services.store.read_blob(BLOB))
    except SettingsInvalid as error:
        # word frequencies and page furniture: learnt again within a day, and no reason to stop the news
        log.warning("clustering starts with an empty memory of words", extra={"reason": str(error)})
    return clusterer


def _seed_item(services: Services, seed: Seed) -> SeedItem:
    texts = [f"{seed.title}. {seed.summary}"]
    texts += [f"{article.title}. {article.summary}" for article in seed.articles]
    texts += [position.statement for position in seed.positions]
    vectors = vectors_for_texts(services, texts)
    return SeedItem(story_id=seed.id, texts=tuple(texts), vectors=np.stack([vectors[text] for text in texts]))


def _assign(services: Services, clusterer: Clusterer, batch: Sequence[Article], tally: Tally) -> None:
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
    services.store.save_clustered(records, book.stories(), blob=(BLOB, clusterer.dump()), moves=moves)
    tally.seen += len(batch)
    tally.done += len(batch)
    tally.new += sum(d.is_new_story for d in decisions)


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
