from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alert.outbox import group_alerts, may_send, message_id_for, next_try
from monitor.models import Alert, AlertKind, AlertState
from tests.unit.alert.sample import DESK, NOW, SETTINGS


def alert(ident: str, **changes: object) -> Alert:
    made = Alert(
        id=ident,
        kind=AlertKind.FINDING,
        finding_id=f"f-{ident}",
        channel="smtp",
        recipient="Desk",
        headline="x",
        created_at=NOW,
        due_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a test names the fields


def test_alerts_for_one_recipient_share_a_mail() -> None:
    (batch,) = group_alerts([alert("b"), alert("a")], SETTINGS)
    assert batch.alert_ids == ("a", "b")
    assert batch.message_id == message_id_for(["a", "b"], "monitor.example.org")


def test_recipients_and_channels_are_kept_apart() -> None:
    alerts = [alert("a"), alert("b", recipient="Chief"), alert("c", channel="directory")]
    assert len(group_alerts(alerts, SETTINGS)) == 3


def test_a_mail_holds_no_more_alerts_than_the_settings_say() -> None:
    settings = SETTINGS.model_copy(update={"max_alerts_per_mail": 2})
    batches = group_alerts([alert(name) for name in "abcde"], settings)
    assert [len(batch.alerts) for batch in batches] == [2, 2, 1]


def test_an_alert_with_a_message_stays_with_exactly_that_message() -> None:
    alerts = [alert("a", message_id="<m1@x>"), alert("b", message_id="<m1@x>"), alert("c")]
    batches = {batch.message_id: batch.alert_ids for batch in group_alerts(alerts, SETTINGS)}
    assert batches["<m1@x>"] == ("a", "b")
    assert len(batches) == 2


@pytest.mark.parametrize("kind", [AlertKind.DIGEST, AlertKind.OPERATOR])
def test_a_digest_and_a_word_to_the_operator_travel_alone(kind: AlertKind) -> None:
    batches = group_alerts([alert("a"), alert("b", kind=kind), alert("c")], SETTINGS)
    assert sorted(batch.alert_ids for batch in batches) == [("a", "c"), ("b",)]


@given(st.permutations(["a", "b", "c"]))
def test_the_message_id_does_not_depend_on_the_order(ids: list[str]) -> None:
    assert message_id_for(ids, "x.org") == message_id_for(["a", "b", "c"], "x.org")


def test_a_mail_that_is_sent_again_by_wish_is_a_new_mail() -> None:
    (first,) = group_alerts([alert("a")], SETTINGS)
    (again,) = group_alerts([alert("a", due_at=NOW + timedelta(days=2))], SETTINGS)
    assert again.message_id != first.message_id


def test_the_pause_doubles_up_to_six_hours() -> None:
    pauses = [(next_try(n, SETTINGS, NOW)[1] - NOW).total_seconds() for n in (1, 2, 3, 11)]
    assert pauses == [60, 120, 240, 6 * 3600]


def test_after_the_last_attempt_the_alert_is_given_up() -> None:
    assert next_try(SETTINGS.max_attempts - 1, SETTINGS, NOW)[0] is AlertState.FAILED
    assert next_try(SETTINGS.max_attempts, SETTINGS, NOW)[0] is AlertState.GIVEN_UP


def test_the_longest_settings_still_give_a_date() -> None:
    settings = SETTINGS.model_copy(update={"max_attempts": 1000, "retry_seconds": 31_536_000})
    assert next_try(999, settings, NOW) == (AlertState.FAILED, NOW + timedelta(hours=6))


def test_no_more_mails_in_an_hour_than_the_recipient_wants() -> None:
    calm = DESK.model_copy(update={"max_mails_per_hour": 2})
    assert [may_send(sent, calm) for sent in (0, 1, 2, 3)] == [True, True, False, False]
