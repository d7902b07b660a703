"""The stream's own clock: which of the claimed times to believe.

In: times of arrival or claims of dates. Out: seconds of the epoch within the live window. Never: the machine's clock.
A time before the window, or more than a year ahead, counts as now. A leap ahead by more than the window holds for that
article alone until the next leap agrees: one absurd date must not retire every live story.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime

FARTHEST_SECONDS = 400 * 86_400.0
_STATE = struct.Struct("<ddB")


class Clock:
    """`now` never goes back; minus infinity before the first article."""

    def __init__(self, window_seconds: float) -> None:
        self.now = float("-inf")
        self._window = window_seconds
        self._leap = float("nan")
        """A leap that waits for a witness."""

    def read(self, claimed_at: datetime) -> float:
        """The time that the article counts for: what it claims, or now where that is absurd."""
        aware = claimed_at if claimed_at.tzinfo else claimed_at.replace(tzinfo=UTC)
        seconds = (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        if self.now != float("-inf") and not self.now - self._window <= seconds <= self.now + FARTHEST_SECONDS:
            self.follow(seconds)
            return self.now
        self.follow(seconds)
        return seconds

    def follow(self, seconds: float) -> None:
        """Move on to this time, unless it is a leap that has no witness yet."""
        if self.now != float("-inf") and seconds > self.now + self._window:
            agrees = abs(seconds - self._leap) <= self._window
            self._leap = float("nan") if agrees else seconds
            if not agrees:
                return
        self.now = max(self.now, seconds)

    def dump(self) -> bytes:
        return _STATE.pack(self.now, self._leap, 1)

    def restore(self, packed: bytes) -> None:
        self.now, self._leap, _ = _STATE.unpack(packed)
