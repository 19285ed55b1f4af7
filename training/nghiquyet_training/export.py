"""A trained model to an ONNX graph over the weights that torch reads: one weights file serves both backends.

The graph holds structure only. Each large weight is a reference into `model.safetensors` (ONNX external data: file, offset,
length), stored in float16 and cast to float32 where it is used; ONNX Runtime folds the casts when it loads the graph, so both
backends compute in float32 with the same numbers.
"""

import json
import logging
import struct
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import AutoModelForTokenClassification, PreTrainedModel

from nghiquyet.checkpoint import ONNX, WEIGHTS

# Smaller constants stay in the graph.
_LARGE = 1024
# Ends the name of a constant that is read from the safetensors file.
STORED: Final = ".stored"


def export(model: PreTrainedModel, folder: Path) -> None:
    """Write `model` to `folder` as config, float16 safetensors and ONNX graph.

    Args:
        model: a token classifier; its weights are rounded to float16 in place.
        folder: an existing folder.
    """
    torch.nn.Module.half(model)
    model.save_pretrained(folder)
    # Read back, because a Trainer leaves wrappers (autocast) on the model that would become part of the graph. Eager attention
    # makes the quicker graph.
    rounded = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    graph = _graph(rounded)
    _refer(graph, rounded, folder)
    (folder / ONNX).write_bytes(graph.SerializeToString())
    onnx.checker.check_model(str(folder / ONNX))


def _graph(model: PreTrainedModel) -> onnx.ModelProto:
    ids = torch.full((2, 16), 5, dtype=torch.int64)
    batch, pieces = torch.export.Dim("batch"), torch.export.Dim("pieces")
    shape = {0: batch, 1: pieces}
    # The exporter warns of its own deprecations, and logs that torchvision, which is not used, is missing.
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            kwargs={"input_ids": ids, "attention_mask": torch.ones_like(ids)},
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def _refer(graph_model: onnx.ModelProto, model: torch.nn.Module, folder: Path) -> None:
    """Replace each large constant that is a weight, or a weight transposed, by a reference into the safetensors file."""
    graph = graph_model.graph
    tensors = stored(folder / WEIGHTS)
    by_content: dict[tuple[tuple[int, ...], bytes], tuple[str, bool]] = {}
    for name, weight in model.state_dict().items():
        if name in tensors and weight.numel() >= _LARGE:
            array = weight.detach().numpy()
            if array.ndim == 2:
                by_content[array.T.shape, np.ascontiguousarray(array.T).tobytes()] = (name, True)
            by_content[array.shape, np.ascontiguousarray(array).tobytes()] = (name, False)
    kept: list[TensorProto] = []
    added: list[onnx.NodeProto] = []
    references: dict[str, TensorProto] = {}
    for constant in graph.initializer:
        array = numpy_helper.to_array(constant)
        match = by_content.get((array.shape, array.tobytes())) if array.size >= _LARGE else None
        if match is None:
            kept.append(constant)
            continue
        name, transposed = match
        placed = references.setdefault(name, reference(name + STORED, **tensors[name])).name
        consumers = [node for node in graph.node if constant.name in node.input]
        if not transposed and all(node.op_type == "Gather" and node.input[0] == constant.name for node in consumers):
            # Look up first and cast the few rows found: the table itself stays in float16.
            for node in consumers:
                node.input[0] = placed
                found = node.output[0] + STORED
                added.append(helper.make_node("Cast", [found], [node.output[0]], to=TensorProto.FLOAT))
                node.output[0] = found
            continue
        cast = constant.name + ".cast" if transposed else constant.name
        added.append(helper.make_node("Cast", [placed], [cast], to=TensorProto.FLOAT))
        if transposed:
            added.append(helper.make_node("Transpose", [cast], [constant.name], perm=[1, 0]))
    _replace(graph, [*kept, *references.values()], added)


def _replace(graph: onnx.GraphProto, constants: list[TensorProto], added: list[onnx.NodeProto]) -> None:
    """Put in the constants and the added nodes, each node after those whose results it uses."""
    nodes = [*graph.node, *added]
    made_by = {output: node for node in nodes for output in node.output}
    ordered: list[onnx.NodeProto] = []
    placed: set[int] = set()

    def place(node: onnx.NodeProto) -> None:
        if id(node) in placed:
            return
        placed.add(id(node))
        for needed in node.input:
            if needed in made_by:
                place(made_by[needed])
        ordered.append(node)

    for node in nodes:
        place(node)
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in ordered]
    for node in copies:
        # The exporter's notes on each node, file paths among them, are ten times the graph.
        del node.metadata_props[:]
        node.doc_string = ""
    del graph.node[:], graph.initializer[:], graph.value_info[:], graph.metadata_props[:]
    graph.node.extend(copies)
    graph.initializer.extend(constants)


def reference(name: str, shape: list[int], offset: int, length: int) -> TensorProto:
    """A float16 constant of a graph that lies in the safetensors file; shape, offset and length as `stored` gives them."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", WEIGHTS), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def stored(path: Path) -> dict[str, dict[str, Any]]:
    """Where each float16 tensor lies in a safetensors file: an 8-byte header length, a JSON header, then the data."""
    with path.open("rb") as file:
        (header_length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(header_length))
    return {
        name: {
            "shape": entry["shape"],
            "offset": 8 + header_length + entry["data_offsets"][0],
            "length": entry["data_offsets"][1] - entry["data_offsets"][0],
        }
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F16"
    }
