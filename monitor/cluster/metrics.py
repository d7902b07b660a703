"""How well a clustering agrees with the true one.

In: two labels per article. Out: BCubed, pairwise and information measures. Never: looks at articles.
BCubed: Bagga & Baldwin 1998. Always read it beside pair F1: singletons alone can score .75 BCubed.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import comb

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


def measure_stories(true: Sequence[Hashable], found: Sequence[Hashable]) -> dict[str, float]:
    """All measures at once; of no articles, an empty dict."""
    if not true:
        return {}
    cells, rows, columns, row_of, column_of = _contingency(true, found)
    return {
        **_bcubed(cells, rows, columns, row_of, column_of),
        **_pairs(cells, rows, columns),
        **_information(cells, rows, columns, row_of, column_of),
        "stories_true": float(len(rows)),
        "stories_found": float(len(columns)),
        "stories_ratio": len(columns) / len(rows),
        "largest_true": float(rows.max()),
        "largest_found": float(columns.max()),
    }


def _contingency(true: Sequence[Hashable], found: Sequence[Hashable]) -> tuple[Counts, Counts, Counts, Counts, Counts]:
    """Non-zero cells of the contingency table with their row and column, and both margins."""
    left, right = _number(true), _number(found)
    width = int(right.max()) + 1
    keys, cells = np.unique(left * width + right, return_counts=True)
    return cells.astype(np.int64), np.bincount(left), np.bincount(right), keys // width, keys % width


def _number(labels: Sequence[Hashable]) -> Counts:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(label, len(numbers)) for label in labels], np.int64)


def _bcubed(cells: Counts, rows: Counts, columns: Counts, row_of: Counts, column_of: Counts) -> dict[str, float]:
    total = float(rows.sum())
    squares = cells.astype(float) ** 2
    precision = float((squares / columns[column_of]).sum()) / total
    recall = float((squares / rows[row_of]).sum()) / total
    return {"b3_precision": precision, "b3_recall": recall, "b3": _f1(precision, recall)}


def _pairs(cells: Counts, rows: Counts, columns: Counts) -> dict[str, float]:
    """Pair counts as Python integers: a large cluster's square overflows no float."""
    both = sum(comb(int(n), 2) for n in cells)
    in_true = sum(comb(int(n), 2) for n in rows)
    in_found = sum(comb(int(n), 2) for n in columns)
    precision = both / in_found if in_found else 0.0
    recall = both / in_true if in_true else 0.0
    expected = in_true * in_found / max(1, comb(int(rows.sum()), 2))
    spread = (in_true + in_found) / 2 - expected
    ari = (both - expected) / spread if spread else 1.0
    return {"pair_precision": precision, "pair_recall": recall, "pair_f1": _f1(precision, recall), "ari": ari}


def _information(cells: Counts, rows: Counts, columns: Counts, row_of: Counts, column_of: Counts) -> dict[str, float]:
    """Homogeneity, completeness and their mean (V-measure, Rosenberg & Hirschberg 2007)."""
    total = float(rows.sum())
    joint = cells / total
    given_found = -float((joint * np.log(cells / columns[column_of])).sum())
    given_true = -float((joint * np.log(cells / rows[row_of])).sum())
    homogeneity = 1 - _share(given_found, _entropy(rows / total))
    completeness = 1 - _share(given_true, _entropy(columns / total))
    return {"v_measure": _f1(homogeneity, completeness)}


def _entropy(shares: npt.NDArray[np.float64]) -> float:
    return -float((shares * np.log(shares)).sum())


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
