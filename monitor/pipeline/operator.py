"""A word to whoever runs the monitor (`alert.operator`): through the outbox, or straight when the store is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from monitor.alert import make_channel
from monitor.alert.compose import compose_mail
from monitor.alert.digest import operator_alert
from monitor.pipeline.ports import Services
from monitor.settings import AlertSettings, Recipient

NAME = "operator"


def operator_of(settings: AlertSettings) -> Recipient | None:
    """The operator as a recipient: by mail where a server is set, else as files; None when nobody is named."""
    if not settings.operator:
        return None
    if settings.smtp.host:
        return Recipient(name=NAME, channel="smtp", address=SecretStr(settings.operator), digest=False)
    return Recipient(name=NAME, channel="directory", address=SecretStr(NAME), digest=False)


def tell_operator(services: Services, headline: str, lines: Sequence[str], *, key: str) -> int:
    """Put it into the outbox, once per `key`; how many are new (0 or 1)."""
    recipient = operator_of(services.settings.alert)
    if recipient is None:
        return 0
    alert = operator_alert(headline, lines, recipient=recipient, now=services.clock(), key=key)
    return services.store.create_alerts([alert])


def mail_operator(settings: AlertSettings, headline: str, lines: Sequence[str], *, now: datetime) -> None:
    """At once and without a record. Raises what the channel raises."""
    recipient = operator_of(settings)
    if recipient is None:
        return
    message = compose_mail(
        [operator_alert(headline, lines, recipient=recipient, now=now)], settings, recipient=recipient
    )
    make_channel(settings, recipient).deliver(message, recipient=recipient.address.get_secret_value())
