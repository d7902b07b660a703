"""Turn the shipped model back into a torch checkpoint, so that training can go on from it.

    python -m training.judge.restore --base all-mpnet-base-v2 --model monitor/judge/model --out runs/start

In: the base encoder's folder (its words' vectors were never trained, nor its tokenizer) and the exported folder.
Out: a checkpoint for `training.judge.train --base`. Weights come back as the export kept them.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.judge.onnx import PACKED
from monitor.judge.six_bits import unpack_six_bits

log = logging.getLogger("restore")
Array = npt.NDArray[Any]


def read_constants(folder: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """Every constant of model.onnx by its name, and for each product's module the tensor that goes into it."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(folder / "model.onnx"), load_external_data=False).graph
    constants = {name: unpack_six_bits(packed) for name, packed in np.load(folder / PACKED).items()}
    constants |= {
        tensor.name: numpy_helper.to_array(tensor, base_dir=str(folder))
        for tensor in graph.initializer
        if tensor.name not in constants
    }
    into = {
        node.input[3].removesuffix(".scale"): node.input[0].removesuffix("/whole")
        for node in graph.node
        if node.op_type == "MatMulIntegerToFloat"
    }
    for node in graph.node:
        # small maps are kept as they are, but for the name: /inner/speaker/MatMul holds the transposed weight
        if node.op_type == "MatMul" and node.input[1] in constants:
            module = node.name.strip("/").rpartition("/")[0].replace("/", ".")
            constants[f"{module}.weight"] = constants[node.input[1]].T
    return constants, into


def find_parameter(name: str, constants: dict[str, Array], into: dict[str, str]) -> Array | None:
    """The parameter of that name in torch's state, in torch's layout; None where the export does not hold it."""
    module, _, kind = name.rpartition(".")
    if kind == "weight" and module in into:
        whole = constants[f"{module}.int8"]
        even_by = constants[f"{into[module]}/even_by"]
        weight: Array = (whole.astype(np.float32) * constants[f"{module}.scale"] * even_by[:, None]).T
        return weight
    half = constants.get(f"inner.{name}.fp16")
    return constants.get(f"inner.{name}") if half is None else half.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=12)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import torch
    from transformers import AutoTokenizer

    from training.judge.train import load_model

    model = load_model(args.base, layers=args.layers)
    state = model.state_dict()
    constants, into = read_constants(args.model)
    kept = []
    for name, current in state.items():
        found = find_parameter(name, constants, into)
        if found is None:
            kept.append(name)
        elif current.shape != found.shape:
            raise SystemExit(f"{args.model}: {name} is {found.shape}, the base has {tuple(current.shape)}")
        else:
            state[name] = torch.tensor(np.ascontiguousarray(found))
    model.load_state_dict(state)
    model.save_pretrained(args.out)
    AutoTokenizer.from_pretrained(args.base).save_pretrained(args.out)
    log.info("written to %s; as in the base: %s", args.out, kept)


if __name__ == "__main__":
    main()
