"""An analyst's word on stories: done at once, remembered, and respected by the runs that follow."""

from __future__ import annotations

import random

import pytest

from monitor.errors import SettingsInvalid
from monitor.models import Article, Story
from monitor.pipeline import run_once
from monitor.pipeline.cluster_stories import merged_into, threads_of
from monitor.pipeline.cluster_word import history_of, merge_stories, split_story
from monitor.store.base import ArticleFilter
from tests.unit.cluster.invented import write_text
from tests.unit.pipeline.conftest import World, later

EVENTS = {"flood": ("Arvena", "Mira Tanno"), "trial": ("Farrow", "Pavel Grist")}


def report(world: World, *names: str) -> None:
    """Publish invented reports, `flood-1` being one on the flood, and run everything."""
    for name in names:
        subject = name.partition("-")[0]
        text = write_text(random.Random(name), subject, *EVENTS[subject], sentences=6)
        url = f"https://{name}.example/a"
        world.publish(
            id=name, url=url, title=f"{subject} in {EVENTS[subject][0]} {name}", content_html=f"<p>{text}</p>"
        )
    run_once(world.services)
    later(world, hours=1)


def articles(world: World) -> dict[str, Article]:
    return {a.title.rpartition(" ")[2]: a for a in world.services.store.articles(ArticleFilter(), limit=50)}


def story_of(world: World, name: str) -> Story:
    return world.services.store.story(articles(world)[name].story_id)


def test_merged_stories_are_one_and_take_the_news_of_both(world: World) -> None:
    report(world, "flood-1", "flood-2", "trial-1", "trial-2")
    flood, trial = story_of(world, "flood-1"), story_of(world, "trial-1")
    assert flood.id != trial.id
    merged = merge_stories(world.services, flood.id, trial.id, at=world.now)
    assert merged.article_count == 4
    assert merged_into(world.services.store.story(trial.id)) == flood.id
    report(world, "flood-3", "trial-3")
    assert {article.story_id for article in articles(world).values()} == {flood.id}
    after = world.services.store.story(flood.id)
    assert after.article_count == 6
    assert sorted(thread["articles"] for thread in threads_of(after)) == [3, 3]
    assert [entry["did"] for entry in history_of(world.services.store, flood.id)] == ["merge"]


def test_what_was_split_off_stays_apart_and_takes_its_own_news(world: World) -> None:
    report(world, "flood-1", "flood-2", "flood-3", "trial-1", "trial-2")
    flood, trial = story_of(world, "flood-1"), story_of(world, "trial-1")
    merge_stories(world.services, flood.id, trial.id, at=world.now)
    ids = [articles(world)[name].id for name in ("trial-1", "trial-2")]
    fresh = split_story(world.services, flood.id, ids, at=world.now)
    assert (fresh.article_count, world.services.store.story(flood.id).article_count) == (2, 3)
    report(world, "flood-4", "trial-3")
    found = articles(world)
    assert (found["flood-4"].story_id, found["trial-3"].story_id) == (flood.id, fresh.id)


def test_a_seed_story_dissolves_into_no_other(world: World) -> None:
    report(world, "flood-1")
    with pytest.raises(SettingsInvalid, match="never dissolves"):
        merge_stories(world.services, story_of(world, "flood-1").id, "harbour", at=world.now)


def test_an_article_of_another_story_cannot_be_split_off(world: World) -> None:
    report(world, "flood-1", "flood-2", "trial-1")
    with pytest.raises(SettingsInvalid, match="no article of"):
        split_story(world.services, story_of(world, "flood-1").id, [articles(world)["trial-1"].id], at=world.now)
