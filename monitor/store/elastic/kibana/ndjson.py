"""Saved objects as lines of JSON, as Kibana imports and exports them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

SavedObject = dict[str, Any]

CORE_VERSION = "8.8.0"
TYPE_VERSIONS = {"index-pattern": "8.0.0", "search": "8.0.0", "dashboard": "8.9.0"}
"""The versions of Kibana's object types whose shape is written here; later versions migrate them upward."""


def saved(
    kind: str, id_: str, attributes: Mapping[str, Any], references: Iterable[Mapping[str, str]] = ()
) -> SavedObject:
    """One saved object. `references` are what it cannot be without."""
    return {
        "type": kind,
        "id": id_,
        "attributes": dict(attributes),
        "references": [dict(each) for each in references],
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": TYPE_VERSIONS[kind],
    }


def reference(name: str, kind: str, id_: str) -> dict[str, str]:
    return {"name": name, "type": kind, "id": id_}


def text(value: object) -> str:
    """Kibana keeps JSON inside JSON as text; sorted, so that the same description gives the same file."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_ndjson(objects: Iterable[SavedObject]) -> str:
    """One object a line, always in the same order of keys."""
    return "".join(text(each) + "\n" for each in objects)
