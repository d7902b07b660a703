"""Play the clusterer's decisions on tables of similarities: the same rules, a hundred times as fast.

In: a stream's pairwise similarities by kind, its times and copies. Out: the stories that given numbers make of it.
Never: knows texts. Differences from `monitor.cluster`: candidates come from all live stories, and a copy follows its
origin. `fit.py --check` plays both and compares.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numba
import numpy as np
import numpy.typing as npt

from monitor.cluster.merging import MergeModel

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]
_SCRATCH: dict[int, Table] = {}
"""Sums of similarities between stories, by size: asked for once, since clearing them costs more than playing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Articles in order of arrival. `tables` `(n, n, 3)` are cosines by vector, words, entities; `origins` the copied
    article's place or -1; `labels` are true stories, -1 where unknown; `at` are seconds; `brevity` is `brevity_of`.
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
            tables=np.ascontiguousarray(self.tables[places][:, places]),
            at=at,
            origins=np.where(origins < np.arange(len(places)), origins, -1),
            brevity=self.brevity[places],
            labels=self.labels[places],
        )


def tell_stories(stream: Stream, model: MergeModel, *, window_seconds: float) -> npt.NDArray[np.int64]:
    """`(n,)` the story of each article in the end, stories that were joined being one."""
    size = len(stream.at) + 1
    cross = _SCRATCH.setdefault(size, np.zeros((size, size, 3), np.float32))
    numbers = np.array(astuple(model), np.float64)
    stories: npt.NDArray[np.int64] = _play(
        stream.tables, stream.at, stream.origins, stream.brevity, window_seconds, numbers, cross
    )
    return stories


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _play(tables, at, origins, brevity, window, numbers, cross):  # type: ignore[no-untyped-def]  # noqa: C901 - one loop over a dozen arrays
    """`cross[a, b, kind]` are sums of similarities between the live members of two stories."""
    n = len(at)
    told, now, into = np.full(n, -1), np.full(n, -1), np.arange(n + 1)
    counts, last, briefs = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1)
    sums, is_live, live = np.zeros((n + 1, 3)), np.zeros(n + 1, np.bool_), np.empty(n + 1, np.int64)
    near = np.empty(n + 1)
    mean = _weigh(np.array([0.3, 0.111, 0.129]), 0.0, numbers)
    crowd = np.array([0.0, mean, (mean / 3) ** 2])
    oldest, made = 0, 0
    for i in range(n):
        while at[oldest] < at[i] - window:
            _retire(tables, now, oldest, i, cross)
            counts[now[oldest]] -= 1
            briefs[now[oldest]] -= brevity[oldest]
            oldest += 1
        size = _sum_up(tables, now, oldest, i, sums, is_live, live)
        bar = _liken(live, size, sums, counts, brevity[i], numbers, near)
        level = numbers[6] * (crowd[1] + np.sqrt(crowd[2]))
        is_copy = origins[i] >= oldest
        chosen = now[origins[i]] if is_copy else -1
        if not is_copy:
            needed = numbers[4] + brevity[i] * numbers[5] + level
            chosen = _choose(live, size, near, bar, last, at[i], window, needed, numbers[7])
        is_fresh = chosen < 0
        if is_fresh:
            chosen, made = made, made + 1
            cross[chosen, :made] = 0.0
            cross[:made, chosen] = 0.0
        _take_in(live, size, sums, cross, chosen, tables, i)
        counts[chosen] += 1
        briefs[chosen] += brevity[i]
        last[chosen], now[i], told[i] = at[i], chosen, chosen
        if not is_copy:
            if size >= 5:
                _follow(live, size, near, chosen, crowd)
            if not is_fresh:
                other = _find_twin(chosen, live, size, near, bar, counts, cross, last, briefs, window, level, numbers)
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
            is_live[live[place]] = False
    for i in range(n):
        while into[told[i]] != told[i]:
            told[i] = into[told[i]]
    return told


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _retire(tables, now, place, end, cross):  # type: ignore[no-untyped-def]  # compiled
    story = now[place]
    for j in range(place, end):
        for kind in range(3):
            cross[story, now[j], kind] -= tables[place, j, kind]
            if j != place:
                cross[now[j], story, kind] -= tables[place, j, kind]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _sum_up(tables, now, oldest, i, sums, is_live, live):  # type: ignore[no-untyped-def]  # compiled
    size = 0
    for j in range(oldest, i):
        story = now[j]
        if not is_live[story]:
            live[size], is_live[story] = story, True
            sums[story] = 0.0
            size += 1
        for kind in range(3):
            sums[story, kind] += tables[i, j, kind]
    return size


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _weigh(means, brevity, numbers):  # type: ignore[no-untyped-def]  # compiled
    words = max(0.0, numbers[0] + brevity * numbers[1])
    return means[0] + words * means[1] + max(0.0, numbers[2] + brevity * numbers[3]) * means[2]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _liken(live, size, sums, counts, brevity, numbers, near):  # type: ignore[no-untyped-def]  # compiled
    """Fill in the likeness to each live story; the eighth best is the bar for candidates."""
    top = np.full(8, -9.0)
    for place in range(size):
        story = live[place]
        value = _weigh(sums[story] / counts[story], brevity, numbers)
        near[place] = value
        if value > top[7]:
            rank = 7
            while rank > 0 and top[rank - 1] < value:
                top[rank] = top[rank - 1]
                rank -= 1
            top[rank] = value
    return top[7]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _choose(live, size, near, bar, last, at, window, needed, gap):  # type: ignore[no-untyped-def]  # compiled
    best, best_margin = -1, 0.0
    for place in range(size):
        if near[place] >= bar:
            margin = near[place] - needed - gap * min(1.0, (at - last[live[place]]) / window)
            if margin >= best_margin:
                best, best_margin = live[place], margin
    return best


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _follow(live, size, near, chosen, crowd):  # type: ignore[no-untyped-def]  # compiled
    """As `monitor.cluster.crowding`."""
    nearest = -9.0
    for place in range(size):
        if live[place] != chosen:
            nearest = max(nearest, near[place])
    crowd[0] += 1
    share = 1 / min(crowd[0] + 20, 150.0)
    step = nearest - crowd[1]
    crowd[1] += share * step
    crowd[2] = (1 - share) * (crowd[2] + share * step * step)


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _take_in(live, size, sums, cross, chosen, tables, i):  # type: ignore[no-untyped-def]  # compiled
    for place in range(size):
        story = live[place]
        for kind in range(3):
            cross[chosen, story, kind] += sums[story, kind]
            cross[story, chosen, kind] += sums[story, kind]
    cross[chosen, chosen] += tables[i, i]


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _join(live, size, cross, kept, lost):  # type: ignore[no-untyped-def]  # compiled
    for place in range(size):
        story = live[place]
        if story != kept and story != lost:
            cross[kept, story] += cross[lost, story]
            cross[story, kept] += cross[story, lost]
            cross[lost, story] = 0.0
            cross[story, lost] = 0.0
    cross[kept, kept] += cross[lost, lost] + cross[kept, lost] + cross[lost, kept]
    cross[lost, lost] = 0.0
    cross[kept, lost] = 0.0
    cross[lost, kept] = 0.0


@numba.njit(cache=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba has no types
def _find_twin(chosen, live, size, near, bar, counts, cross, last, briefs, window, level, numbers):  # type: ignore[no-untyped-def]  # compiled
    best, best_margin = -1, 0.0
    for place in range(size):
        other = live[place]
        if other == chosen or near[place] < bar:
            continue
        brevity = (briefs[chosen] + briefs[other]) / (counts[chosen] + counts[other])
        likeness = _weigh(cross[chosen, other] / (counts[chosen] * counts[other]), brevity, numbers)
        pause = min(1.0, abs(last[chosen] - last[other]) / window)
        margin = likeness - numbers[8] - brevity * numbers[9] - level - numbers[7] * pause
        if margin > best_margin:
            best, best_margin = other, margin
    return best
