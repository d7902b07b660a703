"""Turn a torch checkpoint into the folder that the judge loads: int8 ONNX, tokenizer, config.

    python -m training.judge.export --checkpoint runs/last --out monitor/judge/model --check pairs.jsonl

Weights are kept as int8 for each output channel; activations stay fp32. The report says how far the probabilities
moved and how often the best label changed: thresholds are fitted on the exported files, never on torch's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

log = logging.getLogger("export")
SMALLEST_QUANTISED = 100_000
"""Weights in smaller matrices are left as they are: they cost next to nothing."""
LAST_AXIS = "last_axis"
KEPT = ("id2label", "label2id", "num_hidden_layers", "hidden_size", "model_type", "pad_token_id", "vocab_size")


def export_fp32(checkpoint: Path, out: Path, *, opset: int) -> Any:
    """Write the fp32 graph with free batch and length; give back the torch model."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(checkpoint, attn_implementation="eager").eval()
    model.requires_grad_(requires_grad=False)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    sample = tokenizer(["one two three", "four"], ["five six", "seven eight nine"], padding=True, return_tensors="pt")
    axes = {0: "batch", 1: "length"}

    class Head(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).logits

    torch.onnx.export(
        Head().eval(),
        (sample["input_ids"], sample["attention_mask"]),
        str(out),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}},
        opset_version=opset,
        dynamo=False,  # the dynamo exporter fixes the length of mpnet's relative position table (torch 2.15)
    )
    return model


def quantise(source: Path, out: Path) -> None:
    """Keep every large weight as int8 with a scale for each output (or each word); compute stays fp32.

    Words are looked up as int8 and scaled then, so that the table of all words is never held in fp32 (94 MB).

    Quantised activations would take their scale from the whole batch: a pair's verdict then hung on its neighbours
    (single probabilities moved by up to .5), and without VNNI they bring no speed. The runtime folds the weights back
    at loading (`session.disable_quant_qdq`), so this is about the size of the file alone.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    kept, nodes = [], []
    looked_up = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    axis_of = dict.fromkeys(looked_up, 0)
    axis_of |= {node.input[1]: 1 for node in graph.node if node.op_type == "MatMul"}
    axis_of |= {node.input[1]: 0 for node in graph.node if node.op_type == "Gemm"}
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        axis = axis_of.get(tensor.name)
        if axis is None or values.ndim != 2 or values.size < SMALLEST_QUANTISED:
            kept.append(tensor)
            continue
        scale = np.abs(values).max(axis=1 - axis) / 127.0 + 1e-12
        whole = np.rint(values / (scale[:, None] if axis == 0 else scale[None, :])).astype(np.int8)
        parts = {"int8": whole, "scale": scale.astype(np.float32)}
        if tensor.name not in looked_up:
            parts["zero"] = np.zeros(len(scale), dtype=np.int8)
            inputs = [f"{tensor.name}_{part}" for part in parts]
            nodes.append(helper.make_node("DequantizeLinear", inputs, [tensor.name], axis=axis))
        kept += [numpy_helper.from_array(part, f"{tensor.name}_{name}") for name, part in parts.items()]
    kept.append(numpy_helper.from_array(np.array([-1], np.int64), LAST_AXIS))
    names = {tensor.name for tensor in kept}
    for node in graph.node:
        is_quantised = node.op_type == "Gather" and f"{node.input[0]}_int8" in names
        nodes += _look_up(node, helper) if is_quantised else [node]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(out))


def _look_up(node: Any, helper: Any) -> list[Any]:
    """Instead of a Gather from the table in fp32: rows of the int8 table, times their scales."""
    table, places, out = node.input[0], node.input[1], node.output[0]
    return [
        helper.make_node("Gather", [f"{table}_int8", places], [f"{out}_int8"], axis=0),
        helper.make_node("Cast", [f"{out}_int8"], [f"{out}_whole"], to=1),
        helper.make_node("Gather", [f"{table}_scale", places], [f"{out}_scale"], axis=0),
        helper.make_node("Unsqueeze", [f"{out}_scale", LAST_AXIS], [f"{out}_column"]),
        helper.make_node("Mul", [f"{out}_whole", f"{out}_column"], [out]),
    ]


def write_side_files(checkpoint: Path, out: Path, *, name: str) -> None:
    """tokenizer.json as it is; of config.json what the judge reads, with a revision computed from the weights."""
    shutil.copy(checkpoint / "tokenizer.json", out / "tokenizer.json")
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    kept = {key: config[key] for key in KEPT if key in config}
    kept["_name_or_path"] = name
    kept["revision"] = hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest()[:12]
    (out / "config.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def compare(model: Any, checkpoint: Path, out: Path, pairs: list[tuple[str, str]]) -> dict[str, float]:
    """How far int8 lies from torch: over softmax probabilities and best labels."""
    import torch
    from transformers import AutoTokenizer

    from monitor.judge.onnx import OnnxStance
    from monitor.judge.stance import label_columns

    stance = OnnxStance(out)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    columns = label_columns(model.config.id2label, source=str(checkpoint))
    rows = []
    with torch.no_grad():
        for start in range(0, len(pairs), 16):
            part = pairs[start : start + 16]
            inputs = tokenizer(
                [p for p, _ in part], [h for _, h in part],
                truncation="only_first", max_length=128, padding=True, return_tensors="pt",
            )  # fmt: skip
            inputs.pop("token_type_ids", None)
            rows.append(model(**inputs).logits.numpy()[:, columns])
    torch_p, onnx_p = _softmax(np.concatenate(rows)), _softmax(stance.score(pairs))
    return {
        "pairs": len(pairs),
        "same_label": float((torch_p.argmax(1) == onnx_p.argmax(1)).mean()),
        "mean_shift": float(np.abs(torch_p - onnx_p).mean()),
        "largest_shift": float(np.abs(torch_p - onnx_p).max()),
    }


def _softmax(logits: Any) -> Any:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def read_check(path: Path | None, *, limit: int) -> list[tuple[str, str]]:
    if path is None:
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:limit]]
    return [(row["premise"], row["hypothesis"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="news-monitor-judge")
    parser.add_argument("--check", type=Path, help="JSON lines with premise and hypothesis")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import torch

    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        model = export_fp32(args.checkpoint, Path(folder) / "fp32.onnx", opset=args.opset)
        quantise(Path(folder) / "fp32.onnx", args.out / "model.onnx")
    write_side_files(args.checkpoint, args.out, name=args.name)
    sizes = {path.name: round(path.stat().st_size / 1e6, 1) for path in sorted(args.out.iterdir())}
    pairs = read_check(args.check, limit=args.limit)
    log.info("MB %s, agreement %s", sizes, compare(model, args.checkpoint, args.out, pairs) if pairs else "not checked")


if __name__ == "__main__":
    main()
