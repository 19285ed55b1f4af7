import dataclasses
import io
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console
from transformers import PreTrainedModel, Trainer, TrainerCallback

from nghiquyet import Extractor, checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import CheckpointError, InputError, NghiquyetError
from nghiquyet_training import articles as articles_module
from nghiquyet_training import train
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.config import Config, DataConfig, TrainingConfig, WindowConfig
from nghiquyet_training.outcomes import Evaluation
from nghiquyet_training.train import Split

TRAINING = TrainingConfig(epochs=2, batch_size=2, patience=0, precision="float32", learning_rate=5e-3, head_learning_rate=2e-2)

EPOCHS = 30


def _config(base: Path | str, output: Path, **training: Any) -> Config:
    return Config(
        str(base), str(output), DataConfig(dev_fraction=0), WindowConfig(40, 4), dataclasses.replace(TRAINING, **training)
    )


def _run(config: Config, parts: Split) -> tuple[Checkpoint, dict[str, Evaluation]]:
    return train.run(config, parts, Console(file=io.StringIO()))


def _without_graph(model: PreTrainedModel, folder: Path) -> None:
    torch.nn.Module.half(model)
    model.save_pretrained(folder)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Model folders without a graph, which takes longer to make than a tiny model to train; torch reads them."""
    monkeypatch.setattr(train, "export", _without_graph)


@pytest.fixture(scope="session")
def parts(few_articles: dict[str, Article]) -> Split:
    a, b, c, d, e = few_articles.values()
    return Split([a, b, c], [d], [e])


@dataclass
class _Watch(TrainerCallback):
    """Notes when each step ends, in epochs, and ends the program as Ctrl-C does after the first step that ends past `deadly`."""

    deadly: float = math.inf
    steps: list[float] = dataclasses.field(default_factory=list)

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self.steps.append(state.epoch)
        if state.epoch > self.deadly:
            raise KeyboardInterrupt

    def taken(self) -> list[float]:
        steps, self.steps = self.steps, []
        return steps


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    seen, make = _Watch(), train._trainer

    def watched(*arguments: Any) -> Trainer:
        trainer = make(*arguments)
        trainer.add_callback(seen)
        return trainer

    monkeypatch.setattr(train, "_trainer", watched)
    return seen


@dataclass(frozen=True)
class Run:
    config: Config
    model: Checkpoint
    scored: dict[str, Evaluation]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory, phobert_base: Path, parts: Split) -> Run:
    """A run that is long enough to learn three articles by heart."""
    config = _config(phobert_base, tmp_path_factory.mktemp("learnt") / "run", epochs=EPOCHS, batch_size=8)
    model, scored = _run(config, parts)
    return Run(config, model, scored)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_run_leaves_a_model_folder_and_a_report_and_nothing_else(learnt: Run) -> None:
    output = Path(learnt.config.output)
    assert sorted(path.name for path in output.iterdir()) == ["model", "report.json", "run.json"]
    assert learnt.model == checkpoint.read(output / "model")
    names = {"config.json", "model.onnx", "model.safetensors", "nghiquyet.json", "vocab.txt", "bpe.codes", "tokenizer_config.json"}
    assert {path.name for path in learnt.model.path.iterdir()} == names


def test_labels_come_from_the_data_and_are_learnt(learnt: Run, parts: Split) -> None:
    extractor = Extractor.load(learnt.model.path, threads=1)
    assert extractor.labels == ("ORG", "PERSON", "RESULT", "TARGET")
    for article in parts.train:
        found = tuple(Span(entity.start, entity.end, entity.label) for entity in extractor.predict(article.text).entities)
        assert found == article.entities
    assert {span.label for article in parts.train for span in article.entities} == set(extractor.labels)


def test_both_backends_read_what_was_trained(learnt: Run, parts: Split) -> None:
    texts = [article.text for group in (parts.train, parts.dev, parts.test) for article in group]
    onnx, torch_ = (Extractor.load(learnt.model.path, backend=name).predict(texts) for name in ("onnx", "torch"))
    for one, other in zip(onnx, torch_, strict=True):
        assert [(e.label, e.start, e.end) for e in one.entities] == [(e.label, e.start, e.end) for e in other.entities]
        assert [e.score for e in one.entities] == pytest.approx([e.score for e in other.entities], abs=1e-3)


def test_report_and_manifest_say_the_same_and_say_it_right(learnt: Run, parts: Split) -> None:
    report = _json(Path(learnt.config.output) / "report.json")
    scores = report.pop("scores")
    facts = learnt.model.manifest.facts
    assert facts == report
    assert scores.keys() == learnt.scored.keys() == facts["metrics"].keys() == {"dev", "test"}
    for name, evaluation in learnt.scored.items():
        assert facts["metrics"][name] == evaluation.to_dict()
        assert scores[name]["micro"] == evaluation.micro.to_dict()
    assert (list(learnt.scored["dev"].by_article), list(learnt.scored["test"].by_article)) == (["d"], ["e"])
    for name, group in (("train", parts.train), ("dev", parts.dev), ("test", parts.test)):
        spans = facts["data"][name]["spans"]
        assert facts["data"][name]["articles"] == len(group)
        assert facts["data"][name]["sha256"] == articles_module.digest(group)
        assert sum(spans.values()) == sum(len(article.entities) for article in group)
    assert facts["alignment"] == {"spans": sum(len(article.entities) for article in parts.train), "straddled": 0}
    assert facts["epochs_run"] == EPOCHS
    assert facts["config"]["training"] == dataclasses.asdict(learnt.config.training)


def test_what_is_published_names_no_folder_of_this_machine(learnt: Run) -> None:
    folder = learnt.model.path
    for path in (folder / "nghiquyet.json", folder / "config.json", folder.parent / "report.json"):
        content = path.read_text(encoding="utf-8")
        assert learnt.config.output not in content
        assert str(Path(learnt.config.base).parent) not in content


@pytest.mark.usefixtures("quick")
def test_another_run_on_the_same_output_is_refused(learnt: Run, parts: Split) -> None:
    before = {path: path.read_bytes() for path in Path(learnt.config.output).rglob("*") if path.is_file()}
    other_seed = dataclasses.replace(learnt.config, training=dataclasses.replace(learnt.config.training, seed=7))
    other_data = dataclasses.replace(parts, train=parts.train[:2])
    for config, data in ((other_seed, parts), (learnt.config, other_data)):
        with pytest.raises(InputError, match="run: holds a run of another configuration or other data; choose another --output"):
            _run(config, data)
    assert {path: path.read_bytes() for path in Path(learnt.config.output).rglob("*") if path.is_file()} == before


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, parts: Split) -> Callable[[Path], bytes]:
    """The weights that two epochs from a base give, trained once."""
    known: dict[Path, bytes] = {}

    def weights(base: Path) -> bytes:
        if base not in known:
            model, _ = _run(_config(base, tmp_path_factory.mktemp("uninterrupted")), parts)
            known[base] = (model.path / "model.safetensors").read_bytes()
        return known[base]

    return weights


def _interrupt(config: Config, parts: Split) -> None:
    with pytest.raises(KeyboardInterrupt):
        _run(config, parts)
    assert not any(path.name == "model" for path in Path(config.output).rglob("*"))


def _cut_the_last_save_short(output: Path) -> None:
    """Leaves the last epoch as a program does that is killed while it saves: the Trainer writes its state last."""
    last = max(output.glob("checkpoints/checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    (last / "trainer_state.json").unlink()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["phobert", "native"])
def test_killed_in_the_second_epoch_it_goes_on_from_the_first(
    request: pytest.FixtureRequest, tmp_path: Path, watch: _Watch, parts: Split, uninterrupted: Callable[[Path], bytes], kind: str
) -> None:
    base: Path = request.getfixturevalue(f"{kind}_base")
    expected = uninterrupted(base)
    config = _config(base, tmp_path / "run")
    watch.taken()
    watch.deadly = 1.4
    _interrupt(config, parts)
    before = watch.taken()
    assert 1.4 < before[-1] < 2
    watch.deadly = math.inf
    model, _ = _run(config, parts)
    after = watch.taken()
    assert after[0] == next(step for step in before if step > 1)
    assert after[-1] == 2
    assert (model.path / "model.safetensors").read_bytes() == expected
    assert model.manifest.facts["epochs_run"] == 2


@pytest.mark.usefixtures("quick")
def test_killed_at_any_other_time_it_ends_the_same(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    native_base: Path,
    watch: _Watch,
    parts: Split,
    uninterrupted: Callable[[Path], bytes],
) -> None:
    expected = uninterrupted(native_base)
    config = _config(native_base, tmp_path / "run")
    watch.deadly = 0
    _interrupt(config, parts)

    def half(model: PreTrainedModel, folder: Path) -> None:
        (folder / "model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    watch.deadly = math.inf
    watch.taken()
    with monkeypatch.context() as context:
        context.setattr(train, "export", half)
        _interrupt(config, parts)
    whole = watch.taken()
    assert whole[0] < 1
    assert whole[-1] == 2
    _cut_the_last_save_short(tmp_path / "run")
    with monkeypatch.context() as context:
        context.setattr(train, "export", half)
        _interrupt(config, parts)
    assert watch.taken() == [step for step in whole if step > 1]
    model, _ = _run(config, parts)
    assert watch.taken() == []
    assert (model.path / "model.safetensors").read_bytes() == expected
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["model", "report.json", "run.json"]


@pytest.mark.usefixtures("quick")
def test_patience_is_counted_over_a_break(tmp_path: Path, native_base: Path, watch: _Watch, parts: Split) -> None:
    config = _config(native_base, tmp_path / "run", epochs=6, patience=2, learning_rate=1e-9, head_learning_rate=1e-9)
    watch.deadly = 2
    _interrupt(config, parts)
    watch.deadly = math.inf
    model, _ = _run(config, parts)
    assert model.manifest.facts["epochs_run"] == 3


@pytest.mark.usefixtures("quick")
def test_a_run_that_never_got_anywhere_is_no_hindrance(tmp_path: Path, native_base: Path, watch: _Watch, parts: Split) -> None:
    config = _config(native_base, tmp_path / "run")
    with pytest.raises(InputError, match=r"window\.pieces is 500, but .*native-base.* reads 128 at a time; lower it"):
        _run(dataclasses.replace(config, window=WindowConfig(500, 32)), parts)
    watch.deadly = 0
    _interrupt(config, parts)


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _pointer_for_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")


def _broken_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _no_vocabulary(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def _nothing(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_nothing, "no such base encoder; give a folder with a config.json, or a hub id"),
        (_no_config, "no such base encoder"),
        (_no_vocabulary, "no vocabulary"),
        (_broken_config, "transformers cannot load this base encoder"),
        (_no_weights, "transformers cannot load this base encoder"),
        (_pointer_for_weights, "transformers cannot load this base encoder"),
    ],
)
def test_a_base_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, native_base: Path, parts: Split, damage: Callable[[Path], None], message: str
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    for file in native_base.iterdir():
        (base / file.name).write_bytes(file.read_bytes())
    damage(base)
    with pytest.raises(NghiquyetError, match=f"{base}: {message}") as caught:
        _run(_config(base, tmp_path / "run"), parts)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run" / "model").exists()


def test_a_hub_id_without_network_is_one_clear_line(tmp_path: Path, parts: Split) -> None:
    with pytest.raises(CheckpointError, match="nobody/nothing: no such folder, and the Hugging Face hub did not give it") as caught:
        _run(_config("nobody/nothing", tmp_path / "run"), parts)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


IDS = st.lists(st.sampled_from("abcdefghij"), unique=True)


@hypothesis_settings(max_examples=60)
@given(train_ids=IDS.filter(bool), dev_ids=IDS, test_ids=IDS, fraction=st.sampled_from([0, 0.1, 0.5, 0.9]), seed=st.integers(0, 5))
def test_no_article_is_on_two_sides(
    tmp_path_factory: pytest.TempPathFactory,
    train_ids: list[str],
    dev_ids: list[str],
    test_ids: list[str],
    fraction: float,
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("split")
    groups = [[Article(name, "Huyện ủy", (Span(0, 8, "ORG"),)) for name in names] for names in (train_ids, dev_ids, test_ids)]
    files = []
    for number, group in enumerate(groups[:2]):
        files.append((str(folder / str(number)),) if group else ())
        for file in files[-1]:
            articles_module.write(file, group)
    config = Config("b", "o", DataConfig(files[0], files[1], fraction), training=TrainingConfig(seed=seed))
    named_dev = [name for name in dev_ids if name not in test_ids]
    left = [name for name in train_ids if name not in {*test_ids, *named_dev}]
    set_aside = 0 if named_dev else round(len(left) * fraction)
    if len(left) == set_aside:
        with pytest.raises(InputError, match="no article is left to train on"):
            train.split(config, groups[2])
        return
    parts = train.split(config, groups[2])
    assert train.split(config, groups[2]) == parts
    sides = [[article.id for article in side] for side in (parts.train, parts.dev, parts.test)]
    assert sorted(name for side in sides for name in side) == sorted({*train_ids, *dev_ids, *test_ids})
    assert sides[2] == test_ids
    assert sides[1] == named_dev if named_dev else len(sides[1]) == set_aside


def test_articles_without_a_single_span_are_refused(tmp_path: Path) -> None:
    articles_module.write(tmp_path / "a.jsonl", [Article("a", "Huyện ủy", ())])
    with pytest.raises(InputError, match="no labelled span at all"):
        train.split(Config("b", "o", DataConfig((str(tmp_path / "a.jsonl"),), dev_fraction=0)))


def test_nothing_to_train_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no article is left to train on; name labelled files under data\.train or with --data"):
        train.split(Config("b", "o"))
