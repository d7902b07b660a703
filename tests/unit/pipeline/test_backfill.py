"""Articles of the last days go through the stages again."""

from __future__ import annotations

from monitor.models import Stage
from monitor.pipeline import run_once
from monitor.pipeline.backfill import Redo, send_articles_back
from tests.unit.pipeline.conftest import World, later
from tests.unit.pipeline.test_stages import REVERSAL


def test_articles_are_judged_again_and_nothing_is_mailed_twice(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    asked = len(world.judge.asked)
    assert send_articles_back(world.services, days=1, redo=Redo.JUDGE) == 1
    assert world.services.store.backlog()[Stage.JUDGE] == 1
    run_once(world.services)
    assert len(world.judge.asked) > asked
    assert len(world.mails()) == 1
    assert len(world.services.store.findings()) == 1


def test_embedding_again_includes_the_stages_after_it(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    story = world.services.store.stories(limit=10)
    assert send_articles_back(world.services, days=1, redo=Redo.EMBED) == 1
    assert world.services.store.backlog()[Stage.EMBED] == 1
    run_once(world.services)
    assert not any(world.services.store.backlog().values())
    assert world.services.store.stories(limit=10) == story


def test_older_articles_stay_as_they_are(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    later(world, days=3)
    assert send_articles_back(world.services, days=2, redo=Redo.JUDGE) == 0
