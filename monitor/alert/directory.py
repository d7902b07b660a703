"""Deliver into a folder: one `.eml` file per mail, which any mail program opens.

In: a composed message. Out: a file, whole or not there.
Never: sends anything; deletes anything.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from monitor.errors import DeliveryDeferred


@dataclass(frozen=True, slots=True)
class DirectoryChannel:
    """The file's name begins with the mail's date, so that a listing is in order, and ends in a hash of its
    Message-ID, so that a repeat writes over the same file."""

    folder: Path

    @property
    def name(self) -> str:
        return "directory"

    def deliver(self, message: EmailMessage, *, recipient: str) -> None:  # noqa: ARG002 - the folder is the address
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self._path_for(message), message.as_bytes())
        except OSError as cause:
            raise DeliveryDeferred(f"{self.folder}: cannot be written ({cause.strerror}); check the folder") from cause

    def check(self) -> str:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".probe-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as cause:
            raise DeliveryDeferred(f"{self.folder}: cannot be written ({cause.strerror}); check the folder") from cause
        return f"{self.folder} can be written"

    def _path_for(self, message: EmailMessage) -> Path:
        digest = hashlib.sha256(str(message["Message-ID"]).encode("utf-8", "replace")).hexdigest()[:16]
        earlier = sorted(self.folder.glob(f"*-{digest}.eml"))
        return earlier[0] if earlier else self.folder / f"{_day_and_time(message)}-{digest}.eml"


def _day_and_time(message: EmailMessage) -> str:
    written = parsedate_to_datetime(str(message["Date"])) if message["Date"] else datetime.fromtimestamp(0, UTC)
    return f"{written.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _write_whole(path: Path, content: bytes) -> None:
    """Beside it first, then moved into place: a reader, or a crash, never meets half a mail."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
