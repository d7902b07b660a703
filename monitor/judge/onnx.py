"""Score with a cross-encoder in ONNX Runtime: the offline default, no torch at run time.

In: a folder with model.onnx, tokenizer.json and config.json (training/judge/export.py writes it). Out: readings.
Only the premise is ever cut: a statement without its end is another statement.
A model that multiplies in eight bits has exact.onnx beside it, the same numbers in fp32, and probe.onnx, which tells
whether this processor's 8-bit products are exact (x86 without VNNI cuts their sums at 16 bits).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np

from monitor.errors import SettingsInvalid
from monitor.judge.six_bits import unpack_six_bits
from monitor.judge.stance import ORDER, Heard, Logits, Reading, batches_by_length, label_columns
from monitor.memory import return_freed_memory

EXACT, WEIGHTS, PACKED = "exact.onnx", "weights.bin", "packed.npz"
PROBE = "probe.onnx"
LONGEST_NAME_TOKENS = 24
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
        self._session = _open_session(choose_graph(folder), threads=threads, weights=_unpack(folder))
        return_freed_memory()  # of reading the files and unfolding the weights
        self._inputs = {one.name for one in self._session.get_inputs()}
        given = {one.name for one in self._session.get_outputs()}
        self._outputs = ["logits", *(["spans"] if "spans" in given else [])]
        self._batch_size = batch_size
        self.name = f"{config.get('_name_or_path') or folder.name}@{config.get('revision') or 'local'}"

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        encoded = self._tokenizer.encode_batch(list(pairs))
        found: dict[int, Reading] = {}
        for part in batches_by_length([len(one.ids) for one in encoded], batch_size=self._batch_size):
            logits, spans = self._run([encoded[i] for i in part])
            for row, i in enumerate(part):
                labels, hints = np.split(logits[row, self._columns], [len(ORDER)])
                heard = None if spans is None else hear_speaker(encoded[i], pairs[i][0], spans[row])
                found[i] = Reading(logits=labels, hints=hints, heard=heard)
        return [found[i] for i in range(len(pairs))]

    def _run(self, encoded: list[Any]) -> tuple[Logits, Logits | None]:
        """Logits `(n, columns)`, and `(n, length, 2)` of a name's first and last token where the model gives them."""
        width = max(len(one.ids) for one in encoded)
        ids = np.full((len(encoded), width), self._pad_id, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, one in enumerate(encoded):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
            types[row, : len(one.ids)] = one.type_ids
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        out = self._session.run(self._outputs, {name: feeds[name] for name in self._inputs})
        logits, *spans = [np.asarray(values, dtype=np.float64) for values in out]
        return logits, spans[0] if spans else None


def hear_speaker(encoded: Any, premise: str, spans: Logits) -> Heard:
    """The likeliest name in the premise, or nobody, which the first token stands for.

    `spans` `(length, 2)` are logits of the first and the last token of the name.
    """
    inside = np.asarray(encoded.sequence_ids[: len(encoded.ids)]) == 0  # None outside of both texts
    places = np.flatnonzero(inside)
    open_to = np.append(0, places)
    first, last = (_log_softmax(spans[open_to, column]) for column in (0, 1))
    begins, ends = first[1:, None] + last[None, 1:], np.arange(len(places))
    length = ends[None, :] - ends[:, None]
    begins = np.where((length >= 0) & (length < LONGEST_NAME_TOKENS), begins, -np.inf)
    nobody = float(first[0] + last[0])
    if not len(places) or nobody >= begins.max():
        return Heard("", float(np.exp(nobody)))
    a, b = np.unravel_index(int(begins.argmax()), begins.shape)
    start, end = encoded.offsets[places[a]][0], encoded.offsets[places[b]][1]
    name = premise[start:end]
    # "Says Dahl\nDahl" is the end of a title and the begin of a text
    return Heard(name, 0.0 if "\n" in name else float(np.exp(begins[a, b])))


def _log_softmax(values: Logits) -> Logits:
    shifted = values - values.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def check_folder(folder: Path) -> None:
    """Raise, naming the first missing file and what to do."""
    packed = (WEIGHTS, PACKED) if (folder / EXACT).is_file() else ()
    for name in (*FILES, *packed):
        if not (folder / name).is_file():
            raise SettingsInvalid(
                f"{folder / name} is missing: no judging model there. Leave judge.model empty for the one that "
                "ships, set it to a folder that has these files, or judge.kind to lexical."
            )


def choose_graph(folder: Path) -> Path:
    """model.onnx, or exact.onnx where it is there and needed."""
    exact, probe = folder / EXACT, folder / PROBE
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


def _unpack(folder: Path) -> dict[str, Any]:
    """Weights that are stored in six bits, in eight, as the runtime takes them."""
    import onnxruntime

    path = folder / PACKED
    if not path.is_file():
        return {}
    try:
        with np.load(path) as stored:
            return {name: onnxruntime.OrtValue.ortvalue_from_numpy(unpack_six_bits(stored[name])) for name in stored}
    except (ValueError, OSError, IndexError, BadZipFile) as error:
        raise SettingsInvalid(f"{path}: damaged ({error}). Put the folder's files there anew.") from error


def _open_session(path: Path, *, threads: int, weights: Mapping[str, Any] = MappingProxyType({})) -> Any:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # a spinning thread starves its neighbours
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # nothing is quantised behind our back
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3
    if weights:
        options.add_external_initializers(list(weights), list(weights.values()))
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (
        state.Fail,
        state.InvalidProtobuf,
        state.InvalidGraph,
        state.InvalidArgument,
        state.RuntimeException,
    ) as error:
        raise SettingsInvalid(
            f"{path}: no model that can be run ({error}). Put the folder's files there anew."
        ) from error
