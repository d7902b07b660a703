"""Turn the shipped model back into a torch checkpoint, so that training can go on from it.

    python -m training.judge.restore --base all-mpnet-base-v2 --model monitor/judge/model --out runs/start

In: the base encoder's folder (embeddings, frozen layers and the tokenizer are its own) and the exported folder.
Out: a checkpoint for `training.judge.train --base`. Weights come back as int8 kept them.
"""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

log = logging.getLogger("restore")


def read_weights(path: Path, *, frozen: int) -> Iterator[tuple[str, Any]]:
    """(name in torch's state, array) of whatever training may have changed; layers below `frozen` are left out."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            axis = next(attribute.i for attribute in node.attribute if attribute.name == "axis")
            scale = np.expand_dims(stored[node.input[1]], 1 - axis)
            stored[node.output[0]] = stored[node.input[0]].astype(np.float32) * scale
    for node in graph.node:
        # /inner/mpnet/encoder/layer.3/attention/attn/q/MatMul holds the transposed weight of the module of that path
        if node.op_type == "MatMul" and node.input[1] in stored and _layer_of(node.name) >= frozen:
            yield _module_of(node.name) + ".weight", stored[node.input[1]].T
        elif node.op_type == "Gemm":
            yield _module_of(node.name) + ".weight", stored[node.input[1]]
    for name, values in stored.items():
        if name.startswith("inner.classifier.") and values.ndim == 1 and name.endswith(".bias"):
            yield name.removeprefix("inner."), values


def _module_of(node: str) -> str:
    return node.removeprefix("/inner/").rpartition("/")[0].replace("/", ".")


def _layer_of(node: str) -> int:
    found = re.search(r"layer\.(\d+)", node)
    return int(found[1]) if found else -1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=9)
    parser.add_argument("--frozen", type=int, default=2, help="so many lowest layers were never trained")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import torch
    from transformers import AutoTokenizer

    from training.judge.train import load_model

    model = load_model(args.base, layers=args.layers)
    state = model.state_dict()
    for name, values in read_weights(args.model / "model.onnx", frozen=args.frozen):
        if state[name].shape != values.shape:
            raise SystemExit(f"{args.model}: {name} is {values.shape}, the base has {tuple(state[name].shape)}")
        state[name] = torch.tensor(np.ascontiguousarray(values))
    model.load_state_dict(state)
    model.save_pretrained(args.out)
    AutoTokenizer.from_pretrained(args.base).save_pretrained(args.out)
    log.info("written to %s", args.out)


if __name__ == "__main__":
    main()
