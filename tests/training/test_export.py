from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from onnx import numpy_helper
from safetensors.numpy import load_file
from transformers import RobertaConfig, RobertaForTokenClassification

from nghiquyet.backends.onnx import OnnxBackend
from nghiquyet.backends.torch import TorchBackend
from nghiquyet_training.export import export

LARGE = 1024
VOCABULARY, POSITIONS = 300, 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose every matrix is large enough to be kept out of the graph, with weights that make a difference."""
    torch.manual_seed(3)
    config = RobertaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=96,
        max_position_embeddings=POSITIONS + 2,
        type_vocab_size=1,
        initializer_range=0.2,
    )
    config.num_labels = 17
    folder = tmp_path_factory.mktemp("exported")
    export(RobertaForTokenClassification(config), folder)
    return folder


@pytest.fixture(scope="module")
def graph(folder: Path) -> onnx.ModelProto:
    return onnx.load(str(folder / "model.onnx"), load_external_data=False)


def test_the_graph_holds_no_large_weight(folder: Path, graph: onnx.ModelProto) -> None:
    inside = [tensor for tensor in graph.graph.initializer if tensor.data_location != onnx.TensorProto.EXTERNAL]
    constants = [attribute.t for node in graph.graph.node for attribute in node.attribute if attribute.HasField("t")]
    assert max(numpy_helper.to_array(tensor).size for tensor in inside + constants) < LARGE
    assert (folder / "model.onnx").stat().st_size < 1_000_000
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.onnx", "model.safetensors"]


def test_the_graph_reads_the_weights_of_the_safetensors_file(folder: Path, graph: onnx.ModelProto) -> None:
    weights = load_file(folder / "model.safetensors")
    assert all(weight.dtype == np.float16 for weight in weights.values())
    content = (folder / "model.safetensors").read_bytes()
    outside = [tensor for tensor in graph.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL]
    assert {tensor.name.removesuffix(".stored") for tensor in outside} == {
        name for name, weight in weights.items() if weight.size >= LARGE
    }
    for tensor in outside:
        entry = {item.key: item.value for item in tensor.external_data}
        start, length = int(entry["offset"]), int(entry["length"])
        assert entry["location"] == "model.safetensors"
        assert content[start : start + length] == weights[tensor.name.removesuffix(".stored")].tobytes()


def test_the_graph_tells_nothing_of_the_machine_that_made_it(folder: Path) -> None:
    content = (folder / "model.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path(__file__).parents[2]).encode() not in content


@pytest.fixture(scope="module")
def backends(folder: Path) -> tuple[OnnxBackend, TorchBackend]:
    return OnnxBackend(folder, threads=1), TorchBackend(folder)


@hypothesis_settings(max_examples=20)
@given(lengths=st.lists(st.integers(3, POSITIONS), min_size=1, max_size=5), seed=st.integers(0, 1000))
def test_both_backends_agree_on_windows_of_any_shape(
    backends: tuple[OnnxBackend, TorchBackend], lengths: list[int], seed: int
) -> None:
    ids = np.random.default_rng(seed).integers(4, VOCABULARY, (len(lengths), max(lengths)))
    mask = (np.arange(max(lengths)) < np.array(lengths)[:, None]).astype(np.int64)
    ids[mask == 0] = 1
    one, other = (backend(ids, mask) for backend in backends)
    assert one.shape == other.shape == (*ids.shape, 17)
    assert one.dtype == other.dtype == np.float32
    assert np.ptp(one[0, 0]) > 0.1
    np.testing.assert_allclose(one[mask == 1], other[mask == 1], atol=1e-4)
    for row, length in enumerate(lengths):
        alone = backends[0](ids[row : row + 1, :length], mask[row : row + 1, :length])
        np.testing.assert_allclose(alone[0], one[row, :length], atol=1e-4)


def test_model_folders_of_both_kinds_have_small_graphs(model_folder: Path) -> None:
    assert (model_folder / "model.onnx").stat().st_size < 1_000_000
