from __future__ import annotations

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.alert.compose import check_recipients, compose_mail
from monitor.alert.findings import JudgedPassage, merge_verdicts
from monitor.alert.outbox import message_id_for
from monitor.alert.plan import plan_alerts
from monitor.errors import SettingsInvalid
from monitor.models import Alert, Cue, Probabilities
from tests.unit.alert.sample import (
    DESK,
    FOLDER,
    NOW,
    POSITION,
    POSITIONS,
    SETTINGS,
    STORIES,
    article,
    denial,
    judged,
    one_finding,
    reported,
)

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = '<script>alert("x")</script>\r\nBcc: victim@example.org\u202e \x00\ud800'


def alerts_for(*items: JudgedPassage) -> list[Alert]:
    findings = merge_verdicts({}, items or [judged()], now=NOW)
    return plan_alerts({}, findings, positions=POSITIONS, stories=STORIES, settings=SETTINGS, now=NOW)


def mail(*items: JudgedPassage) -> EmailMessage:
    return compose_mail(alerts_for(*items), SETTINGS, recipient=DESK)


def surer(item: JudgedPassage) -> JudgedPassage:
    return replace(
        item, verdict=replace(item.verdict, probabilities=Probabilities(matches=0.99, contradicts=0.005, neutral=0.005))
    )


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_surest_passage_stands_beside_the_position_and_the_earliest_is_still_named() -> None:
    first = judged(probability=0.91, text="Marta Vell hinted that the levy will not stay.")
    second = judged(article(2, publisher="paper-y.example", minutes=30), probability=0.97)
    text = part(mail(first, second), "plain")
    assert text.index("told parliament") < text.index("hinted")
    assert "earliest: agency-x.example" in text


def test_the_text_of_a_mail_reads_as_agreed() -> None:
    copy = article(2, publisher="paper-y.example", copy_of="article-1", minutes=5)
    second = judged(article(3, publisher="daily-z.example", minutes=30), text="Vell: it will not stay.")
    text = part(mail(judged(copies=1), judged(copy), second), "plain")
    assert text.replace("\r\n", "\n") == (GOLDEN / "mail.txt").read_text(encoding="utf-8")


def test_the_same_alerts_give_the_same_mail_to_the_byte() -> None:
    assert mail().as_bytes() == mail().as_bytes()


def test_the_message_id_comes_from_the_alerts() -> None:
    alerts = alerts_for()
    assert mail()["Message-ID"] == message_id_for([alerts[0].id], "monitor.example.org")


def test_a_given_message_id_is_kept() -> None:
    message = compose_mail(alerts_for(), SETTINGS, recipient=DESK, message_id="<kept@x.example>")
    assert message["Message-ID"] == "<kept@x.example>"


def test_mails_on_one_finding_join_one_thread() -> None:
    before = one_finding(reported())
    after = merge_verdicts({before.id: before}, [reported(article(2, publisher="b.example"))], now=NOW)
    change = plan_alerts({before.id: before}, after, positions=POSITIONS, stories=STORIES, settings=SETTINGS, now=NOW)
    second = compose_mail(change, SETTINGS, recipient=DESK)
    assert second["References"] == mail(reported())["References"]
    assert second["Message-ID"] != mail(reported())["Message-ID"]


def test_the_surest_finding_opens_the_mail_and_names_its_subject() -> None:
    message = mail(judged(probability=0.91), surer(denial()))
    assert str(message["Subject"]).endswith("Reaffirmed: Jonas Aske on export levy on grain")
    assert part(message, "plain").startswith("[1 of 2] Reaffirmed")


def test_a_machine_knows_the_mail_as_one_of_a_machine() -> None:
    assert mail()["Auto-Submitted"] == "auto-generated"
    assert mail()["List-Id"]


def test_both_sentences_stand_in_both_parts_with_source_and_link() -> None:
    message = mail()
    for kind in ("plain", "html"):
        words = " ".join(re.sub(r"<[^>]+>|^> ", " ", part(message, kind), flags=re.MULTILINE).split())
        assert POSITION.statement in words
        assert "the levy on grain exports" in words
        assert "Ministry of Agriculture" in words
        assert "https://agency-x.example/news/1" in part(message, kind)


def test_the_decisive_words_are_marked() -> None:
    message = mail()
    assert "*will not stay*" in part(message, "plain")
    assert re.search(r'<b class="mark"[^>]*>will not stay</b>', part(message, "html"))


def test_cues_that_make_no_sense_are_passed_over() -> None:
    item = judged()
    cues = (Cue(kind="x", start=5, end=900), Cue(kind="x", start=4, end=4), Cue(kind="x", start=6, end=8))
    broken = replace(item, verdict=replace(item.verdict, cues=cues))
    assert "Marta" in part(mail(broken), "plain")


def test_a_hostile_title_speaker_and_publisher_stay_words() -> None:
    item = judged(replace(article(), title=HOSTILE, publisher=HOSTILE), speaker=HOSTILE, text=HOSTILE)
    message = mail(item)
    html = part(message, "html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html + part(message, "plain")


def test_no_header_can_be_smuggled_in() -> None:
    position = replace(POSITION, holder=HOSTILE, topic=HOSTILE)
    alerts = plan_alerts({}, [one_finding()], positions={position.id: position}, stories={}, settings=SETTINGS, now=NOW)
    parsed = email.message_from_bytes(compose_mail(alerts, SETTINGS, recipient=DESK).as_bytes(), policy=default)
    assert "Bcc" not in parsed
    assert "Bcc: victim@example.org" in parsed["Subject"]  # as words within the subject
    assert "\n" not in parsed["Subject"]


def test_a_very_long_subject_is_cut() -> None:
    position = replace(POSITION, topic="tariffs " * 1_000)
    alerts = plan_alerts({}, [one_finding()], positions={position.id: position}, stories={}, settings=SETTINGS, now=NOW)
    subject = compose_mail(alerts, SETTINGS, recipient=DESK)["Subject"]
    assert len(subject) <= 150
    assert subject.endswith("…")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://a b", 'https://x/"onx="', "file:///x"]
)
def test_only_web_addresses_are_linked(url: str) -> None:
    html = part(mail(judged(replace(article(), url=url))), "html")
    assert "Minister drops the grain levy" in html
    assert [link for link in re.findall(r'href="([^"]*)"', html) if "example.org/autumn" not in link] == []


def test_several_alerts_are_one_mail_that_says_how_many() -> None:
    message = mail(judged(), denial())
    assert message["Subject"].startswith("2 findings, The grain export levy")
    assert part(message, "plain").count("THE KNOWN POSITION") == 2


def test_a_denial_shows_what_was_denied_and_the_words_that_deny() -> None:
    before = one_finding(reported())
    after = merge_verdicts({before.id: before}, [denial()], now=NOW)
    planned = plan_alerts({before.id: before}, after, positions=POSITIONS, stories=STORIES, settings=SETTINGS, now=NOW)
    change = [alert for alert in planned if alert.finding_id == before.id]
    text = part(compose_mail(change, SETTINGS, recipient=DESK), "plain")
    assert "Jonas Aske denies it" in text
    assert "whatever you have read" in text
    assert "People familiar with the talks say" in text


def test_kibana_is_linked_only_when_there_is_one() -> None:
    settings = SETTINGS.model_copy(update={"kibana_url": "https://kibana.example.org/base/"})
    with_link = compose_mail(alerts_for(), settings, recipient=DESK)
    assert "https://kibana.example.org/base/app/r?l=DISCOVER_APP_LOCATOR&v=" in part(with_link, "plain")
    assert "Kibana" not in part(mail(), "html")


def test_a_folder_recipient_does_not_show_its_path_as_an_address() -> None:
    message = compose_mail(alerts_for(), SETTINGS, recipient=FOLDER)
    assert message["To"] == "Archive <archive@monitor.example.org>"


@pytest.mark.parametrize("address", ["", "nobody", "a@b\nBcc: c@d", "a@b, c@d", "<>"])
def test_an_unreadable_address_names_the_recipient(address: str) -> None:
    recipient = DESK.model_copy(update={"address": SecretStr(address)})
    with pytest.raises(SettingsInvalid, match=r"alert.recipients \(Desk\)"):
        compose_mail(alerts_for(), SETTINGS, recipient=recipient)


def test_recipients_are_checked_before_anything_is_sent() -> None:
    broken = DESK.model_copy(update={"address": SecretStr("nobody")})
    with pytest.raises(SettingsInvalid, match=r"alert.recipients \(Desk\)"):
        check_recipients(SETTINGS.model_copy(update={"recipients": (FOLDER, broken)}))
    with pytest.raises(SettingsInvalid, match="twice"):
        check_recipients(SETTINGS.model_copy(update={"recipients": (DESK, DESK)}))
    check_recipients(SETTINGS)


def test_no_line_of_a_mail_is_longer_than_the_standard_allows() -> None:
    long = judged(text="word " * 400)
    assert max(len(line) for line in mail(long).as_bytes().split(b"\r\n")) <= 998
