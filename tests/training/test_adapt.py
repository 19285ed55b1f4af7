import dataclasses
import io
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoModelForTokenClassification, PreTrainedModel, Trainer, TrainerCallback

from nghiquyet.errors import InputError
from nghiquyet_training import adapt as adapt_module
from nghiquyet_training import bases, masked_training, shards, train
from nghiquyet_training.adapt import Settings, adapt
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config, DataConfig, TrainingConfig, WindowConfig
from nghiquyet_training.masked_training import MaskedTrainer
from nghiquyet_training.train import Split

TRAINING = TrainingConfig(batch_size=4, learning_rate=2e-2, head_learning_rate=2e-2, precision="float32", dropout=0.1)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory, seed_texts: list[str]) -> str:
    folder = tmp_path_factory.mktemp("texts")
    for number, text in enumerate(seed_texts):
        (folder / f"{number}.txt").write_text(text[:1_200], encoding="utf-8")
    return str(folder)


def _settings(base: Path, texts: str, output: Path, **more: Any) -> Settings:
    return dataclasses.replace(
        Settings(str(base), (texts,), str(output), TRAINING, steps=12, save_every=3, pieces=40, dev_fraction=0.2), **more
    )


def _adapt(settings: Settings) -> dict[str, Any]:
    return adapt(settings, Console(file=io.StringIO()))


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclasses.dataclass
class _Watch(TrainerCallback):
    """Notes each step, and ends the program as Ctrl-C does after the step `deadly`."""

    deadly: float = math.inf
    steps: list[int] = dataclasses.field(default_factory=list)

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self.steps.append(state.global_step)
        if state.global_step == self.deadly:
            raise KeyboardInterrupt

    def taken(self) -> list[int]:
        steps, self.steps = self.steps, []
        return steps


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    seen, make = _Watch(), masked_training.masked_trainer

    def watched(*arguments: Any) -> Trainer:
        trainer = make(*arguments)
        trainer.add_callback(seen)
        return trainer

    monkeypatch.setattr(adapt_module, "masked_trainer", watched)
    return seen


@dataclasses.dataclass(frozen=True)
class Run:
    settings: Settings
    record: dict[str, Any]

    @property
    def output(self) -> Path:
        return Path(self.settings.output)

    @property
    def weights(self) -> bytes:
        return (self.output / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def phobert_run(tmp_path_factory: pytest.TempPathFactory, phobert_base: Path, texts: str) -> Run:
    settings = _settings(phobert_base, texts, tmp_path_factory.mktemp("adapted") / "deep" / "encoder")
    return Run(settings, _adapt(settings))


@pytest.fixture(scope="module")
def native_run(tmp_path_factory: pytest.TempPathFactory, native_base: Path, texts: str) -> Run:
    settings = _settings(native_base, texts, tmp_path_factory.mktemp("adapted") / "encoder")
    return Run(settings, _adapt(settings))


@pytest.fixture(params=["phobert", "native"])
def adapted(request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(f"{request.param}_run")
    return run


def test_the_encoder_has_the_form_of_its_base(adapted: Run) -> None:
    base, output = Path(adapted.settings.base), adapted.output
    assert {path.name for path in output.iterdir()} == {path.name for path in base.iterdir()} | {"adapt.json", "log.jsonl"}
    for name in bases.VOCABULARY:
        if (base / name).exists():
            assert (output / name).read_bytes() == (base / name).read_bytes()
    config, expected = (json.loads((folder / "config.json").read_text()) for folder in (output, base))
    assert {key for key in config if config[key] != expected.get(key)} <= {"architectures", "transformers_version"}
    before, after = load_file(base / "model.safetensors"), load_file(output / "model.safetensors")
    encoder = {name.removeprefix("roberta."): weight for name, weight in after.items() if name.startswith("roberta.")}
    assert {name: (weight.shape, weight.dtype) for name, weight in encoder.items()} == {
        name: (weight.shape, weight.dtype) for name, weight in before.items()
    }
    assert not torch.equal(encoder["embeddings.word_embeddings.weight"], before["embeddings.word_embeddings.weight"])


def test_training_learns_to_guess_and_says_how_well(adapted: Run) -> None:
    record = adapted.record
    before, after = record["held_out_loss"]["before"], record["held_out_loss"]["after"]
    vocabulary = json.loads((adapted.output / "config.json").read_text())["vocab_size"]
    assert before["loss"] == pytest.approx(math.log(vocabulary), abs=0.5)
    assert after["loss"] < before["loss"] - 0.5
    assert after["masked_pieces"] == before["masked_pieces"] > 10
    assert after["perplexity"] == pytest.approx(math.exp(after["loss"]), rel=1e-3)


def test_the_record_says_what_was_done(adapted: Run) -> None:
    record, settings = adapted.record, adapted.settings
    assert json.loads((adapted.output / "adapt.json").read_text(encoding="utf-8")) == record
    assert record["data"] == dataclasses.asdict(shards.survey(settings.texts))
    assert record["base_sha256"] == bases.digest(Path(settings.base))
    assert record["config"]["texts"] == [Path(settings.texts[0]).name]
    assert record["config"]["mask"] == settings.mask
    assert record["head"] == "new"
    assert (record["steps"], record["data"]["documents"]) == (12, 5)
    assert record["epochs_run"] == pytest.approx(12 * 4 / record["windows"]["train"], abs=1e-4)
    assert str(Path(settings.base).parent) not in json.dumps(record)
    assert str(adapted.output.parent) not in json.dumps(record)
    entries = [json.loads(line) for line in (adapted.output / "log.jsonl").read_text().splitlines()]
    assert entries[-1]["ended"]
    assert entries[-1]["epoch"] == pytest.approx(record["epochs_run"], abs=1e-4)


def test_held_out_documents_are_whole_and_the_same_for_every_seed(tmp_path: Path, native_base: Path, texts: str) -> None:
    rows = shards.cut((texts,), shards.survey((texts,)), native_base, 40, tmp_path / "cache", 1, Console(quiet=True))
    documents = rows["document"][:]
    for fraction, held_out in ((0, 0), (0.01, 1), (0.4, 2), (0.7, 4)):
        train_rows, dev_rows = adapt_module._sides(rows, fraction)
        assert sorted([*train_rows, *dev_rows]) == list(range(len(rows)))
        sides = [{documents[row] for row in side} for side in (train_rows, dev_rows)]
        assert not sides[0] & sides[1]
        assert len(sides[1]) == held_out
    with pytest.raises(InputError, match="5 different documents with words in them, of which 5 are to be held out, leave nothing"):
        adapt_module._sides(rows, 0.95)


def test_without_held_out_documents_nothing_is_measured(tmp_path: Path, native_base: Path, texts: str) -> None:
    record = _adapt(_settings(native_base, texts, tmp_path / "out", dev_fraction=0.0, steps=1))
    assert record["held_out_loss"] == {"before": None, "after": None}
    assert record["windows"]["held_out"] == 0


def test_fine_tuning_takes_the_output_for_its_base(
    tmp_path: Path, adapted: Run, few_articles: dict[str, Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_graph(model: PreTrainedModel, folder: Path) -> None:
        torch.nn.Module.half(model)
        model.save_pretrained(folder)

    monkeypatch.setattr(train, "export", without_graph)
    training = dataclasses.replace(TRAINING, epochs=1.0, patience=0, learning_rate=1e-12)
    config = Config(str(adapted.output), str(tmp_path / "run"), DataConfig(dev_fraction=0), WindowConfig(40, 4), training=training)
    model, _ = train.run(config, Split(list(few_articles.values()), [], []), Console(file=io.StringIO()))
    before, after = load_file(adapted.output / "model.safetensors"), load_file(model.path / "model.safetensors")
    for name in before:
        if name.startswith("roberta."):
            torch.testing.assert_close(after[name], before[name].half(), msg=name)


def test_the_head_is_tied_and_goes_along(tmp_path: Path, native_run: Run, texts: str) -> None:
    model = AutoModelForMaskedLM.from_pretrained(native_run.output)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    again = _adapt(_settings(native_run.output, texts, tmp_path / "again", steps=1))
    assert again["head"] == "that of the base"
    assert again["held_out_loss"]["before"] == native_run.record["held_out_loss"]["after"]


def test_weights_keep_the_type_of_the_base(tmp_path: Path, native_base: Path, texts: str) -> None:
    AutoModelForTokenClassification.from_pretrained(native_base).half().save_pretrained(tmp_path / "base")
    for name in bases.VOCABULARY:
        if (native_base / name).exists():
            shutil.copyfile(native_base / name, tmp_path / "base" / name)
    _adapt(_settings(tmp_path / "base", texts, tmp_path / "out", steps=1))
    assert {weight.dtype for weight in load_file(tmp_path / "out" / "model.safetensors").values()} == {torch.float16}


@pytest.mark.parametrize("deadly", [2, 11])
def test_broken_off_anywhere_it_ends_the_same(tmp_path: Path, native_run: Run, watch: _Watch, deadly: int) -> None:
    settings = dataclasses.replace(native_run.settings, output=str(tmp_path / "out"))
    watch.deadly = deadly
    with pytest.raises(KeyboardInterrupt):
        _adapt(settings)
    assert watch.taken() == list(range(1, deadly + 1))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["unfinished"]
    watch.deadly = math.inf
    record = _adapt(settings)
    assert watch.taken() == list(range(deadly - deadly % 3 + 1, 13))
    assert Run(settings, record).weights == native_run.weights
    assert record["held_out_loss"] == native_run.record["held_out_loss"]


def test_broken_off_after_the_last_step_it_trains_no_more(
    tmp_path: Path, native_run: Run, watch: _Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(native_run.settings, output=str(tmp_path / "out"))

    def broken(*arguments: Any) -> None:
        raise KeyboardInterrupt

    for name in ("_save", "_publish"):
        with monkeypatch.context() as context:
            context.setattr(adapt_module, name, broken)
            with pytest.raises(KeyboardInterrupt):
                _adapt(settings)
    assert watch.taken() == list(range(1, 13))
    # As if the power had gone while the files were moved.
    (tmp_path / "out" / "unfinished" / "encoder" / "adapt.json").rename(tmp_path / "out" / "adapt.json")
    record = _adapt(settings)
    assert watch.taken() == []
    assert Run(settings, record).weights == native_run.weights
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in native_run.output.iterdir()}


def test_a_full_disk_is_one_clear_line_and_costs_the_steps_since_the_last_saving(
    tmp_path: Path, native_run: Run, watch: _Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(native_run.settings, output=str(tmp_path / "out"))
    save = Trainer._save_rng_state

    def full(trainer: Trainer, folder: str) -> None:
        if trainer.state.global_step == 6:
            raise OSError(28, "No space left on device")
        save(trainer, folder)

    with monkeypatch.context() as context:
        context.setattr(MaskedTrainer, "_save_rng_state", full)
        with pytest.raises(InputError, match=r"checkpoint-6: cannot be written: .*No space left on device; make room"):
            _adapt(settings)
    assert [path.name for path in (tmp_path / "out" / "unfinished" / "checkpoints").iterdir()] == ["checkpoint-3"]
    watch.taken()
    assert Run(settings, _adapt(settings)).weights == native_run.weights
    assert watch.taken() == list(range(4, 13))


def test_what_stands_at_the_output_is_left_alone(tmp_path: Path, native_run: Run) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for output in (tmp_path / "mine", tmp_path / "mine" / "thesis.txt", native_run.output):
        before = _tree(output)
        with pytest.raises(InputError, match=f"{output}: exists already; choose another --output or remove it"):
            _adapt(dataclasses.replace(native_run.settings, output=str(output)))
        assert _tree(output) == before


def test_an_unfinished_run_of_other_settings_is_refused_once_it_has_saved(
    tmp_path: Path, native_run: Run, watch: _Watch, seed_texts: list[str]
) -> None:
    (tmp_path / "other.txt").write_text(seed_texts[0], encoding="utf-8")
    (tmp_path / "another.txt").write_text(seed_texts[1], encoding="utf-8")
    settings = dataclasses.replace(native_run.settings, output=str(tmp_path / "out"))
    other = dataclasses.replace(settings, texts=(str(tmp_path / "other.txt"), str(tmp_path / "another.txt")), mask=0.3)
    for started, deadly in ((other, 2), (settings, 4)):
        watch.deadly = deadly
        with pytest.raises(KeyboardInterrupt):
            _adapt(started)
    with pytest.raises(InputError, match="holds a run of another configuration or other data"):
        _adapt(other)
    watch.deadly = math.inf
    harmless = dataclasses.replace(settings, save_every=100, processes=2)
    assert Run(harmless, _adapt(harmless)).weights == native_run.weights


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, found 0"),
        ({"save_every": 0}, "save_every must be at least 1"),
        ({"processes": 0}, "processes must be at least 1"),
        ({"pieces": 2}, "pieces must be at least 3, found 2"),
        ({"mask": 0.0}, r"mask must be above 0 and below 1, found 0\.0"),
        ({"mask": math.nan}, "mask must be above 0 and below 1, found nan"),
        ({"dev_fraction": 1.0}, "dev_fraction must be at least 0 and below 1"),
        ({"training": dataclasses.replace(TRAINING, learning_rate=0.0)}, "learning_rate must be above 0"),
        ({"pieces": 129}, "pieces is 129, but .*native-base.* reads 128 at a time; lower it"),
        ({"texts": ("nowhere.txt",)}, r"nowhere\.txt: cannot be read"),
        ({"base": "nowhere"}, "nowhere: no such base encoder"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    tmp_path: Path, native_base: Path, texts: str, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        _adapt(dataclasses.replace(_settings(native_base, texts, tmp_path / "out"), **change))
    assert "\n" not in str(caught.value)


def test_a_base_without_a_mask_is_refused(tmp_path: Path, native_base: Path, texts: str) -> None:
    base = tmp_path / "base"
    shutil.copytree(native_base, base)
    content = json.loads((base / "tokenizer_config.json").read_text())
    del content["mask_token"]
    (base / "tokenizer_config.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match="base: its vocabulary has no piece that stands for a masked one"):
        _adapt(_settings(base, texts, tmp_path / "out"))


def test_the_command_adapts_and_prints_its_figures(
    tmp_path: Path, native_base: Path, texts: str, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--steps", "2", "--batch-size", "2", "--pieces", "64", "--dev-fraction", "0.3", "--processes", "1", "--seed", "5"]
    output = tmp_path / "out"
    line = ("adapt", native_base, texts, "--output", output, *options)
    assert command(*line) == 0
    record = json.loads((output / "adapt.json").read_text(encoding="utf-8"))
    assert (record["steps"], record["config"]["pieces"], record["config"]["seed"]) == (2, 64, 5)
    printed = capsys.readouterr().out
    for words in ("5 documents", "2 steps of 2 windows", "before", "after", "perplexity", "encoder:"):
        assert words in printed
    assert command(*line) == 2
    assert "exists already" in capsys.readouterr().err
