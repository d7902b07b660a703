"""What Kibana asks of saved objects but does not tell: checked over a file as it is imported.

In: lines of JSON and the mappings. Out: a list of broken rules, empty when all is well. The rules come from Kibana's
own schemas and from files that it exported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

TOP_KEYS = {"type", "id", "attributes", "references", "coreMigrationVersion", "typeMigrationVersion"}
VERSIONS = {"index-pattern": "8.0.0", "search": "8.0.0", "dashboard": "8.9.0"}
"""Of the types' shapes, with core version 8.8.0: every Kibana from 8.9 on migrates these."""
JSON_KEYS = {"fieldFormatMap", "runtimeFieldMap", "fieldAttrs", "fields", "sourceFilters"}
PANEL_KEYS = {"type", "gridData", "panelIndex", "embeddableConfig", "title", "panelRefName"}
DASHBOARD_KEYS = {
    "title",
    "description",
    "kibanaSavedObjectMeta",
    "timeRestore",
    "timeFrom",
    "timeTo",
    "refreshInterval",
    "panelsJSON",
    "optionsJSON",
}
SEARCH_KEYS = {
    "title",
    "description",
    "columns",
    "sort",
    "grid",
    "hideChart",
    "isTextBasedQuery",
    "kibanaSavedObjectMeta",
}
OPTIONS = {"useMargins", "syncColors", "syncCursor", "syncTooltips", "hidePanelTitles"}
COLUMN_KEYS = {"label", "dataType", "operationType", "isBucketed", "scale", "sourceField", "params", "customLabel"}
SCALES = {"date_histogram": "interval", "terms": "ordinal"}
PARAMS = {
    "date_histogram": {"interval", "includeEmptyRows", "dropPartials"},
    "terms": {
        "size",
        "orderBy",
        "orderDirection",
        "otherBucket",
        "missingBucket",
        "parentFormat",
        "include",
        "exclude",
        "includeIsRegex",
        "excludeIsRegex",
    },
}
METRIC_PARAMS = {"emptyAsNull"}
NO_QUERY = {"query": {"query": "", "language": "kuery"}, "filter": []}
LAYER_KEYS = {
    "lnsXY": {"layerId", "layerType", "seriesType", "xAccessor", "accessors", "position", "showGridlines"},
    "lnsPie": {
        "layerId",
        "layerType",
        "primaryGroups",
        "metrics",
        "numberDisplay",
        "categoryDisplay",
        "legendDisplay",
        "nestedLegend",
    },
    "lnsDatatable": {"layerId", "layerType", "columns"},
    "lnsMetric": {"layerId", "layerType", "metricAccessor"},
}
"""What Kibana must find in a layer to draw it, by visualization."""
XY_KEYS = {
    "legend",
    "valueLabels",
    "fittingFunction",
    "preferredSeriesType",
    "axisTitlesVisibilitySettings",
    "tickLabelsVisibilitySettings",
    "gridlinesVisibilitySettings",
    "layers",
}
WIDTH = 48
NUMBERS = {"integer", "long", "double"}
FITTING = {
    "date_histogram": {"date"},
    "terms": {"keyword", "boolean"},
    "unique_count": {"keyword"},
    "sum": NUMBERS,
    "average": NUMBERS,
    "max": NUMBERS | {"date"},
    "min": NUMBERS | {"date"},
}

Objects = list[dict[str, Any]]
Fields = Mapping[str, Mapping[str, str]]
"""Type of each field, by index."""


def broken_rules(ndjson: str, fields: Fields) -> list[str]:
    """One line per rule that is broken, naming the object."""
    objects = [json.loads(line) for line in ndjson.splitlines()]
    known = {(each["type"], each["id"]) for each in objects}
    problems = [] if len(known) == len(objects) else ["type and id are not unique"]
    for each in objects:
        problems += [f"{each['type']} {each['id']}: {problem}" for problem in _of_object(each, known, fields)]
    return problems


def field_types(mappings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Dotted names with their types, sub-fields included, by index."""
    return {index: dict(_flat(mapping["properties"], "")) for index, mapping in mappings.items()}


def _flat(properties: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in properties.items():
        if "properties" in field:
            yield from _flat(field["properties"], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field["type"]
        for sub, inner in field.get("fields", {}).items():
            yield f"{prefix}{name}.{sub}", inner["type"]


def _of_object(found: dict[str, Any], known: set[tuple[str, str]], fields: Fields) -> Iterator[str]:
    if set(found) != TOP_KEYS:
        yield f"keys {sorted(found)}"
    if (found["coreMigrationVersion"], found["typeMigrationVersion"]) != ("8.8.0", VERSIONS.get(found["type"])):
        yield f"versions {found['coreMigrationVersion']}, {found['typeMigrationVersion']}"
    for each in found["references"]:
        if (each["type"], each["id"]) not in known:
            yield f"reference {each['name']} leads nowhere"
    for key, value in found["attributes"].items():
        if key.endswith("JSON") or key in JSON_KEYS:
            if not isinstance(value, str):
                yield f"{key} is no text"
            json.loads(value)
    match found["type"]:
        case "index-pattern":
            yield from _of_view(found["attributes"], fields)
        case "search":
            yield from _of_search(found, fields)
        case "dashboard":
            yield from _of_dashboard(found, fields)
        case kind:
            yield f"type {kind} is not expected"


def _of_view(attributes: Mapping[str, Any], fields: Fields) -> Iterator[str]:
    known = fields.get(attributes["title"], {})
    if known.get(attributes["timeFieldName"]) != "date":
        yield f"time field {attributes['timeFieldName']} is no date of {attributes['title']}"
    for name in json.loads(attributes["fieldFormatMap"]):
        if name not in known:
            yield f"format for {name}, which {attributes['title']} does not have"


def _of_search(found: dict[str, Any], fields: Fields) -> Iterator[str]:
    attributes = found["attributes"]
    if not set(attributes) <= SEARCH_KEYS:
        yield f"attributes {sorted(set(attributes) - SEARCH_KEYS)}"
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    views = {each["name"]: each["id"] for each in found["references"]}
    known = fields.get(views.get(source["indexRefName"], ""), {})
    used = [*attributes["columns"], *(name for name, _ in attributes["sort"]), *_in_query(source["query"]["query"])]
    yield from (f"field {name} is not mapped" for name in used if name not in known)


def _in_query(kql: str) -> list[str]:
    return re.findall(r"([\w.]+)\s*:", kql)


def _of_dashboard(found: dict[str, Any], fields: Fields) -> Iterator[str]:
    attributes = found["attributes"]
    if set(attributes) != DASHBOARD_KEYS:
        yield f"attributes {sorted(set(attributes) ^ DASHBOARD_KEYS)}"
    if set(json.loads(attributes["optionsJSON"])) != OPTIONS:
        yield "optionsJSON"
    if json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]) != NO_QUERY:
        yield "searchSourceJSON"
    panels = json.loads(attributes["panelsJSON"])
    if len({panel["panelIndex"] for panel in panels}) != len(panels):
        yield "panelIndex is not unique"
    for one, other in combinations(panels, 2):
        if _overlap(one["gridData"], other["gridData"]):
            yield f"panels {one['panelIndex']} and {other['panelIndex']} overlap"
    names = {each["name"]: each for each in found["references"]}
    for panel in panels:
        yield from (f"{panel['panelIndex']} {problem}" for problem in _of_panel(panel, names, fields))
    prefixes = tuple(f"{panel['panelIndex']}:" for panel in panels)
    yield from (f"reference {name} belongs to no panel" for name in names if not name.startswith(prefixes))


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not (beside or above)


def _of_panel(panel: dict[str, Any], names: Mapping[str, dict[str, str]], fields: Fields) -> Iterator[str]:
    grid, index = panel["gridData"], panel["panelIndex"]
    if not set(panel) <= PANEL_KEYS or not isinstance(panel.get("embeddableConfig"), dict):
        yield f"keys {sorted(panel)}"
    if grid["i"] != index or set(grid) != {"x", "y", "w", "h", "i"} or grid["x"] + grid["w"] > WIDTH:
        yield f"grid {grid}"
    if "panelRefName" in panel:
        wanted = f"{index}:panel_{index}"
        if panel["panelRefName"] != f"panel_{index}" or names.get(wanted, {}).get("type") != panel["type"]:
            yield f"reference {wanted} is missing"
        if panel["embeddableConfig"] != {"enhancements": {}}:
            yield f"embeddableConfig {panel['embeddableConfig']}"
        return
    lens = panel["embeddableConfig"]["attributes"]
    if set(lens) != {"title", "visualizationType", "type", "references", "state"} or lens["type"] != "lens":
        yield f"lens attributes {sorted(lens)}"
    for each in lens["references"]:
        if names.get(f"{index}:{each['name']}", {}).get("id") != each["id"]:
            yield f"inner reference {each['name']} is not repeated on the dashboard"
    yield from _of_lens(lens, fields)


def _of_lens(lens: Mapping[str, Any], fields: Fields) -> Iterator[str]:
    state = lens["state"]
    views = {each["name"]: each["id"] for each in lens["references"]}
    for key, empty in (("internalReferences", []), ("adHocDataViews", {}), ("filters", [])):
        if state.get(key) != empty:
            yield f"state.{key}"
    ids: set[str] = set()
    layers = state["datasourceStates"]["formBased"]["layers"]
    for layer_id, layer in layers.items():
        view = views.get(f"indexpattern-datasource-layer-{layer_id}", "")
        known = fields.get(view, {})
        if not known:
            yield f"layer {layer_id} has no data view"
        yield from _of_layer(layer, known)
        yield from (f"field {name} is not mapped" for name in _in_query(state["query"]["query"]) if name not in known)
        ids |= set(layer["columns"])
    yield from _of_drawing(lens["visualizationType"], state["visualization"], set(layers))
    used = set(_accessors(lens["visualizationType"], state["visualization"]))
    if used != ids:
        yield f"columns {sorted(ids)} and accessors {sorted(used)} differ"


def _of_drawing(kind: str, drawing: Mapping[str, Any], layer_ids: set[str]) -> Iterator[str]:
    if kind == "lnsXY" and not (set(drawing) >= XY_KEYS and set(drawing["legend"]) >= {"isVisible", "position"}):
        yield f"visualization {sorted(drawing)}"
    for layer in drawing.get("layers", [drawing]):
        if missing := LAYER_KEYS[kind] - set(layer):
            yield f"visualization's layer lacks {sorted(missing)}"
        elif layer["layerType"] != "data" or layer["layerId"] not in layer_ids:
            yield f"visualization's layer {layer['layerId']} of type {layer['layerType']}"


def _of_layer(layer: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    columns, order = layer["columns"], layer["columnOrder"]
    if set(order) != set(columns) or layer["incompleteColumns"] != {} or layer["sampling"] != 1:
        yield "columnOrder"
    bucketed = [columns[each]["isBucketed"] for each in order]
    if bucketed != sorted(bucketed, reverse=True):
        yield "buckets do not come first"
    for id_, column in columns.items():
        yield from (f"column {id_}: {problem}" for problem in _of_column(column, columns, known))


def _of_column(column: Mapping[str, Any], columns: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    operation, name = column["operationType"], column["sourceField"]
    if set(column) != COLUMN_KEYS:
        yield f"keys {sorted(column)}"
    if missing := PARAMS.get(operation, METRIC_PARAMS) - set(column["params"]):
        yield f"params lack {sorted(missing)}"
    if column["scale"] != SCALES.get(operation, "ratio"):
        yield f"scale {column['scale']}"
    if operation == "count":
        if name != "___records___":
            yield f"counts {name}"
    elif known.get(name) not in FITTING.get(operation, set()):
        yield f"{operation} of {name}, which is {known.get(name, 'not mapped')}"
    if known.get(name) == "date" and column["dataType"] != "date":
        yield f"dataType {column['dataType']} of a date"
    if operation == "terms" and column["params"]["orderBy"]["columnId"] not in columns:
        yield "is ordered by a column that is not there"
    if operation not in {"count", *FITTING}:
        yield f"operation {operation} is not expected"


def _accessors(kind: str, state: Mapping[str, Any]) -> Iterator[str]:
    match kind:
        case "lnsXY":
            for layer in state["layers"]:
                yield from (layer["xAccessor"], *layer["accessors"])
                if "splitAccessor" in layer:
                    yield layer["splitAccessor"]
        case "lnsPie":
            for layer in state["layers"]:
                yield from (*layer["primaryGroups"], *layer["metrics"])
        case "lnsDatatable":
            yield from (column["columnId"] for column in state["columns"])
        case "lnsMetric":
            yield state["metricAccessor"]
        case _:
            raise AssertionError(f"visualization {kind} is not expected")
