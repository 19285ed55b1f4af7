import dataclasses
import gc
import io
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet_training import config as config_module
from nghiquyet_training import train
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.config import Config, DataConfig, SearchConfig, TrainingConfig
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.search import OPTIMISTIC, Trial, search
from nghiquyet_training.train import Split

SPACE = SearchConfig(
    trials=3,
    learning_rate=(1e-5, 1e-3),
    head_learning_rate=(),
    batch_size=(4, 16),
    epochs=(2, 5),
    warmup=(0.0, 0.3),
    dropout=(),
)
PARTS = Split([Article("a", "Huyện ủy", (Span(0, 8, "ORG"),))], [Article("b", "Huyện ủy", (Span(0, 8, "ORG"),))], [])


@pytest.fixture(scope="module", autouse=True)
def _frozen() -> Iterator[None]:
    """After each trial the heap is searched for garbage, which takes longer than all else here: what is there now is exempt."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@dataclasses.dataclass
class _Runs:
    """Stands for `train.run`: finds the more of 100 spans the nearer the learning rate is to 1e-4; is killed in run `deadly`."""

    asked: list[Config] = dataclasses.field(default_factory=list)
    deadly: int | None = None

    def __call__(self, config: Config, parts: Split, console: Console) -> tuple[Any, dict[str, Evaluation]]:
        (Path(config.output) / "checkpoints").mkdir(parents=True, exist_ok=True)
        self.asked.append(config)
        if len(self.asked) - 1 == self.deadly:
            raise KeyboardInterrupt
        gold = tuple(Span(i, i + 1, "ORG") for i in range(100))
        found = gold[: 100 - round(50 * abs(math.log10(config.training.learning_rate) + 4))]
        return None, {"dev": Evaluation(("ORG",), (Outcome("b", gold, found, (1.0,) * len(found)),))}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> _Runs:
    stand_in = _Runs()
    monkeypatch.setattr(train, "run", stand_in)
    return stand_in


@pytest.fixture
def config(tmp_path: Path, native_base: Path) -> Config:
    data = DataConfig((str(tmp_path / "data/a.jsonl"),), (str(tmp_path / "dev.jsonl"),))
    return Config(str(native_base), str(tmp_path / "runs/out"), data, training=TrainingConfig(weight_decay=0.02), search=SPACE)


def _search(config: Config, **space: Any) -> list[Trial]:
    wanted = dataclasses.replace(config, search=dataclasses.replace(config.search, **space))
    return search(wanted, PARTS, Console(file=io.StringIO()))


def test_what_is_drawn_lies_in_the_space_and_is_what_is_trained(config: Config, runs: _Runs) -> None:
    trials = _search(config)
    assert [trial.number for trial in trials] == [1, 2, 3]
    assert len({tuple(trial.values.items()) for trial in trials}) == 3
    for trial, asked in zip(trials, runs.asked, strict=True):
        assert trial.values.keys() == {"learning_rate", "batch_size", "epochs", "warmup"}
        assert 1e-5 <= trial.values["learning_rate"] <= 1e-3
        assert trial.values["batch_size"] in (4, 16)
        assert trial.values["epochs"] in range(2, 6)
        assert 0 <= trial.values["warmup"] <= 0.3
        assert dataclasses.asdict(asked.training) == {**dataclasses.asdict(config.training), **trial.values}
        assert type(asked.training.epochs) is float
        asked.training.check()


def test_the_best_configuration_is_ready_to_run(config: Config, runs: _Runs) -> None:
    trials = _search(config)
    path = Path(config.output) / "best.toml"
    best = config_module.read(path)
    winner = max(trials, key=lambda trial: trial.f1)
    assert best.training == runs.asked[winner.number - 1].training
    for name in ("base", "output"):
        assert Path(getattr(best, name)).resolve() == Path({"base": config.base, "output": f"{config.output}/best"}[name])
    assert [Path(name).resolve() for name in (*best.data.train, *best.data.dev)] == [
        Path(name) for name in (*config.data.train, *config.data.dev)
    ]
    assert best.window == config.window
    content = path.read_text(encoding="utf-8")
    assert content.startswith(f"# Trial {winner.number} of 3: micro exact F1 {100 * winner.f1:.1f} on dev.\n# {OPTIMISTIC}\n")
    assert not Path(tomllib.loads(content)["data"]["train"][0]).is_absolute()


def test_the_trials_are_written_down_and_their_folders_gone(config: Config, runs: _Runs) -> None:
    trials = _search(config)
    output = Path(config.output)
    assert sorted(path.name for path in output.iterdir()) == ["best.toml", "search.json", "trials.json", "trials.log"]
    written = json.loads((output / "trials.json").read_text(encoding="utf-8"))
    assert written["trials"] == [dataclasses.asdict(trial) for trial in trials]
    assert written["best"] == max(trials, key=lambda trial: trial.f1).number
    assert (written["objective"], written["note"]) == ("micro exact F1 on dev, as served", OPTIMISTIC)
    for trial in trials:
        assert trial.f1 == pytest.approx(trial.scores["micro"]["f1"], abs=5e-5)


def test_killed_in_a_trial_it_goes_on_with_that_one(config: Config, runs: _Runs, tmp_path: Path) -> None:
    expected = _search(dataclasses.replace(config, output=str(tmp_path / "whole")))
    runs.asked, runs.deadly = [], 1
    with pytest.raises(KeyboardInterrupt):
        _search(config)
    assert len(json.loads((Path(config.output) / "trials.json").read_text(encoding="utf-8"))["trials"]) == 1
    assert _search(config) == expected
    # The folder of the killed trial is where `train.run` goes on from.
    assert [Path(asked.output).name for asked in runs.asked] == ["trial-1", "trial-2", "trial-2", "trial-3"]
    assert runs.asked[1] == runs.asked[2]
    assert not list(Path(config.output).glob("trial-*"))


def test_more_trials_are_added_to_those_there_are(config: Config, runs: _Runs) -> None:
    first = _search(config, trials=2)
    assert _search(config, trials=2) == first
    assert len(runs.asked) == 2
    assert _search(config, trials=3)[:2] == first
    assert len(runs.asked) == 3


def test_another_search_in_the_same_folder_is_refused(config: Config, runs: _Runs) -> None:
    _search(config, trials=1)
    other_seed = dataclasses.replace(config, training=dataclasses.replace(config.training, seed=7))
    for other, dropout in ((config, (0.0, 0.5)), (other_seed, ())):
        with pytest.raises(InputError, match="out: holds a run of another configuration or other data"):
            _search(other, dropout=dropout)
    assert len(runs.asked) == 1


def test_a_search_that_never_got_anywhere_is_no_hindrance(config: Config, runs: _Runs) -> None:
    runs.deadly = 0
    with pytest.raises(KeyboardInterrupt):
        _search(config)
    assert len(_search(config, trials=1, batch_size=(1, 2))) == 1


def test_the_error_of_a_trial_ends_the_search_and_is_all_that_is_said(
    config: Config, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: Any) -> Any:
        raise InputError("window.pieces is too large")

    monkeypatch.setattr(train, "run", fail)
    with pytest.raises(InputError, match=r"^window\.pieces is too large$"):
        _search(config)
    assert capfd.readouterr() == ("", "")


def test_dev_and_something_to_vary_are_needed(config: Config) -> None:
    with pytest.raises(InputError, match=r"a search needs dev articles; name labelled files under data\.dev or with --dev"):
        search(config, dataclasses.replace(PARTS, dev=[]), Console(file=io.StringIO()))
    with pytest.raises(InputError, match=re.escape("there is nothing to vary; give learning_rate = [5e-5, 5e-4] or another")):
        _search(config, learning_rate=(), batch_size=(), epochs=(), warmup=())
    assert not Path(config.output).exists()


@pytest.mark.usefixtures("without_graph")
def test_the_command_trains_and_prints(workplace: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str]) -> None:
    with (workplace / "mine.toml").open("a", encoding="utf-8") as file:
        file.write("[search]\nlearning_rate = [1e-4, 1e-2]\nbatch_size = []\n")
    assert command("search", "mine.toml", "--dev", "test.jsonl", "--trials", "2") == 0
    out = capfd.readouterr().out
    for words in ("trial 2 of 2", "learning_rate 0.00", "trials, by micro exact F1 on dev", "best configuration", "optimistic"):
        assert words in out
    assert command("run", "run/best.toml", "--output", "run/best") == 0
    best = json.loads((workplace / "run/trials.json").read_text(encoding="utf-8"))
    report = json.loads((workplace / "run/best/report.json").read_text(encoding="utf-8"))
    assert report["scores"]["dev"]["micro"]["f1"] == best["trials"][best["best"] - 1]["scores"]["micro"]["f1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dev", "test.jsonl", "--trials", "0"], "search.trials must be above 0, found 0"),
        ([], "a search needs dev articles"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    workplace: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert command("search", "mine.toml", *arguments) == 2
    err = capfd.readouterr().err
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert not (workplace / "run").exists()
