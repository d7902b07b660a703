"""Play the clusterer's decisions on tables of similarities: the same rules, a hundred times as fast.

In: a stream's pairwise similarities by kind, its times and copies. Out: the stories that given weights make of it.
Never: knows texts. Differences from `monitor.cluster`: candidates come from all live stories, and a copy follows its
origin. The order of features is that of `monitor.cluster.merging`; `fit.py --check` plays both and compares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from monitor.cluster.merging import FEATURES, JOIN_FEATURES, TYPICAL, MergeModel

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]
DENSE, WORDS, ENTITIES, TITLE = range(4)
_N = len(FEATURES)
_FIRST_BRIEF = FEATURES.index("brief") + 1
_BRIEF_OF = np.array([FEATURES.index(name.removeprefix("brief_")) for name in FEATURES[_FIRST_BRIEF:]])
assert len(JOIN_FEATURES) == 13  # `_join_logit` writes them out
_NONE = -1e9
_SCRATCH: dict[int, Table] = {}
"""Sums of similarities between stories, by size: asked for once, since clearing them costs more than playing."""


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
    """`(n,)` the story of each article in the end, stories that were joined being one."""
    size = len(stream.at) + 1
    sums = _SCRATCH.setdefault(size, np.zeros((3, size, size), np.float32))
    stories: npt.NDArray[np.int64] = _play(
        stream.tables,
        stream.at,
        stream.origins,
        stream.brevity,
        window_seconds,
        np.asarray(model.weights, np.float64),
        model.bias,
        np.asarray(model.join_weights, np.float64),
        model.join_bias,
        sums,
    )
    return stories


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _play(tables, at, origins, brevity, window, weights, bias, join_weights, join_bias, cross):  # type: ignore[no-untyped-def]  # noqa: C901 - one loop over a dozen arrays
    """`cross[kind, a, b]` are sums of similarities between the live members of two stories."""
    n = len(at)
    told, now, into = np.full(n, -1), np.full(n, -1), np.arange(n + 1)
    counts, last, briefs = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1)
    sums, nearest = np.zeros((4, n + 1)), np.full(n + 1, -2.0)
    live, is_near = np.empty(n + 1, np.int64), np.zeros(n + 1, np.bool_)
    oldest, made = 0, 0
    for i in range(n):
        while at[oldest] < at[i] - window:
            _retire(tables, now, oldest, i, cross)
            counts[now[oldest]] -= 1
            briefs[now[oldest]] -= brevity[oldest]
            oldest += 1
        size = _sum_up(tables, now, oldest, i, sums, nearest, live)
        is_copy = origins[i] >= oldest
        chosen = -1
        if is_copy:
            chosen = now[origins[i]]
        elif size:
            chosen = _choose(
                live, size, sums, nearest, counts, cross, last, at[i], window, brevity[i], weights, bias, is_near
            )
        is_fresh = chosen < 0
        if is_fresh:
            chosen, made = made, made + 1
            cross[:, chosen, :made] = 0.0
            cross[:, :made, chosen] = 0.0
        _take_in(live, size, sums, cross, chosen, tables, i)
        counts[chosen] += 1
        briefs[chosen] += brevity[i]
        last[chosen], now[i], told[i] = at[i], chosen, chosen
        if not is_fresh and not is_copy:
            other = _find_twin(
                chosen, live, size, is_near, counts, cross, last, briefs, window, join_weights, join_bias
            )
            if other >= 0:
                kept, lost = (chosen, other) if counts[chosen] >= counts[other] else (other, chosen)
                _join(live, size, cross, kept, lost)
                counts[kept], counts[lost] = counts[kept] + counts[lost], 0
                briefs[kept] += briefs[lost]
                last[kept], into[lost] = max(last[kept], last[lost]), kept
                for j in range(oldest, i + 1):
                    if now[j] == lost:
                        now[j] = kept
        for place in range(size):
            nearest[live[place]] = -2.0
    for i in range(n):
        while into[told[i]] != told[i]:
            told[i] = into[told[i]]
    return told


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _retire(tables, now, place, end, cross):  # type: ignore[no-untyped-def]  # compiled
    story = now[place]
    for kind in range(3):
        for j in range(place, end):
            cross[kind, story, now[j]] -= tables[kind, place, j]
            if j != place:
                cross[kind, now[j], story] -= tables[kind, place, j]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _sum_up(tables, now, oldest, i, sums, nearest, live):  # type: ignore[no-untyped-def]  # compiled
    size = 0
    for j in range(oldest, i):
        story = now[j]
        if nearest[story] == -2.0:
            live[size], nearest[story] = story, -1.5
            sums[:, story] = 0.0
            size += 1
        for kind in range(4):
            sums[kind, story] += tables[kind, i, j]
        nearest[story] = max(nearest[story], tables[DENSE, i, j])
    return size


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _take_in(live, size, sums, cross, chosen, tables, i):  # type: ignore[no-untyped-def]  # compiled
    for kind in range(3):
        for place in range(size):
            story = live[place]
            cross[kind, chosen, story] += sums[kind, story]
            cross[kind, story, chosen] += sums[kind, story]
        cross[kind, chosen, chosen] += tables[kind, i, i]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _join(live, size, cross, kept, lost):  # type: ignore[no-untyped-def]  # compiled
    for kind in range(3):
        for place in range(size):
            story = live[place]
            if story != kept and story != lost:
                cross[kind, kept, story] += cross[kind, lost, story]
                cross[kind, story, kept] += cross[kind, story, lost]
                cross[kind, lost, story] = cross[kind, story, lost] = 0.0
        cross[kind, kept, kept] += cross[kind, lost, lost] + cross[kind, kept, lost] + cross[kind, lost, kept]
        cross[kind, lost, lost] = cross[kind, kept, lost] = cross[kind, lost, kept] = 0.0


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _cohesion(square, n, kind):  # type: ignore[no-untyped-def]  # compiled
    return max(0.05, (max(0.0, square - n) + 4 * TYPICAL[kind]) / (n * (n - 1) + 4))


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _find_twin(story, live, size, is_near, counts, cross, last, briefs, window, weights, bias):  # type: ignore[no-untyped-def]  # compiled
    best, best_logit = -1, 0.0
    for place in range(size):
        other = live[place]
        if other != story and is_near[place]:
            logit = _join_logit(story, other, counts, cross, last, briefs, window, weights, bias)
            if logit > best_logit:
                best, best_logit = other, logit
    return best


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _join_logit(a, b, counts, cross, last, briefs, window, weights, bias):  # type: ignore[no-untyped-def]  # compiled
    row = np.empty(13)
    for kind in range(3):
        squares = cross[kind, a, a], cross[kind, b, b]
        row[kind] = cross[kind, a, b] / np.sqrt(max(squares[0], 1e-6) * max(squares[1], 1e-6))
        cohesion = _cohesion(squares[0], counts[a], kind) * _cohesion(squares[1], counts[b], kind)
        row[3 + kind] = min(1.5, cross[kind, a, b] / (counts[a] * counts[b]) / np.sqrt(cohesion))
    if row[0] < 0.4:
        return _NONE
    row[6], row[7] = np.log(min(counts[a], counts[b])), np.log(max(counts[a], counts[b]))
    row[8] = min(1.0, abs(last[a] - last[b]) / window)
    row[9] = (briefs[a] + briefs[b]) / (counts[a] + counts[b])
    row[10], row[11], row[12] = row[9] * row[3], row[9] * row[4], row[9] * row[6]
    return bias + (row * weights).sum()


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _rank(values, fallback):  # type: ignore[no-untyped-def]  # compiled
    """The mean of ranks 3 to 8, the best, the second and the eighth."""
    n = len(values)
    top = np.full(8, -9.0)
    for value in values:
        if value > top[7]:
            place = 7
            while place > 0 and top[place - 1] < value:
                top[place] = top[place - 1]
                place -= 1
            top[place] = value
    second = top[1] if n > 1 else top[0] - 0.3
    level = top[2 : min(8, n)].mean() if n >= 5 else fallback
    return level, top[0], second, top[7]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _choose(live, size, sums, nearest, counts, cross, last, at, window, brief, weights, bias, is_near):  # type: ignore[no-untyped-def]  # compiled
    means = np.empty((4, size))
    for place in range(size):
        means[:, place] = sums[:, live[place]] / counts[live[place]]
    levels, firsts, seconds, bars = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    for kind in range(3):
        levels[kind], firsts[kind], seconds[kind], bars[kind] = _rank(means[kind], 0.25 if kind == DENSE else 0.03)
    best, best_logit, row = -1, 0.0, np.empty(_N)
    for place in range(size):
        story = live[place]
        dense, words = means[DENSE, place], means[WORDS, place]
        is_near[place] = dense >= bars[DENSE] or words >= bars[WORDS]
        if not is_near[place]:
            continue
        n = counts[story]
        for kind in range(3):
            mean, square = means[kind, place], cross[kind, story, story]
            other = seconds[kind] if mean == firsts[kind] else firsts[kind]
            first = (0, 4, 7)[kind]
            row[first] = mean
            row[first + 1] = mean / max(np.sqrt(max(square, 1e-9)) / n, 1e-3)
            row[first + 2 + (kind == DENSE)] = min(1.5, mean / _cohesion(square, n, kind))
            row[11 + kind] = levels[kind]
            row[14 + kind] = min(0.3, max(-0.3, mean - other))
        if dense < 0.30 and row[5] < 0.25:
            continue
        row[2], row[10], row[17] = nearest[story], means[TITLE, place], np.log(n)
        row[18], row[19] = min(1.0, (at - last[story]) / window), brief
        for place_of, origin in enumerate(_BRIEF_OF):
            row[_FIRST_BRIEF + place_of] = brief * row[origin]
        logit = bias + (row * weights).sum()
        if logit >= best_logit:
            best, best_logit = story, logit
    return best
