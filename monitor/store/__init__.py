"""Keep everything between two runs: feeds' states, articles, vectors, stories, verdicts, findings and the outbox.

In: values of `monitor.models`. Out: the same values, and what is pending.
Never: decides anything, fetches anything, sends anything. The contract stands in `base.py`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import SettingsInvalid
from monitor.settings import StoreSettings
from monitor.store.base import Store

if TYPE_CHECKING:
    from monitor.store.sqlite.store import SqliteStore

__all__ = ["make_store"]


def make_store(settings: StoreSettings) -> Store:
    """The store of `settings.url`; opens nothing yet: `prepare` does. Raises `SettingsInvalid`."""
    scheme, _, rest = settings.url.partition(":")
    match scheme, rest:
        case "sqlite", ":memory:":
            return _sqlite().in_memory()
        case "sqlite", path if path.strip() and "\0" not in path:
            return _sqlite().in_file(Path(path).expanduser())
        case (("http" | "https"), _):
            return _make_elastic(settings)
    raise SettingsInvalid(
        f"store.url: {settings.url!r} names no store; write sqlite:PATH, sqlite::memory: or http(s)://HOST:PORT"
    )


def _sqlite() -> type[SqliteStore]:
    from monitor.store.sqlite.store import SqliteStore  # noqa: PLC0415 - only what is used is loaded

    return SqliteStore


def _make_elastic(settings: StoreSettings) -> Store:
    try:
        elastic = import_module("monitor.store.elastic")
    except ImportError as error:
        raise SettingsInvalid(
            f"store.url: {settings.url!r} needs the Elasticsearch adapter, which is not installed ({error}); "
            "install news-monitor[elastic] or choose sqlite:PATH"
        ) from error
    made: Store = elastic.make_elastic_store(settings)
    return made
