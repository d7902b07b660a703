"""What is the same in every store's search: the words that count, fusing rankings, showing an article by its best
passage.

In: what a person typed, rankings of article ids, articles with their passages. Out: `SearchHit`s, best first.
Never: asks a store. Words are taken as they stand, never parsed as a query's syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from monitor.models import Article, Passage
from monitor.store.base import SearchHit, SearchKind
from monitor.store.plain import clean_text

MAX_WORDS = 32
"""Words of a query that count; FTS5 refuses expressions that are too deep."""
CANDIDATES = 200
"""Length of each ranking before they are fused (at least; a larger limit asks for more)."""
PER_ARTICLE = 4
"""An article has many passages: so many times the candidates are taken of the vectors."""
RANK_OFFSET = 60
"""Reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009."""
TITLE_WEIGHT = 3.0
"""A headline is written to be found by: its words count thrice (a choice, not measured)."""
SNIPPET_CHARS = 240


def query_words(query: str) -> list[str]:
    """The words that count: pieces between blanks with a letter or digit in them, each once."""
    pieces = clean_text(query).split()
    return list(dict.fromkeys(piece for piece in pieces if any(map(str.isalnum, piece))))[:MAX_WORDS]


def fuse(*rankings: Iterable[str]) -> dict[str, float]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank) over the rankings, ranks from 1. Best first, ties by id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (RANK_OFFSET + rank)
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))


def nearest_passages(owners: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The nearest passage of each article, articles nearest first; `owners` are (article, passage) pairs, nearest
    first, the passage empty where the article's own vector was near."""
    found: dict[str, str] = {}
    for article_id, passage_id in owners:
        if not found.setdefault(article_id, passage_id):
            found[article_id] = passage_id
    return found


def show_best(
    scores: Mapping[str, float],
    articles: Mapping[str, Article],
    passages: Mapping[str, Sequence[Passage]],
    *,
    words: Sequence[str],
    nearest: Mapping[str, str],
) -> list[SearchHit]:
    """In the order of `scores`; articles that are gone since they were found are left out."""
    return [
        _show(articles[each], passages.get(each, ()), words, nearest=nearest.get(each, ""), score=score)
        for each, score in scores.items()
        if each in articles
    ]


def _show(
    article: Article, passages: Sequence[Passage], words: Sequence[str], *, nearest: str, score: float
) -> SearchHit:
    """Shown by the passage with most of the words, or else by the nearest one, or else by the article's start."""
    best = max(passages, key=lambda each: (count_words(each.text, words), each.id == nearest), default=None)
    if best is not None and best.id != nearest and count_words(best.text, words) == 0:
        best = None
    return SearchHit(
        kind=SearchKind.ARTICLE if best is None else SearchKind.PASSAGE,
        article_id=article.id,
        passage_id="" if best is None else best.id,
        title=article.title,
        publisher=article.publisher,
        url=article.url,
        story_id=article.story_id,
        first_seen_at=article.first_seen_at,
        snippet=snippet(article.text or article.title if best is None else best.text, words),
        score=score,
    )


def count_words(text: str, words: Sequence[str]) -> int:
    """How many of the words begin a word of the text."""
    return sum(1 for word in words if _find(text, word) is not None)


def _find(text: str, word: str) -> int | None:
    """Where a word of the text begins with this one. Endings differ, which the index knows and this does not:
    a long word is looked for by all but its last two letters."""
    core = word.strip("\"'.,;:!?()[]«»“”„‘’")
    stem = core[:-2] if len(core) > 6 else core
    found = re.search(rf"\b{re.escape(stem)}", text, re.IGNORECASE) if stem else None
    return None if found is None else found.start()


def snippet(text: str, words: Sequence[str]) -> str:
    """At most about 240 characters around the first of the words that the text holds."""
    places = [place for word in words if (place := _find(text, word)) is not None]
    start = max(0, min(places, default=0) - SNIPPET_CHARS // 3)
    if start and (blank := text.find(" ", start, start + 40)) != -1:
        start = blank + 1
    end = min(len(text), start + SNIPPET_CHARS)
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"
