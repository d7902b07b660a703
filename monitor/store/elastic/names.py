"""Names of indices, aliases and templates.

Articles, passages and vectors grow for ever: they live in generations (`monitor-articles-000002`), and what belongs
to an article lives in its generation. Vectors are parted further by their length (`monitor-vectors-000002-d384`),
which one index cannot mix. Everything else is small: one index (`monitor-findings-000001`) behind an alias, whose
number grows when a migration copies it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from monitor.errors import SettingsInvalid

GROWING = ("articles", "passages", "vectors")
SMALL = (
    "feeds",
    "stories",
    "seeds",
    "positions",
    "verdicts",
    "findings",
    "alerts",
    "attempts",
    "texts",
    "state",
)
KINDS = GROWING + SMALL

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@dataclass(frozen=True, slots=True)
class Names:
    """All names of one store. Raises `SettingsInvalid` for a prefix that Elasticsearch would not take."""

    prefix: str

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise SettingsInvalid(
                f"store.index_prefix: {self.prefix!r} cannot begin the name of an index; "
                "use lower-case letters, digits, - and _, beginning with a letter or digit"
            )

    def alias(self, kind: str) -> str:
        """Everything of a kind, over all generations."""
        return f"{self.prefix}-{kind}"

    def readable(self, kind: str) -> str:
        """What a search names: the alias, or for vectors a pattern, since they may have no index yet."""
        return f"{self.alias(kind)}-*" if kind == "vectors" else self.alias(kind)

    def index(self, kind: str, generation: int = 1) -> str:
        return f"{self.prefix}-{kind}-{generation:06d}"

    def vectors(self, generation: int, length: int) -> str:
        return f"{self.index('vectors', generation)}-d{length}"

    def vectors_of_length(self, length: int) -> str:
        """A pattern over all generations."""
        return f"{self.alias('vectors')}-*-d{length}"

    def template(self, kind: str) -> str:
        return self.alias(kind)

    @staticmethod
    def generation_of(index: str) -> int:
        """The number in an index's name."""
        found = re.search(r"-(\d{6})(?:-d\d+)?$", index)
        assert found is not None, f"{index} is no index of this store"
        return int(found.group(1))


@cache
def mapping(kind: str) -> dict[str, Any]:
    """The mapping of a kind, as it stands in `mappings/`."""
    found: dict[str, Any] = _read(kind)
    return found


@cache
def index_settings() -> dict[str, Any]:
    """Settings that all indices share."""
    found: dict[str, Any] = _read("_settings")
    return found


def _read(name: str) -> Any:
    file = resources.files("monitor.store.elastic") / "mappings" / f"{name}.json"
    return json.loads(file.read_text("utf-8"))
