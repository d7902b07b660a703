"""The door of the alerting room's channels.

In: a composed message. Out: nothing, or an error. Never: decides who is told, touches the store.
"""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class Channel(Protocol):
    """Returns only after the other side has accepted the message.

    Raises `DeliveryDeferred` (try again) or `DeliveryRefused` (give up). The Message-ID is set by the caller
    and computed from the alerts, so a repeat after a crash can be recognised.
    """

    @property
    def name(self) -> str: ...

    def deliver(self, message: EmailMessage, *, recipient: str) -> None: ...

    def check(self) -> str:
        """Try the connection without sending; return one line on what was found, or raise as `deliver` does."""
