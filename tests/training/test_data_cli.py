import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nghiquyet.errors import InputError
from nghiquyet_training import articles, pool
from nghiquyet_training.articles import Article
from nghiquyet_training.cli import app

FAULTS = Path(__file__).parent / "fixtures" / "faults.jsonl"


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def corpus(tmp_path: Path, few_articles: dict[str, Article]) -> Path:
    path = tmp_path / "corpus.jsonl"
    articles.write(path, few_articles.values())
    return path


def _data(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["data", *map(str, arguments)])
    if isinstance(result.exception, InputError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.mark.parametrize("command", ["validate", "stats", "split", "agree", "convert", "prelabel"])
def test_help_teaches_by_an_example(command: str) -> None:
    assert f"nghiquyet-train data {command} " in _data(command, "--help")
    assert command in _data("--help")


def test_help_needs_no_training_library() -> None:
    code = (
        "import sys; from nghiquyet_training import cli; "
        "print([name for name in ('torch', 'transformers', 'datasets', 'onnxruntime') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert result.stdout.strip() == "[]"


def test_validate_prints_every_error_and_warning_and_a_summary(few_articles: dict[str, Article]) -> None:
    printed = _data("validate", FAULTS, "--labels", "ORG, PERSON,TARGET", "--fewest", 2, "--hints", 0, code=1)
    lines = printed.splitlines()
    assert sum(line.startswith("error ") for line in lines) == 16
    assert sum(line.startswith("warning ") for line in lines) == 8
    assert not any(line.startswith("hint ") for line in lines)
    assert f"error {FAULTS}:12: article 'f12': span 'Sở Nội vụ tỉnh Quảng Ngãi ' at 15 begins or ends in white space" in printed
    assert "bare-surface" in printed
    assert lines[-1] == "24 articles in 1 files: 16 errors, 8 warnings, 4 hints"


def test_validate_ends_with_0_where_there_are_only_warnings(corpus: Path) -> None:
    content = json.loads(_data("validate", corpus, "--json"))
    assert (content["errors"], content["articles"], content["files"]) == (0, 5, [str(corpus)])
    assert content["warnings"] == 4
    assert {finding["kind"] for finding in content["findings"]} >= {"rare-label"}
    assert json.loads(_data("validate", corpus, "--labels", "ORG", "--json", code=1))["errors"] > 0


def test_validate_says_what_changed(tmp_path: Path, corpus: Path, few_articles: dict[str, Article]) -> None:
    changed = list(few_articles.values())
    changed[0] = Article("a", changed[0].text, changed[0].entities[1:])
    articles.write(tmp_path / "new.jsonl", changed)
    assert f"{tmp_path / 'new.jsonl'}:1: article 'a': changed spans: 1 removed" in _data(
        "validate", tmp_path / "new.jsonl", "--before", corpus
    )


def test_stats_in_tables_and_json(root: Path, corpus: Path) -> None:
    printed = _data("stats", corpus)
    assert printed.startswith("5 articles, ")
    assert "RESULT" in printed
    content = json.loads(_data("stats", corpus, "--json"))
    assert content["whole"]["articles"] == 5
    assert content["labels"]["ORG"]["spans"] == 5
    seeds = json.loads(_data("stats", root / "data" / "seeds.jsonl", "--json"))
    assert seeds["whole"]["spans"] == {"ORG": 96, "PERSON": 24, "TARGET": 42}


def test_split_writes_each_article_to_one_file(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path("splits")
    printed = _data("split", corpus, "--out", out, "--dev", 0.2, "--test", 0.2)
    assert "dev.jsonl" in printed
    parts = {name: articles.read([out / f"{name}.jsonl"]) for name in ("train", "dev", "test")}
    assert sorted(article.id for part in parts.values() for article in part) == list("abcde")
    again = tmp_path / "again"
    content = json.loads(_data("split", corpus, "--out", again, "--dev", 0.2, "--test", 0.2, "--json"))
    sizes = {name: len(part) for name, part in parts.items()}
    assert {Path(path).stem: part["articles"] for path, part in content.items()} == sizes
    assert all((again / f"{name}.jsonl").read_bytes() == (out / f"{name}.jsonl").read_bytes() for name in parts)
    assert json.loads(_data("validate", *out.iterdir(), "--json"))["errors"] == 0


def test_split_mixes_no_two_splits_and_overwrites_no_source(tmp_path: Path, corpus: Path) -> None:
    out = tmp_path / "splits"
    _data("split", corpus, "--out", out, "--test", 0.2)
    with pytest.raises(InputError, match=r"test\.jsonl: is left of another split"):
        _data("split", corpus, "--out", out)
    with pytest.raises(InputError, match=r"train\.jsonl: would be overwritten"):
        _data("split", out / "train.jsonl", "--out", out, "--test", 0.2)
    for shares in (("--dev", 0.5, "--test", 0.5), ("--dev", 0)):
        with pytest.raises(InputError, match="must be together above 0 and below 1"):
            _data("split", corpus, "--out", tmp_path / "none", *map(str, shares))
    assert not (tmp_path / "none").exists()


def test_agree_lists_disagreements_in_context(tmp_path: Path, labelled: Callable[[str, str], Article]) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    articles.write(one, [labelled("a", "Bà [PERSON Lan] ở [ORG Huyện ủy] Ba Tơ."), labelled("b", "Mưa.")])
    articles.write(two, [labelled("a", "Bà [PERSON Lan] ở [ORG Huyện ủy Ba Tơ].")])
    printed = _data("agree", one, two)
    assert "  A  Bà Lan ở [Huyện ủy]ORG Ba Tơ." in printed
    assert "  B  Bà Lan ở [Huyện ủy Ba Tơ]ORG." in printed
    assert "1 articles only in A, not scored: b" in printed
    assert "1 disagreements more" in _data("agree", one, two, "--limit", 0)
    content = json.loads(_data("agree", one, two, "--json"))
    assert content["by_label"]["PERSON"]["f1"] == 1
    assert content["by_label"]["ORG"] == {"f1": 0, "overlap_f1": 1, "kappa": 0.5, "first": 1, "second": 1, "same": 0}


@pytest.mark.parametrize(
    ("name", "options"), [("a.json", []), ("a.conll", []), ("doc.jsonl", ["--to", "doccano"]), ("brat", ["--to", "brat"])]
)
def test_convert_there_and_back(tmp_path: Path, corpus: Path, name: str, options: list[str]) -> None:
    assert f"wrote {tmp_path / name}: 5 articles" in _data("convert", corpus, tmp_path / name, *options)
    texts = ["--texts", corpus] if name.endswith(".conll") else []
    content = json.loads(_data("convert", tmp_path / name, tmp_path / "back.jsonl", "--to", "jsonl", *texts, "--json"))
    assert (content["articles"], content["spans"]) == (5, sum(len(article.entities) for article in articles.read([corpus])))
    assert sorted(articles.read([tmp_path / "back.jsonl"]), key=lambda article: article.id) == articles.read([corpus])


@pytest.mark.parametrize(("tool", "name"), [("labelstudio", "suggested.json"), ("doccano", "suggested.jsonl")])
def test_from_text_files_to_suggestions_and_back(
    tmp_path: Path, native_model: Path, seed_texts: list[str], tool: str, name: str
) -> None:
    raw = tmp_path / "raw"
    (raw / "more").mkdir(parents=True)
    for number, text in enumerate(seed_texts[:3]):
        (raw / f"bài-{number}.txt").write_bytes(text.encode())
    line = {"id": "line", "text": seed_texts[3], "kind": "report"}
    (raw / "more" / "lines.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    out = tmp_path / name
    keep = tmp_path / "kept.jsonl"
    printed = _data("prelabel", native_model, raw, "--to", tool, "--out", out)
    assert f"wrote {out}: 4 articles, " in printed
    content = json.loads(_data("prelabel", native_model, raw, "--to", tool, "--out", out, "--first", 2, "--keep", keep, "--json"))
    order = [article["uncertainty"] for article in content["articles"]]
    assert len(order) == 2
    assert order == sorted(order, reverse=True)
    kept = articles.read([keep])
    assert [(article.id, len(article.entities)) for article in kept] == [(one["id"], one["spans"]) for one in content["articles"]]
    texts = {f"bài-{number}": text for number, text in enumerate(seed_texts[:3])} | {"line": seed_texts[3]}
    assert all(article.text == texts[article.id] for article in kept)
    if tool == "labelstudio":
        # Submit every prediction as it is, as an annotator does who finds nothing to correct.
        tasks = json.loads(out.read_text(encoding="utf-8"))
        for task in tasks:
            task["annotations"] = [{"id": 1, "was_cancelled": False, "result": task["predictions"][0]["result"]}]
        out.write_text(json.dumps(tasks), encoding="utf-8")
    _data("convert", out, tmp_path / "corrected.jsonl", "--to", "jsonl")
    changes = json.loads(_data("validate", tmp_path / "corrected.jsonl", "--before", keep, "--json"))
    assert not {finding["kind"] for finding in changes["findings"]} & {
        "changed-spans",
        "changed-text",
        "lost-article",
        "new-article",
    }


def test_unlabelled_articles_need_ids_that_come_back(tmp_path: Path) -> None:
    for folder in ("one", "two", "none"):
        (tmp_path / folder).mkdir()
    for folder in ("one", "two"):
        (tmp_path / folder / "a.txt").write_text("Bài viết.", encoding="utf-8")
    with pytest.raises(InputError, match="two articles have the id 'a'"):
        pool.read([tmp_path / "one", tmp_path / "two"])
    with pytest.raises(InputError, match=r"the folder holds no \.txt or \.jsonl file"):
        pool.read([tmp_path / "none"])
    lines = tmp_path / "lines.jsonl"
    lines.write_text(
        '{"id": "b", "text": "Bài viết.", "entities": [{"start": 0, "end": 3, "label": "ORG"}], "kind": "x"}\n', encoding="utf-8"
    )
    assert pool.read([lines, tmp_path / "one" / "a.txt"]) == [
        Article("b", "Bài viết.", (), {"kind": "x"}),
        Article("a", "Bài viết.", ()),
    ]
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(lines.read_bytes()))
    assert pool.read([tmp_path / "packed.jsonl.gz"]) == pool.read([lines])
    for line, message in (('{"text": "Bài"}', "id must be a string"), ('{"id": "b", "text": ""}', "text must be a string")):
        lines.write_text(line, encoding="utf-8")
        with pytest.raises(InputError, match=rf"lines\.jsonl:1: {message}"):
            pool.read([lines])


def test_a_tool_that_takes_no_suggestions_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["data", "prelabel", "model", "raw", "--to", "conll", "--out", str(tmp_path / "x")])
    assert result.exit_code == 2
    assert "labelstudio" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["validate", "missing.jsonl"], "missing.jsonl: cannot be read"),
        (["validate", "empty.jsonl"], "empty.jsonl: holds no article"),
        (["stats", "broken.jsonl"], "broken.jsonl:1: broken JSON"),
        (["convert", "missing.json", "out.jsonl"], "missing.json: "),
    ],
)
def test_unusable_files_are_one_line_and_exit_code_2(
    tmp_path: Path,
    arguments: list[str],
    message: str,
    command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.jsonl").write_text("\n")
    Path("broken.jsonl").write_text("{\n")
    assert command("data", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"nghiquyet-train: {message}")
    assert len(err.strip().splitlines()) == 1


def test_vietnamese_comes_out_in_any_locale(corpus: Path) -> None:
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "nghiquyet_training", "data", "validate", str(corpus)]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=60, check=False)
    assert result.returncode == 0
    assert "'đã kết nạp 169 đảng viên'" in result.stdout
