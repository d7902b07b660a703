from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

from monitor.alert.compose import compose_mail
from monitor.alert.digest import DigestData, compose_digest, digest_day, operator_alert, plan_digest
from monitor.alert.findings import merge_verdicts
from monitor.models import FeedHealth, Finding, Grade, Review, Stage
from tests.unit.alert.sample import (
    DESK,
    FOLDER,
    NOW,
    POSITIONS,
    SETTINGS,
    STORIES,
    article,
    denial,
    feed,
    feed_state,
    grown,
    judged,
    one_finding,
)

STATES = [
    feed_state("agency-x", FeedHealth.OK),
    feed_state("gazette", FeedHealth.FAILING, "the server answered 503\nfive times"),
    feed_state("radio", FeedHealth.OK),
]
DATA = DigestData(
    since=NOW - timedelta(days=1),
    until=NOW,
    findings=[one_finding(), one_finding(judged(article(2), by_successor=False, grade=Grade.POSSIBLE))],
    positions=POSITIONS,
    stories=STORIES,
    articles=[article(1), article(2, publisher="paper-y.example", copy_of="article-1")],
    feeds=[feed("agency-x"), feed("gazette"), feed("radio")],
    feed_states={state.url: state for state in STATES},
    backlog={Stage.JUDGE: 12, Stage.EXTRACT: 0},
)


def text(data: DigestData = DATA) -> str:
    body = compose_digest(data, SETTINGS, recipient=DESK, now=NOW).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def findings(*kept: Finding) -> DigestData:
    return replace(DATA, findings=kept)


def test_a_copy_that_came_after_the_finding_is_counted() -> None:
    copy = article(5, publisher="paper-y.example", copy_of="article-1")
    told = text(replace(findings(one_finding()), copies={"article-1": [copy]}))
    assert "2 articles, 1 independent publisher" in told


def test_how_sure_it_is_says_the_grade_and_no_second_word() -> None:
    assert "| likely (93 %) |" in text()
    assert "| possible (93 %) |" in text()


def test_the_digest_shows_both_grades_apart() -> None:
    likely, possible = text().split("POSSIBLE FINDINGS")
    assert likely.count("monitor findings show") == 1
    assert possible.count("monitor findings show") == 1


def test_silence_can_be_read() -> None:
    words = text(findings())
    assert "nothing new" in words
    assert "Gazette: failing: the server answered 503 five times" in words
    assert "- Radio (last answered: 3 Mar 2026, 08:12 UTC)" in words
    assert "- 12 to be judged" in words
    assert "2 articles (1 copy among them) from 2 publishers" in words


def test_no_findings_while_feeds_fail_is_not_called_quiet() -> None:
    assert "All feeds answered" not in text(findings())


def test_what_was_dismissed_or_is_older_than_the_day_is_left_out() -> None:
    dismissed = grown(one_finding(), review=Review.DISMISSED)
    (old,) = merge_verdicts({}, [denial()], now=NOW - timedelta(days=2))
    assert "monitor findings show" not in text(findings(dismissed, old))


def test_a_recipients_digest_holds_the_verdicts_asked_for() -> None:
    only = DESK.model_copy(update={"verdicts": ("matches",)})
    (alert,) = plan_digest(DATA, settings=SETTINGS, now=NOW, recipients=[only])
    assert alert.payload["likely"] == []


def test_one_digest_a_day_for_each_who_wants_it() -> None:
    silent = FOLDER.model_copy(update={"digest": False})
    first = plan_digest(DATA, settings=SETTINGS, now=NOW, recipients=[DESK, silent])
    later = plan_digest(DATA, settings=SETTINGS, now=NOW + timedelta(hours=3), recipients=[DESK, silent])
    tomorrow = plan_digest(DATA, settings=SETTINGS, now=NOW + timedelta(days=1), recipients=[DESK, silent])
    assert [alert.id for alert in first] == [alert.id for alert in later]
    assert [alert.id for alert in first] != [alert.id for alert in tomorrow]


def test_a_digest_survives_the_store() -> None:
    (alert,) = plan_digest(DATA, settings=SETTINGS, now=NOW)
    stored = replace(alert, payload=json.loads(json.dumps(alert.payload)))
    assert compose_mail([stored], SETTINGS, recipient=DESK)["Subject"].startswith(
        "Digest of 3 Mar 2026: 1 likely, 1 poss"
    )


def test_the_digest_is_due_from_its_hour_on() -> None:
    assert digest_day(NOW.replace(hour=6), SETTINGS) is None
    assert digest_day(NOW.replace(hour=7), SETTINGS) == date(2026, 3, 3)


def test_a_word_to_the_operator_is_told_once_per_key() -> None:
    one, two = (operator_alert("The store is full", ["a", "b"], recipient=DESK, now=NOW, key="full") for _ in "12")
    assert one == two
    assert compose_mail([one], SETTINGS, recipient=DESK)["Subject"] == "News Monitor itself: The store is full"
