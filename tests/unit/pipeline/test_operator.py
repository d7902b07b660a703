"""A word to whoever runs the monitor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from monitor.models import AlertKind, AlertState
from monitor.pipeline import Services, send_alerts
from monitor.pipeline.operator import mail_operator, operator_of, tell_operator
from monitor.settings import AlertSettings, SmtpSettings
from tests.unit.pipeline.conftest import World


@pytest.fixture
def services(world: World) -> Services:
    alert = world.services.settings.alert.model_copy(update={"operator": "ops@example.org"})
    return replace(world.services, settings=world.services.settings.model_copy(update={"alert": alert}))


def test_the_operator_is_mailed_through_the_outbox(services: Services, world: World) -> None:
    assert tell_operator(services, "the disk is full", ["Make room."], key="disk") == 1
    assert send_alerts(services).done == 1
    [alert] = services.store.alerts()
    assert (alert.kind, alert.state) == (AlertKind.OPERATOR, AlertState.SENT)
    [mail] = world.mails()
    assert "the disk is full" in mail.read_text(encoding="utf-8")


def test_the_same_thing_is_told_once(services: Services) -> None:
    assert [tell_operator(services, "the disk is full", [], key="disk today") for _ in range(2)] == [1, 0]


def test_nobody_is_told_where_no_operator_is_named(world: World) -> None:
    assert tell_operator(world.services, "the disk is full", [], key="disk") == 0
    assert world.services.store.alerts() == []


def test_a_mail_at_once_needs_no_store(services: Services, world: World) -> None:
    mail_operator(services.settings.alert, "the store is away", ["Look."], now=services.clock())
    [mail] = world.mails()
    assert "the store is away" in mail.read_text(encoding="utf-8")
    assert services.store.alerts() == []


def test_the_operator_gets_mail_where_a_mail_server_is_set_and_files_elsewhere() -> None:
    by_mail = operator_of(AlertSettings(operator="ops@example.org", smtp=SmtpSettings(host="mail.example.org")))
    assert by_mail is not None
    assert (by_mail.channel, by_mail.address) == ("smtp", SecretStr("ops@example.org"))
    as_file = operator_of(AlertSettings(operator="ops@example.org"))
    assert as_file is not None
    assert as_file.channel == "directory"
