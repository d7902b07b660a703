"""The outbox: every alert is sent, and none twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.errors import NotFound
from monitor.models import AlertState
from monitor.store.base import Store
from tests.builders import alert, at, attempt
from tests.contract.stores import Open


def leased(store: Store, minute: float = 60, *, until: float = 70, limit: int = 99) -> list[str]:
    return [each.id[-1] for each in store.lease_alerts(now=at(minute), until=at(until), limit=limit)]


def test_an_alert_comes_back_as_it_was_created(store: Store) -> None:
    full = alert(1, payload={"a": [1, 2.5, None, True, {"ü": "é"}]}, attempts=2, last_error="421", message_id="<m>")
    assert store.create_alerts([full, alert(2)]) == 2
    assert store.alert("alert-0001") == full


def test_only_absent_alerts_are_created(store: Store) -> None:
    store.create_alerts([alert(1)])
    assert store.create_alerts([alert(1, headline="Other"), alert(2)]) == 1
    assert store.alert("alert-0001") == alert(1)


def test_alerts_are_listed_newest_first_with_ties_by_id(store: Store) -> None:
    store.create_alerts([alert(1), alert(4, created_at=at(2)), alert(2), alert(3, state=AlertState.SENT)])
    assert [each.id[-1] for each in store.alerts()] == ["3", "2", "4", "1"]
    assert [each.id[-1] for each in store.alerts(state=AlertState.WAITING, limit=2)] == ["2", "4"]


def test_leased_alerts_are_sending_oldest_first(store: Store) -> None:
    store.create_alerts([alert(3), alert(1), alert(2)])
    found = store.lease_alerts(now=at(60), until=at(70), limit=2)
    assert found == [alert(n, state=AlertState.SENDING, leased_until=at(70)) for n in (1, 2)]
    assert store.alerts(state=AlertState.SENDING) == found[::-1]


def test_alerts_are_leased_only_when_due(store: Store) -> None:
    store.create_alerts([alert(1, due_at=at(60)), alert(2, due_at=at(61)), alert(3, state=AlertState.GIVEN_UP)])
    assert leased(store, 60) == ["1"]


def test_a_failed_alert_is_leased_again_when_due(store: Store) -> None:
    store.create_alerts([alert(1)])
    leased(store)
    store.record_attempt(attempt(1, ok=False, error="421 later"), state=AlertState.FAILED, due_at=at(90))
    assert leased(store, 89) == []
    assert leased(store, 90, until=99) == ["1"]
    assert store.alert("alert-0001").last_error == "421 later"


def test_a_lease_ends_by_itself(store: Store) -> None:
    store.create_alerts([alert(1)])
    assert leased(store, 60, until=70) == ["1"]
    assert leased(store, 69, until=80) == []
    assert leased(store, 70, until=80) == ["1"]


def test_no_alert_is_leased_twice_by_threads_at_once(reopen: Open) -> None:
    stores = [reopen() for _ in range(4)]
    stores[0].create_alerts([alert(n) for n in range(1, 41)])

    def take(store: Store) -> list[str]:
        taken: list[str] = []
        while batch := store.lease_alerts(now=at(60), until=at(70), limit=3):
            taken += [each.id for each in batch]
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [each for batch in pool.map(take, stores) for each in batch]
    assert sorted(taken) == [f"alert-{n:04d}" for n in range(1, 41)]


def test_an_accepted_attempt_makes_the_alert_sent(store: Store) -> None:
    store.create_alerts([alert(1)])
    leased(store)
    store.assign_message(["alert-0001"], "<message-1@monitor>")
    store.record_attempt(attempt(1), state=AlertState.SENT, due_at=at(0))
    assert store.alert("alert-0001") == alert(
        1, state=AlertState.SENT, attempts=1, sent_at=at(101), message_id="<message-1@monitor>"
    )
    assert store.attempts() == [attempt(1)]


def test_an_attempt_recorded_twice_counts_once(store: Store) -> None:
    store.create_alerts([alert(1)])
    leased(store)
    for _ in range(2):
        store.record_attempt(attempt(1, ok=False, error="x"), state=AlertState.FAILED, due_at=at(90))
    assert store.alert("alert-0001").attempts == 1
    assert len(store.attempts()) == 1


def test_a_repeated_failure_does_not_take_the_next_lease_away(store: Store) -> None:
    store.create_alerts([alert(1)])
    leased(store)
    failure = attempt(1, ok=False, error="x")
    store.record_attempt(failure, state=AlertState.FAILED, due_at=at(90))
    assert leased(store, 95, until=99) == ["1"]
    store.record_attempt(failure, state=AlertState.FAILED, due_at=at(90))
    assert store.alert("alert-0001").state is AlertState.SENDING


def test_what_was_sent_stays_sent_when_a_slow_sender_reports_failure(store: Store) -> None:
    store.create_alerts([alert(1)])
    leased(store, 60, until=61)
    leased(store, 62, until=70)
    store.record_attempt(attempt(1), state=AlertState.SENT, due_at=at(0))
    store.record_attempt(attempt(1, tried_at=at(200), ok=False), state=AlertState.FAILED, due_at=at(0))
    assert store.alert("alert-0001").state is AlertState.SENT
    assert store.alert("alert-0001").sent_at == at(101)


def test_an_alert_is_given_up(store: Store) -> None:
    store.create_alerts([alert(1)])
    leased(store)
    store.record_attempt(attempt(1, ok=False, error="550 no"), state=AlertState.GIVEN_UP, due_at=at(0))
    assert leased(store, 10_000, until=20_000) == []
    assert store.alert("alert-0001").state is AlertState.GIVEN_UP


@pytest.mark.parametrize("state", [AlertState.WAITING, AlertState.SENDING])
def test_an_attempt_does_not_end_in_a_state_that_is_no_end(store: Store, state: AlertState) -> None:
    with pytest.raises(ValueError, match="attempt ends"):
        store.record_attempt(attempt(1), state=state, due_at=at(0))


def test_one_attempt_moves_all_its_alerts(store: Store) -> None:
    store.create_alerts([alert(1), alert(2)])
    leased(store)
    both = attempt(1, alert_ids=("alert-0001", "alert-0002"))
    store.record_attempt(both, state=AlertState.SENT, due_at=at(0))
    assert {each.state for each in store.alerts()} == {AlertState.SENT}
    assert store.attempts(alert_id="alert-0002") == [both]


def test_attempts_come_newest_first(store: Store) -> None:
    for n in (2, 3, 1):
        store.record_attempt(attempt(n), state=AlertState.SENT, due_at=at(0))
    assert store.attempts() == [attempt(3), attempt(2), attempt(1)]
    assert store.attempts(since=at(102), limit=1) == [attempt(3)]
    assert store.attempts(since=at(102)) == [attempt(3), attempt(2)]
    assert store.attempts(alert_id="alert-0002") == [attempt(2)]


def test_a_throttle_counts_accepted_mails_and_not_alerts(store: Store) -> None:
    store.record_attempt(
        attempt(1, alert_ids=("alert-0001", "alert-0002")), state=AlertState.SENT, due_at=at(0)
    )  # one mail
    store.record_attempt(attempt(2), state=AlertState.SENT, due_at=at(0))
    store.record_attempt(attempt(3, ok=False), state=AlertState.FAILED, due_at=at(0))
    store.record_attempt(attempt(4, recipient="other@news.example"), state=AlertState.SENT, due_at=at(0))
    assert store.sent_since("desk@news.example", since=at(0)) == 2
    assert store.sent_since("desk@news.example", since=at(102)) == 1
    assert store.sent_since("desk@news.example", since=at(103)) == 0


def test_a_postponed_alert_waits_without_an_attempt(store: Store) -> None:
    store.create_alerts([alert(1), alert(2)])
    leased(store, limit=1)
    for _ in range(2):
        store.postpone_alerts(["alert-0001"], due_at=at(200))
    assert store.alert("alert-0001") == alert(1, due_at=at(200))
    assert leased(store, 199, until=299) == ["2"]
    assert leased(store, 200, until=299) == ["1"]


def test_only_leased_alerts_are_postponed(store: Store) -> None:
    store.create_alerts([alert(1, state=AlertState.SENT), alert(2)])
    store.postpone_alerts(["alert-0001", "alert-0002"], due_at=at(200))
    assert store.alert("alert-0001").state is AlertState.SENT
    assert store.alert("alert-0002").due_at == at(2)


def test_a_requeued_alert_is_due_now_as_a_new_mail(store: Store) -> None:
    store.create_alerts([alert(1, state=AlertState.SENT, message_id="<m>", sent_at=at(5), attempts=1)])
    assert store.requeue_alert("alert-0001", now=at(300)) == alert(1, due_at=at(300), attempts=1)
    assert leased(store, 300, until=400) == ["1"]


def test_an_unknown_alert_is_not_found_by_name(store: Store) -> None:
    with pytest.raises(NotFound, match="alert-9"):
        store.alert("alert-9")
    with pytest.raises(NotFound, match="alert-9"):
        store.requeue_alert("alert-9", now=at(0))
