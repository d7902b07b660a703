"""Score with a cross-encoder in ONNX Runtime: the offline default, no torch at run time.

In: a folder with model.onnx, tokenizer.json and config.json (training/judge/export.py writes it). Out: logits.
Only the premise is ever cut: a statement without its end is another statement.
A model that multiplies in eight bits has exact.onnx beside it, the same numbers in fp32, and probe.onnx, which tells
whether this processor's 8-bit products are exact (x86 without VNNI cuts their sums at 16 bits).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from monitor.errors import SettingsInvalid
from monitor.judge.stance import Logits, batches_by_length, label_columns
from monitor.memory import return_freed_memory

FILES = ("model.onnx", "tokenizer.json", "config.json")


class OnnxStance:
    """Loads at construction (about a second). Deterministic: one session, fixed threads, no randomness."""

    is_model = True

    def __init__(self, folder: Path, *, batch_size: int = 16, max_tokens: int = 128, threads: int = 0) -> None:
        check_folder(folder)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._columns = label_columns(config.get("id2label", {}), source=str(folder / "config.json"))
        self._tokenizer = _load_tokenizer(folder, max_tokens=max_tokens)
        self._pad_id = int(config.get("pad_token_id") or 0)
        self._session = _open_session(choose_graph(folder), threads=threads)
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._batch_size = batch_size
        self.name = f"{config.get('_name_or_path') or folder.name}@{config.get('revision') or 'local'}"

    def score(self, pairs: Sequence[tuple[str, str]]) -> Logits:
        logits = np.zeros((len(pairs), len(self._columns)), dtype=np.float64)
        if not pairs:
            return logits
        encoded = self._tokenizer.encode_batch(list(pairs))
        for part in batches_by_length([len(one.ids) for one in encoded], batch_size=self._batch_size):
            logits[part] = self._run([encoded[i] for i in part])[:, self._columns]
        return logits

    def _run(self, encoded: list[Any]) -> Logits:
        width = max(len(one.ids) for one in encoded)
        ids = np.full((len(encoded), width), self._pad_id, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, one in enumerate(encoded):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
            types[row, : len(one.ids)] = one.type_ids
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        (out,) = self._session.run(["logits"], {name: feeds[name] for name in self._inputs})
        return np.asarray(out, dtype=np.float64)


def check_folder(folder: Path) -> None:
    """Raise, naming the first missing file and what to do."""
    for name in FILES:
        if not (folder / name).is_file():
            raise SettingsInvalid(
                f"{folder / name} is missing: no judging model there. Leave judge.model empty for the one that "
                "ships, set it to a folder that has these files, or judge.kind to lexical."
            )


def choose_graph(folder: Path) -> Path:
    """model.onnx, or exact.onnx where it is there and needed."""
    exact, probe = folder / "exact.onnx", folder / "probe.onnx"
    if not (exact.is_file() and probe.is_file()):
        return folder / "model.onnx"
    session = _open_session(probe, threads=1)
    largest = np.full((1, session.get_inputs()[0].shape[1]), 255, np.uint8)
    (found,) = session.run(["probe"], {"x": largest})
    is_exact = bool((found == largest.sum(dtype=np.int64) * 127).all())
    return folder / "model.onnx" if is_exact else exact


def _load_tokenizer(folder: Path, *, max_tokens: int) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 - likewise

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens, strategy="only_first")
    return tokenizer


def _open_session(path: Path, *, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # a spinning thread starves its neighbours
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # packed weights are unfolded once, at loading, instead of at every call
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return_freed_memory()  # of reading the file and unfolding the weights
    return session
