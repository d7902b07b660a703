from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from monitor.alert.findings import merge_verdicts
from monitor.alert.plan import plan_alerts
from monitor.models import Alert, AlertKind, Finding, Grade, Review
from monitor.settings.model import AlertSettings, Recipient
from tests.unit.alert.sample import (
    DESK,
    NOW,
    POSITIONS,
    SETTINGS,
    STORIES,
    article,
    denial,
    grown,
    judged,
    one_finding,
    reported,
)


def plan(
    before: Sequence[Finding],
    after: Sequence[Finding],
    *recipients: Recipient,
    settings: AlertSettings = SETTINGS,
    positions: Mapping[str, object] = POSITIONS,
) -> list[Alert]:
    return plan_alerts(
        {finding.id: finding for finding in before},
        after,
        recipients=recipients or (DESK,),
        positions=positions,  # type: ignore[arg-type]  # one test gives none
        stories=STORIES,
        settings=settings,
        now=NOW,
    )


def desk(**changes: object) -> Recipient:
    return DESK.model_copy(update=changes)


def test_a_new_likely_finding_is_told_once_per_recipient_and_channel() -> None:
    folder = Recipient(name="Desk", channel="directory", address=SecretStr("x"))
    alerts = plan([], [one_finding()], DESK, folder)
    assert [(alert.kind, alert.channel) for alert in alerts] == [
        (AlertKind.FINDING, "smtp"),
        (AlertKind.FINDING, "directory"),
    ]
    assert len({alert.id for alert in alerts}) == 2


def test_planning_again_gives_the_same_alert() -> None:
    assert plan([], [one_finding()]) == plan([], [one_finding()])


def test_the_payload_is_json_and_holds_both_sentences() -> None:
    (alert,) = plan([], [one_finding()])
    payload = json.loads(json.dumps(alert.payload))
    assert payload == alert.payload
    assert payload["position"]["statement"] == "The export levy on grain stays in place until the end of 2027."
    assert payload["evidence"][0]["speaker"] == "Marta Vell"
    assert payload["story"]["title"] == "The grain export levy"


def test_more_evidence_of_the_same_kind_is_not_told() -> None:
    before = one_finding()
    after = merge_verdicts({before.id: before}, [judged(article(2, minutes=10))], now=NOW)
    assert after
    assert plan([before], after) == []


def test_a_second_publisher_is_told_as_a_change() -> None:
    before = one_finding()
    after = merge_verdicts({before.id: before}, [judged(article(2, publisher="b.example"))], now=NOW)
    (alert,) = plan([before], after)
    assert alert.kind is AlertKind.CHANGE
    assert alert.payload["changes"] == ["several"]


def test_a_third_publisher_is_not_told() -> None:
    items = [judged(article(n, publisher=f"{n}.example")) for n in (1, 2, 3)]
    (before,) = merge_verdicts({}, items[:2], now=NOW)
    assert plan([before], merge_verdicts({before.id: before}, items[2:], now=NOW)) == []


def test_going_on_the_record_is_told_as_a_change() -> None:
    before = grown(one_finding(), state="anonymous|one")
    (alert,) = plan([before], [one_finding()])
    assert alert.payload["changes"] == ["on record"]
    assert alert.headline.startswith("Now on the record")


def test_a_denial_is_told_with_the_words_that_deny() -> None:
    before = one_finding(reported())
    after = merge_verdicts({before.id: before}, [denial()], now=NOW)
    change = next(alert for alert in plan([before], after) if alert.kind is AlertKind.CHANGE)
    assert change.finding_id == before.id
    assert change.payload["changes"] == ["denied"]
    assert change.payload["answer"]["evidence"]["speaker"] == "Jonas Aske"


def test_changes_that_come_together_are_one_alert() -> None:
    before = grown(one_finding(), state="anonymous|one")
    after = merge_verdicts({before.id: before}, [judged(article(2, publisher="b.example"))], now=NOW)
    (alert,) = plan([before], after)
    assert alert.payload["changes"] == ["on record", "several"]


def test_a_word_on_the_record_names_the_anonymous_report_before_it() -> None:
    before = one_finding(reported())
    (alert,) = plan([before], [one_finding()])
    assert alert.kind is AlertKind.FINDING
    assert alert.payload["follows"]["id"] == before.id


def test_a_possible_finding_waits_until_it_is_likely() -> None:
    before = one_finding(judged(grade=Grade.POSSIBLE))
    assert plan([], [before]) == []
    (alert,) = plan([before], [grown(before, grade=Grade.LIKELY, state="on record|several")])
    assert alert.kind is AlertKind.FINDING


def test_who_asked_for_possible_ones_is_not_told_again_when_it_becomes_likely() -> None:
    both = desk(grades=("likely", "possible"))
    before = one_finding(judged(grade=Grade.POSSIBLE))
    assert len(plan([], [before], both)) == 1
    assert plan([before], [grown(before, grade=Grade.LIKELY)], both) == []


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"verdicts": ("matches",)}, 0),
        ({"verdicts": ("contradicts",)}, 1),
        ({"stories": ("another",)}, 0),
        ({"stories": ("another", "grain-levy")}, 1),
    ],
)
def test_a_recipient_hears_only_what_was_asked_for(wish: dict[str, object], told: int) -> None:
    assert len(plan([], [one_finding()], desk(**wish))) == told


def test_news_in_a_new_story_reaches_who_asked_for_the_positions_story() -> None:
    elsewhere = one_finding(judged(replace(article(), story_id="a-new-story")))
    assert len(plan([], [elsewhere], desk(stories=("grain-levy",)))) == 1


def test_old_news_is_not_told() -> None:
    old = replace(article(), published_at=NOW - timedelta(days=31))
    assert plan([], [one_finding(judged(old))]) == []


def test_fresh_evidence_of_an_old_finding_is_told_as_new() -> None:
    before = one_finding(judged(replace(article(), published_at=NOW - timedelta(days=31))))
    after = merge_verdicts({before.id: before}, [judged(article(2, publisher="b.example"))], now=NOW)
    assert [alert.kind for alert in plan([before], after)] == [AlertKind.FINDING]


def test_news_without_a_date_is_told() -> None:
    assert len(plan([], [one_finding(judged(replace(article(), published_at=None)))])) == 1


def test_a_dismissed_finding_is_not_told() -> None:
    assert plan([], [grown(one_finding(), review=Review.DISMISSED)]) == []


def test_a_withdrawn_position_tells_nobody() -> None:
    assert plan([], [one_finding()], positions={}) == []


def test_alerts_wait_for_company_as_long_as_the_settings_say() -> None:
    (alert,) = plan([], [one_finding()], settings=SETTINGS.model_copy(update={"group_seconds": 90}))
    assert alert.due_at == NOW + timedelta(seconds=90)


def test_an_alert_does_not_hold_the_address() -> None:
    secret = desk(address=SecretStr("very-private@example.org"))
    (alert,) = plan([], [one_finding()], secret)
    assert "very-private" not in repr(alert)
