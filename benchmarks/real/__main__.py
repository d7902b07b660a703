"""`make bench-real DATA=folder`: every item ends stored or set aside, and what is found in the three texts.

In: `DATA/seeds/*.txt`, `DATA/data/pages/html/*.html.gz`. Out: a Markdown table on standard output.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.real.site import Real, read_real, serving
from monitor.bootstrap import open_services
from monitor.judge.speaker import find_speaker
from monitor.models import Article, ArticleState, Feed, Pair
from monitor.pipeline import Services, load_seeds, run_once
from monitor.settings import FetchSettings, Settings, StoreSettings, read_seeds
from monitor.store.base import ArticleFilter

FURNITURE = (
    "connect with us",
    "hi, what are you looking for",
    "originally published at",
    "learn more about syndication",
    "trending:",
    "most popular",
    "you may also like",
    "must-see christmas message",
    "found guilty in corruption trial",
)
"""Words of the second text's page furniture, lower case."""
QUOTED = {"Kirby": "telegraph", "Beebe": "virtue of being true", "Pfaff": "defensive posture"}
"""Who said the words, in the second text."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    real = read_real(args.data)
    started = time.monotonic()
    with serving(real) as base, tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            store=StoreSettings(url=f"sqlite:{folder}/real.db"),
            fetch=FetchSettings(allow_private=("127.0.0.0/8",), page_pause_seconds=0),
        )
        with open_services(settings) as built:
            services = _with_feeds(built, real, base)
            load_seeds(services, read_seeds(Path("seeds")))
            reports = run_once(services)
            print("| stage | seen | done | set aside | left | seconds |\n|---|---|---|---|---|---|")
            for r in reports:
                print(f"| {r.stage} | {r.seen} | {r.done} | {r.set_aside} | {r.left} | {r.seconds:.1f} |")
            _tell_items(services, len(real.bodies) - len(real.feeds))
            _tell_stories(services)
            _tell_passages(services)
            _tell_positions(services)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nWall {time.monotonic() - started:.0f} s, peak memory of the main process {peak:.0f} MB.")


def _with_feeds(services: Services, real: Real, base: str) -> Services:
    feeds = tuple(Feed(url=base + path, title=path, publisher=publisher) for path, publisher in real.feeds.items())
    return replace(services, feeds=lambda: feeds)


def _articles(services: Services) -> list[Article]:
    return services.store.articles(ArticleFilter(), limit=10_000)


def _is_seed(article: Article) -> bool:
    return "/seed/" in article.url


def _tell_items(services: Services, served: int) -> None:
    articles = _articles(services)
    states = Counter(article.state for article in articles)
    print(f"\n{served} items served, {len(articles)} stored: " + ", ".join(f"{n} {s.value}" for s, n in states.items()))
    for article in articles:
        if article.state is ArticleState.SET_ASIDE or article.reason:
            print(f"- {article.state.value}: {article.url.rsplit('/', 1)[-1][:16]}: {article.reason}")


def _tell_stories(services: Services) -> None:
    inside = [a for a in _articles(services) if a.story_id == "ukraine-policy"]
    pages = sum(not _is_seed(article) for article in inside)
    print(f"\nIn the seed story: {len(inside) - pages} of 3 texts, {pages} of the pages:")
    for article in inside:
        if not _is_seed(article):
            print(f"- {article.title}")


def _tell_passages(services: Services) -> None:
    seeds = [a for a in _articles(services) if _is_seed(a)]
    passages = [p for found in services.store.passages_of([a.id for a in seeds]).values() for p in found]
    dirty = [p.text for p in passages if any(words in p.text.lower() for words in FURNITURE)]
    print(f"\n{len(passages)} passages in the three texts, {len(dirty)} with page furniture {dirty or ''}")
    position = services.store.positions()[0]
    for name, words in QUOTED.items():
        found = [p for p in passages if words in p.text]
        told = [
            find_speaker(Pair(passage_id=p.id, passage=p.text, context=p.context, position=position)).speaker.name
            for p in found
        ]
        print(f"- “… {words} …” is attributed to {told or 'nobody: no such passage'} (should be {name})")


def _tell_positions(services: Services) -> None:
    texts = {a.id: int(a.url.rsplit("/", 1)[-1]) for a in _articles(services) if _is_seed(a)}
    print("\n| position | found again (matches) | contradicted in | from pages |\n|---|---|---|---|")
    matched = 0
    positions = services.store.positions()
    for position in positions:
        rows: dict[str, list[str]] = {"matches": [], "contradicts": [], "pages": []}
        for finding in services.store.findings(position_id=position.id):
            for piece in finding.evidence:
                where = f"{finding.relation.value} {finding.grade.value} {piece.probability:.2f}"
                if piece.article_id in texts:
                    rows[finding.verdict.value].append(
                        f"text {texts[piece.article_id] + 1}: {where}: {piece.passage[:90]}"
                    )
                else:
                    rows["pages"].append(f"{finding.verdict.value} {where}: {piece.passage[:90]}")
        matched += bool(rows["matches"])
        cells = [
            " / ".join(rows[k][:4]).replace("|", "¦").replace("\n", " ") for k in ("matches", "contradicts", "pages")
        ]
        print(f"| {position.id} | {cells[0]} | {cells[1]} | {cells[2]} |")
    print(f"\n{matched} of {len(positions)} positions found again as matches.")


if __name__ == "__main__":
    main()
