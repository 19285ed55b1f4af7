import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModel, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from nghiquyet import Extractor, checkpoint
from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet.tags import TagSet
from nghiquyet.windows import WindowSize
from nghiquyet_training import foreign, train
from nghiquyet_training.foreign import convert, tags_of

LABELS = ("ORG", "PERSON", "TARGET")
# As other programs write them: by the alphabet, which puts every B- before every I-, and O last.
NAMES = [f"{prefix}-{label}" for prefix in "BI" for label in ("PERSON", "TARGET", "ORG")] + ["O"]


def _save(folder: Path, base: Path, names: Sequence[str] = NAMES, kind: Any = AutoModelForTokenClassification) -> Path:
    """A checkpoint of random weights that float16 holds exactly, saved as Transformers does, with the vocabulary of `base`."""
    torch.manual_seed(5)
    settings = {} if kind is AutoModel else {"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}}
    model = kind.from_pretrained(base, **settings)
    if kind is AutoModelForTokenClassification:
        torch.nn.init.normal_(model.classifier.weight, std=1.0)
        torch.nn.init.normal_(model.classifier.bias, std=1.0)
    model.half().float().save_pretrained(folder)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    return folder


@pytest.fixture(params=["phobert", "native"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    base: Path = request.getfixturevalue(f"{request.param}_base")
    return _save(tmp_path / "source", base)


class _ByTransformers:
    """The checkpoint's own scores, looked up by the names of the tags."""

    pieces_together = 2048

    def __init__(self, source: Path, tags: tuple[str, ...]) -> None:
        self._model = AutoModelForTokenClassification.from_pretrained(source).eval()
        self._columns = [self._model.config.label2id[tag] for tag in tags]

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            logits = self._model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits
        return np.asarray(logits[:, :, self._columns].numpy())


def _by_transformers(source: Path, manifest: Manifest) -> Extractor:
    return Extractor(Checkpoint(source, manifest), _ByTransformers(source, TagSet(manifest.labels).tags))


def _found(extractor: Extractor, texts: Sequence[str]) -> tuple[list[tuple[str, int, int]], list[float]]:
    entities = [entity for prediction in extractor.predict(texts) for entity in prediction.entities]
    return [(e.label, e.start, e.end) for e in entities], [e.score for e in entities]


@pytest.mark.usefixtures("without_graph")
def test_what_is_exported_finds_what_the_source_finds(source: Path, tmp_path: Path, seed_texts: list[str]) -> None:
    model = convert(str(source), tmp_path / "model", pieces=60, context=8)
    assert model == checkpoint.read(tmp_path / "model")
    assert model.manifest.labels == ("PERSON", "TARGET", "ORG")
    assert model.manifest.segmenter == ("underthesea-crf" if (source / "bpe.codes").exists() else "none")
    assert model.manifest.window == WindowSize(60, 8)
    assert str(tmp_path) not in json.dumps(dict(model.manifest.facts))
    texts = [text[:3000] for text in seed_texts[:2]]
    expected, sure = _found(_by_transformers(source, model.manifest), texts)
    assert {label for label, _, _ in expected} == set(LABELS)
    found, scores = _found(Extractor.load(model.path, backend="torch"), texts)
    assert found == expected
    assert scores == pytest.approx(sure, abs=1e-3)


@pytest.mark.usefixtures("without_graph")
def test_the_vocabulary_that_transformers_saves_is_that_of_the_encoder(
    request: pytest.FixtureRequest, source: Path, tmp_path: Path, seed_texts: list[str]
) -> None:
    base: Path = request.getfixturevalue("phobert_base" if (source / "bpe.codes").exists() else "native_base")
    model = convert(str(source), tmp_path / "model")
    here, there = model.pieces, checkpoint.pieces_of(base)
    assert (here.opening, here.closing, here.padding) == (there.opening, there.closing, there.padding)
    words = " ".join(seed_texts).split()[:500]
    assert [here(word) for word in words] == [there(word) for word in words]


@pytest.mark.usefixtures("without_graph")
def test_the_window_is_as_long_as_usual_or_as_the_model_reads(tmp_path: Path, phobert_base: Path, native_base: Path) -> None:
    for number, (base, pieces) in enumerate(((phobert_base, 256), (native_base, 128))):
        source = _save(tmp_path / f"source{number}", base)
        assert convert(str(source), tmp_path / f"model{number}").manifest.window == WindowSize(pieces, 32)


def test_a_model_folder_without_a_graph_gets_one_that_finds_the_same(
    tmp_path: Path, native_base: Path, seed_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _save(tmp_path / "source", native_base)
    with monkeypatch.context() as context:
        context.setattr(train, "export", lambda model, folder: model.half().save_pretrained(folder))
        bare = convert(str(source), tmp_path / "model", pieces=60, context=8)
    assert not (bare.path / "model.onnx").exists()
    weights = (bare.path / "model.safetensors").read_bytes()
    model = convert(str(bare.path), bare.path)
    assert model.manifest == bare.manifest
    assert (model.path / "model.safetensors").read_bytes() == weights
    expected, sure = _found(_by_transformers(source, model.manifest), seed_texts[:1])
    found, scores = _found(Extractor.load(model.path, backend="onnx", threads=1), seed_texts[:1])
    assert found == expected
    assert scores == pytest.approx(sure, abs=1e-3)


LABEL_SETS = st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=3), min_size=1, max_size=4, unique=True)


@given(LABEL_SETS.flatmap(lambda labels: st.permutations(TagSet(tuple(labels)).tags)))
def test_tags_in_any_order_are_one_tag_set(names: list[str]) -> None:
    assert sorted(tags_of(names).tags) == sorted(names)


@given(LABEL_SETS.flatmap(lambda labels: st.permutations(TagSet(tuple(labels)).tags)), st.data())
def test_one_tag_too_few_too_many_or_of_another_form_is_refused(names: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(names) - 1))
    other = data.draw(st.sampled_from([[], ["E-ORG"], ["O", "O"], ["LABEL_0"], ["B-"], ["I-"], [names[place]] * 2]))
    with pytest.raises(InputError, match=r"its labels are not BIO tags: .*; expected O, and B- and I- of each label"):
        tags_of([*names[:place], *other, *names[place + 1 :]])


def _no_vocabulary(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _conditional_random_field(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    save_file({**weights, "crf.transitions": torch.zeros(7, 7)}, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_no_config, r"no checkpoint; give a folder with a config\.json, a model folder, or a hub id"),
        (_no_vocabulary, "no vocabulary"),
        (_no_weights, "transformers cannot load it as a token classifier"),
        (
            _conditional_random_field,
            r"a model of another kind \(RobertaForTokenClassification\): crf.transitions do not fit one linear",
        ),
    ],
)
def test_what_is_no_whole_token_classifier_is_one_clear_line(
    tmp_path: Path, native_base: Path, capfd: pytest.CaptureFixture[str], damage: Callable[[Path], None], message: str
) -> None:
    source = _save(tmp_path / "source", native_base)
    damage(source)
    capfd.readouterr()
    with pytest.raises((InputError, CheckpointError), match=message) as caught:
        convert(str(source), tmp_path / "model")
    assert str(source) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("kind", [AutoModel, AutoModelForSequenceClassification])
def test_an_encoder_alone_or_under_another_head_is_refused(tmp_path: Path, native_base: Path, kind: Any) -> None:
    source = _save(tmp_path / "source", native_base, kind=kind)
    with pytest.raises(InputError, match=r"a model of another kind \(Roberta(Model|ForSequenceClassification)\): classifier\."):
        convert(str(source), tmp_path / "model")


@pytest.mark.parametrize("names", [["LABEL_0", "LABEL_1"], ["O", "B-ORG"], ["O", "B-ORG", "I-ORG", "L-ORG", "U-ORG"]])
def test_labels_of_another_scheme_are_named(tmp_path: Path, native_base: Path, names: list[str]) -> None:
    source = _save(tmp_path / "source", native_base, names)
    with pytest.raises(InputError, match=f"source: its labels are not BIO tags: {', '.join(names)}; expected O, and B- and I-"):
        convert(str(source), tmp_path / "model")


def test_a_classifier_of_several_layers_is_refused(native_base: Path) -> None:
    model = AutoModelForTokenClassification.from_pretrained(native_base, id2label=dict(enumerate(NAMES)))
    model.classifier = torch.nn.Sequential(torch.nn.Linear(16, 16), torch.nn.Linear(16, 7))
    with pytest.raises(InputError, match="the classifier of RobertaForTokenClassification is not one linear layer"):
        foreign._in_our_order(model, native_base)


def test_a_window_that_does_not_fit_is_refused(tmp_path: Path, native_base: Path) -> None:
    source = _save(tmp_path / "source", native_base)
    with pytest.raises(InputError, match="--pieces is 129, but the model reads 128 at a time; lower it"):
        convert(str(source), tmp_path / "model", pieces=129)
    with pytest.raises(InputError, match=r"a window of 40 pieces has no room .*; see --pieces and --context"):
        convert(str(source), tmp_path / "model", pieces=40)


def test_what_stands_at_the_output_and_is_no_model_folder_stays(tmp_path: Path, native_base: Path) -> None:
    source = _save(tmp_path / "source", native_base)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    with pytest.raises(CheckpointError, match="mine: exists and is not a model folder; choose another place"):
        convert(str(source), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.usefixtures("without_graph")
def test_the_command_exports_an_epoch_that_the_trainer_saved(
    workplace: Path,
    native_base: Path,
    command: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*arguments: Any) -> None:
        raise InputError("killed")

    with monkeypatch.context() as context:
        context.setattr(train, "fill_model_folder", killed)
        assert command("run", "mine.toml") == 2
    (saved,) = (workplace / "run/checkpoints").glob("checkpoint-*")
    window = ("--pieces", "100", "--context", "8")
    capfd.readouterr()
    assert command("export", saved, "exported", *window) == 2
    assert "no vocabulary" in (err := capfd.readouterr().err)
    assert err.endswith("name the encoder that it was fine-tuned from with --vocabulary\n")
    assert command("export", saved, "exported", *window, "--vocabulary", native_base) == 0
    assert "model folder: exported" in capfd.readouterr().out
    assert command("run", "mine.toml") == 0
    ours, theirs = (checkpoint.read(workplace / name) for name in ("run/model", "exported"))
    assert (ours.manifest.labels, ours.manifest.window) == (theirs.manifest.labels, theirs.manifest.window)
    assert (ours.path / "model.safetensors").read_bytes() == (theirs.path / "model.safetensors").read_bytes()
