from __future__ import annotations

import random

import pytest
from sklearn.metrics import adjusted_rand_score, v_measure_score
from sklearn.metrics.cluster import pair_confusion_matrix

from monitor.cluster.metrics import measure_stories


def test_measures_agree_with_scikit_learn() -> None:
    chance = random.Random(1)
    true = [chance.randrange(9) for _ in range(300)]
    found = [label if chance.random() < 0.7 else chance.randrange(12) for label in true]
    measures = measure_stories(true, found)
    (_, wrong), (missed, both) = pair_confusion_matrix(true, found)
    assert measures["ari"] == pytest.approx(adjusted_rand_score(true, found))
    assert measures["v_measure"] == pytest.approx(v_measure_score(true, found))
    assert measures["pair_precision"] == pytest.approx(both / (both + wrong))
    assert measures["pair_recall"] == pytest.approx(both / (both + missed))


def test_bcubed_is_that_of_the_worked_example() -> None:
    """Five articles, true {a, b, c} {d, e}, found {a, b} {c, d, e}: by hand P = R = 11/15."""
    measures = measure_stories("xxxyy", "ppqqq")
    assert measures["b3_precision"] == pytest.approx(11 / 15)
    assert measures["b3_recall"] == pytest.approx(11 / 15)


def test_singletons_have_no_pairs_and_full_precision() -> None:
    measures = measure_stories(["a", "a", "b"], [1, 2, 3])
    assert (measures["b3_precision"], measures["pair_f1"], measures["stories_ratio"]) == (1.0, 0.0, 1.5)


def test_of_nothing_there_is_nothing_to_measure() -> None:
    assert measure_stories([], []) == {}
