"""Give every article and passage its vector, and notice a change of model."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.models import Article, ArticleState, Embedding, Stage, StageReport, Vector, make_id
from monitor.pipeline.ports import Services
from monitor.pipeline.tally import Tally

LEAD_CHARS = 1_200
"""An article's own vector is that of its title and lead: what it is about stands there."""
BATCH = 50
"""Articles embedded and kept together, at most: what a crash makes to be done again (some 1,500 passages)."""


def embed_articles(services: Services) -> StageReport:
    """Everything that waits for vectors; articles with another model's vectors are done again first."""
    tally = Tally("embed")
    if services.store.counts().articles:
        _send_back_other_models(services)
    total = services.store.backlog()[Stage.EMBED]
    while batch := services.store.pending(Stage.EMBED, limit=min(services.settings.run.batch, BATCH)):
        _embed(services, batch)
        tally.seen += len(batch)
        tally.done += len(batch)
        services.progress("embed", done=tally.done, total=total)
    return tally.report()


def lead_of(text: str) -> str:
    """Title and lead of an article's text."""
    return text[:LEAD_CHARS]


def vectors_for_texts(services: Services, texts: Sequence[str]) -> dict[str, Vector]:
    """Vectors of seeds' and positions' texts, by text; kept in the store, so that only new ones load the model."""
    embedder = services.embedder()
    owners = {text: make_id("t", text) for text in texts}
    known = services.store.vectors_of(list(owners.values()), model=embedder.model)
    missing = [text for text, owner in owners.items() if owner not in known]
    if missing:
        fresh = embedder.encode(missing)
        embeddings = [
            Embedding(owner_id=owners[text], model=embedder.model, vector=vector)
            for text, vector in zip(missing, fresh, strict=True)
        ]
        services.store.save_embedded([], embeddings)
        known |= {e.owner_id: e.vector for e in embeddings}
    return {text: known[owner] for text, owner in owners.items()}


def _send_back_other_models(services: Services) -> None:
    model = services.embedder().model
    while stale := services.store.articles_of_other_models(model, limit=services.settings.run.batch):
        services.store.reset(stale, ArticleState.EXTRACTED)
        _embed(services, list(services.store.articles_by_ids(stale).values()))


def _embed(services: Services, batch: Sequence[Article]) -> None:
    embedder = services.embedder()
    passages = services.store.passages_of([article.id for article in batch])
    owners = [article.id for article in batch]
    texts = [lead_of(article.text) for article in batch]
    for found in passages.values():
        owners += [passage.id for passage in found]
        texts += [passage.text for passage in found]
    vectors = embedder.encode(texts)
    embeddings = [
        Embedding(owner_id=owner, model=embedder.model, vector=vector)
        for owner, vector in zip(owners, vectors, strict=True)
    ]
    services.store.save_embedded([article.id for article in batch], embeddings)
