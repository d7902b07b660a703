"""Turn the fp32 graph of a stance model into small graphs that multiply in eight bits.

In: an fp32 ONNX graph and some token ids to measure its activations on. Out: `weights.bin`, `packed.npz` (what is
stored in six bits) and two graphs over them: `model.onnx` multiplies uint8 activations with int8 weights, `exact.onnx`
the same numbers as fp32, for processors whose 8-bit products saturate. Both give the same logits but for rounding.

Every token has its own scale of activations, so that no pair's verdict hangs on its neighbours in the batch. Channels
with outliers are made even with their weights first (SmoothQuant: Xiao et al. 2023, with alpha .5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from monitor.judge.onnx import PACKED, WEIGHTS
from monitor.judge.six_bits import pack_six_bits

Floats = npt.NDArray[np.float32]

SMALLEST_QUANTISED = 100_000
"""Smaller matrices stay fp32: they cost next to nothing."""
SMOOTHING = 0.5
WORD_BLOCK = 32
"""Numbers of a word's vector that share a scale."""
_SMALLEST_HALF = 6.2e-5
"""Below it 16 bits lose digits."""
_ALIGNED = 64
_INLINE_BYTES = 256
_WIDE = "dense"
"""In the names of the feed-forward maps, which hold two thirds of a layer's weights, and of none in attention."""


@dataclass(slots=True)
class Linear:
    """One product `x @ weight` of the graph; `weight` is `(inputs, outputs)`."""

    node: Any
    weight: Floats

    @property
    def x(self) -> str:
        return str(self.node.input[0])

    @property
    def is_wide(self) -> bool:
        return _WIDE in self.node.name.rsplit("/", 2)[-2]


@dataclass(slots=True)
class Packed:
    """Nodes and constants of a new graph, gathered."""

    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    six_bits: set[str] = field(default_factory=set)
    """Names of those constants that are stored in six bits."""

    def add(self, kind: str, inputs: Sequence[str], out: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def keep(self, name: str, values: npt.NDArray[Any]) -> str:
        self.constants[name] = values
        return name


def find_linears(graph: Any) -> list[Linear]:
    stored = {tensor.name: tensor for tensor in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            weight = numpy_helper.to_array(stored[node.input[1]])
            if weight.ndim == 2 and weight.size >= SMALLEST_QUANTISED:
                found.append(Linear(node, weight.astype(np.float32)))
    return found


def measure_inputs(model: Any, names: Sequence[str], batches: Iterable[dict[str, Any]]) -> dict[str, Floats]:
    """Largest magnitude of each channel of the named tensors over all tokens that are no padding."""
    import onnxruntime

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(watched.SerializeToString(), options, providers=["CPUExecutionProvider"])
    largest: dict[str, Floats] = {}
    for batch in batches:
        real = batch["attention_mask"].astype(bool)
        for name, values in zip(names, session.run(list(names), batch), strict=True):
            here = np.abs(values)[real].max(axis=0)
            largest[name] = np.maximum(largest[name], here) if name in largest else here
    return largest


def smoothing_of(largest: Floats, weights: Sequence[Floats]) -> Floats:
    """`(inputs,)`: what each channel's weights are multiplied and its activations divided by; geometric mean 1."""
    steep = np.max([np.abs(weight).max(axis=1) for weight in weights], axis=0)
    scale = np.clip(largest, 1e-5, None) ** SMOOTHING / np.clip(steep, 1e-5, None) ** (1 - SMOOTHING)
    return np.asarray(scale / np.exp(np.log(scale).mean()), dtype=np.float32)


def quantise(model: Any, out: Path, batches: Iterable[dict[str, Any]], *, wide_bits: int, word_bits: int) -> None:
    """Write the three files; `wide_bits` (6 or 8) of the feed-forward weights, `word_bits` (4 or 8) of the words."""
    graph = model.graph
    linears = find_linears(graph)
    largest = measure_inputs(model, sorted({one.x for one in linears}), batches)
    smoothing = {x: smoothing_of(found, [one.weight for one in linears if one.x == x]) for x, found in largest.items()}
    shared: dict[str, npt.NDArray[Any]] = {}
    for name, is_exact in (("model.onnx", False), ("exact.onnx", True)):
        packed = _rebuild(graph, linears, smoothing, wide_bits=wide_bits, word_bits=word_bits, is_exact=is_exact)
        shared |= {key: values for key, values in packed.constants.items() if key not in packed.six_bits}
        places = _write_constants(shared, out / WEIGHTS) | dict.fromkeys(packed.six_bits, 0)
        np.savez(out / PACKED, **{key: pack_six_bits(packed.constants[key]) for key in sorted(packed.six_bits)})
        _write_graph(model, packed, places, out / name)


def _rebuild(
    graph: Any,
    linears: Sequence[Linear],
    smoothing: dict[str, Floats],
    *,
    wide_bits: int,
    word_bits: int,
    is_exact: bool,
) -> Packed:
    packed = Packed()
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    by_out = {one.node.output[0]: one for one in linears}
    replaced = {one.node.input[1] for one in linears}
    measured: set[str] = set()
    for node in graph.node:
        linear = by_out.get(node.output[0])
        if linear is not None:
            if linear.x not in measured:
                measured.add(linear.x)
                _quantise_input(packed, linear.x, smoothing[linear.x])
            _multiply(packed, linear, smoothing[linear.x], bits=wide_bits if linear.is_wide else 8, is_exact=is_exact)
        elif node.op_type == "Gather" and stored.get(node.input[0], np.empty(0)).size >= SMALLEST_QUANTISED:
            _look_up(packed, node, stored[node.input[0]], bits=word_bits)
            replaced.add(node.input[0])
        else:
            packed.nodes.append(node)
    for name, values in stored.items():
        if name not in replaced:
            _keep_as_it_is(packed, name, values)
    return packed


def _keep_as_it_is(packed: Packed, name: str, values: npt.NDArray[Any]) -> None:
    """What is large all the same (the head's own map) is stored in 16 bits."""
    if values.dtype == np.float32 and values.size >= SMALLEST_QUANTISED:
        half = packed.keep(f"{name}.fp16", values.astype(np.float16))
        packed.nodes.insert(0, helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
    else:
        packed.keep(name, values)


def _quantise_input(packed: Packed, x: str, smoothing: Floats) -> None:
    """`x` made even, one row for each token, as uint8 around 128 with a scale for each row."""
    width = packed.keep(f"{x}/width", np.array([-1, len(smoothing)], np.int64))
    even = packed.add("Mul", [x, packed.keep(f"{x}/even_by", 1 / smoothing)], f"{x}/even")
    rows = packed.add("Reshape", [even, width], f"{x}/rows")
    top = packed.add("ReduceMax", [packed.add("Abs", [rows], f"{x}/size")], f"{x}/top", axes=[-1], keepdims=0)
    per = packed.add("Mul", [top, packed.keep("one_127th", np.array(1 / 127, np.float32))], f"{x}/per")
    scale = packed.add("Add", [per, packed.keep("tiny", np.array(1e-9, np.float32))], f"{x}/scale")
    middle = helper.make_tensor("value", TensorProto.UINT8, [1], [128])
    zeros = packed.add("ConstantOfShape", [packed.add("Shape", [scale], f"{x}/count")], f"{x}/middle", value=middle)
    packed.add("QuantizeLinear", [rows, scale, zeros], f"{x}/whole", axis=0)
    packed.add("Unsqueeze", [scale, packed.keep("last_axis", np.array([-1], np.int64))], f"{x}/column")
    ends = packed.keep("first", np.array([0], np.int64)), packed.keep("before_last", np.array([-1], np.int64))
    packed.add("Slice", [packed.add("Shape", [x], f"{x}/shape"), *ends], f"{x}/lead")


def _multiply(packed: Packed, linear: Linear, smoothing: Floats, *, bits: int, is_exact: bool) -> None:
    x, out = linear.x, linear.node.output[0]
    name = linear.node.name.strip("/").removeprefix("inner/").rpartition("/")[0].replace("/", ".")
    even = linear.weight * smoothing[:, None]
    scale = np.abs(even).max(axis=0) / (2 ** (bits - 1) - 1) + 1e-12
    whole = np.rint(even / scale).astype(np.int8)
    scales = packed.keep(f"{name}.scale", scale.astype(np.float32))
    weight = packed.keep(f"{name}.int8", whole)
    if bits == 6:
        packed.six_bits.add(weight)
    if is_exact:
        moved = packed.add("Cast", [f"{x}/whole"], f"{out}/moved", to=TensorProto.FLOAT)
        centred = packed.add("Sub", [moved, packed.keep("middle", np.array(128, np.float32))], f"{out}/centred")
        folded = packed.add("Cast", [weight], f"{name}.fp32", to=TensorProto.FLOAT)
        product = packed.add("Mul", [packed.add("MatMul", [centred, folded], f"{out}/sum"), scales], f"{out}/product")
    else:
        one, zero = packed.keep("one", np.array(1, np.float32)), packed.keep("zero", np.array(128, np.uint8))
        inputs = [f"{x}/whole", weight, one, scales, zero]
        product = packed.add("MatMulIntegerToFloat", inputs, f"{out}/product", domain="com.microsoft")
    scaled = packed.add("Mul", [product, f"{x}/column"], f"{out}/scaled")
    count = packed.keep(f"{len(scale)}_wide", np.array([len(scale)], np.int64))
    shape = packed.add("Concat", [f"{x}/lead", count], f"{out}/shape", axis=0)
    packed.add("Reshape", [scaled, shape], out)


def _look_up(packed: Packed, node: Any, table: Floats, *, bits: int) -> None:
    """Rows of the words' table are unpacked as they are looked up, so that it is never held in fp32 (94 MB)."""
    places, out, name = node.input[1], node.output[0], node.input[0].removeprefix("inner.")
    words, width = table.shape
    block = WORD_BLOCK if bits == 4 else width
    blocks = table.reshape(words, width // block, block)
    scale = np.clip(np.abs(blocks).max(axis=2) / (2 ** (bits - 1) - 1), _SMALLEST_HALF, None).astype(np.float16)
    whole = np.rint(blocks / scale[:, :, None].astype(np.float32)).clip(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    whole = whole.astype(np.int8).reshape(words, width)
    if bits == 4:
        moved = (whole + 8).astype(np.uint8)
        kept = packed.keep(f"{name}.int4", moved[:, : width // 2] | moved[:, width // 2 :] << 4)
        rows = packed.add("Gather", [kept, places], f"{out}/bytes", axis=0)
        low = packed.add("Mod", [rows, packed.keep("16", np.array(16, np.uint8))], f"{out}/low")
        high = packed.add("BitShift", [rows, packed.keep("4", np.array(4, np.uint8))], f"{out}/high", direction="RIGHT")
        both = packed.add("Concat", [low, high], f"{out}/both", axis=-1)
        cast = packed.add("Cast", [both], f"{out}/cast", to=TensorProto.FLOAT)
        values = packed.add("Sub", [cast, packed.keep("8", np.array(8, np.float32))], f"{out}/moved")
    else:
        rows = packed.add("Gather", [packed.keep(f"{name}.int8", whole), places], f"{out}/bytes", axis=0)
        values = packed.add("Cast", [rows], f"{out}/moved", to=TensorProto.FLOAT)
    shape = packed.keep(f"{name}/blocks", np.array([0, 0, width // block, block], np.int64))
    values = packed.add("Reshape", [values, shape], f"{out}/blocks")
    scales = packed.add("Gather", [packed.keep(f"{name}.scale", scale), places], f"{out}/scale16", axis=0)
    scales = packed.add("Cast", [scales], f"{out}/scale", to=TensorProto.FLOAT)
    scales = packed.add("Unsqueeze", [scales, packed.keep("last_axis", np.array([-1], np.int64))], f"{out}/column")
    scaled = packed.add("Mul", [values, scales], f"{out}/scaled")
    packed.add("Reshape", [scaled, packed.keep(f"{name}/whole", np.array([0, 0, width], np.int64))], out)


def _write_constants(constants: dict[str, npt.NDArray[Any]], path: Path) -> dict[str, int]:
    """All large constants one after the other; the offset of each."""
    places, at = {}, 0
    with path.open("wb") as file:
        for name, values in constants.items():
            if values.nbytes >= _INLINE_BYTES:
                at += file.write(b"\0" * (-at % _ALIGNED))
                places[name] = at
                at += file.write(np.ascontiguousarray(values).tobytes())
    return places


def _write_graph(model: Any, packed: Packed, places: dict[str, int], path: Path) -> None:
    built = onnx.ModelProto()
    built.CopyFrom(model)
    del built.graph.node[:], built.graph.initializer[:], built.graph.value_info[:]
    built.graph.node.extend(packed.nodes)
    used = {name for node in packed.nodes for name in node.input}
    for name, values in packed.constants.items():
        if name in used:
            built.graph.initializer.append(_tensor_of(name, values, places.get(name)))
    built.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    path.write_bytes(built.SerializeToString())


def _tensor_of(name: str, values: npt.NDArray[Any], offset: int | None) -> Any:
    if offset is None:
        return numpy_helper.from_array(values, name)
    tensor = TensorProto(name=name, dims=values.shape, data_location=TensorProto.EXTERNAL)
    tensor.data_type = helper.np_dtype_to_tensor_dtype(values.dtype)
    for key, value in (("location", WEIGHTS), ("offset", offset), ("length", values.nbytes)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def write_probe(path: Path) -> None:
    """A product of the largest numbers in eight bits: `probe` is exact where the processor does not saturate."""
    shape = [64, 16]
    weight = numpy_helper.from_array(np.full(shape, 127, np.int8), "weight")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "weight"], ["probe"])],
        "probe",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, ["rows", shape[0]])],
        [helper.make_tensor_value_info("probe", TensorProto.INT32, ["rows", shape[1]])],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
