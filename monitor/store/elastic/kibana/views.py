"""Data views and saved searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.store.elastic.kibana.ndjson import SavedObject, reference, saved, text

SEARCH_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view over one kind of document."""

    kind: str
    name: str
    time_field: str
    links: tuple[str, ...] = ()
    """Fields that are shown as clickable addresses."""

    def id_of(self, prefix: str) -> str:
        """The alias's name: links in mails use it too."""
        return f"{prefix}-{self.kind}"

    def build(self, prefix: str) -> SavedObject:
        link = {"id": "url", "params": {"type": "a", "openLinkInCurrentTab": False}}
        attributes = {
            "title": self.id_of(prefix),
            "name": self.name,
            "timeFieldName": self.time_field,
            "fields": "[]",
            "fieldAttrs": "{}",
            "fieldFormatMap": text(dict.fromkeys(self.links, link)),
            "runtimeFieldMap": "{}",
            "sourceFilters": "[]",
        }
        return saved("index-pattern", self.id_of(prefix), attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A list in Discover. `query` is in Kibana's query language."""

    id: str
    title: str
    view: View
    columns: Sequence[str]
    sort: tuple[str, str]
    query: str = ""

    def id_of(self, prefix: str) -> str:
        return f"{prefix}-{self.id}"

    def build(self, prefix: str) -> SavedObject:
        source = {"query": {"query": self.query, "language": "kuery"}, "filter": [], "indexRefName": SEARCH_INDEX}
        attributes = {
            "title": self.title,
            "description": "",
            "columns": list(self.columns),
            "sort": [list(self.sort)],
            "grid": {},
            "hideChart": True,
            "isTextBasedQuery": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": text(source)},
        }
        needs = [reference(SEARCH_INDEX, "index-pattern", self.view.id_of(prefix))]
        return saved("search", self.id_of(prefix), attributes, needs)
