"""Remember which stories turned out to be one.

In: pairs of stories and when. Out: the story that an earlier one goes on as.
Two stories that open on the same event before either has said much are joined once they are seen to be one.
"""

from __future__ import annotations

import json
import zlib


class JoinedStories:
    """An entry is kept for as long as an article of the former story may be live."""

    def __init__(self, window_seconds: float) -> None:
        self._window = window_seconds
        self._into: dict[str, tuple[str, float]] = {}

    def current(self, story_id: str) -> str:
        """The story that this one goes on as; itself where it was not joined to another."""
        return self._into.get(story_id, (story_id, 0.0))[0]

    def join(self, loser: str, winner: str, *, at: float) -> None:
        for former, (target, since) in list(self._into.items()):
            if target == loser:
                self._into[former] = winner, since
        self._into[loser] = winner, at

    def forget(self, now: float) -> None:
        """Entries stand in order of time, the oldest first."""
        while self._into:
            former, (_, at) = next(iter(self._into.items()))
            if at >= now - self._window:
                return
            del self._into[former]

    def dump(self) -> bytes:
        return zlib.compress(json.dumps([[former, *entry] for former, entry in self._into.items()]).encode())

    def restore(self, packed: bytes) -> None:
        entries = json.loads(zlib.decompress(packed))
        self._into = {str(former): (str(target), float(at)) for former, target, at in entries}
