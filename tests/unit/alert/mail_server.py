"""A mail server's moods, and what a test needs to log in to it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

USER, PASSWORD = "monitor", "correct horse"


@dataclass
class Inbox:
    """Takes mails, or answers what it is told to."""

    data_answer: str = "250 taken"
    rcpt_answer: str = "250 OK"
    mails: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd names it
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        if self.data_answer.startswith("250"):
            self.mails.append(envelope)
        return self.data_answer


@dataclass(frozen=True)
class Certificates:
    ca_file: Path
    server: ssl.SSLContext


def check_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=is_right)
