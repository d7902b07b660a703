"""Every error that the monitor raises, in one tree.

    MonitorError
    ├── Retryable            leave the item for the next run
    │   ├── FeedUnreachable      no answer, a server's failure, a time limit
    │   ├── PageUnreachable      likewise, for an article's page
    │   ├── StoreUnavailable     the store does not answer (locked, away, read-only)
    │   ├── DeliveryDeferred     the mail server did not take it this time
    │   └── JudgeUnavailable     a remote judge does not answer
    ├── Unusable             set the item aside with its reason; trying again would not help
    │   ├── FeedUnreadable       not a feed, over a limit, gone
    │   ├── PageUnreadable       not a page, over a limit, no text in it
    │   ├── PairUnusable         a passage or statement that cannot be judged
    │   └── DeliveryRefused      the server refused for good
    ├── SettingsInvalid      wrong settings, seeds or use; nothing was done
    │   ├── SeedInvalid          a seed file, with file, line and field
    │   └── StoreTooNew          the store was written by a newer version
    └── NotFound             an id that the store does not hold

Only the pipeline decides per item what follows; everything outside this tree fails loudly.
"""

from __future__ import annotations


class MonitorError(Exception):
    """Base of the tree. The message names the thing and says what to do next."""


class Retryable(MonitorError):
    """May go well next time: leave the item where it is."""


class Unusable(MonitorError):
    """Will not go well next time either: set the item aside with this reason."""


class SettingsInvalid(MonitorError):
    """Wrong settings or wrong use; raised before anything is done."""


class NotFound(MonitorError):
    """The store holds nothing under this id."""


class FeedUnreachable(Retryable):
    """The feed's server did not answer, answered with a failure, or took too long."""

    def __init__(self, message: str, *, status: int | None = None, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class FeedUnreadable(Unusable):
    """What came is no feed, is over a limit, or is gone for good."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class PageUnreachable(Retryable):
    """The article's page could not be had this time."""


class PageUnreadable(Unusable):
    """The article's page holds no usable text, or is over a limit."""


class PairUnusable(Unusable):
    """A passage or a statement that cannot be judged."""


class JudgeUnavailable(Retryable):
    """A remote judge does not answer, or its budget is spent."""


class DeliveryDeferred(Retryable):
    """The channel did not accept the message this time."""


class DeliveryRefused(Unusable):
    """The channel refused the message for good."""


class StoreUnavailable(Retryable):
    """The store does not answer; nothing was written."""


class SeedInvalid(SettingsInvalid):
    """A seed file with a mistake: file, line and field stand in the message."""


class StoreTooNew(SettingsInvalid):
    """The store was written by a newer version of the monitor."""
