"""`monitor stories`, `articles` and `search`: read what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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

stories_app = typer.Typer(no_args_is_help=True, help="Stories: clusters of articles about one thing.")
articles_app = typer.Typer(no_args_is_help=True, help="Articles, with text, passages and copies.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(stories_app, name="stories", rich_help_panel="Read")
    app.add_typer(articles_app, name="articles", rich_help_panel="Read")
    app.command(rich_help_panel="Read")(search)


def moment(text: str) -> datetime:
    """A day or time that a person typed, as UTC."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as cause:
        raise typer.BadParameter(f"{text!r} is no date; write 2025-03-08 or 2025-03-08T14:30") from cause
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def origin_line(articles: Sequence[Article]) -> str:
    """`14 articles, 3 independent publishers, earliest: agency X, 08:12`: the same count as in mails."""
    if not articles:
        return "no articles yet"
    independent = {article.publisher for article in articles if not article.copy_of}
    first = min(articles, key=lambda a: (a.first_seen_at, a.published_at or a.first_seen_at, a.id))
    copies = sum(bool(article.copy_of) for article in articles)
    told = f", {copies} of them copies" if copies else ""
    return (
        f"{len(articles)} articles{told}, {len(independent)} independent publishers, "
        f"earliest: {first.publisher}, {when(first.published_at or first.first_seen_at)}"
    )


@stories_app.command("list")
def list_stories(
    *,
    seeds_only: Annotated[bool, typer.Option("--seeds", help="Seed stories alone.")] = False,
    limit: LimitOption = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Seed stories first, then the newest."""
    with services_of(config) as services:
        stories = services.store.stories(limit=limit, seeds_only=seeds_only)
    if as_json:
        return print_json([_without_blob(story) for story in stories])
    rows = [
        (s.id, "seed" if s.is_seed else "", s.article_count, s.publisher_count, when(s.last_article_at), s.title)
        for s in stories
    ]
    columns = ("id", "", "articles", "publishers", "last", "title")
    return print_table(columns, rows, empty="no stories yet; run `monitor run`")


def _without_blob(story: Any) -> dict[str, Any]:
    shown: dict[str, Any] = plain(story)
    shown.pop("state_blob", None)
    return shown


@stories_app.command("show")
def show_story(
    story_id: str,
    *,
    why: Annotated[bool, typer.Option("--why", help="Why each article is in it.")] = False,
    limit: LimitOption = 200,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One story: its articles, copies, origin and findings."""
    with services_of(config) as services:
        story = services.store.story(story_id)
        articles = services.store.articles_of_story(story_id, limit=limit)
        findings = services.store.findings(story_id=story_id)
        reasons = {a.id: services.store.why_of(a.id) for a in articles} if why else {}
    if as_json:
        shown = {"story": _without_blob(story), "origin": origin_line(articles), "findings": findings, "why": reasons}
        return print_json({**shown, "articles": [_without_text(article) for article in articles]})
    out(f"{story.id}: {story.title}")
    out(f"  {origin_line(articles)}")
    rows = [
        (a.id, when(a.first_seen_at), a.publisher, f"copy of {a.copy_of}" if a.copy_of else "", a.title)
        for a in articles
    ]
    print_table(("article", "first seen", "publisher", "", "title"), rows, empty="  no articles yet")
    for article_id, reason in reasons.items():
        out(f"{article_id}: {reason}")
    return None


def _without_text(article: Article) -> dict[str, Any]:
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
        return print_json([_without_text(article) for article in articles])
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
