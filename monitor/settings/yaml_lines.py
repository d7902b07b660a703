"""Read YAML that a person wrote, keep the line of every field, and name both when something is wrong.

In: a file. Out: plain data, or a validated pydantic model. Raises the given kind of `SettingsInvalid`
with `FILE:LINE: FIELD: what is wrong`, all mistakes of the file at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from monitor.errors import SettingsInvalid

Model = TypeVar("Model", bound=BaseModel)
FieldPath = tuple[str | int, ...]

MAX_BYTES = 5_000_000
"""A settings or seed file larger than this is a mistake, or hostile."""


class Lines:
    """Where each field of a document stands (first line is 1)."""

    def __init__(self, node: yaml.Node | None) -> None:
        self._lines: dict[FieldPath, int] = {}
        if node is not None:
            self._walk(node, ())

    def of(self, path: FieldPath) -> int:
        """The line of the field, or of the nearest thing around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _walk(self, node: yaml.Node, path: FieldPath) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, str(key.value))
                self._lines[here] = key.start_mark.line + 1
                self._walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*path, index))


def read_yaml(path: Path, *, error: type[SettingsInvalid] = SettingsInvalid) -> tuple[Any, Lines]:
    """The document as plain data, and its lines. Aliases are refused: they can blow up a small file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise error(f"{path}: larger than {MAX_BYTES:,} bytes; is this the right file?")
        text = path.read_text(encoding="utf-8")
    except OSError as cause:
        raise error(f"{path}: cannot be read ({cause.strerror}); check the path") from cause
    except UnicodeDecodeError as cause:
        raise error(f"{path}: is not UTF-8 (byte {cause.start}); save it as UTF-8") from cause
    return parse_yaml(text, name=str(path), error=error)


def parse_yaml(text: str, *, name: str, error: type[SettingsInvalid] = SettingsInvalid) -> tuple[Any, Lines]:
    """As `read_yaml`, from a text."""
    try:
        _refuse_aliases(text, name=name, error=error)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(node, name=name, error=error)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark else 1
        raise error(f"{name}:{line}: not valid YAML: {cause.problem or cause.context}") from cause
    except (yaml.YAMLError, ValueError, RecursionError) as cause:
        raise error(f"{name}:1: not valid YAML: {cause}") from cause
    return data, Lines(node)


def _refuse_aliases(text: str, *, name: str, error: type[SettingsInvalid]) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise error(f"{name}:{line}: YAML aliases (*{event.anchor}) are not allowed; write the value out")


def _refuse_repeated_keys(node: yaml.Node | None, *, name: str, error: type[SettingsInvalid]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise error(f"{name}:{line}: {key.value}: stands twice; keep one")
            seen.add(str(key.value))
            _refuse_repeated_keys(value, name=name, error=error)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated_keys(value, name=name, error=error)


def validate(
    model: type[Model], data: Any, *, name: str, lines: Lines, error: type[SettingsInvalid] = SettingsInvalid
) -> Model:
    """`data` as the model, or one error with every mistake on a line of its own."""
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as cause:
        raise error("\n".join(describe_mistakes(cause, name=name, lines=lines))) from cause


def describe_mistakes(cause: ValidationError, *, name: str, lines: Lines) -> list[str]:
    """`FILE:LINE: FIELD: message` for each mistake pydantic found. Values are left out: they may be secrets."""
    found = []
    for mistake in cause.errors():
        path = tuple(part for part in mistake["loc"] if isinstance(part, str | int))
        dotted = ".".join(str(part) for part in path) or "(document)"
        message = mistake["msg"].removeprefix("Value error, ")
        if mistake["type"] == "extra_forbidden":
            message = "no such field; check the spelling"
        found.append(f"{name}:{lines.of(path)}: {dotted}: {message}")
    return found
