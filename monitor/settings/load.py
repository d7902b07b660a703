"""Put the settings together: defaults, then config/monitor.yaml and config/alerts.yaml, then the environment.

The only reader of the environment: `MONITOR_ROOM__FIELD=value` (`MONITOR_STORE__URL`, `MONITOR_ALERT__SMTP__PASSWORD`);
`NAME_FILE` instead of `NAME` reads the value from a file, as container secrets are handed over.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from monitor.errors import SettingsInvalid
from monitor.settings.model import Settings
from monitor.settings.yaml_lines import Lines, describe_mistakes, read_yaml

PREFIX = "MONITOR_"
NOT_SETTINGS = ("MONITOR_CONFIG", "MONITOR_TEST_")
DEFAULT_FILE = Path("config/monitor.yaml")


def load_settings(path: Path | None = None, *, environment: Mapping[str, str] | None = None) -> Settings:
    """Everything, checked together. Relative paths in a file are relative to the current folder.

    Raises `SettingsInvalid` naming file, line and field (or the variable).
    """
    env = os.environ if environment is None else environment
    if path is None and env.get("MONITOR_CONFIG"):
        path = Path(env["MONITOR_CONFIG"])
    if path is None and DEFAULT_FILE.exists():
        path = DEFAULT_FILE
    data, lines = read_yaml(path) if path else ({}, Lines(None))
    name = str(path or "settings")
    data = {} if data is None else data
    if not isinstance(data, dict):
        raise SettingsInvalid(f"{name}:1: must be a mapping of rooms (store:, fetch:, …) to fields")
    data = {room: fields for room, fields in data.items() if fields is not None}  # a room with comments alone
    variables = _from_environment(env)
    data = _merge(data, variables)
    return _validate(_with_alerts(data), name=name, lines=lines, variables=variables)


def _with_alerts(data: dict[str, Any]) -> dict[str, Any]:
    """Lay config/alerts.yaml below what monitor.yaml and the environment say of `alert`."""
    path = Path(str(data.get("alerts", Settings.model_fields["alerts"].default)))
    if not path.exists():
        return data
    alerts, lines = read_yaml(path)
    if alerts is not None and not isinstance(alerts, dict):
        raise SettingsInvalid(f"{path}:1: must be a mapping such as `recipients: […]`")
    try:
        Settings.model_validate({"alert": alerts or {}})
    except ValidationError as cause:
        raise SettingsInvalid("\n".join(_alert_mistakes(cause, path, lines))) from cause
    return data | {"alert": _merge(alerts or {}, data.get("alert") or {})}


def _alert_mistakes(cause: ValidationError, path: Path, lines: Lines) -> list[str]:
    found = describe_mistakes(cause, name=str(path), lines=Lines(None))
    renamed = []
    for mistake, detail in zip(cause.errors(), found, strict=True):
        field = tuple(p for p in mistake["loc"][1:] if isinstance(p, str | int))
        message = detail.split(": ", 2)[-1]
        renamed.append(f"{path}:{lines.of(field)}: {'.'.join(map(str, field)) or '(document)'}: {message}")
    return renamed


def _validate(data: dict[str, Any], *, name: str, lines: Lines, variables: dict[str, Any]) -> Settings:
    try:
        return Settings.model_validate(data)
    except ValidationError as cause:
        found = describe_mistakes(cause, name=name, lines=lines)
        for index, mistake in enumerate(cause.errors()):
            path = tuple(p for p in mistake["loc"] if isinstance(p, str))
            if _holds(variables, path):
                variable = PREFIX + "__".join(path).upper()
                found[index] = f"{variable} (environment): {found[index].split(': ', 2)[-1]}"
        raise SettingsInvalid("\n".join(found)) from cause


def _holds(tree: Any, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return bool(path)


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name in sorted(env):
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS):
            continue
        path, value = _variable(name, env[name])
        branch = tree
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise SettingsInvalid(f"{name}: collides with another variable; set only one of them")
        branch[path[-1]] = value
    return tree


def _variable(name: str, raw: str) -> tuple[list[str], Any]:
    path = name.removeprefix(PREFIX).lower().split("__")
    if path[-1].endswith("_file") and path[-1] != "ca_file":
        path[-1] = path[-1].removesuffix("_file")
        try:
            raw = Path(raw).read_text(encoding="utf-8").strip()
        except OSError as cause:
            raise SettingsInvalid(f"{name}: the file cannot be read ({cause.strerror})") from cause
        return path, raw
    if raw[:1] in "[{":
        try:
            return path, yaml.safe_load(raw)
        except yaml.YAMLError as cause:
            raise SettingsInvalid(f"{name}: begins like a list or mapping but is none") from cause
    return path, raw


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged
