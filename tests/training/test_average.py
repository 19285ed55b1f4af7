import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForTokenClassification, RobertaForTokenClassification

from nghiquyet import Extractor, checkpoint
from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.entities import Calibration
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet_training import lineage
from nghiquyet_training.average import average
from nghiquyet_training.train import fill_model_folder


def _descendant(model: Checkpoint, folder: Path, by: float, manifest: Manifest | None = None) -> Checkpoint:
    """What a training that moved each weight by `by` at most would have left."""
    network = AutoModelForTokenClassification.from_pretrained(model.path, dtype=torch.float32)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in network.parameters():
            weight += by * torch.rand(weight.shape, generator=generator)
    return checkpoint.write(folder, manifest or model.manifest, lambda draft: fill_model_folder(draft, network, model.path))


@pytest.fixture(scope="module")
def start(native_model: Path) -> Checkpoint:
    return checkpoint.read(native_model)


@pytest.fixture(scope="module")
def other(start: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    facts = {"train_seconds": 20.0, "config": {"base": "model"}, "metrics": {"test": {}}}
    manifest = dataclasses.replace(start.manifest, calibration=Calibration(2.0, -0.5), facts=facts)
    return _descendant(start, tmp_path_factory.mktemp("other") / "model", 0.1, manifest)


def test_each_weight_is_the_mean_of_its_own(start: Checkpoint, other: Checkpoint, tmp_path: Path) -> None:
    made = average([start, other, other], tmp_path / "mean")
    one, two, mean = (load_file(model.path / "model.safetensors") for model in (start, other, made))
    assert one.keys() == mean.keys()
    for name, weight in mean.items():
        assert weight.dtype == torch.float16
        torch.testing.assert_close(weight.float(), (one[name].float() + 2 * two[name].float()) / 3, atol=1e-3, rtol=1e-3)


def test_the_mean_of_a_model_with_itself_is_that_model(start: Checkpoint, seed_texts: list[str], tmp_path: Path) -> None:
    made = average([start, start], tmp_path / "mean")
    assert Extractor.load(made.path).predict(seed_texts[0]) == Extractor.load(start.path).predict(seed_texts[0])


def test_calibration_and_time_are_of_all_and_the_facts_of_each(start: Checkpoint, other: Checkpoint, tmp_path: Path) -> None:
    manifest = average([other, start], tmp_path / "mean").manifest
    assert manifest.calibration == Calibration(1.5, -0.25)
    assert manifest.facts["train_seconds"] == 20
    assert manifest.facts["config"] == {"base": "model"}
    assert "metrics" not in manifest.facts
    assert manifest.facts["mean_of"] == [lineage.described(model.manifest.facts) for model in (other, start)]


def test_too_short_is_what_all_of_them_hold_for_too_short(start: Checkpoint, tmp_path: Path) -> None:
    models = [
        checkpoint.rewrite(start, dataclasses.replace(start.manifest, least_words=least), tmp_path / str(number))
        for number, least in enumerate([{"ORG": 2, "TARGET": 3}, {"TARGET": 4}])
    ]
    assert average(models, tmp_path / "mean").manifest.least_words == {"TARGET": 3}


def test_one_model_has_no_mean(start: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two models or more, found 1"):
        average([start], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_models_with_another_classifier_layers_vocabulary_or_labels_are_refused(
    start: Checkpoint, phobert_model: Path, tmp_path: Path
) -> None:
    labels = dataclasses.replace(start.manifest, labels=("ORG", "PERSON", "LAW"))
    strangers = {
        "in labels": checkpoint.rewrite(start, labels, tmp_path / "labels"),
        "in segmenter": checkpoint.read(phobert_model),
        "cosine": _head(start, tmp_path / "head"),
        "its layers are not": _layers(start, tmp_path / "layers"),
        "its tokenizer_config.json is not": _vocabulary(start, tmp_path / "vocabulary"),
    }
    for words, stranger in strangers.items():
        with pytest.raises(InputError, match=f"{stranger.path}: .*{words}"):
            average([start, stranger], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def _head(model: Checkpoint, folder: Path) -> Checkpoint:
    network = AutoModelForTokenClassification.from_pretrained(model.path, dtype=torch.float32)
    torch.manual_seed(5)
    torch.nn.init.normal_(network.classifier.weight)
    return checkpoint.write(folder, model.manifest, lambda draft: fill_model_folder(draft, network, model.path))


def _layers(model: Checkpoint, folder: Path) -> Checkpoint:
    config = AutoConfig.from_pretrained(model.path)
    config.num_hidden_layers = 2
    network = RobertaForTokenClassification(config)
    return checkpoint.write(folder, model.manifest, lambda draft: fill_model_folder(draft, network, model.path))


def _vocabulary(model: Checkpoint, folder: Path) -> Checkpoint:
    def fill(draft: Path) -> None:
        shutil.copytree(model.path, draft, dirs_exist_ok=True)
        (draft / checkpoint.MANIFEST).unlink()
        (draft / "tokenizer_config.json").write_text("{}")

    return checkpoint.write(folder, model.manifest, fill)


def test_a_folder_without_weights_and_a_place_that_is_taken_are_told(start: Checkpoint, tmp_path: Path) -> None:
    def fill(draft: Path) -> None:
        for name in ("config.json", "tokenizer.json"):
            shutil.copyfile(start.path / name, draft / name)

    bare = checkpoint.write(tmp_path / "bare", start.manifest, fill)
    with pytest.raises(CheckpointError, match=r"model\.safetensors: cannot be read"):
        average([start, bare], tmp_path / "mean")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("kept")
    with pytest.raises(CheckpointError, match="not a model folder"):
        average([start, start], tmp_path / "taken")
    assert (tmp_path / "taken" / "letter.txt").read_text() == "kept"


def test_the_command_writes_the_mean(
    start: Checkpoint, other: Checkpoint, tmp_path: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("average", str(start.path), str(other.path), "--output", str(tmp_path / "mean")) == 0
    assert "model folder:" in capsys.readouterr().out
    assert len(checkpoint.read(tmp_path / "mean").manifest.facts["mean_of"]) == 2
