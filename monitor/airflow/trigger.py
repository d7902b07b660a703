"""Wake a DAG the moment feeds are due, for whoever finds two minutes too long. Off unless its DAG is switched on.

Runs in Airflow's triggerer. At least once: the watermark (which due feeds were announced last) is kept with the asset
after the event went out, so a triggerer that dies in between announces them again. The DAG asks the store what is due,
so hearing of it twice costs one short run and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

log = logging.getLogger(__name__)

WATERMARK = "announced"


class FeedsDueTrigger(BaseEventTrigger):  # type: ignore[misc]  # Airflow's types are not followed here
    """Fires when other feeds are due than those announced last. Looks every `seconds`."""

    def __init__(self, seconds: float = 5.0) -> None:
        super().__init__()
        self.seconds = seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the triggerer builds it again."""
        return "monitor.airflow.trigger.FeedsDueTrigger", {"seconds": self.seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """For ever; a store that is away is waited for."""
        announced = await self._read()
        while True:
            due, count = await asyncio.to_thread(_due_now)
            if due and due != announced:
                yield TriggerEvent({"due_feeds": count})
                await self._keep(due)
            announced = due or announced
            await asyncio.sleep(self.seconds)

    async def _read(self) -> str:
        return str(await self.asset_state_store.aget(WATERMARK, default="")) if self.asset_state_store else ""

    async def _keep(self, due: str) -> None:
        if self.asset_state_store:
            await self.asset_state_store.aset(WATERMARK, due)


def _due_now() -> tuple[str, int]:
    """A fingerprint of the feeds that are due and since when (empty: none), and how many they are."""
    from monitor.bootstrap import open_services
    from monitor.errors import Retryable
    from monitor.models import make_id
    from monitor.pipeline.fetch import due_feeds
    from monitor.settings import load_settings

    try:
        with open_services(load_settings()) as services:
            due = due_feeds(services)
    except Retryable as error:
        log.warning("the store does not answer; looking again: %s", error)
        return "", 0
    if not due:
        return "", 0
    return make_id("due", *(f"{feed.url} {state.next_poll_at}" for feed, state in due)), len(due)
