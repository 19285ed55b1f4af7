import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForTokenClassification,
    DistilBertConfig,
    DistilBertForTokenClassification,
    RobertaForTokenClassification,
)

from nghiquyet import Extractor, checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet_training.deepen import Deepened, deepen
from nghiquyet_training.train import fill_model_folder


def _with_layers(model: Checkpoint, layers: int, folder: Path) -> Checkpoint:
    """The tiny model with layers whose weights and normalisations are far from plain, and a classifier that tells words apart."""
    torch.manual_seed(3)
    config = AutoModelForTokenClassification.from_pretrained(model.path).config
    config.num_hidden_layers = layers
    network = RobertaForTokenClassification(config)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "LayerNorm.weight" in name:
                weight.uniform_(0.5, 2)
            elif "LayerNorm.bias" in name:
                weight.normal_(std=0.3)
        network.classifier.weight.normal_(std=0.5)
    return checkpoint.write(folder, model.manifest, lambda draft: fill_model_folder(draft, network, model.path))


@pytest.fixture(scope="module")
def source(native_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return _with_layers(checkpoint.read(native_model), 2, tmp_path_factory.mktemp("two") / "model")


@pytest.fixture(scope="module")
def deepened(source: Checkpoint, seed_texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Deepened:
    return deepen(source, 3, seed_texts, tmp_path_factory.mktemp("three") / "model")


def _network(model: Checkpoint) -> Any:
    return AutoModelForTokenClassification.from_pretrained(model.path, dtype=torch.float32)


def test_it_has_the_layers_asked_for_and_those_it_had_are_as_they_were(source: Checkpoint, deepened: Deepened) -> None:
    before, after = (_network(model).roberta.encoder.layer for model in (source, deepened.model))
    assert (len(before), len(after)) == (2, 3)
    for one, other in zip(before, after, strict=False):
        for name, weight in one.state_dict().items():
            torch.testing.assert_close(other.state_dict()[name], weight)


def test_what_is_put_in_says_next_to_nothing(source: Checkpoint, deepened: Deepened, seed_texts: list[str]) -> None:
    assert deepened.changed < 0.05
    ids = torch.tensor([[0, *range(5, 40), 2]])
    one, other = (_network(model).eval()(input_ids=ids).logits for model in (source, deepened.model))
    assert (one - other).square().mean() < 0.02 * one.var()


def test_what_is_put_in_can_learn(deepened: Deepened) -> None:
    network = _network(deepened.model).train()
    network(input_ids=torch.tensor([[0, 5, 6, 7, 2]]), labels=torch.ones(1, 5, dtype=torch.long)).loss.backward()
    for part in (network.roberta.encoder.layer[2].attention.output, network.roberta.encoder.layer[2].output):
        assert not part.dense.weight.any()
        assert part.dense.weight.grad is not None
        assert part.dense.weight.grad.any()


@pytest.mark.parametrize(("layers", "silent"), [(5, [4]), (6, [2, 5]), (8, [1, 3, 5, 7])])
@pytest.mark.usefixtures("without_graph")
def test_layers_are_put_in_evenly(
    source: Checkpoint, seed_texts: list[str], tmp_path: Path, layers: int, silent: list[int]
) -> None:
    four = _with_layers(source, 4, tmp_path / "four")
    found = _network(deepen(four, layers, seed_texts[:1], tmp_path / "more").model).roberta.encoder.layer
    assert [place for place, layer in enumerate(found) if not layer.output.dense.weight.any()] == silent


def test_the_rest_is_the_models_own(source: Checkpoint, deepened: Deepened, seed_texts: list[str]) -> None:
    assert deepened.model.manifest.labels == source.manifest.labels
    assert deepened.model.manifest.calibration == source.manifest.calibration
    onnx, torch_ = (Extractor.load(deepened.model.path, backend=each).predict(seed_texts[0]) for each in ("onnx", "torch"))
    assert [(entity.start, entity.end) for entity in onnx.entities] == [(entity.start, entity.end) for entity in torch_.entities]


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_a_number_of_layers_out_of_range_is_refused(source: Checkpoint, tmp_path: Path, layers: int) -> None:
    with pytest.raises(InputError, match=rf"has 2 layers and can be given 3 to 4, found {layers}"):
        deepen(source, layers, ["Huyện ủy họp."], tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_model_without_such_layers_is_refused(source: Checkpoint, tmp_path: Path) -> None:
    network = DistilBertForTokenClassification(
        DistilBertConfig(vocab_size=200, dim=16, n_layers=1, n_heads=2, hidden_dim=32, id2label=dict(enumerate("abcdefg")))
    )

    def fill(draft: Path) -> None:
        network.save_pretrained(draft)
        shutil.copyfile(source.path / "tokenizer.json", draft / "tokenizer.json")

    other = checkpoint.write(tmp_path / "other", source.manifest, fill)
    with pytest.raises(InputError, match="DistilBertForTokenClassification has no layers of BERT's kind"):
        deepen(other, 2, ["Huyện ủy họp."], tmp_path / "model")


def test_without_a_word_there_is_nothing_to_fit_on(source: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text to fit the new layers on"):
        deepen(source, 3, [" \n"], tmp_path / "model")


def test_what_stands_there_is_not_lost(source: Checkpoint, seed_texts: list[str], tmp_path: Path) -> None:
    (tmp_path / "model").write_text("mine")
    with pytest.raises(CheckpointError, match="not a model folder"):
        deepen(source, 3, seed_texts[:1], tmp_path / "model")
    assert (tmp_path / "model").read_text() == "mine"
