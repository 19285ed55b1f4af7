"""A model folder's graph once more, in 8-bit integers: half the time on a CPU, for scores that are a little rounder.

Weights are rounded once, a scale an output column; what flows between layers is rounded as it comes, a scale a window. An encoder
has a few columns whose values are tens of times larger than the rest (Dettmers et al. 2022), and on one scale with them the rest
would be left with a dozen steps of the 256. So each column is first divided by about its largest value, and the weights that it
meets are multiplied by the same (SmoothQuant, Xiao et al. 2023). The one product whose outliers still move the scores most is not
rounded.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from nghiquyet import checkpoint
from nghiquyet.backends.onnx import OnnxBackend
from nghiquyet.checkpoint import ONNX, ONNX_INT8, WEIGHTS, Checkpoint
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet.extractor import prepare
from nghiquyet.windows import WindowInput
from nghiquyet_training.export import STORED, reference, stored

# Windows that ranges are observed on: more change little.
_WINDOWS: Final = 64
# How much of a column's range goes over to the weights; 0.85 is the best of 0.5, 0.7, 0.85 and 1 on articles held out.
_SHARE: Final = 0.85
# The classifier has fewer columns than any layer; it is cheap, and decides, so it stays as it is.
_NARROW: Final = 64
_LEAST: Final = 1e-4
# Windows that tell which product moves the scores most.
_PROBES: Final = 8

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Quantized:
    """The model folder written, and the share of words, in 0..1, whose most probable tag is another than with the exact graph."""

    model: Checkpoint
    changed: float


def quantize(source: Checkpoint, texts: Iterable[str], output: Path) -> Quantized:
    """Write `output`, a copy of `source` (or `source` itself) with `model.int8.onnx` beside the exact graph.

    Args:
        source: a model folder with an ONNX graph.
        texts: some articles of the kind the model is for; the ranges of values are observed on them.
        output: a new folder, or a model folder to replace.

    Raises:
        CheckpointError: if `source` has no graph, or something else stands at `output`.
        InputError: if there is no word in the texts.
    """
    if not (source.path / ONNX).is_file():
        raise CheckpointError(f"{source.path / ONNX}: missing; nghiquyet-train export writes it")
    windows = list(islice((window for text in texts for window in prepare(text, source)), _WINDOWS))
    if not windows:
        raise InputError("no text to observe ranges on: give some articles of the kind the model is for")

    def fill(draft: Path) -> None:
        for file in source.path.iterdir():
            if file.name not in {checkpoint.MANIFEST, ONNX_INT8}:
                shutil.copyfile(file, draft / file.name)
        (draft / ONNX_INT8).write_bytes(_graph(draft, windows).SerializeToString())

    model = checkpoint.write(output, source.manifest, fill)
    exact, rounded = (_tags(OnnxBackend(model.path, precision=precision), windows) for precision in ("fp32", "int8"))
    return Quantized(model, float((exact != rounded).mean()))


def _tags(backend: OnnxBackend, windows: Sequence[WindowInput]) -> npt.NDArray[np.int64]:
    rows = [backend(ids, np.ones_like(ids))[0, list(window.first_pieces)] for window in windows for ids in [np.array([window.ids])]]
    return np.asarray(np.concatenate(rows).argmax(axis=1))


def _graph(folder: Path, windows: Sequence[WindowInput]) -> ModelProto:
    with tempfile.TemporaryDirectory() as scratch:
        model = _folded(folder / ONNX, Path(scratch) / "folded.onnx")
        _unmask(model)
        weights = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
        products = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
        wide = [node for node in products if weights[node.input[1]].shape[1] >= _NARROW]
        # What comes out of an activation function has the outliers; it goes into the only products that make it narrower.
        closing = [node.name for node in wide if weights[node.input[1]].shape[0] > weights[node.input[1]].shape[1]]
        _smooth(model, wide, weights, _observe(model, list({node.input[0] for node in wide}), windows))
        worst = _most_moving(model, closing, windows[:_PROBES])
        result = _rounded(model, [node.name for node in wide if node.name != worst])
    _refer(result, folder)
    return result


def _most_moving(model: ModelProto, products: Sequence[str], windows: Sequence[WindowInput]) -> str | None:
    """Of some products the one that moves the scores most when it alone is rounded, by the mean Kullback-Leibler divergence."""
    exact = _log_probabilities(model, windows)

    def moved(name: str) -> float:
        return float((np.exp(exact) * (exact - _log_probabilities(_rounded(model, [name]), windows))).sum(axis=1).mean())

    return max(products, key=moved, default=None)


def _log_probabilities(model: ModelProto, windows: Sequence[WindowInput]) -> Matrix:
    """One row a piece of the windows, one column a tag."""
    scores = np.concatenate([values[0] for (values,) in _run(model, None, windows)])
    return np.asarray(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def _rounded(model: ModelProto, products: Sequence[str]) -> ModelProto:
    """The graph with some of its matrix products in integers."""
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(scratch) / ONNX_INT8
        # It asks for a preprocessing that folding has done.
        logging.getLogger().addFilter(_is_no_advice)
        try:
            quantize_dynamic(
                model,
                written,
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=[node.name for node in model.graph.node if node.op_type == "MatMul" and node.name not in products],
                extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
            )
        finally:
            logging.getLogger().removeFilter(_is_no_advice)
        return onnx.load(written)


def _run(model: ModelProto, outputs: Sequence[str] | None, windows: Iterable[WindowInput]) -> Iterator[list[Matrix]]:
    """The named outputs of the graph for each window; None means those that it has by itself."""
    session = ort.InferenceSession(model.SerializeToString(), _quiet(), providers=["CPUExecutionProvider"])
    for window in windows:
        ids = np.array([window.ids])
        yield session.run(outputs, {"input_ids": ids, "attention_mask": np.ones_like(ids)})


def _quiet() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return options


def _is_no_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def _folded(path: Path, scratch: Path) -> ModelProto:
    """The graph with its weights inside, and all that is constant computed."""
    options = _quiet()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(scratch)
    ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    model = onnx.load(scratch, load_external_data=False)
    onnx.load_external_data_for_model(model, str(path.parent))
    return model


def _unmask(model: ModelProto) -> None:
    """Take out what hides padding from attention: windows are scored one by one, so there is none."""
    graph = model.graph
    of_mask, of_ids = _reached(graph.node, "attention_mask"), _reached(graph.node, "input_ids")
    made_by = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        before = made_by.get(node.input[0]) if node.op_type == "Softmax" else None
        if before is not None and before.op_type == "Add":
            scores = [name for name in before.input if name in of_ids]
            if len(scores) == 1 and all(name in of_mask for name in before.input):
                node.input[0] = scores[0]


def _reached(nodes: Iterable[NodeProto], start: str) -> set[str]:
    reached = {start}
    for node in nodes:
        if reached & set(node.input):
            reached.update(node.output)
    return reached


def _observe(model: ModelProto, names: Sequence[str], windows: Sequence[WindowInput]) -> dict[str, Matrix]:
    """The largest absolute value of each column of the named values."""
    probe = ModelProto()
    probe.CopyFrom(model)
    largest = {name: name + ".largest" for name in names}
    probe.graph.initializer.append(numpy_helper.from_array(np.array([0, 1]), "rows"))
    for name, output in largest.items():
        probe.graph.node.append(helper.make_node("Abs", [name], [name + ".absolute"]))
        probe.graph.node.append(helper.make_node("ReduceMax", [name + ".absolute", "rows"], [output], keepdims=0))
        probe.graph.output.append(helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None))
    found: dict[str, Matrix] = {}
    for values in _run(probe, list(largest.values()), windows):
        for name, value in zip(largest, values, strict=True):
            found[name] = np.maximum(found.get(name, 0), value)
    return found


def _smooth(model: ModelProto, products: Sequence[NodeProto], weights: Mapping[str, Matrix], largest: Mapping[str, Matrix]) -> None:
    """Divide the columns of what goes into each matrix product by about their largest value, and multiply the weights by it."""
    users: dict[str, list[NodeProto]] = {}
    for node in products:
        users.setdefault(node.input[0], []).append(node)
    divisions: dict[str, NodeProto] = {}
    constants = []
    for name, nodes in users.items():
        heaviest = np.max([np.abs(weights[node.input[1]]).max(axis=1) for node in nodes], axis=0)
        scale = np.maximum(largest[name], _LEAST) ** _SHARE / np.maximum(heaviest, _LEAST) ** (1 - _SHARE)
        scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
        constants.append(numpy_helper.from_array(1 / scale, name + ".share"))
        divisions[name] = helper.make_node("Mul", [name, name + ".share"], [name + ".smooth"], name=name + ".smoothing")
        for node in nodes:
            smooth = numpy_helper.from_array(weights[node.input[1]] * scale[:, None], f"{node.name}.weight")
            constants.append(smooth)
            node.input[:] = [name + ".smooth", smooth.name]
    ordered: list[NodeProto] = []
    for node in model.graph.node:
        for name in node.input:
            division = divisions.pop(name.removesuffix(".smooth"), None)
            if division is not None:
                ordered.append(division)
        ordered.append(node)
    _replace(model, [NodeProto.FromString(node.SerializeToString()) for node in ordered], constants)


def _replace(model: ModelProto, nodes: Sequence[NodeProto], constants: Sequence[onnx.TensorProto]) -> None:
    """Put in the nodes and the added constants, without those that nothing needs any more."""
    graph = model.graph
    needed = {output.name for output in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(nodes):
        if needed & set(node.output):
            needed.update(node.input)
            kept.append(node)
    initializers = [each for each in [*graph.initializer, *constants] if each.name in needed]
    copies = [onnx.TensorProto.FromString(each.SerializeToString()) for each in initializers]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(copies)


def _refer(model: ModelProto, folder: Path) -> None:
    """Let the tables that stay as they are (embeddings) be read from the safetensors file."""
    tensors = stored(folder / WEIGHTS)
    for place, constant in enumerate(model.graph.initializer):
        entry = tensors.get(constant.name.removesuffix(STORED))
        if entry is not None and constant.name.endswith(STORED) and list(constant.dims) == entry["shape"]:
            model.graph.initializer[place].CopyFrom(reference(constant.name, **entry))
