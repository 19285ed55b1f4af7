import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nghiquyet import Extractor
from nghiquyet_training import articles
from nghiquyet_training.articles import Article


@pytest.fixture
def folder(tmp_path: Path, native_base: Path, few_articles: dict[str, Article]) -> Path:
    """A configuration beside its data, and a test file; both hold the article e."""
    items = list(few_articles.values())
    articles.write(tmp_path / "data.jsonl", items)
    articles.write(tmp_path / "test.jsonl", items[4:])
    (tmp_path / "mine.toml").write_text(
        f'base = "{native_base}"\noutput = "run"\n[data]\ntrain = ["data.jsonl"]\ndev_fraction = 0.25\n'
        '[window]\npieces = 100\ncontext = 8\n[training]\nepochs = 2\nprecision = "float32"\n',
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.usefixtures("without_graph")
def test_a_run_prints_its_figures_and_leaves_a_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert command("run", "mine.toml", "--test", "test.jsonl", "--epochs", "1") == 0
    printed = capsys.readouterr().out
    assert "3 articles to train on" in printed
    for words in ("dev: 1 articles", "test: 1 articles", "overlap F1", "PERSON", "RESULT", "micro", "model folder:"):
        assert words in printed
    extractor = Extractor.load(folder / "run" / "model")
    assert extractor.labels == ("ORG", "PERSON", "RESULT", "TARGET")
    facts = extractor.checkpoint.manifest.facts
    assert facts["config"]["training"]["epochs"] == facts["epochs_run"] == 1
    assert facts["data"]["test"]["articles"] == 1


@pytest.mark.parametrize(
    ("of", "words"),
    [((), "Fine-tune"), (("run",), "default.toml"), (("evaluate",), "Score a model"), (("compare",), "runs/mine")],
)
def test_help_teaches(
    of: tuple[str, ...],
    words: str,
    command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert command(*of, "--help") == 0
    shown = capsys.readouterr()
    assert words in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "missing.toml"], "missing.toml: cannot be read: No such file or directory"),
        (["run", "broken.toml"], "broken.toml: broken TOML"),
        (["run", "typo.toml"], "typo.toml: unknown key training.epoch; known are training.epochs"),
        (["run", "mine.toml", "--data", "missing.jsonl"], "missing.jsonl: cannot be read: No such file or directory"),
        (["run", "mine.toml", "--data", "broken.jsonl"], "broken.jsonl:2: broken JSON at column 13"),
        (["run", "mine.toml", "--data", "again.jsonl"], "again.jsonl:1: article 'e' stands at"),
        (["run", "mine.toml", "--dev", "broken.jsonl"], "broken.jsonl:2: broken JSON"),
        (["run", "mine.toml", "--test", "broken.jsonl"], "broken.jsonl:2: broken JSON"),
        (["run", "labels.toml"], "unknown label 'RESULT' on 'đã kết nạp 169 đảng viên' at 119; the labels are ORG, PERSON, TARGET"),
        (["run", "mine.toml", "--base", "nowhere"], "nowhere: no such base encoder"),
        (
            ["run", "mine.toml", "--base", "nobody/nothing"],
            "nothing: no such folder, and the Hugging Face hub did not give it",
        ),
        (["run", "mine.toml", "--epochs", "0"], "training.epochs must be above 0"),
        (["run", "mine.toml", "--epochs", "nan"], "training.epochs must be above 0 and finite, found nan"),
        (["run", "mine.toml", "--seed", "-1"], "training.seed must be at least 0"),
        (["evaluate", "nowhere", "data.jsonl"], "nowhere: no such model folder"),
        (["evaluate", "MODEL", "broken.jsonl"], "broken.jsonl:2: broken JSON"),
        (["evaluate", "MODEL", "data.jsonl", "--baselines"], "--baselines learn from what the model was trained on: name it with"),
        (["evaluate", "MODEL", "data.jsonl", "--curve", "data.jsonl"], "data.jsonl: cannot be read as a learning curve"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    folder: Path,
    native_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    good = Path("mine.toml").read_text(encoding="utf-8")
    Path("broken.toml").write_text("base =")
    Path("typo.toml").write_text(good.replace("epochs", "epoch"), encoding="utf-8")
    Path("labels.toml").write_text(good.replace("[data]", '[data]\nlabels = ["ORG", "PERSON", "TARGET"]'), encoding="utf-8")
    Path("broken.jsonl").write_text('{"id": "x", "text": "y", "entities": []}\n{"id": "z", "\n', encoding="utf-8")
    Path("again.jsonl").write_bytes(Path("test.jsonl").read_bytes())
    before = sorted(Path().rglob("*"))
    assert command(*(native_model if word == "MODEL" else word for word in arguments)) == 2
    out, err = capfd.readouterr()
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("nghiquyet-train: ")
    assert out == ""
    assert sorted(Path().rglob("*")) == before


def test_records_are_scored_and_a_card_takes_the_figures(
    root: Path,
    native_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(root)
    output, card = tmp_path / "records.json", tmp_path / "card.md"
    seeds = ["--data", "data/seeds.jsonl", "--half", "seeds"]
    assert command("evaluate-records", *seeds, "--model", native_model, "--errors", "--output", output) == 0
    shown = capfd.readouterr().out
    for words in ("seeds: 5 articles", "deadline_year", "role", "targets found", "expected"):
        assert words in shown
    assert command("evaluate-records", "--data", "data/seeds.jsonl", "--half", "nothing") == 2
    assert "holds no half 'nothing'; it has develop, report, seeds" in capfd.readouterr().err
    assert list(json.loads(output.read_text(encoding="utf-8"))["halves"]) == ["seeds"]
    reports: list[str | Path] = ["--report", "training/reports/seeds.json", "--records", output, "--output", card]
    assert command("card", "inference/nghiquyet/model", *reports) == 0
    assert "## From spans to facts" in card.read_text(encoding="utf-8")


def test_a_model_is_scored_and_the_report_written(
    folder: Path,
    native_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    point = {"share": 1, "articles": 9, "seed": 13, "scores": {"micro": {"f1": 0.5}, "by_label": {"ORG": {"f1": 0.5}}}}
    Path("curve.json").write_text(json.dumps([point]))
    sources = ["--trained-on", "data.jsonl", "--baselines", "--curve", "curve.json"]
    outputs = ["--output", "report.json", "--html", "report.html"]
    assert command("evaluate", native_model, "test.jsonl", "--name", "mine", *sources, *outputs) == 0
    assert "micro" in capfd.readouterr().out
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    scores = report["scores"]["mine"]
    assert scores["articles"] == len(scores["outcomes"]) == scores["scored_again"] == 1
    assert scores["baselines"]
    assert report["curve"] == [point]
    page = Path("report.html").read_text(encoding="utf-8")
    assert "Learning curve" in page
    assert "Đảng ủy xã Sơn Trung" in page
