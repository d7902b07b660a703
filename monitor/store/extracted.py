"""Which passages belong to which article, for the call that keeps both: all stores take and refuse the same."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.models import Article, Passage
from monitor.store.plain import clean_text


def articles_with_passages(
    articles: Sequence[Article], passages: Sequence[Passage]
) -> dict[str, tuple[Article, list[Passage]]]:
    """By id, as the stores keep it; of an article named twice the last one.

    Raises `ValueError` for a passage of none of the articles.
    """
    found: dict[str, tuple[Article, list[Passage]]] = {clean_text(each.id): (each, []) for each in articles}
    for passage in passages:
        owner = clean_text(passage.article_id)
        if owner not in found:
            raise ValueError(f"passage {passage.id} is of article {owner}, which this call does not keep")
        found[owner][1].append(passage)
    return found
