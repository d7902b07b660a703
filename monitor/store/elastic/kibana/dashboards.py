"""Dashboards: panels on a grid of 48 columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.store.elastic.kibana.ndjson import SavedObject, reference, saved, text
from monitor.store.elastic.kibana.panels import Chart, Panel
from monitor.store.elastic.kibana.views import Search

COLUMNS = 48
OPTIONS = {
    "useMargins": True,
    "syncColors": True,
    "syncCursor": True,
    "syncTooltips": False,
    "hidePanelTitles": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A panel and its cells; rows of the grid are about 20 pixels high."""

    panel: Panel
    x: int
    y: int
    width: int
    height: int


def side_by_side(*panels: Panel, y: int, height: int) -> tuple[Placed, ...]:
    """Panels of one width that fill the row."""
    width = COLUMNS // len(panels)
    return tuple(
        Placed(panel=panel, x=number * width, y=y, width=width, height=height) for number, panel in enumerate(panels)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    id: str
    title: str
    description: str
    panels: Sequence[Placed]
    since: str = "now-7d"

    def build(self, prefix: str) -> SavedObject:
        panels, references = [], []
        for number, placed in enumerate(self.panels, start=1):
            panel, needs = _panel(placed, f"p{number}", prefix)
            panels.append(panel)
            references += needs
        query = {"query": {"query": "", "language": "kuery"}, "filter": []}
        attributes = {
            "title": self.title,
            "description": self.description,
            "timeRestore": True,
            "timeFrom": self.since,
            "timeTo": "now",
            "refreshInterval": {"pause": True, "value": 60_000},
            "kibanaSavedObjectMeta": {"searchSourceJSON": text(query)},
            "optionsJSON": text(OPTIONS),
            "panelsJSON": text(panels),
        }
        return saved("dashboard", f"{prefix}-{self.id}", attributes, references)


def _panel(placed: Placed, index: str, prefix: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    grid = {"x": placed.x, "y": placed.y, "w": placed.width, "h": placed.height, "i": index}
    panel: dict[str, Any] = {"gridData": grid, "panelIndex": index, "title": placed.panel.title}
    match placed.panel:
        case Chart() as chart:
            panel |= {"type": "lens", "embeddableConfig": {"attributes": chart.attributes(prefix), "enhancements": {}}}
            needs = [each | {"name": f"{index}:{each['name']}"} for each in chart.references(prefix)]
        case Search() as search:
            name = f"panel_{index}"
            panel |= {"type": "search", "panelRefName": name, "embeddableConfig": {"enhancements": {}}}
            needs = [reference(f"{index}:{name}", "search", search.id_of(prefix))]
    return panel, needs
