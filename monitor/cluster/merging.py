"""Judge how near an article is to each of some stories, and whether two stories are one.

In: a document and candidate stories, or a story and others; how crowded the stream is. Out: features `(k, n)`, margins
`(k,)` (likeness less what is needed) and probabilities. Never: changes a story.
The ten numbers lie in `merge_model.json`, made by `training/cluster/fit.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from monitor.cluster.document import ENTITIES, WORDS, Document, brevity_of
from monitor.cluster.stories import Story

Rows = npt.NDArray[np.float64]

FEATURES = ("dense", "words", "entities", "likeness", "needed")
"""Mean similarity to the story's live members by vector, words and names; their weighed sum; how much is asked."""
LIKENESS, NEEDED = FEATURES.index("likeness"), FEATURES.index("needed")
_STEEPNESS = 5.5
"""Log-odds for each unit of margin: a logistic regression of "the best story is the right one" over 1,867 articles of
four sets gave 5.4 (5.6 to 9.7 by set)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeModel:
    """Likeness = vector + words + entities, weighed; an article joins the story that exceeds what is needed by most.

    `…_brief` is added for an article that is all brevity (a headline), in part for others. `crowding` times how near
    strangers come in this stream is needed on top, and `gap` times the story's pause as a share of the window.
    """

    words: float
    words_brief: float
    entities: float
    entities_brief: float
    needed: float
    needed_brief: float
    crowding: float
    gap: float
    join_needed: float
    join_needed_brief: float

    def weights(self, brevity: float) -> Rows:
        """`(3,)`: of the similarities by vector, words and entities."""
        words = max(0.0, self.words + brevity * self.words_brief)
        return np.array([1.0, words, max(0.0, self.entities + brevity * self.entities_brief)])

    def measure(self, document: Document, stories: Sequence[Story], *, crowding: float, window_seconds: float) -> Rows:
        """One row of `FEATURES` per story."""
        brevity = brevity_of(document.n_words)
        products = np.stack([story.mean_products(document) for story in stories])
        dense = np.stack([story.mean_vector() for story in stories]).astype(np.float64) @ document.vector
        means = np.column_stack([dense, products[:, WORDS], products[:, ENTITIES]])
        pauses = np.abs(document.at - np.array([story.summary().last_at for story in stories])) / window_seconds
        needed = self.needed + brevity * self.needed_brief + self.crowding * crowding
        return np.column_stack([means, means @ self.weights(brevity), needed + self.gap * np.minimum(1.0, pauses)])

    def probabilities(self, rows: Rows) -> Rows:
        """A half where likeness is just what is needed."""
        margins = rows[:, LIKENESS] - rows[:, NEEDED]
        result: Rows = 1 / (1 + np.exp(-np.clip(_STEEPNESS * margins, -40, 40)))
        return result

    def join_margins(self, story: Story, others: Sequence[Story], *, crowding: float, window_seconds: float) -> Rows:
        """`(k,)`: by how much each of the others is more than near enough to be one with the story, by mean similarity
        of a member of the one with a member of the other."""
        return np.array([self._join_margin(story, other, crowding, window_seconds) for other in others])

    def _join_margin(self, story: Story, other: Story, crowding: float, window_seconds: float) -> float:
        size, its_size = len(story.documents), len(other.documents)
        summary, its = story.summary(), other.summary()
        brevity = (summary.brevity * size + its.brevity * its_size) / (size + its_size)
        pause = min(1.0, abs(summary.last_at - its.last_at) / window_seconds)
        needed = self.join_needed + brevity * self.join_needed_brief + self.crowding * crowding + self.gap * pause
        return float(story.cross_means(other) @ self.weights(brevity)) - needed


def load_model() -> MergeModel:
    """The packaged numbers."""
    return MergeModel(**json.loads(files("monitor.cluster").joinpath("merge_model.json").read_text("utf-8")))
