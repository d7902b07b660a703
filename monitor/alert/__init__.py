"""Findings → alerts → delivery: gather verdicts, decide who is told, write the mail, hand it over.

In: judged passages, settings. Out: findings, alerts, messages; a page of HTML.
Never: reads or writes the store (the pipeline does), judges anything, shows generated text in place of evidence.
"""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from monitor.alert.base import Channel
from monitor.settings.model import AlertSettings, Recipient

__all__ = ["Channel", "make_channel"]


def make_channel(settings: AlertSettings, recipient: Recipient) -> Channel:
    """The channel that serves this recipient. Opens no connection; `deliver` takes the recipient's address."""
    match recipient.channel:
        case "smtp":
            from monitor.alert.smtp import SmtpChannel  # noqa: PLC0415 - only what is used is loaded

            return SmtpChannel(settings.smtp)
        case "directory":
            from monitor.alert.directory import DirectoryChannel  # noqa: PLC0415 - only what is used is loaded

            return DirectoryChannel(folder_of(settings, recipient))
        case "apprise":
            from monitor.alert.apprise import AppriseChannel  # noqa: PLC0415 - only what is used is loaded

            return AppriseChannel(recipient.address)
        case unknown:
            assert_never(unknown)


def folder_of(settings: AlertSettings, recipient: Recipient) -> Path:
    """A bare name lies in `alert.directory`; a path (with a slash) is taken as it is."""
    address = Path(recipient.address.get_secret_value())
    return address if address.is_absolute() or len(address.parts) > 1 else settings.directory / address
