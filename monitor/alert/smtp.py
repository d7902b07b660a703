"""Deliver over SMTP, with STARTTLS, TLS from the start, or (for a server on the same machine) in the clear.

In: a composed message and an address. Out: nothing once the server has accepted it, or an error.
Never: falls back to an unencrypted connection, logs addresses or passwords.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses
from typing import TYPE_CHECKING

from monitor.alert.words import one_line
from monitor.errors import DeliveryDeferred, DeliveryRefused, SettingsInvalid
from monitor.settings.model import SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """One connection per delivery.

    Deferred: 4xx answers, and everything that fails before the message is offered (no answer, TLS, login: a wrong
    password is mended by a person, and the alerts must still be there then). Refused: 5xx answers to the message,
    its sender or its recipient. A connection lost after the data was sent is deferred: the server may have taken
    it, and the repeat carries the same Message-ID.
    """

    settings: SmtpSettings

    @property
    def name(self) -> str:
        return "smtp"

    def deliver(self, message: EmailMessage, *, recipient: str) -> None:
        envelope = [address for _, address in getaddresses([recipient]) if address]
        if len(envelope) != 1 or one_line(envelope[0]) != envelope[0]:
            raise DeliveryRefused("the recipient's mail address cannot be read; correct it in config/alerts.yaml")
        with self._connected() as server:
            try:
                server.send_message(message, to_addrs=envelope)
            except smtplib.SMTPNotSupportedError as cause:  # the address needs SMTPUTF8, which the server lacks
                raise DeliveryRefused(f"{self._where}: cannot take this address ({cause})") from cause
            except smtplib.SMTPRecipientsRefused as cause:
                code, text = next(iter(cause.recipients.values()))
                raise self._answer(code, text) from cause
            except smtplib.SMTPResponseException as cause:
                raise self._answer(cause.smtp_code, cause.smtp_error) from cause
            except (smtplib.SMTPException, OSError) as cause:
                raise DeliveryDeferred(f"{self._where}: the connection broke while sending ({_say(cause)})") from cause

    def check(self) -> str:
        with self._connected() as server:
            code, text = server.noop()
        if code != 250:
            raise self._answer(code, text)
        how = {"starttls": "STARTTLS", "ssl": "TLS", "none": "no encryption"}[self.settings.security]
        return f"{self._where} answers, {how}, {'logged in' if self.settings.user else 'no login'}"

    @property
    def _where(self) -> str:
        return f"mail server {self.settings.host}:{self.settings.port}"

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._open()
        try:
            yield server
        finally:
            # The message is accepted or not by now: a failing good-bye changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        server: smtplib.SMTP | None = None
        try:
            server = self._dial()
            if self.settings.security == "starttls":
                server.starttls(context=self._tls())
            if self.settings.user:
                password = self.settings.password
                server.login(self.settings.user, password.get_secret_value() if password else "")
        except (smtplib.SMTPException, OSError, UnicodeError) as cause:
            if server is not None:
                server.close()
            raise DeliveryDeferred(self._advice(cause)) from cause
        return server

    def _dial(self) -> smtplib.SMTP:
        host, port, seconds = self.settings.host, self.settings.port, self.settings.timeout_seconds or None
        if not host:
            raise SettingsInvalid("alert.smtp.host: is empty; name your mail server, or use the channel `directory`")
        if self.settings.security == "ssl":
            return smtplib.SMTP_SSL(host, port, timeout=seconds, context=self._tls())  # type: ignore[arg-type]  # None waits for ever
        return smtplib.SMTP(host, port, timeout=seconds)  # type: ignore[arg-type]  # likewise

    def _tls(self) -> ssl.SSLContext:
        ca_file = self.settings.ca_file
        if ca_file is not None and not ca_file.is_file():
            raise SettingsInvalid(f"alert.smtp.ca_file: {ca_file} is no file")
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)

    def _answer(self, code: int, text: bytes | str) -> DeliveryDeferred | DeliveryRefused:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        kind = DeliveryRefused if 500 <= code < 600 else DeliveryDeferred
        return kind(f"{self._where}: answered {code} {one_line(words, 200)}")

    def _advice(self, cause: Exception) -> str:
        if isinstance(cause, smtplib.SMTPAuthenticationError):
            return f"{self._where}: login refused ({cause.smtp_code}); check alert.smtp.user and the password"
        if isinstance(cause, UnicodeError):  # smtplib sends ASCII alone here (python/cpython issue 73936)
            return f"{self._where}: user or password holds other than ASCII characters, which cannot be sent; change it"
        if isinstance(cause, smtplib.SMTPNotSupportedError):
            return f"{self._where}: {_say(cause)}; check alert.smtp.security and port"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{self._where}: certificate not trusted ({cause.verify_message}); check host and alert.smtp.ca_file"
        if isinstance(cause, ssl.SSLError):
            return f"{self._where}: no TLS on this port ({_say(cause)}); check alert.smtp.security and port"
        return f"{self._where}: no connection ({_say(cause)}); check alert.smtp.host and port"


def _say(cause: Exception) -> str:
    return one_line(getattr(cause, "strerror", None) or cause, 200) or type(cause).__name__
