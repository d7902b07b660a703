"""Vectors by a sentence-transformers model, on this machine.

Texts are encoded in order of length, so that a batch holds little padding. The model is loaded with the first text;
`model` and `dim` are read from its files, so a run with nothing new loads no torch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from monitor.embed.folder import find_folder, name_of, read_dim
from monitor.errors import SettingsInvalid
from monitor.models import Vector
from monitor.settings.model import EmbedSettings

MAX_CHARS_PER_TOKEN = 20
"""Texts are cut before the tokenizer sees them; no token of prose is longer on average."""

_log = logging.getLogger(__name__)


class SentenceTransformersEmbedder:
    """Keeps the promises of `Embedder`. Raises `SettingsInvalid` when the model is not there or cannot be loaded."""

    def __init__(self, settings: EmbedSettings) -> None:
        self._settings = settings
        self._folder = find_folder(settings)
        self._loading = threading.Lock()

    @cached_property
    def model(self) -> str:
        return name_of(self._settings, self._folder)

    @cached_property
    def dim(self) -> int:
        return read_dim(self._folder)

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        limit = self._settings.max_tokens * MAX_CHARS_PER_TOKEN
        ready = [_readable(text[:limit]) for text in texts]
        with self._loading:
            network = self._network
        vectors = network.encode(
            ready,  # sentence-transformers sorts by length itself, and gives the order back
            batch_size=self._settings.batch_size,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return unit_rows(np.asarray(vectors, dtype=np.float32))

    @cached_property
    def _network(self) -> Any:
        import torch  # seconds and hundreds of megabytes: only with the first text
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # standard error is for our own log
        if self._settings.threads:
            torch.set_num_threads(self._settings.threads)
        _log.info("loading the embedding model", extra={"model": self.model})
        try:
            network = SentenceTransformer(str(self._folder), device=self._settings.device, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise SettingsInvalid(
                f"embed.model: {self._settings.model!r} cannot be loaded from {self._folder} on device "
                f"{self._settings.device!r}: {type(error).__name__}: {error}. Check the folder, or embed.device."
            ) from error
        longest = network.max_seq_length or self._settings.max_tokens
        network.max_seq_length = min(longest, self._settings.max_tokens)
        return network


def _readable(text: str) -> str:
    """Something for the tokenizer: it refuses lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8") or " "


def unit_rows(vectors: Vector) -> Vector:
    """Unit rows, whatever the network gave: a row that is not finite or null becomes the first axis."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    broken = ~np.isfinite(norms[:, 0]) | (norms[:, 0] == 0)
    if broken.any():
        _log.warning("the embedding model gave vectors without length", extra={"count": int(broken.sum())})
        vectors[broken] = 0
        vectors[broken, 0] = 1
        norms[broken] = 1
    return np.asarray(vectors / norms, dtype=np.float32)
