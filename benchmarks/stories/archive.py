"""The cluster stage over a growing archive on the embedded store: CPU, memory, the size of the file.

    python -m benchmarks.stories.archive [--articles 100000] [--live 50000] [--portion 500]

In: numbers. Out: a Markdown table, a line per tenth of the articles. Invented articles of 250 words in six passages
with 384-d vectors lie extracted and embedded in a real SQLite file; the stage itself takes them in portions, as runs of
one process do. `--live` articles fall into the window of seven days. No model is loaded before the last line: the
peak is the stage's, the store's and the invention's own.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.stories.scale import DIM, START, make_items
from monitor.bootstrap import open_services
from monitor.cluster.base import Item
from monitor.embed import make_embedder
from monitor.models import Article, ArticleState, Embedding, Entry, FeedState, Passage, Stage, Vector
from monitor.pipeline.cluster import cluster_articles
from monitor.pipeline.cluster_memory import remember
from monitor.pipeline.embed import lead_of
from monitor.pipeline.ports import Services
from monitor.settings import EmbedSettings, load_settings
from monitor.store.base import Delivered

FEED = "https://news.example/feed.xml"
PASSAGES = 6


class Invented:
    """An embedder in name only: the articles come with their vectors."""

    model, dim = "invented@1", DIM

    def encode(self, texts: Sequence[str]) -> Vector:
        raise AssertionError(f"{len(texts)} texts without a vector")


def keep(services: Services, items: Sequence[Item]) -> None:
    """Into the store, as fetching, extraction and embedding leave articles behind."""
    articles = [_article(item) for item in items]
    passages = [passage for article in articles for passage in _cut(article)]
    services.store.record_poll(FeedState(url=FEED), [Delivered(entry=_entry(a), article=a) for a in articles])
    services.store.save_extracted([replace(a, state=ArticleState.EXTRACTED) for a in articles], passages)
    vectors = {item.id: item.vector for item in items}
    owners = [article.id for article in articles] + [passage.id for passage in passages]
    embeddings = [
        Embedding(owner_id=owner, model=Invented.model, vector=vectors[owner.partition("-")[0]]) for owner in owners
    ]
    services.store.save_embedded(list(vectors), embeddings)


def _article(item: Item) -> Article:
    url = f"https://news.example/{item.id}"
    return Article(
        id=item.id,
        url=url,
        canonical_url=url,
        feed_url=FEED,
        publisher="news.example",
        title=item.title,
        text=item.text,
        language="en",
        first_seen_at=item.at,
        content_hash=item.id,
    )


def _entry(article: Article) -> Entry:
    return Entry(
        id=article.id, feed_url=FEED, guid=article.id, url=article.url, title=article.title, content_hash=article.id
    )


def _cut(article: Article) -> list[Passage]:
    bounds = np.linspace(0, len(article.text), PASSAGES + 1).astype(int).tolist()
    return [
        Passage(
            id=f"{article.id}-{index}",
            article_id=article.id,
            index=index,
            start=start,
            end=end,
            text=article.text[start:end],
        )
        for index, (start, end) in enumerate(pairwise(bounds))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--live", type=int, default=50_000, help="articles in seven days")
    parser.add_argument("--portion", type=int, default=500, help="articles that wait for the stage at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder) / "archive.db", options)


def play(path: Path, options: argparse.Namespace) -> None:
    now = START
    settings = load_settings(environment={"MONITOR_STORE__URL": f"sqlite:{path}"})
    items, shown = make_items(options.live / 7), max(options.portion, options.articles // 10)
    print("| articles | ms CPU an article | file, MB | peak MB |\n|---|---|---|---|", flush=True)
    with open_services(settings, clock=lambda: now) as opened:
        services = replace(opened, embedder=Invented)
        spent = 0.0
        for done in range(options.portion, options.articles + 1, options.portion):
            batch = [next(items) for _ in range(options.portion)]
            now = batch[-1].at
            keep(services, batch)
            spent += timed(lambda: cluster_articles(services))
            if done % shown == 0:
                size, peak = path.stat().st_size >> 20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
                print(f"| {done:,} | {1000 * spent / shown:.1f} | {size:,} | {peak:,} |", flush=True)
                spent = 0.0
        assert services.store.backlog()[Stage.CLUSTER] == 0
        live = services.store.count_memos(since=now - timedelta(days=7), model=Invented.model)
        started = timed(lambda: remember(services, now - timedelta(days=7)))
    print(f"\nA new process remembers {live:,} live articles in {started:.1f} s CPU.")
    print(f"Embedding one such article (its lead and {PASSAGES} passages): {1000 * embed(items):.0f} ms CPU.")


def embed(items: Iterator[Item], *, articles: int = 24) -> float:
    """CPU seconds an article of the packaged embedder, its start apart."""
    embedder = make_embedder(EmbedSettings())
    embedder.encode(["A first text loads the model."])
    chosen = [_article(next(items)) for _ in range(articles)]
    texts = [lead_of(a.text) for a in chosen] + [passage.text for a in chosen for passage in _cut(a)]
    return timed(lambda: embedder.encode(texts)) / articles


def timed(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


if __name__ == "__main__":
    main()
