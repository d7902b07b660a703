"""Deliver through Apprise: chat rooms, phones and the like, by URL.

In: a composed message; its text part is what is shown. Out: nothing once Apprise says it was taken, or an error.
Never: logs the URL, which holds the secrets of the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from pydantic import SecretStr

from monitor.errors import DeliveryDeferred, SettingsInvalid


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Apprise answers only yes or no, without a reason: every no is deferred."""

    url: SecretStr

    @property
    def name(self) -> str:
        return "apprise"

    def deliver(self, message: EmailMessage, *, recipient: str) -> None:  # noqa: ARG002 - the URL is the address
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        if not self._service().notify(title=str(message["Subject"]), body=text, body_format="text"):
            raise DeliveryDeferred("the Apprise service did not take the message; check its URL and try again")

    def check(self) -> str:
        service = self._service()
        return f"Apprise knows this kind of URL ({service[0].service_name}); nothing was sent"

    def _service(self) -> Any:
        from apprise import Apprise

        service = Apprise()
        if not service.add(self.url.get_secret_value()):
            raise SettingsInvalid(
                "alert.recipients: the address is no URL that Apprise understands; see its list of services"
            )
        return service
