"""Say why a decision fell: the `why` of a decision, JSON-able.

In: what was compared. Out: dicts of plain numbers and strings. Never: decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.cluster import words as w
from monitor.cluster.copies import CopyMatch
from monitor.cluster.seeds import SeedMatch
from monitor.cluster.stories import Story

_SHOWN = 8


def explain_copy(match: CopyMatch) -> dict[str, Any]:
    return {
        "chosen": match.document.story_id,
        "because": "copy of an earlier article",
        "nearest": match.document.id,
        "jaccard": round(match.jaccard, 4),
        "contained": round(match.contained, 4),
    }


def explain_seed(matches: Sequence[SeedMatch], *, threshold: float) -> dict[str, Any]:
    """The best seed, whether it took the article, which part was low, and the runner-up."""
    best = matches[0]
    taken = best.probability >= threshold
    why: dict[str, Any] = {
        "seed": best.story_id,
        "because": "belongs to the seed story" if taken else _name_low_part(best),
        "probability": round(best.probability, 4),
        "dense": round(best.dense, 4),
        "names": round(best.names, 4),
        "shared_names": list(best.shared),
        "missing_names": list(best.missing),
    }
    if taken:
        why["chosen"] = best.story_id
    if len(matches) > 1:
        why["runner_up"] = {"seed": matches[1].story_id, "probability": round(matches[1].probability, 4)}
    return why


def explain_story(
    chosen: str,
    stories: Sequence[Story],
    rows: npt.NDArray[Any],
    chances: npt.NDArray[Any],
    *,
    named: Counter[str],
    names: Sequence[str],
) -> dict[str, Any]:
    """The nearest two stories with their features, and the names shared with the nearest."""
    ranked = sorted(range(len(stories)), key=lambda i: (-float(chances[i]), i))[:2]
    nearest = [
        {
            "story": stories[i].story_id,
            "probability": round(float(chances[i]), 4),
            "articles": len(stories[i].documents),
            "features": {name: round(float(v), 4) for name, v in zip(names, rows[i], strict=True)},
        }
        for i in ranked
    ]
    joined = chosen == stories[ranked[0]].story_id
    return {
        "chosen": chosen,
        "because": "nearest live story" if joined else "no live story is near enough",
        "nearest": nearest,
        "shared_names": _shared_names(named, stories[ranked[0]]),
    }


def explain_join(losing: Story, kept: Story, margin: float) -> dict[str, Any]:
    """Which stories turned out to be one."""
    return {
        "story": losing.story_id,
        "into": kept.story_id,
        "articles": [len(losing.documents), len(kept.documents)],
        "margin": round(margin, 4),
    }


def _name_low_part(match: SeedMatch) -> str:
    if match.dense < 0.54:
        return "refused: the text is far from the seed's texts"
    return "refused: too few of the seed's names for so loose a likeness"


def _shared_names(named: Counter[str], story: Story) -> list[str]:
    """Names of the article whose hashes the story's recent members carry too, the most frequent first."""
    ranked = [name for name, _ in named.most_common()]
    hashes = np.array([w.hash_entity(name) for name in ranked], np.uint32)
    return [ranked[i] for i in np.flatnonzero(story.carries(hashes)).tolist()][:_SHOWN]
