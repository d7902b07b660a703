"""`monitor articles` and `search`: read what is there."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from monitor.cli.output import (
    ConfigOption,
    JsonOption,
    LimitOption,
    out,
    plain,
    print_json,
    print_table,
    services_of,
    when,
)
from monitor.models import Article, VerdictLabel
from monitor.store.base import ArticleFilter, SearchFilter

articles_app = typer.Typer(no_args_is_help=True, help="Articles, with text, passages and copies.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(articles_app, name="articles", rich_help_panel="Read")
    app.command(rich_help_panel="Read")(search)


def moment(text: str) -> datetime:
    """A day or time that a person typed, as UTC."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as cause:
        raise typer.BadParameter(f"{text!r} is no date; write 2025-03-08 or 2025-03-08T14:30") from cause
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def without_text(article: Article) -> dict[str, Any]:
    shown: dict[str, Any] = plain(article)
    shown.pop("text")
    return shown


@articles_app.command("list")
def list_articles(
    *,
    story: Annotated[str, typer.Option(help="Of this story.")] = "",
    publisher: Annotated[str, typer.Option(help="Of this publisher.")] = "",
    since: Annotated[str, typer.Option(help="First seen at or after this day or time (UTC).")] = "",
    limit: LimitOption = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Newest first."""
    which = ArticleFilter(story_id=story, publisher=publisher, since=moment(since) if since else None)
    with services_of(config) as services:
        articles = services.store.articles(which, limit=limit)
    if as_json:
        return print_json([without_text(article) for article in articles])
    rows = [(a.id, when(a.first_seen_at), a.publisher, a.state.value, a.title) for a in articles]
    return print_table(("id", "first seen", "publisher", "state", "title"), rows, empty="no articles yet")


@articles_app.command("show")
def show_article(article_id: str, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One article: text, passages, story and why."""
    with services_of(config) as services:
        article = services.store.article(article_id)
        passages = services.store.passages_of([article_id])[article_id]
        why = services.store.why_of(article_id)
    if as_json:
        return print_json({"article": article, "passages": passages, "why": why})
    out(article.title)
    out(f"  {article.publisher}, claimed {when(article.published_at)}, seen {when(article.first_seen_at)}")
    out(f"  {article.url}\n  story {article.story_id or '–'}  copy of {article.copy_of or '–'}  {article.state.value}")
    if article.reason:
        out(f"  note: {article.reason}")
    out(f"\n{article.text}")
    return None


def search(
    query: Annotated[str, typer.Argument(help="Words; articles that mean the same are found too.")],
    *,
    since: Annotated[str, typer.Option(help="First seen at or after this day or time (UTC).")] = "",
    until: Annotated[str, typer.Option(help="First seen before this day or time (UTC).")] = "",
    publisher: Annotated[str, typer.Option(help="Of this publisher.")] = "",
    story: Annotated[str, typer.Option(help="Of this story.")] = "",
    position: Annotated[str, typer.Option(help="With a verdict on this position.")] = "",
    verdict: Annotated[VerdictLabel | None, typer.Option(help="With this verdict.")] = None,
    words_only: Annotated[bool, typer.Option("--words", help="By words alone: quick, loads no model.")] = False,
    limit: LimitOption = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find articles and passages by words and by meaning."""
    which = SearchFilter(
        since=moment(since) if since else None,
        until=moment(until) if until else None,
        publisher=publisher,
        story_id=story,
        position_id=position,
        verdict=verdict,
    )
    with services_of(config) as services:
        embedder = services.embedder()
        vector = None if words_only or not query.strip() else embedder.encode([query])[0]
        hits = services.store.search(query, vector=vector, model=embedder.model, which=which, limit=limit)
    if as_json:
        return print_json(hits)
    for hit in hits:
        out(f"{hit.kind.value:8} {when(hit.first_seen_at)}  {hit.publisher}: {hit.title}")
        out(f"         {hit.snippet}\n         {hit.url}")
    if not hits:
        out("nothing found")
    else:
        counts = Counter(hit.kind.value for hit in hits)
        out(", ".join(f"{number} {kind}s" for kind, number in counts.items()))
    return None
