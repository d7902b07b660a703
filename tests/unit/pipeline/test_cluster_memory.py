"""A clusterer is kept between the runs of a process, but only while the store says what it knows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.extract.base import Extractor
from monitor.fetch import Fetcher
from monitor.models import ArticleState, Seed
from monitor.pipeline import Services, load_seeds, run_once
from monitor.pipeline.cluster import cluster_articles
from monitor.pipeline.cluster_word import merge_stories
from monitor.pipeline.ports import KeptClusterer
from monitor.store.base import ArticleFilter
from tests.unit.cluster.invented import write_text
from tests.unit.pipeline.conftest import SEED, World, later, open_world

EVENTS = {"flood": ("Arvena", "Mira Tanno"), "trial": ("Farrow", "Pavel Grist")}


class Counting:
    """The services with a count of the clusterers built."""

    def __init__(self, services: Services) -> None:
        self.built = 0
        self._build = services.clusterer
        self.services = replace(services, clusterer=self.build, kept=KeptClusterer())

    def build(self) -> Any:
        self.built += 1
        return self._build()


@pytest.fixture
def counting(world: World) -> Counting:
    return Counting(world.services)


def report(world: World, services: Services, name: str) -> None:
    subject = name.partition("-")[0]
    text = write_text(random.Random(name), subject, *EVENTS[subject], sentences=6)
    title = f"{subject} in {EVENTS[subject][0]} {name}"
    world.publish(id=name, url=f"https://{name}.example/a", title=title, content_html=f"<p>{text}</p>")
    run_once(services)
    later(world, hours=1)


def stories(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """By title: story, origin, and why."""
    store = world.services.store
    articles = store.articles(ArticleFilter(), limit=50)
    return {a.title: (a.story_id, a.copy_of, store.why_of(a.id)) for a in articles}


def test_runs_of_one_process_share_a_clusterer(world: World, counting: Counting) -> None:
    for name in ("flood-1", "trial-1", "flood-2"):
        report(world, counting.services, name)
    assert counting.built == 1


def test_what_is_kept_decides_as_what_is_remembered(tmp_path: Path, workers: tuple[Fetcher, Extractor]) -> None:
    found = []
    for folder in (tmp_path / "kept", tmp_path / "forgotten"):
        folder.mkdir()
        with open_world(folder, workers) as world:
            for name in ("flood-1", "trial-1", "flood-2", "trial-2", "flood-3", "flood-4", "trial-3"):
                services = world.services if folder.name == "kept" else replace(world.services, kept=KeptClusterer())
                report(world, services, name)
            found.append(stories(world))
    assert found[0] == found[1]
    assert len({story for story, _, _ in found[0].values()}) == 2


def another_process_clusters(world: World) -> None:
    other = replace(world.services, kept=KeptClusterer())
    report(world, other, "trial-9")


def a_person_merges(world: World) -> None:
    store = world.services.store
    one, other = (a.story_id for a in store.articles(ArticleFilter(), limit=2))
    merge_stories(world.services, one, other, at=world.now)


def an_article_is_sent_back(world: World) -> None:
    (article,) = world.services.store.articles(ArticleFilter(), limit=1)
    world.services.store.reset([article.id], ArticleState.EMBEDDED)


def old_articles_are_deleted(world: World) -> None:
    world.services.store.delete_before(world.now)


def a_seed_is_loaded(world: World) -> None:
    position = replace(SEED.positions[0], id="ferry", story_id="ferry", statement="The ferry will stay.")
    load_seeds(
        world.services, [SEED, Seed(id="ferry", title="The ferry", summary="Its future.", positions=(position,))]
    )


CHANGES: list[Callable[[World], None]] = [
    another_process_clusters,
    a_person_merges,
    an_article_is_sent_back,
    old_articles_are_deleted,
    a_seed_is_loaded,
]


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_built_anew_when_the_store_says_otherwise(
    world: World, counting: Counting, change: Callable[[World], None]
) -> None:
    for name in ("flood-1", "trial-1"):
        report(world, counting.services, name)
    change(world)
    report(world, counting.services, "flood-2")
    assert counting.built == 2


def test_a_run_that_fails_keeps_nothing(world: World, counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    report(world, counting.services, "flood-1")
    with monkeypatch.context() as patch:
        patch.setattr(type(world.services.store), "save_clustered", _fails)
        with pytest.raises(OSError, match="disk"):
            report(world, counting.services, "flood-2")
    assert cluster_articles(counting.services).done == 1
    assert counting.built == 2


def _fails(*_: Any, **__: Any) -> None:
    raise OSError("no room on the disk")
