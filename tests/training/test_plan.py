import dataclasses
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from transformers import PreTrainedModel
from typer.testing import CliRunner

from nghiquyet_training import articles as articles_module
from nghiquyet_training import cli, plan, train
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config, DataConfig, TrainingConfig, WindowConfig
from nghiquyet_training.train import Split


@pytest.fixture
def parts(few_articles: dict[str, Article]) -> Split:
    a, b, c, d, e = few_articles.values()
    return Split([a, b, c], [d], [e])


def _config(base: Path, output: Path, **training: Any) -> Config:
    settings = TrainingConfig(precision="float32", patience=0, **training)
    return Config(str(base), str(output), DataConfig(dev_fraction=0), WindowConfig(24, 2), settings)


def _without_graph(model: PreTrainedModel, folder: Path) -> None:
    torch.nn.Module.half(model)
    model.save_pretrained(folder)


@pytest.mark.parametrize(("epochs", "batch_size", "accumulation"), [(1, 4, 1), (1.5, 2, 3)])
def test_the_steps_are_those_that_the_run_takes(
    native_base: Path,
    tmp_path: Path,
    parts: Split,
    monkeypatch: pytest.MonkeyPatch,
    epochs: float,
    batch_size: int,
    accumulation: int,
) -> None:
    monkeypatch.setattr(train, "export", _without_graph)
    config = _config(native_base, tmp_path / "run", epochs=epochs, batch_size=batch_size, accumulation=accumulation)
    planned = plan.plan(config, parts)
    assert not (tmp_path / "run").exists()
    train.run(config, parts, Console(file=io.StringIO()))
    last = json.loads((tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert planned.steps == last["step"]
    assert planned.steps_an_epoch == math.ceil(last["step"] / last["epoch"])


def test_the_figures_add_up(native_base: Path, tmp_path: Path, parts: Split) -> None:
    config = _config(native_base, tmp_path / "run", batch_size=1)
    planned = plan.plan(config, parts)
    named = {part.name: part for part in planned.parts}
    assert list(named) == ["train", "dev", "test"]
    for name, group in (("train", parts.train), ("dev", parts.dev), ("test", parts.test)):
        assert named[name].articles == len(group)
        assert sum(named[name].spans.values()) == sum(len(article.entities) for article in group)
    assert named["train"].windows == planned.steps_an_epoch
    assert (planned.padding, planned.padded) == (0, named["train"].pieces)
    assert planned.memory > 16 * planned.parameters
    assert planned.seconds >= planned.step_seconds * planned.steps > 0
    whole = plan.plan(dataclasses.replace(config, training=dataclasses.replace(config.training, batch_size=64)), parts)
    assert whole.steps_an_epoch == 1
    assert whole.padded > planned.padded
    assert whole.memory > planned.memory


def test_a_dry_run_shows_the_plan_and_leaves_nothing(
    native_base: Path, tmp_path: Path, few_articles: dict[str, Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    articles_module.write(Path("data.jsonl"), list(few_articles.values()))
    Path("mine.toml").write_text(
        f'base = "{native_base}"\noutput = "run"\n[data]\ntrain = ["data.jsonl"]\ndev_fraction = 0.2\n'
        '[window]\npieces = 24\ncontext = 2\n[training]\nprecision = "float32"\n',
        encoding="utf-8",
    )
    shown = io.StringIO()
    monkeypatch.setattr(cli, "_console", Console(file=shown, width=160))
    result = CliRunner().invoke(cli.app, ["run", "mine.toml", "--dry-run", "--epochs", "3"])
    assert result.exit_code == 0, result.output
    for words in ("PERSON", "RESULT", "windows", "pieces", "padding", "in 3 epochs of", "GiB", "timed", "training"):
        assert words in shown.getvalue()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.jsonl", "mine.toml"]
