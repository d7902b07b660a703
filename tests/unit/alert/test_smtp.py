from __future__ import annotations

import email
import socket
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.alert.compose import compose_mail
from monitor.alert.plan import plan_alerts
from monitor.alert.smtp import SmtpChannel
from monitor.errors import DeliveryDeferred, DeliveryRefused, SettingsInvalid
from monitor.settings.model import SmtpSettings
from tests.unit.alert.mail_server import PASSWORD, USER, Certificates, Inbox, check_login
from tests.unit.alert.sample import DESK, NOW, POSITIONS, SETTINGS, STORIES, one_finding

ADDRESS = "desk@example.org"
Start = Callable[..., int]
Script = Callable[[dict[bytes, bytes]], int]


@pytest.fixture
def message() -> EmailMessage:
    alerts = plan_alerts({}, [one_finding()], positions=POSITIONS, stories=STORIES, settings=SETTINGS, now=NOW)
    return compose_mail(alerts, SETTINGS, recipient=DESK)


def channel(port: int, **changes: Any) -> SmtpChannel:
    plain = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 3}
    return SmtpChannel(SmtpSettings.model_validate(plain | changes))


def test_a_mail_arrives_whole(start_server: Start, message: EmailMessage) -> None:
    inbox = Inbox()
    channel(start_server(inbox)).deliver(message, recipient="The Desk <desk@example.org>")
    (envelope,) = inbox.mails
    assert isinstance(envelope.content, bytes)
    assert envelope.rcpt_tos == [ADDRESS]
    arrived = email.message_from_bytes(envelope.content, policy=default)
    assert arrived["Message-ID"] == message["Message-ID"]
    body = arrived.get_body(("plain",))
    assert body is not None
    assert "The export levy on grain stays in place" in body.get_content()


def test_starttls_with_login_delivers(start_server: Start, certificates: Certificates, message: EmailMessage) -> None:
    inbox = Inbox()
    port = start_server(
        inbox, tls_context=certificates.server, require_starttls=True, authenticator=check_login, auth_required=True
    )
    safe = channel(port, security="starttls", ca_file=certificates.ca_file, user=USER, password=SecretStr(PASSWORD))
    safe.deliver(message, recipient=ADDRESS)
    assert len(inbox.mails) == 1
    assert "STARTTLS, logged in" in safe.check()


def test_tls_from_the_start_delivers(start_server: Start, certificates: Certificates, message: EmailMessage) -> None:
    inbox = Inbox()
    port = start_server(inbox, ssl_context=certificates.server)
    channel(port, security="ssl", ca_file=certificates.ca_file).deliver(message, recipient=ADDRESS)
    assert len(inbox.mails) == 1


def test_a_certificate_of_nobody_knows_whom_is_not_trusted(
    start_server: Start, certificates: Certificates, message: EmailMessage
) -> None:
    inbox = Inbox()
    port = start_server(inbox, tls_context=certificates.server)
    with pytest.raises(DeliveryDeferred, match="certificate not trusted"):
        channel(port, security="starttls").deliver(message, recipient=ADDRESS)
    assert inbox.mails == []


def test_without_starttls_nothing_goes_in_the_clear(start_server: Start, message: EmailMessage) -> None:
    inbox = Inbox()
    with pytest.raises(DeliveryDeferred, match="STARTTLS"):
        channel(start_server(inbox), security="starttls").deliver(message, recipient=ADDRESS)
    assert inbox.mails == []


def test_a_wrong_password_is_deferred_and_not_shown(
    start_server: Start, certificates: Certificates, message: EmailMessage
) -> None:
    port = start_server(Inbox(), tls_context=certificates.server, authenticator=check_login)
    wrong = channel(
        port, security="starttls", ca_file=certificates.ca_file, user=USER, password=SecretStr("wrong-secret")
    )
    with pytest.raises(DeliveryDeferred, match="login refused") as caught:
        wrong.deliver(message, recipient=ADDRESS)
    assert "wrong-secret" not in str(caught.value)


def test_a_password_that_cannot_be_sent_is_named_as_the_trouble_and_not_shown(
    start_server: Start, certificates: Certificates, message: EmailMessage
) -> None:
    port = start_server(Inbox(), tls_context=certificates.server, authenticator=check_login)
    odd = channel(port, security="starttls", ca_file=certificates.ca_file, user=USER, password=SecretStr("пароль"))
    with pytest.raises(DeliveryDeferred, match="other than ASCII") as caught:
        odd.deliver(message, recipient=ADDRESS)
    assert "пароль" not in str(caught.value)


@pytest.mark.parametrize("where", ["data_answer", "rcpt_answer"])
@pytest.mark.parametrize(
    ("answer", "error"), [("451 busy, come back", DeliveryDeferred), ("550 not here", DeliveryRefused)]
)
def test_4xx_is_deferred_and_5xx_refused(
    start_server: Start, message: EmailMessage, where: str, answer: str, error: type[Exception]
) -> None:
    inbox = Inbox()
    setattr(inbox, where, answer)
    with pytest.raises(error, match=answer):
        channel(start_server(inbox)).deliver(message, recipient=ADDRESS)
    assert inbox.mails == []


def test_a_connection_that_breaks_within_the_data_is_deferred(start_script: Script, message: EmailMessage) -> None:
    port = start_script({b"DATA": b"354 go on\r\n", b"FROM:": b""})
    with pytest.raises(DeliveryDeferred, match="broke while sending"):
        channel(port).deliver(message, recipient=ADDRESS)


def test_a_server_that_closes_the_door_is_deferred(start_script: Script, message: EmailMessage) -> None:
    port = start_script({b"greeting": b"554 no mail from you\r\n"})
    with pytest.raises(DeliveryDeferred, match="554"):
        channel(port).deliver(message, recipient=ADDRESS)


def test_a_rude_good_bye_after_acceptance_is_no_failure(start_script: Script, message: EmailMessage) -> None:
    short = EmailMessage()
    short["From"], short["To"] = "a@example.org", ADDRESS
    port = start_script({b"DATA": b"354 go on\r\n250 taken\r\n", b"QUIT": b"500 no\r\n"})
    channel(port).deliver(short, recipient=ADDRESS)


def test_nobody_at_the_door_is_deferred(message: EmailMessage) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeliveryDeferred, match=f"127.0.0.1:{port}: no connection"):
        channel(port).deliver(message, recipient=ADDRESS)


def test_a_server_that_never_speaks_is_left_after_the_time_limit(message: EmailMessage) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        started = time.monotonic()
        with pytest.raises(DeliveryDeferred, match="no connection"):
            channel(mute.getsockname()[1], timeout_seconds=0.3).deliver(message, recipient=ADDRESS)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("address", ["", "a@b\r\nRCPT TO:<c@d>", "a@b, c@d"])
def test_an_address_that_is_none_is_refused(address: str, message: EmailMessage) -> None:
    with pytest.raises(DeliveryRefused, match="mail address"):
        channel(1).deliver(message, recipient=address)


def test_a_missing_host_is_a_mistake_in_the_settings(message: EmailMessage) -> None:
    with pytest.raises(SettingsInvalid, match=r"alert\.smtp\.host"):
        SmtpChannel(SmtpSettings()).deliver(message, recipient=ADDRESS)


def test_the_check_sends_nothing(start_server: Start) -> None:
    inbox = Inbox()
    assert "no encryption, no login" in channel(start_server(inbox)).check()
    assert inbox.mails == []
