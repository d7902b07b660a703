"""Write the mail: alerts → one message with a text and an HTML part.

In: alerts with their payloads, settings, the recipient. Out: an `EmailMessage`, ready for any channel.
Never: sends, reads a store or a clock: the same alerts give the same mail, to the byte.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import jinja2

from monitor.alert.outbox import message_id_for
from monitor.alert.view import FindingView, view_finding
from monitor.alert.words import MAX_SUBJECT, count_words, one_line
from monitor.errors import SettingsInvalid
from monitor.models import Alert, AlertKind, make_id
from monitor.settings.model import AlertSettings, Recipient

MAX_THREADS = 10
"""Findings whose threads a grouped mail joins; more would make a header that some servers refuse."""


def compose_mail(
    alerts: Sequence[Alert], settings: AlertSettings, *, recipient: Recipient, message_id: str = ""
) -> EmailMessage:
    """One mail for all these alerts. `message_id` is the batch's; when empty it is computed from the alerts' ids.

    A digest, or a word to the operator, is one alert and makes a mail of its own. `ValueError` without alerts,
    `SettingsInvalid` when an address in the settings cannot be read.
    """
    if not alerts:
        raise ValueError("a mail needs at least one alert")
    ident = message_id or message_id_for([alert.id for alert in alerts], settings.message_domain)
    if alerts[0].kind is AlertKind.DIGEST:
        subject, name, values = _digest(alerts[0])
    elif alerts[0].kind is AlertKind.OPERATOR:
        subject, name, values = _operator(alerts[0])
    else:
        subject, name, values = _findings(alerts, settings)
    message = _envelope(alerts, settings, recipient=recipient, message_id=ident)
    message["Subject"] = one_line(subject, MAX_SUBJECT)
    values |= {"subject": one_line(subject, MAX_SUBJECT), "message_id": ident}
    message.set_content(render(f"{name}.txt.j2", values), cte="quoted-printable")
    message.add_alternative(render(f"{name}.html.j2", values), subtype="html", cte="quoted-printable")
    # The parts' boundary is random by default; a repeat is to be the same mail, to the byte.
    message.set_boundary(f"=_{make_id('part', ident)}")
    return message


def check_recipients(settings: AlertSettings) -> None:
    """Raises `SettingsInvalid` for an address that cannot be read, or two recipients that cannot be told apart."""
    _address(settings.sender, field="alert.sender")
    seen: set[tuple[str, str]] = set()
    for recipient in settings.recipients:
        _recipient_address(recipient, settings)
        if (recipient.name, recipient.channel) in seen:
            raise SettingsInvalid(
                f"alert.recipients: {recipient.name} stands there twice with channel {recipient.channel}"
            )
        seen.add((recipient.name, recipient.channel))


def render(template: str, values: Mapping[str, Any]) -> str:
    return _templates().get_template(template).render(values)


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    """Templates ending in `.html.j2` escape everything; a name that a template does not know is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("monitor.alert"),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quantity"] = count_words
    environment.filters["quoted"] = _quoted
    return environment


def _quoted(text: str) -> str:
    """For the text part: folded at 72 columns behind `> `, so that quotation marks inside need no care."""
    return textwrap.fill(
        " ".join(text.split()), width=72, initial_indent="> ", subsequent_indent="> ", break_on_hyphens=False
    )


def _findings(alerts: Sequence[Alert], settings: AlertSettings) -> tuple[str, str, dict[str, Any]]:
    kibana = {"kibana_url": settings.kibana_url, "kibana_prefix": settings.kibana_prefix}
    views = [view_finding(alert.payload, **kibana) for alert in sorted(alerts, key=_sureness, reverse=True)]
    return _subject(views), "mail", {"findings": views}


def _sureness(alert: Alert) -> tuple[bool, float]:
    """The surest finding opens a mail and names its subject."""
    finding = alert.payload["finding"]
    return finding["grade"] == "likely", finding["probability"]


def _digest(alert: Alert) -> tuple[str, str, dict[str, Any]]:
    payload = alert.payload
    values = {
        "digest": payload,
        "likely": [view_finding(each) for each in payload["likely"]],
        "possible": [view_finding(each) for each in payload["possible"]],
    }
    return alert.headline, "digest", values


def _operator(alert: Alert) -> tuple[str, str, dict[str, Any]]:
    lines = [one_line(line, 1_000) for line in alert.payload.get("lines", [])]
    return f"News Monitor itself: {alert.headline}", "operator", {"lines": lines}


def _subject(views: Sequence[FindingView]) -> str:
    if len(views) == 1:
        return views[0].headline
    stories = len({view.story for view in views})
    about = views[0].story if stories == 1 else count_words(stories, "story", "stories")
    return f"{len(views)} findings, {one_line(about, 60)} – {views[0].headline}"


def _envelope(
    alerts: Sequence[Alert], settings: AlertSettings, *, recipient: Recipient, message_id: str
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(settings.sender, field="alert.sender")
    message["To"] = _recipient_address(recipient, settings)
    message["Message-ID"] = message_id
    # When the newest alert became due: unlike the clock, the same for a repeat after a crash.
    message["Date"] = format_datetime(max(alert.due_at for alert in alerts).astimezone(UTC))
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"News Monitor <alerts.{settings.message_domain}>"
    threads = list(dict.fromkeys(alert.finding_id for alert in alerts if alert.finding_id))[:MAX_THREADS]
    if threads:
        roots = [message_id_for([f"thread:{finding}"], settings.message_domain) for finding in threads]
        message["In-Reply-To"] = roots[0]
        message["References"] = " ".join(roots)
    return message


def _recipient_address(recipient: Recipient, settings: AlertSettings) -> Address:
    """The mail address; for a folder or an Apprise URL (which may hold secrets) a stand-in made of the name."""
    if recipient.channel == "smtp":
        return _address(recipient.address.get_secret_value(), field=f"alert.recipients ({recipient.name})")
    local = re.sub(r"[^A-Za-z0-9]+", "-", recipient.name).strip("-").lower()[:60] or "reader"
    return Address(display_name=one_line(recipient.name, 80), username=local, domain=settings.message_domain)


def _address(text: str, *, field: str) -> Address:
    """`Name <user@domain>` or `user@domain`. The address itself stays out of the error: it may be private."""
    problem = f"{field}: not a mail address of the form user@example.org or Name <user@example.org>"
    if one_line(text, 1_000) != text.strip():
        raise SettingsInvalid(problem)
    header: Any = SMTP.header_factory("To", text.strip())  # its class is made at run time
    if len(header.addresses) != 1 or header.defects:
        raise SettingsInvalid(problem)
    address = header.addresses[0]
    if not address.username or not address.domain:
        raise SettingsInvalid(problem)
    try:
        return Address(display_name=address.display_name, username=address.username, domain=address.domain)
    except (HeaderParseError, ValueError) as cause:
        raise SettingsInvalid(problem) from cause
