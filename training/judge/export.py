"""Turn a torch checkpoint into the folder that the judge loads: ONNX that multiplies in eight bits, tokenizer, config.

    python -m training.judge.export --checkpoint runs/last --out monitor/judge/model --pairs own.jsonl

`--pairs` serve twice: activations are measured on some of them, and on others the report says how far the probabilities
moved and how often the best label changed. Thresholds are fitted on the exported files, never on torch's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from monitor.judge.onnx import PACKED, WEIGHTS
from training.judge.quantise import quantise, write_probe

log = logging.getLogger("export")
MOST_LAYERS = 99
"""Of the checkpoint, all that it has."""
MEASURED_PAIRS = 160
"""Pairs whose activations set the channels' scales; the check takes others."""
KEPT = ("id2label", "label2id", "num_hidden_layers", "hidden_size", "model_type", "pad_token_id", "vocab_size")


def export_fp32(checkpoint: Path, out: Path, *, opset: int) -> Any:
    """Write the fp32 graph with free batch and length; give back the torch model."""
    import torch
    from transformers import AutoTokenizer

    from training.judge.train import load_model, run_heads

    model = load_model(checkpoint, layers=MOST_LAYERS, attn_implementation="eager").eval()
    model.requires_grad_(requires_grad=False)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    sample = tokenizer(["one two three", "four"], ["five six", "seven eight nine"], padding=True, return_tensors="pt")
    axes = {0: "batch", 1: "length"}

    class Head(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return run_heads(self.inner, {"input_ids": input_ids, "attention_mask": attention_mask})

    torch.onnx.export(
        Head().eval(),
        (sample["input_ids"], sample["attention_mask"]),
        str(out),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits", "spans"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}, "spans": axes},
        opset_version=opset,
        dynamo=False,  # the dynamo exporter fixes the length of mpnet's relative position table (torch 2.15)
    )
    return model


def write_side_files(checkpoint: Path, out: Path, *, name: str) -> None:
    """tokenizer.json as it is; of config.json what the judge reads, with a revision computed from the weights."""
    shutil.copy(checkpoint / "tokenizer.json", out / "tokenizer.json")
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    kept = {key: config[key] for key in KEPT if key in config}
    kept["_name_or_path"] = name
    of_all = b"".join((out / name).read_bytes() for name in ("model.onnx", WEIGHTS, PACKED))
    kept["revision"] = hashlib.sha256(of_all).hexdigest()[:12]
    (out / "config.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def compare(model: Any, checkpoint: Path, out: Path, pairs: list[tuple[str, str]]) -> dict[str, float]:
    """How far int8 lies from torch: over softmax probabilities and best labels."""
    import torch
    from transformers import AutoTokenizer

    from monitor.judge.onnx import OnnxStance
    from monitor.judge.stance import ORDER, label_columns
    from training.judge.train import run_heads

    stance = OnnxStance(out)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    columns = label_columns(model.config.id2label, source=str(checkpoint))[: len(ORDER)]
    rows = []
    with torch.no_grad():
        for start in range(0, len(pairs), 16):
            part = pairs[start : start + 16]
            inputs = tokenizer(
                [p for p, _ in part], [h for _, h in part],
                truncation="only_first", max_length=128, padding=True, return_tensors="pt",
            )  # fmt: skip
            rows.append(run_heads(model, inputs)[0].numpy()[:, columns])
    torch_p, onnx_p = (
        _softmax(np.concatenate(rows)),
        _softmax(np.stack([reading.logits for reading in stance.read(pairs)])),
    )
    return {
        "pairs": len(pairs),
        "same_label": float((torch_p.argmax(1) == onnx_p.argmax(1)).mean()),
        "mean_shift": float(np.abs(torch_p - onnx_p).mean()),
        "largest_shift": float(np.abs(torch_p - onnx_p).max()),
    }


def _softmax(logits: Any) -> Any:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def read_pairs(path: Path, *, limit: int) -> list[tuple[str, str]]:
    """A seeded sample of the file's pairs."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    drawn = random.Random(3).sample(rows, min(limit, len(rows)))
    return [(row["premise"], row["hypothesis"]) for row in drawn]


def batches_of(checkpoint: Path, pairs: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    for start in range(0, len(pairs), 16):
        part = pairs[start : start + 16]
        texts = [p for p, _ in part], [h for _, h in part]
        inputs = tokenizer(*texts, truncation="only_first", max_length=128, padding=True, return_tensors="np")
        yield {name: inputs[name].astype(np.int64) for name in ("input_ids", "attention_mask")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="news-monitor-judge")
    parser.add_argument("--pairs", type=Path, required=True, help="JSON lines with premise and hypothesis")
    parser.add_argument("--check", type=int, default=200, help="compare so many pairs with torch")
    parser.add_argument("--wide-bits", type=int, choices=(6, 8), default=8, help="of the feed-forward weights")
    parser.add_argument("--word-bits", type=int, choices=(4, 8), default=8, help="of the words' vectors")
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import onnx
    import torch

    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    pairs = read_pairs(args.pairs, limit=MEASURED_PAIRS + args.check)
    measured, checked = pairs[:MEASURED_PAIRS], pairs[MEASURED_PAIRS:]
    with tempfile.TemporaryDirectory() as folder:
        model = export_fp32(args.checkpoint, Path(folder) / "fp32.onnx", opset=args.opset)
        graph = onnx.load(str(Path(folder) / "fp32.onnx"))
    batches = batches_of(args.checkpoint, measured)
    quantise(graph, args.out, batches, wide_bits=args.wide_bits, word_bits=args.word_bits)
    write_probe(args.out / "probe.onnx")
    write_side_files(args.checkpoint, args.out, name=args.name)
    sizes = {path.name: round(path.stat().st_size / 1e6, 1) for path in sorted(args.out.iterdir())}
    log.info("MB %s, agreement %s", sizes, compare(model, args.checkpoint, args.out, checked))


if __name__ == "__main__":
    main()
