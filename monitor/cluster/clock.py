"""The stream's own clock: which of the claimed times to believe.

In: times of arrival or claims of dates. Out: seconds of the epoch within the live window. Never: the machine's clock.
A time before the window counts as now. A leap ahead by more than the window is believed when the next leap agrees:
one absurd date must not retire every live story.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime

_STATE = struct.Struct("<ddB")


class Clock:
    """`now` never goes back; minus infinity before the first article."""

    def __init__(self, window_seconds: float) -> None:
        self.now = float("-inf")
        self._window = window_seconds
        self._leap = float("nan")
        """A leap that waits for a witness."""

    def read(self, claimed_at: datetime) -> float:
        """The time that the article counts for."""
        aware = claimed_at if claimed_at.tzinfo else claimed_at.replace(tzinfo=UTC)
        seconds = (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        if self.now == float("-inf"):
            self.now = seconds
            return seconds
        if seconds < self.now - self._window or not self._believes(seconds):
            return self.now
        self.advance(seconds)
        return seconds

    def advance(self, seconds: float) -> None:
        self.now = max(self.now, seconds)

    def _believes(self, seconds: float) -> bool:
        if seconds <= self.now + self._window:
            return True
        agrees = abs(seconds - self._leap) <= self._window
        self._leap = float("nan") if agrees else seconds
        return agrees

    def dump(self) -> bytes:
        return _STATE.pack(self.now, self._leap, 1)

    def restore(self, packed: bytes) -> None:
        now, self._leap, _ = _STATE.unpack(packed)
        self.now = max(self.now, now)
