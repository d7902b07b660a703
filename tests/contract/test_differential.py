"""Two stores, the same calls in any order: the same answers. A further pair is one line at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.errors import NotFound
from monitor.models import AlertState, ArticleState, Review, Stage, VerdictLabel
from monitor.store.base import Store
from tests.builders import (
    alert,
    article,
    at,
    attempt,
    cluster_record,
    delivered,
    embedding,
    evidence,
    feed_state,
    finding,
    passage,
    position,
    seed,
    seed_story,
    story,
    verdict,
)
from tests.contract.stores import STORES, Kind, everything

NUMBERS = st.integers(1, 4)
SOME = st.lists(NUMBERS, max_size=3, unique=True)
TEXTS = st.text(max_size=12) | st.sampled_from(["envoy speaks", "a\0b", "\ud800"])
MINUTES = st.integers(0, 20)


class SameAnswers(RuleBasedStateMachine):
    """Each rule makes one call on both stores; results must agree, and after each call so must all answers."""

    kinds: tuple[Kind, Kind]

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._stores: list[Store] = []
        for number, kind in enumerate(self.kinds):
            folder = Path(self._folder.name) / str(number)
            folder.mkdir()
            self._stores.append(kind.start(folder)())

    def teardown(self) -> None:
        for store in self._stores:
            store.close()
        self._folder.cleanup()

    def both(self, call: Callable[[Store], Any]) -> None:
        answers = []
        for store in self._stores:
            try:
                answers.append(call(store))
            except (NotFound, ValueError) as error:
                answers.append(type(error))
        assert answers[0] == answers[1]

    @rule(
        numbers=st.lists(NUMBERS, max_size=3),
        text=TEXTS,
        feed=st.sampled_from(["https://a.example", "https://b.example"]),
    )
    def poll(self, numbers: list[int], text: str, feed: str) -> None:
        items = [delivered(n, feed_url=feed, content_hash=text, title=text) for n in numbers]
        self.both(lambda store: store.record_poll(feed_state(feed), items))

    @rule(numbers=SOME, text=TEXTS, parts=SOME, revision=st.integers(0, 3))
    def extract(self, numbers: list[int], text: str, parts: list[int], revision: int) -> None:
        items = [article(number, text=text, state=ArticleState.EXTRACTED, revision=revision) for number in numbers]
        passages = [passage(part, of=number, text=text) for number in numbers for part in parts]
        self.both(lambda store: store.save_extracted(items, passages))

    @rule(number=NUMBERS, reason=TEXTS)
    def set_aside(self, number: int, reason: str) -> None:
        self.both(lambda store: store.set_aside(f"article-{number:04d}", reason))

    @rule(numbers=SOME, state=st.sampled_from(ArticleState))
    def reset(self, numbers: list[int], state: ArticleState) -> None:
        self.both(lambda store: store.reset([f"article-{n:04d}" for n in numbers], state))

    @rule(numbers=SOME, part=NUMBERS, model=st.sampled_from(["tiny@1", "other@1"]))
    def embed(self, numbers: list[int], part: int, model: str) -> None:
        ids = [f"article-{n:04d}" for n in numbers]
        owners = ids + [f"passage-{n:04d}-{part}" for n in numbers]
        self.both(lambda store: store.save_embedded(ids, [embedding(owner, model=model) for owner in owners]))

    @rule(numbers=SOME, place=NUMBERS, copy=NUMBERS, novel=st.lists(st.booleans(), max_size=3))
    def cluster(self, numbers: list[int], place: int, copy: int, novel: list[bool]) -> None:
        records = [
            replace(
                cluster_record(n, novel_passages=tuple(novel)),
                story_id=f"story-{place:04d}",
                copy_of=f"article-{copy:04d}" if copy < n else "",
            )
            for n in numbers
        ]
        stories = [story(place, article_count=len(numbers))]
        self.both(lambda store: store.save_clustered(records, stories, blob=("clusterer", bytes(numbers))))

    @rule(numbers=SOME, title=TEXTS, number=st.integers(1, 2))
    def load_seed(self, numbers: list[int], title: str, number: int) -> None:
        positions = tuple(position(10 * number + n, statement=title, story_id=f"seed-{number:04d}") for n in numbers)
        loaded = seed(number, title=title, positions=positions)
        self.both(lambda store: store.load_seed(loaded, seed_story(number, title=title)))

    @rule(numbers=SOME, part=NUMBERS, label=st.sampled_from(VerdictLabel), where=st.sampled_from([11, 12, 21]))
    def judge(self, numbers: list[int], part: int, label: VerdictLabel, where: int) -> None:
        verdicts = [verdict(f"passage-{n:04d}-{part}", f"position-{where:04d}", label=label) for n in numbers]
        findings = [finding(n, publishers=part, evidence=(evidence(part),)) for n in numbers]
        self.both(
            lambda store: store.record_verdicts(
                done=[f"article-{n:04d}" for n in numbers],
                verdicts=verdicts,
                findings=findings,
                alerts=[alert(n) for n in numbers],
            )
        )

    @rule(number=NUMBERS, review=st.sampled_from(Review))
    def review(self, number: int, review: Review) -> None:
        self.both(lambda store: store.review_finding(f"finding-{number:04d}", review))

    @rule(minute=MINUTES, length=MINUTES, limit=st.integers(-1, 3))
    def lease(self, minute: int, length: int, limit: int) -> None:
        self.both(lambda store: store.lease_alerts(now=at(minute), until=at(minute + length), limit=limit))

    @rule(number=NUMBERS, state=st.sampled_from(AlertState), minute=MINUTES)
    def attempt(self, number: int, state: AlertState, minute: int) -> None:
        tried = attempt(number, tried_at=at(minute), ok=state is AlertState.SENT)
        self.both(lambda store: store.record_attempt(tried, state=state, due_at=at(minute + 5)))

    @rule(number=NUMBERS, minute=MINUTES)
    def postpone(self, number: int, minute: int) -> None:
        self.both(lambda store: store.postpone_alerts([f"alert-{number:04d}"], due_at=at(minute)))

    @rule(number=NUMBERS, minute=MINUTES)
    def requeue(self, number: int, minute: int) -> None:
        self.both(lambda store: store.requeue_alert(f"alert-{number:04d}", now=at(minute)))

    @rule(owner=st.sampled_from("ab"), minute=MINUTES, length=MINUTES)
    def hold(self, owner: str, minute: int, length: int) -> None:
        self.both(lambda store: store.acquire_lease("x", owner=owner, now=at(minute), until=at(minute + length)))

    @rule(owner=st.sampled_from("ab"))
    def let_go(self, owner: str) -> None:
        self.both(lambda store: store.release_lease("x", owner=owner))

    @rule(minute=st.integers(0, 5))
    def retain(self, minute: int) -> None:
        self.both(lambda store: store.delete_before(at(minute)))

    @invariant()
    def all_answers_agree(self) -> None:
        first, second = (everything(store) for store in self._stores)
        assert first == second

    @invariant()
    def the_backlog_is_what_is_pending(self) -> None:
        store = self._stores[0]
        pending = {stage: len(store.pending(stage, limit=99)) for stage in Stage if stage is not Stage.ALERT}
        assert {stage: count for stage, count in store.backlog().items() if stage is not Stage.ALERT} == pending


def _compare(one: str, other: str) -> type[RuleBasedStateMachine]:
    kinds = {kind.name: kind for kind in STORES}
    return type("SameAnswersOf", (SameAnswers,), {"kinds": (kinds[one], kinds[other])})


FileAndElastic = pytest.mark.services(_compare("sqlite-file", "elastic").TestCase)
FileAndElastic.settings = settings(
    max_examples=3, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
FileAndMemory = _compare("sqlite-file", "sqlite-memory").TestCase
FileAndMemory.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
