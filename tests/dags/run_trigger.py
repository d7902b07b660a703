"""Run the trigger over a store whose feeds are all due; write which events came, as JSON. For test_edge.py."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from airflow._shared.module_loading import import_string

PATH = "monitor.airflow.trigger.FeedsDueTrigger"
SECONDS = 4.0


class Kept:
    """Stands in for Airflow's state of an asset, which lives behind the triggerer."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    async def aget(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    async def aset(self, key: str, value: Any) -> None:
        self.values[key] = value


async def events(kept: Kept) -> list[Any]:
    """What a new triggerer hears within some seconds."""
    trigger = import_string(PATH)(seconds=0.2)
    again = import_string(trigger.serialize()[0])(**trigger.serialize()[1])
    again.asset_state_store = kept
    heard: list[Any] = []

    async def listen() -> None:
        async for event in again.run():
            heard.append(event.payload)  # noqa: PERF401 - the time limit ends the loop; what was heard must be kept

    try:
        await asyncio.wait_for(listen(), SECONDS)
    except TimeoutError:
        return heard
    raise AssertionError("a trigger does not end by itself")


async def main() -> None:
    kept = Kept()
    first, after_restart = await events(kept), await events(kept)
    result = {"first": first, "after_restart": after_restart, "watermark_lost": await events(Kept())}
    Path(sys.argv[1]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
