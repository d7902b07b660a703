"""Verdicts, findings and the analyst's word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.errors import NotFound
from monitor.models import AlertState, ArticleState, Cue, Grade, Relation, Review, Speaker, SpeakerKind, VerdictLabel
from monitor.store.base import Store
from tests.builders import alert, article, at, attempt, evidence, finding, passage, verdict
from tests.contract.stores import everything


def clustered(store: Store, *numbers: int) -> None:
    for n in numbers:
        store.save_extracted([article(n, state=ArticleState.CLUSTERED)], [passage(1, of=n)])


def record(store: Store, **parts: object) -> None:
    plain: dict[str, object] = {"done": [], "verdicts": [], "findings": [], "alerts": []}
    store.record_verdicts(**(plain | parts))  # type: ignore[arg-type]  # names and types as each test writes them


def test_one_call_keeps_verdicts_findings_alerts_and_the_done_mark(store: Store) -> None:
    clustered(store, 1)
    record(store, done=["article-0001"], verdicts=[verdict()], findings=[finding()], alerts=[alert()])
    assert store.verdicts_on("position-0001", limit=9) == [verdict()]
    assert store.findings() == [finding()]
    assert store.alerts() == [alert()]
    assert store.article("article-0001").state is ArticleState.JUDGED


def test_judging_twice_ends_as_judging_once(store: Store) -> None:
    clustered(store, 1)
    parts = {"done": ["article-0001"], "verdicts": [verdict()], "findings": [finding()], "alerts": [alert()]}
    record(store, **parts)
    once = everything(store)
    record(store, **parts)
    assert everything(store) == once


def test_judging_that_stopped_half_way_is_mended_by_repeating(store: Store) -> None:
    clustered(store, 1)
    store.create_alerts([alert()])
    record(store, done=["article-0001"], verdicts=[verdict()], findings=[finding()], alerts=[alert(), alert(2)])
    assert [each.id for each in store.alerts()] == ["alert-0002", "alert-0001"]
    assert store.findings() == [finding()]


def test_a_call_with_a_mistake_keeps_nothing(store: Store) -> None:
    clustered(store, 1)
    naive = finding(2, updated_at=at(0).replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        record(store, done=["article-0001"], findings=[finding(), naive], alerts=[alert()])
    assert (store.findings(), store.alerts()) == ([], [])
    assert store.article("article-0001").state is ArticleState.CLUSTERED


def test_an_alert_that_is_there_is_not_created_again(store: Store) -> None:
    record(store, alerts=[alert()])
    store.lease_alerts(now=at(60), until=at(70), limit=9)
    record(store, alerts=[alert(headline="Other")])
    assert store.alert("alert-0001").state is AlertState.SENDING
    assert store.alert("alert-0001").headline == alert().headline


def test_a_verdict_with_all_fields_comes_back(store: Store) -> None:
    full = verdict(
        by_successor=True,
        cues=(Cue(kind="negation", start=3, end=6), Cue(kind="date", start=9, end=11)),
        grade=Grade.POSSIBLE,
        relation=Relation.SOFTENS,
        speaker=Speaker(name="people familiar with the talks", kind=SpeakerKind.ANONYMOUS),
    )
    record(store, verdicts=[full])
    assert store.verdicts_on("position-0001", limit=9) == [full]


def test_neutral_verdicts_are_not_kept_and_take_earlier_ones_away(store: Store) -> None:
    neutral = verdict(label=VerdictLabel.NEUTRAL, relation=None, grade=None)
    record(store, verdicts=[verdict(), verdict("passage-0002-1")])
    record(store, verdicts=[neutral])
    assert store.verdicts_on("position-0001", limit=9) == [verdict("passage-0002-1")]


def test_a_verdict_is_replaced(store: Store) -> None:
    record(store, verdicts=[verdict()])
    record(store, verdicts=[verdict(judge="rules@2", label=VerdictLabel.MATCHES)])
    assert store.verdicts_on("position-0001", limit=9) == [verdict(judge="rules@2", label=VerdictLabel.MATCHES)]


def test_verdicts_on_a_position_come_with_the_newest_passages_first(store: Store) -> None:
    clustered(store, 1, 3, 2)
    record(store, verdicts=[verdict(f"passage-000{n}-1") for n in (2, 3, 1)])
    record(store, verdicts=[verdict("passage-0001-1", "position-0002")])
    expected = [verdict(f"passage-000{n}-1") for n in (3, 2, 1)]
    assert store.verdicts_on("position-0001", limit=9) == expected
    assert store.verdicts_on("position-0001", limit=2) == expected[:2]


def test_judging_passes_by_an_article_that_waits_for_extraction(store: Store) -> None:
    store.save_extracted([article(1)], [])
    record(store, done=["article-0001"])
    assert store.article("article-0001").state is ArticleState.FETCHED


def test_a_finding_with_all_fields_comes_back(store: Store) -> None:
    one = evidence(1, published_at=None, is_copy=True, copies=4, cues=(Cue(kind="hedge", start=0, end=3),))
    full = finding(1, by_successor=True, evidence=(one, evidence(2, on_record=False)), publishers=2)
    record(store, findings=[full])
    assert store.finding("finding-0001") == full


def test_a_replaced_finding_keeps_its_review(store: Store) -> None:
    record(store, findings=[finding()])
    store.review_finding("finding-0001", Review.CONFIRMED)
    grown = finding(1, publishers=5, evidence=(evidence(1), evidence(2)), updated_at=at(90))
    record(store, findings=[grown])
    assert store.finding("finding-0001") == replace(grown, review=Review.CONFIRMED)


def test_a_dismissed_findings_alerts_are_given_up_unless_sent(store: Store) -> None:
    states = {1: AlertState.WAITING, 2: AlertState.FAILED, 3: AlertState.SENDING, 4: AlertState.SENT}
    alerts = [alert(n, finding_id="finding-0001", state=s, leased_until=at(99)) for n, s in states.items()]
    record(store, findings=[finding()], alerts=[*alerts, alert(5, finding_id="finding-0005")])
    for _ in range(2):
        store.review_finding("finding-0001", Review.DISMISSED)
    assert store.finding("finding-0001").review is Review.DISMISSED
    assert [each.id[-1] for each in store.alerts(state=AlertState.GIVEN_UP)] == ["3", "2", "1"]
    assert store.alert("alert-0004").state is AlertState.SENT
    assert store.alert("alert-0005").state is AlertState.WAITING


def test_a_dismissed_findings_alert_that_was_being_sent_is_not_tried_again(store: Store) -> None:
    record(store, findings=[finding()], alerts=[alert()])
    store.lease_alerts(now=at(60), until=at(70), limit=9)
    store.review_finding("finding-0001", Review.DISMISSED)
    store.record_attempt(attempt(ok=False, error="421"), state=AlertState.FAILED, due_at=at(80))
    assert store.lease_alerts(now=at(500), until=at(600), limit=9) == []


def test_a_confirmed_findings_alerts_go_on_waiting(store: Store) -> None:
    record(store, findings=[finding()], alerts=[alert()])
    store.review_finding("finding-0001", Review.CONFIRMED)
    assert store.alert("alert-0001").state is AlertState.WAITING


def test_an_unknown_finding_is_not_found_by_name(store: Store) -> None:
    with pytest.raises(NotFound, match="finding-9"):
        store.finding("finding-9")
    with pytest.raises(NotFound, match="finding-9"):
        store.review_finding("finding-9", Review.CONFIRMED)


def test_findings_come_newest_first_with_ties_by_id(store: Store) -> None:
    record(store, findings=[finding(1), finding(4, first_seen_at=at(2)), finding(2), finding(3)])
    assert [each.id[-1] for each in store.findings()] == ["3", "2", "4", "1"]
    assert [each.id[-1] for each in store.findings(limit=1)] == ["3"]


def test_each_finding_filter_holds(store: Store) -> None:
    record(store, findings=[finding(1, position_id="p"), finding(2, story_id="s"), finding(3)])
    assert [each.id[-1] for each in store.findings(position_id="p")] == ["1"]
    assert [each.id[-1] for each in store.findings(story_id="s")] == ["2"]
    assert [each.id[-1] for each in store.findings(since=at(3))] == ["3"]
    assert store.findings(position_id="p", story_id="s") == []


def test_findings_by_ids_gives_those_that_exist(store: Store) -> None:
    record(store, findings=[finding(1), finding(2)])
    assert store.findings_by_ids(["finding-0002", "finding-9"]) == {"finding-0002": finding(2)}
