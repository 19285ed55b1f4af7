import shutil
from pathlib import Path

import onnx
import pytest

from nghiquyet import Extractor, checkpoint
from nghiquyet.backends.onnx import OnnxBackend
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet_training.export import export
from nghiquyet_training.quantize import Quantized, quantize


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory, phobert_model: Path) -> Path:
    """The tiny model made wide enough for its matrices to be rounded, with a column far larger than the rest."""
    import torch
    from transformers import AutoConfig, RobertaForTokenClassification

    torch.manual_seed(2)
    config = AutoConfig.from_pretrained(phobert_model)
    config.hidden_size, config.intermediate_size = 64, 128
    model = RobertaForTokenClassification(config)
    torch.nn.init.normal_(model.classifier.weight, std=0.3)
    with torch.no_grad():
        model.roberta.embeddings.LayerNorm.weight[7] = 60
    source = checkpoint.read(phobert_model)

    def fill(draft: Path) -> None:
        export(model, draft)
        for name in ("vocab.txt", "bpe.codes"):
            shutil.copyfile(source.path / name, draft / name)

    return checkpoint.write(tmp_path_factory.mktemp("wide") / "model", source.manifest, fill).path


@pytest.fixture(scope="module")
def quantized(exact: Path, seed_texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Quantized:
    return quantize(checkpoint.read(exact), seed_texts, tmp_path_factory.mktemp("quantized") / "model")


def test_few_words_get_another_tag(quantized: Quantized) -> None:
    assert 0 <= quantized.changed < 0.05


def test_matrices_are_rounded_but_for_one_tables_shared_and_the_classifier_exact(quantized: Quantized) -> None:
    graph = onnx.load(str(quantized.model.path / "model.int8.onnx"), load_external_data=False).graph
    assert sum(node.op_type == "MatMulInteger" for node in graph.node) == 5
    outside = {each.name for each in graph.initializer if each.data_location == onnx.TensorProto.EXTERNAL}
    assert "roberta.embeddings.word_embeddings.weight.stored" in outside
    exact = [node.input[1] for node in graph.node if node.op_type == "MatMul"]
    shapes = {each.name: tuple(each.dims) for each in graph.initializer}
    assert sorted(shapes[name] for name in exact if name in shapes)[1:] == [(128, 64)]


def test_int8_is_what_auto_means_where_there_is_a_graph_for_it(quantized: Quantized, exact: Path, seed_texts: list[str]) -> None:
    text = seed_texts[0]
    auto, int8, fp32 = (Extractor.load(quantized.model.path, backend="onnx", precision=each) for each in ("auto", "int8", "fp32"))
    assert auto.predict(text) == int8.predict(text) != fp32.predict(text)
    assert fp32.predict(text) == Extractor.load(exact, backend="onnx").predict(text)


def test_a_document_gives_the_same_alone_in_a_batch_and_in_any_order_in_int8_too(
    quantized: Quantized, seed_texts: list[str]
) -> None:
    extractor = Extractor.load(quantized.model.path, threads=2, precision="int8")
    texts = [*seed_texts, "Đảng ủy xã Sơn Trung", "một hai"]
    together = extractor.predict(texts)
    assert extractor.predict(texts[::-1])[::-1] == together
    assert [extractor.predict(text) for text in texts] == together


def test_a_folder_may_be_quantized_in_place_and_again(quantized: Quantized, seed_texts: list[str], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(quantized.model.path, tmp_path / "model"))
    before = (folder / "model.int8.onnx").read_bytes()
    quantize(checkpoint.read(folder), seed_texts, folder)
    assert (folder / "model.int8.onnx").read_bytes() == before


def test_what_cannot_be_quantized_is_refused(exact: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text to observe"):
        quantize(checkpoint.read(exact), [""], tmp_path / "model")
    without = Path(shutil.copytree(exact, tmp_path / "without"))
    (without / "model.onnx").unlink()
    model = checkpoint.Checkpoint(without, checkpoint.read(exact).manifest)
    with pytest.raises(CheckpointError, match="nghiquyet-train export writes it"):
        quantize(model, ["một"], tmp_path / "model")
    with pytest.raises(CheckpointError, match="missing"):
        OnnxBackend(without)
