"""Keep seed stories and positions in the store; say what changed."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.models import Seed, Story
from monitor.pipeline.ports import Services
from monitor.store.base import SeedChanges


def load_seeds(services: Services, seeds: Sequence[Seed]) -> dict[str, SeedChanges]:
    """Load each seed, by id. Repeatable: the second time everything is `unchanged`."""
    now = services.clock()
    changes = {}
    for seed in seeds:
        story = Story(
            id=seed.id, title=seed.title, summary=seed.summary, is_seed=True, opened_at=now, last_article_at=now
        )
        changes[seed.id] = services.store.load_seed(seed, story)
    return changes
