import dataclasses
import io
import json
import math
import os
import shutil
import subprocess
import sys
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
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel, Trainer, TrainerCallback

from nghiquyet import Extractor, checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.entities import UNCALIBRATED
from nghiquyet.errors import CheckpointError, InputError, NghiquyetError
from nghiquyet_training import articles as articles_module
from nghiquyet_training import config as config_module
from nghiquyet_training import lineage, train, trainer
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.config import Config, DataConfig, TrainingConfig, WindowConfig
from nghiquyet_training.evaluate import evaluate
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


def _killed(model: PreTrainedModel, folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"half")
    raise KeyboardInterrupt


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
    seen, make = _Watch(), trainer.trainer

    def watched(*arguments: Any) -> Trainer:
        made = make(*arguments)
        made.add_callback(seen)
        return made

    monkeypatch.setattr(trainer, "trainer", watched)
    return seen


@dataclass(frozen=True)
class Run:
    config: Config
    model: Checkpoint
    scored: dict[str, Evaluation]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory, phobert_base: Path, parts: Split) -> Run:
    """A run that is long enough to learn three articles by heart."""
    config = _config(phobert_base, tmp_path_factory.mktemp("learnt") / "run", epochs=EPOCHS, batch_size=8, min_score=0.1)
    model, scored = _run(config, parts)
    return Run(config, model, scored)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _json_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_leaves_a_model_folder_and_a_report_and_nothing_else(learnt: Run) -> None:
    output = Path(learnt.config.output)
    assert sorted(path.name for path in output.iterdir()) == ["log.jsonl", "model", "report.html", "report.json", "run.json"]
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


def test_a_model_knows_the_least_words_of_an_entity_and_leaves_out_what_has_fewer(
    learnt: Run, parts: Split, phobert_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert learnt.model.manifest.least_words == {}
    monkeypatch.setattr("nghiquyet_training.examples._ENOUGH", 1)
    made = train.prepare(learnt.config, parts, phobert_base)
    assert made.plan.manifest.least_words == made.alignment.least_words({})
    assert made.plan.manifest.least_words
    monkeypatch.undo()
    stricter = dataclasses.replace(learnt.model.manifest, least_words={"TARGET": 1000, "ORG": 2})
    model = checkpoint.rewrite(learnt.model, stricter, tmp_path / "stricter")
    for article in parts.train:
        found = [Span(e.start, e.end, e.label) for e in Extractor.load(model.path, threads=1).predict(article.text).entities]
        assert not any(span.label == "TARGET" for span in found)
        assert [span for span in found if span.label != "ORG"] == [
            span for span in article.entities if span.label not in {"ORG", "TARGET"}
        ]
    gone_on = train.prepare(learnt.config, parts, model.path)
    assert gone_on.plan.manifest.least_words == gone_on.alignment.least_words({"TARGET": 1000, "ORG": 2})


def test_a_run_says_what_will_be_too_short(
    phobert_base: Path, parts: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nghiquyet_training.examples._ENOUGH", 1)
    console = Console(file=io.StringIO(), width=200)
    config = _config(phobert_base, tmp_path / "run", epochs=1)
    model, _ = train.run(config, parts, console)
    assert model.manifest.least_words
    assert isinstance(console.file, io.StringIO)
    for label, words in model.manifest.least_words.items():
        assert f"{label} of fewer than {words} words" in console.file.getvalue()


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
        assert scores[name]["micro"].items() >= evaluation.micro.to_dict().items()
    assert (list(learnt.scored["dev"].by_article), list(learnt.scored["test"].by_article)) == (["d"], ["e"])
    for name, group in (("train", parts.train), ("dev", parts.dev), ("test", parts.test)):
        spans = facts["data"][name]["spans"]
        assert facts["data"][name]["articles"] == len(group)
        assert facts["data"][name]["sha256"] == articles_module.digest(group)
        assert sum(spans.values()) == sum(len(article.entities) for article in group)
    assert facts["alignment"] == {"spans": sum(len(article.entities) for article in parts.train), "straddled": 0}
    assert facts["epochs_run"] == EPOCHS
    assert facts["licence"] == "apache-2.0"
    log = _json_lines(Path(learnt.config.output) / "log.jsonl")
    # Both are rounded from one number, the log to hundredths first.
    assert facts["train_seconds"] == pytest.approx(log[-1]["seconds"], abs=0.06)
    assert facts["train_seconds"] > 0
    started = _json(Path(learnt.config.output) / "run.json")
    assert started == {key: facts[key] for key in ("config", "base_sha256", "data", "environment")}
    assert facts["config"]["training"] == dataclasses.asdict(learnt.config.training)


def test_scores_are_fitted_on_dev_and_reported_as_they_are_served(learnt: Run, parts: Split) -> None:
    manifest, extractor = learnt.model.manifest, Extractor.load(learnt.model.path, threads=1)
    fitted = manifest.facts["calibration"]
    assert (fitted["temperature"], fitted["bias"]) == (manifest.calibration.temperature, manifest.calibration.bias)
    assert manifest.calibration != UNCALIBRATED
    assert fitted["fitted_on"]["articles"] == len(parts.dev)
    assert manifest.min_score == learnt.config.training.min_score
    for name, group in (("dev", parts.dev), ("test", parts.test)):
        served, reported = evaluate(extractor, group), learnt.scored[name]
        assert [outcome.predicted for outcome in served.outcomes] == [outcome.predicted for outcome in reported.outcomes]
        for one, other in zip(served.outcomes, reported.outcomes, strict=True):
            assert one.confidence == pytest.approx(other.confidence)


@pytest.mark.usefixtures("without_graph")
def test_without_dev_scores_are_calibrated_as_those_of_the_model_gone_on_from(learnt: Run, parts: Split, tmp_path: Path) -> None:
    labelled = Split(parts.train, [], [])
    gone_on, _ = _run(_config(learnt.model.path, tmp_path / "on", epochs=1), labelled)
    assert gone_on.manifest.calibration == learnt.model.manifest.calibration
    fewer = [dataclasses.replace(a, entities=tuple(span for span in a.entities if span.label != "RESULT")) for a in parts.train]
    other_labels, _ = _run(_config(learnt.model.path, tmp_path / "other", epochs=1), Split(fewer, [], []))
    assert other_labels.manifest.calibration == UNCALIBRATED


def test_what_is_published_names_no_folder_of_this_machine(learnt: Run) -> None:
    folder = learnt.model.path
    for path in (folder / "nghiquyet.json", folder / "config.json", folder.parent / "report.json"):
        content = path.read_text(encoding="utf-8")
        assert learnt.config.output not in content
        assert str(Path(learnt.config.base).parent) not in content


@pytest.mark.usefixtures("without_graph")
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


@pytest.mark.usefixtures("without_graph")
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
    logged = [entry for entry in _json_lines(tmp_path / "run" / "log.jsonl") if "loss" in entry]
    first_epoch = sum(step <= 1 for step in before)
    assert [entry["step"] for entry in logged] == list(range(1, first_epoch + len(after) + 1))
    assert [entry["epoch"] for entry in logged] == [step for step in before if step <= 1] + after


@pytest.mark.usefixtures("without_graph")
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

    watch.deadly = math.inf
    watch.taken()
    with monkeypatch.context() as context:
        context.setattr(train, "export", _killed)
        _interrupt(config, parts)
    whole = watch.taken()
    assert whole[0] < 1
    assert whole[-1] == 2
    _cut_the_last_save_short(tmp_path / "run")
    with monkeypatch.context() as context:
        context.setattr(train, "export", _killed)
        _interrupt(config, parts)
    assert watch.taken() == [step for step in whole if step > 1]
    model, _ = _run(config, parts)
    assert watch.taken() == []
    assert (model.path / "model.safetensors").read_bytes() == expected
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "log.jsonl",
        "model",
        "report.html",
        "report.json",
        "run.json",
    ]


@pytest.mark.usefixtures("without_graph")
def test_patience_is_counted_over_a_break_and_what_it_has_ended_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, native_base: Path, watch: _Watch, parts: Split
) -> None:
    config = _config(native_base, tmp_path / "run", epochs=6, patience=2, learning_rate=1e-9, head_learning_rate=1e-9)
    watch.deadly = 2
    _interrupt(config, parts)
    watch.deadly = math.inf
    with monkeypatch.context() as context:
        context.setattr(train, "export", _killed)
        _interrupt(config, parts)
    assert watch.taken()[-1] == 3
    spent = _json_lines(tmp_path / "run" / "log.jsonl")[-1]["seconds"]
    model, _ = _run(config, parts)
    assert watch.taken() == []
    assert model.manifest.facts["epochs_run"] == 3
    assert model.manifest.facts["train_seconds"] == round(spent, 1)
    assert [entry["epoch"] for entry in _json_lines(tmp_path / "run" / "log.jsonl") if "ended" in entry] == [3]


@pytest.mark.usefixtures("without_graph")
def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tmp_path: Path, native_base: Path, parts: Split) -> None:
    weights = []
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        model, _ = _run(_config(native_base, tmp_path / name, seed=seed), parts)
        weights.append((model.path / "model.safetensors").read_bytes())
        torch.rand(7)
    assert weights[0] == weights[1] != weights[2]


@pytest.mark.usefixtures("without_graph")
def test_accumulated_batches_make_the_step_of_one_large_batch(tmp_path: Path, native_base: Path, parts: Split) -> None:
    whole, _ = _run(_config(native_base, tmp_path / "whole", batch_size=6, dropout=0.0), parts)
    cut, _ = _run(_config(native_base, tmp_path / "cut", batch_size=2, accumulation=3, dropout=0.0), parts)
    other, _ = _run(_config(native_base, tmp_path / "other", batch_size=3, dropout=0.0), parts)
    assert _distance(whole.path, cut.path) < 2e-3 < 2e-2 < _distance(whole.path, other.path)


def _distance(one: Path, other: Path) -> float:
    """The largest difference of a weight of two model folders."""
    left, right = (load_file(folder / "model.safetensors") for folder in (one, other))
    return max(float((left[name].float() - right[name].float()).abs().max()) for name in left)


@pytest.mark.usefixtures("without_graph")
def test_two_processes_come_to_the_result_of_one(tmp_path: Path, native_base: Path, few_articles: dict[str, Article]) -> None:
    items = list(few_articles.values())
    articles_module.write(tmp_path / "train.jsonl", items[:4])
    articles_module.write(tmp_path / "dev.jsonl", items[4:])
    # The last batch of an epoch has windows for one of the two alone.
    (tmp_path / "mine.toml").write_text(
        f'base = "{native_base}"\noutput = "two"\n[data]\ntrain = ["train.jsonl"]\ndev = ["dev.jsonl"]\n[window]\npieces = 40\n'
        'context = 4\n[training]\nepochs = 3\nbatch_size = 8\ndropout = 0.0\nprecision = "float32"\nlearning_rate = 5e-3\n'
    )
    config = config_module.read(tmp_path / "mine.toml")
    one, scored = _run(dataclasses.replace(config, output=str(tmp_path / "one")), train.split(config))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "nghiquyet_training"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    result = subprocess.run(
        [*command, "run", "mine.toml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("model folder:") == result.stdout.count("4 articles to train on (") == 1
    assert result.stderr == ""
    two = checkpoint.read(tmp_path / "two" / "model")
    assert two.manifest.facts["environment"]["processes"] == 2
    assert _distance(one.path, two.path) < 2e-3
    assert two.manifest.facts["metrics"]["dev"] == scored["dev"].to_dict()
    steps = [[(entry["step"], entry["epoch"]) for entry in _json_lines(tmp_path / name / "log.jsonl")] for name in ("one", "two")]
    losses = [[entry["loss"] for entry in _json_lines(tmp_path / name / "log.jsonl") if "loss" in entry] for name in ("one", "two")]
    assert steps[0] == steps[1]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@pytest.mark.usefixtures("without_graph")
def test_logs_for_tensorboard_if_wanted(tmp_path: Path, native_base: Path, parts: Split) -> None:
    _run(_config(native_base, tmp_path / "run", tensorboard=True), parts)
    (events,) = (tmp_path / "run" / "tensorboard").iterdir()
    content = events.read_bytes()
    assert b"train/loss" in content
    assert b"eval/f1" in content


@pytest.mark.usefixtures("without_graph")
def test_the_same_name_for_another_base_is_another_run(tmp_path: Path, native_base: Path, parts: Split) -> None:
    base = Path(shutil.copytree(native_base, tmp_path / native_base.name))
    config = _config(native_base, tmp_path / "run")
    _run(config, parts)
    weights = load_file(base / "model.safetensors")
    save_file({name: 2 * weight for name, weight in weights.items()}, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match="holds a run of another configuration or other data"):
        _run(dataclasses.replace(config, base=str(base)), parts)


@pytest.mark.usefixtures("without_graph")
def test_a_copyleft_base_is_named_in_terminal_and_facts(tmp_path: Path, native_base: Path, parts: Split) -> None:
    base = Path(shutil.copytree(native_base, tmp_path / "phobert-base-v2"))
    printed = io.StringIO()
    model, _ = train.run(_config(base, tmp_path / "run"), parts, Console(file=printed, width=1000))
    assert "is under AGPL-3.0" in printed.getvalue()
    assert model.manifest.facts["licence"] == "agpl-3.0"
    further, _ = _run(_config(model.path, tmp_path / "further"), parts)
    assert further.manifest.facts["licence"] == "agpl-3.0"
    assert lineage.trainings(further.manifest.facts) == [lineage.described(each.manifest.facts) for each in (model, further)]


@pytest.mark.usefixtures("without_graph")
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
