from __future__ import annotations

import numpy as np
import pytest

from monitor.cluster.crowding import Crowding
from monitor.cluster.merging import load_model


def test_the_level_follows_how_near_strangers_come() -> None:
    lookalikes, mixed = Crowding(load_model()), Crowding(load_model())
    for turn in range(400):
        lookalikes.add(0.9 + 0.05 * (turn % 2))
        mixed.add(0.2 + 0.05 * (turn % 2))
    assert lookalikes.level == pytest.approx(0.95, abs=0.06)
    assert mixed.level == pytest.approx(0.25, abs=0.06)


def test_five_in_six_strangers_stay_below_the_level() -> None:
    crowding = Crowding(load_model())
    strangers = np.random.default_rng(1).normal(0.5, 0.1, 2_000)
    for likeness in strangers.tolist():
        crowding.add(likeness)
    assert np.mean(strangers < crowding.level) == pytest.approx(5 / 6, abs=0.06)


def test_one_odd_article_moves_it_little() -> None:
    crowding = Crowding(load_model())
    before = crowding.level
    crowding.add(3.0)
    assert crowding.level - before < 0.7
    for _ in range(300):
        crowding.add(0.3)
    assert crowding.level < before


def test_what_was_dumped_is_restored_exactly() -> None:
    one, other = Crowding(load_model()), Crowding(load_model())
    for likeness in (0.31, 0.47, 0.22):
        one.add(likeness)
    other.restore(one.dump())
    one.add(0.5)
    other.add(0.5)
    assert other.level == one.level
