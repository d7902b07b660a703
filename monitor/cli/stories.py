"""`monitor stories`: read stories, and say which are one and which articles are another."""

from __future__ import annotations

from collections.abc import Sequence
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
from monitor.cli.read import without_text
from monitor.models import Article
from monitor.pipeline.cluster_stories import merged_into, threads_of
from monitor.pipeline.cluster_word import history_of, merge_stories, split_story
from monitor.settings.houses import Houses

stories_app = typer.Typer(no_args_is_help=True, help="Stories: clusters of articles about one thing.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(stories_app, name="stories", rich_help_panel="Read")


def origin_line(articles: Sequence[Article], houses: Houses) -> str:
    """`14 articles, 3 independent publishers, earliest: agency X, 08:12`: the same count as in mails."""
    if not articles:
        return "no articles yet"
    independent = {houses.house_of(article.publisher, article.url) for article in articles if not article.copy_of}
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
        found = services.store.stories(limit=limit, seeds_only=seeds_only)
    stories = [story for story in found if not merged_into(story)]
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
        history = history_of(services.store, story_id)
        origin = origin_line(articles, Houses(services.settings.cluster.publisher_groups))
    if as_json:
        shown = {"story": _without_blob(story), "origin": origin, "findings": findings, "why": reasons}
        shown |= {"threads": threads_of(story), "history": history, "merged_into": merged_into(story)}
        return print_json({**shown, "articles": [without_text(article) for article in articles]})
    out(f"{story.id}: {story.title}")
    if merged_into(story):
        return out(f"  merged into {merged_into(story)}")
    out(f"  {origin}")
    for thread in threads_of(story):
        days = f"{thread['opened_at'][:10]} to {thread['last_at'][:10]}"
        out(f"  {days}  {thread['articles']:4} articles  {thread['title']}")
    for entry in history if why else ():
        out(f"  {entry['at'][:16]}  a person's word: {entry['did']} {' '.join(entry['stories'])}")
    rows = [
        (a.id, when(a.first_seen_at), a.publisher, f"copy of {a.copy_of}" if a.copy_of else "", a.title)
        for a in articles
    ]
    print_table(("article", "first seen", "publisher", "", "title"), rows, empty="  no articles yet")
    for article_id, reason in reasons.items():
        out(f"{article_id}: {reason}")
    return None


@stories_app.command("merge")
def merge(
    story_id: str,
    other_id: str,
    *,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The second story goes into the first, now and for what comes."""
    with services_of(config) as services:
        story = merge_stories(services, story_id, other_id, at=services.clock())
    if as_json:
        return print_json(_without_blob(story))
    return out(f"{other_id} went into {story_id}: {story.article_count} articles")


@stories_app.command("split")
def split(
    story_id: str,
    article_ids: list[str],
    *,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The articles, with their copies, become a story of their own, now and for what comes."""
    with services_of(config) as services:
        story = split_story(services, story_id, article_ids, at=services.clock())
    if as_json:
        return print_json(_without_blob(story))
    return out(f"{story.id}: {story.article_count} articles, split off {story_id}")
