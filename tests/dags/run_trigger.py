"""Run the trigger over a store whose feeds are all due; write which events came, as JSON. For test_edge.py."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from airflow._shared.module_loading import import_string

from monitor.airflow import trigger as trigger_module

PATH = "monitor.airflow.trigger.FeedsDueTrigger"
LOOKS = 3
"""So many looks at the store belong to one life of the triggerer."""


class Kept:
    """Stands in for Airflow's state of an asset, which lives behind the triggerer."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    async def aget(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    async def aset(self, key: str, value: Any) -> None:
        self.values[key] = value


async def events(kept: Kept) -> list[Any]:
    """What a new triggerer hears while it looks some times."""
    trigger = import_string(PATH)(seconds=0.1)
    again = import_string(trigger.serialize()[0])(**trigger.serialize()[1])
    again.asset_state_store = kept
    heard: list[Any] = []
    looks = 0
    look, enough = trigger_module._due_now, asyncio.Event()

    def counted() -> tuple[str, int]:
        nonlocal looks
        looks += 1
        if looks > LOOKS:
            loop.call_soon_threadsafe(enough.set)
        return look()

    async def listen() -> None:
        async for event in again.run():
            heard.append(event.payload)  # noqa: PERF401 - it never ends by itself; what was heard must be kept

    loop = asyncio.get_running_loop()
    trigger_module._due_now = counted
    listening = asyncio.create_task(listen())
    await asyncio.wait_for(enough.wait(), timeout=300)
    trigger_module._due_now = look
    listening.cancel()
    return heard


async def main() -> None:
    kept = Kept()
    first, after_restart = await events(kept), await events(kept)
    result = {"first": first, "after_restart": after_restart, "watermark_lost": await events(Kept())}
    Path(sys.argv[1]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
