"""Panels of a dashboard: Lens charts by value, and saved searches by reference.

Kibana draws nothing, and says nothing, where a column or an axis lacks a field of its state; what stands here is
what its own exports hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from monitor.store.elastic.kibana.ndjson import reference
from monitor.store.elastic.kibana.views import Search, View

RECORDS = "___records___"
LAYER = "layer"
LAYER_REFERENCE = f"indexpattern-datasource-layer-{LAYER}"

Column = dict[str, Any]


def by_time(field_name: str, label: str = "Time") -> Column:
    """A bucket per interval of time."""
    params = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
    return _bucket("date_histogram", field_name, label, data_type="date", scale="interval", params=params)


def by_value(field_name: str, label: str, *, size: int = 10, data_type: str = "string") -> Column:
    """A bucket per value, the most frequent first."""
    params = {
        "size": size,
        "orderBy": {"type": "column", "columnId": "m0"},
        "orderDirection": "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
        "include": [],
        "exclude": [],
        "includeIsRegex": False,
        "excludeIsRegex": False,
    }
    return _bucket("terms", field_name, label, data_type=data_type, scale="ordinal", params=params)


def count(label: str = "Count") -> Column:
    return _metric("count", RECORDS, label, data_type="number", params={"emptyAsNull": False})


def distinct(field_name: str, label: str) -> Column:
    """How many different values there are."""
    return _metric("unique_count", field_name, label, data_type="number", params={"emptyAsNull": False})


def of_field(operation: Literal["sum", "average", "max", "min"], field_name: str, label: str) -> Column:
    return _metric(operation, field_name, label, data_type="number", params={"emptyAsNull": False})


def of_time(operation: Literal["max", "min"], field_name: str, label: str) -> Column:
    """The latest or earliest moment."""
    return _metric(operation, field_name, label, data_type="date", params={"emptyAsNull": False})


def _bucket(
    operation: str, field_name: str, label: str, *, data_type: str, scale: str, params: Mapping[str, Any]
) -> Column:
    return {
        "label": label,
        "customLabel": True,
        "dataType": data_type,
        "operationType": operation,
        "isBucketed": True,
        "scale": scale,
        "sourceField": field_name,
        "params": dict(params),
    }


def _metric(operation: str, field_name: str, label: str, *, data_type: str, params: Mapping[str, Any]) -> Column:
    return {
        "label": label,
        "customLabel": True,
        "dataType": data_type,
        "operationType": operation,
        "isBucketed": False,
        "scale": "ratio",
        "sourceField": field_name,
        "params": dict(params),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A Lens visualization. Buckets get the ids b0, b1, …, metrics m0, m1, …; terms are ordered by m0."""

    shape: Literal["bars", "lines", "table", "number", "pie"]
    title: str
    view: View
    buckets: Sequence[Column] = ()
    metrics: Sequence[Column] = field(default_factory=lambda: (count(),))
    query: str = ""

    def attributes(self, prefix: str) -> dict[str, Any]:
        """As a dashboard's panel carries it."""
        columns = {f"b{number}": column for number, column in enumerate(self.buckets)}
        columns |= {f"m{number}": column for number, column in enumerate(self.metrics)}
        kind, visualization = self._visualization(list(columns))
        layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1}
        return {
            "title": self.title,
            "visualizationType": kind,
            "type": "lens",
            "references": self.references(prefix),
            "state": {
                "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
                "visualization": visualization,
                "query": {"query": self.query, "language": "kuery"},
                "filters": [],
                "internalReferences": [],
                "adHocDataViews": {},
            },
        }

    def references(self, prefix: str) -> list[dict[str, str]]:
        return [reference(LAYER_REFERENCE, "index-pattern", self.view.id_of(prefix))]

    def _visualization(self, ids: Sequence[str]) -> tuple[str, dict[str, Any]]:
        buckets = [each for each in ids if each.startswith("b")]
        metrics = [each for each in ids if each.startswith("m")]
        match self.shape:
            case "bars" | "lines":
                return "lnsXY", _xy("bar_stacked" if self.shape == "bars" else "line", buckets, metrics)
            case "table":
                columns = [{"columnId": each, "isTransposed": False} for each in ids]
                return "lnsDatatable", {"layerId": LAYER, "layerType": "data", "columns": columns}
            case "number":
                return "lnsMetric", {"layerId": LAYER, "layerType": "data", "metricAccessor": metrics[0]}
            case "pie":
                return "lnsPie", {"shape": "donut", "layers": [_pie(buckets, metrics)]}


def _xy(series: str, buckets: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
    layer = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "xAccessor": buckets[0],
        "accessors": list(metrics),
        "position": "top",
        "showGridlines": False,
    }
    if len(buckets) > 1:
        layer["splitAccessor"] = buckets[1]
    shown = {"x": True, "yLeft": True, "yRight": True}
    return {
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "preferredSeriesType": series,
        "axisTitlesVisibilitySettings": shown,
        "tickLabelsVisibilitySettings": shown,
        "gridlinesVisibilitySettings": shown,
        "layers": [layer],
    }


def _pie(buckets: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
    return {
        "layerId": LAYER,
        "layerType": "data",
        "primaryGroups": list(buckets),
        "metrics": list(metrics),
        "numberDisplay": "value",
        "categoryDisplay": "default",
        "legendDisplay": "default",
        "nestedLegend": False,
    }


Panel = Chart | Search
