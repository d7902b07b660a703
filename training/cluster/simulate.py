"""Play the clusterer's decisions on tables of similarities: the same rules, a hundred times as fast.

In: a stream's pairwise similarities by kind, its times and copies. Out: the stories that given weights make of it.
Never: knows texts. Differences from `monitor.cluster`: every live story is a candidate, and a copy follows its origin.
The order of `FEATURES` is that of `monitor.cluster.merging`; `fit.py` checks that both give the same stories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from monitor.cluster.merging import FEATURES, MergeModel

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]
DENSE, WORDS, ENTITIES, TITLE = range(4)
_N = len(FEATURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Articles in order of arrival. `tables` `(4, n, n)` are cosines; `origins` the copied article's place or -1.

    `labels` are true stories, -1 where unknown; `at` are seconds; `brevity` is that of `brevity_of`.
    """

    set_name: str
    tables: Table
    at: Floats
    origins: npt.NDArray[np.int64]
    brevity: Floats
    labels: npt.NDArray[np.int64]

    def take(self, places: npt.NDArray[np.int64], at: Floats) -> Stream:
        """Some of the articles in another order, at other times."""
        back = np.full(len(self.at), -1)
        back[places] = np.arange(len(places))
        origins = np.where(self.origins[places] >= 0, back[self.origins[places]], -1)
        return Stream(
            set_name=self.set_name,
            tables=np.ascontiguousarray(self.tables[:, places][:, :, places]),
            at=at,
            origins=np.where(origins < np.arange(len(places)), origins, -1),
            brevity=self.brevity[places],
            labels=self.labels[places],
        )


def tell_stories(stream: Stream, model: MergeModel, *, window_seconds: float) -> npt.NDArray[np.int64]:
    """`(n,)` the story that each article was given when it came."""
    stories: npt.NDArray[np.int64] = _play(
        stream.tables,
        stream.at,
        stream.origins,
        stream.brevity,
        window_seconds,
        np.asarray(model.weights, np.float64),
        model.bias,
        model.join_logit,
        model.join_logit_per_log_size,
    )
    return stories


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _play(tables, at, origins, brevity, window, weights, bias, join, join_per_log_size):  # type: ignore[no-untyped-def]  # compiled
    n = len(at)
    told, now = np.full(n, -1), np.full(n, -1)
    counts, last, squares = np.zeros(n + 1), np.zeros(n + 1), np.zeros((n + 1, 2))
    oldest, made = 0, 0
    for i in range(n):
        while at[oldest] < at[i] - window:
            _retire(tables, now, oldest, i, counts, squares)
            oldest += 1
        live, sums, nearest = _sum_up(tables, now, oldest, i, made)
        chosen, second, second_logit = -1, -1, -1e9
        if origins[i] >= 0 and counts[now[origins[i]]] > 0:
            chosen = now[origins[i]]
        elif len(live):
            rows = _measure(live, sums, nearest, counts, squares, last, at[i], window, brevity[i])
            chosen, second, second_logit = _choose(rows, live, weights, bias)
        if chosen < 0:
            chosen, made = made, made + 1
        squares[chosen, 0] += 2 * sums[chosen, DENSE] + 1
        squares[chosen, 1] += 2 * sums[chosen, WORDS] + 1
        counts[chosen] += 1
        last[chosen], now[i], told[i] = at[i], chosen, chosen
        if second >= 0:
            smaller = min(counts[chosen] - 1, counts[second])
            if second_logit > join + join_per_log_size * np.log(smaller):
                _join(tables, now, oldest, i, counts, squares, last, chosen, second)
    return told


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _retire(tables, now, place, end, counts, squares):  # type: ignore[no-untyped-def]  # compiled
    story = now[place]
    for j in range(place, end):
        if now[j] == story:
            squares[story, 0] -= (2 - (j == place)) * tables[DENSE, place, j]
            squares[story, 1] -= (2 - (j == place)) * tables[WORDS, place, j]
    counts[story] -= 1


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _sum_up(tables, now, oldest, i, made):  # type: ignore[no-untyped-def]  # compiled
    sums, nearest = np.zeros((made + 1, 4)), np.full(made + 1, -2.0)
    live, n_live = np.empty(made, np.int64), 0
    for j in range(oldest, i):
        story = now[j]
        if nearest[story] == -2.0:
            live[n_live] = story
            n_live += 1
        for kind in range(4):
            sums[story, kind] += tables[kind, i, j]
        nearest[story] = max(nearest[story], tables[DENSE, i, j])
    return live[:n_live], sums, nearest


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _level(values, fallback):  # type: ignore[no-untyped-def]  # compiled
    """The mean of ranks 3 to 8, the best and the second."""
    ranked = np.sort(values)[::-1]
    level = fallback if len(values) < 5 else ranked[2:8].mean()
    return level, ranked[0], ranked[1] if len(values) > 1 else ranked[0] - 0.3


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _measure(live, sums, nearest, counts, squares, last, at, window, brief):  # type: ignore[no-untyped-def]  # compiled
    size = len(live)
    means, margins = np.empty((4, size)), np.empty((3, size))
    for q in range(size):
        for kind in range(4):
            means[kind, q] = sums[live[q], kind] / counts[live[q]]
    levels = np.empty(3)
    for kind in range(3):
        levels[kind], first, second = _level(means[kind], 0.25 if kind == DENSE else 0.03)
        for q in range(size):
            other = second if means[kind, q] == first else first
            margins[kind, q] = min(0.3, max(-0.3, means[kind, q] - other))
    rows = np.empty((size, _N))
    for q in range(size):
        story = live[q]
        n = counts[story]
        dense, words = means[DENSE, q], means[WORDS, q]
        dense_length = np.sqrt(max(squares[story, 0], 1e-9)) / n
        word_length = np.sqrt(max(squares[story, 1], 1e-9)) / n
        row = rows[q]
        row[0], row[1], row[2] = dense, dense / dense_length, nearest[story]
        row[3], row[4] = words, words / word_length
        row[5], row[6] = means[ENTITIES, q], means[TITLE, q]
        row[7], row[8] = levels[DENSE], levels[WORDS]
        row[9], row[10], row[11] = margins[DENSE, q], margins[WORDS, q], margins[ENTITIES, q]
        row[12], row[13] = np.log(n), min(1.0, (at - last[story]) / window)
        row[14] = (squares[story, 0] - n) / (n * (n - 1)) if n > 1 else 0.55
        row[15] = (squares[story, 1] - n) / (n * (n - 1)) if n > 1 else 0.2
        row[16] = brief
        for place, origin in enumerate((0, 1, 4, 5, 6, 7, 8, 9, 12)):
            row[17 + place] = brief * row[origin]
    return rows


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _choose(rows, live, weights, bias):  # type: ignore[no-untyped-def]  # compiled
    chosen, second, best_logit, second_logit = -1, -1, -1e9, -1e9
    for q in range(len(live)):
        if rows[q, 0] < 0.30 and rows[q, 4] < 0.25:
            continue
        logit = bias + (rows[q] * weights).sum()
        if logit > best_logit:
            second, second_logit = chosen, best_logit
            chosen, best_logit = live[q], logit
        elif logit > second_logit:
            second, second_logit = live[q], logit
    return (chosen, second, second_logit) if best_logit >= 0 else (-1, -1, -1e9)


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _join(tables, now, oldest, end, counts, squares, last, one, other):  # type: ignore[no-untyped-def]  # compiled
    """The smaller story's live articles go over to the larger."""
    winner, loser = (other, one) if counts[other] > counts[one] else (one, other)
    for j in range(oldest, end + 1):
        if now[j] == loser:
            for k in range(oldest, end + 1):
                if now[k] == winner:
                    squares[winner, 0] += 2 * tables[DENSE, j, k]
                    squares[winner, 1] += 2 * tables[WORDS, j, k]
    squares[winner] += squares[loser]
    counts[winner] += counts[loser]
    counts[loser] = 0
    last[winner] = max(last[winner], last[loser])
    for j in range(oldest, end + 1):
        if now[j] == loser:
            now[j] = winner
