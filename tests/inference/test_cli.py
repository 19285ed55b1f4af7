import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyarrow.parquet import read_table


def _run(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nghiquyet", *map(str, arguments)]
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "COLUMNS": "200"}
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", env=environment, timeout=120, check=False)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "bài.txt"
    path.write_bytes("Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung.\r\nKết nạp 25 đảng viên <b>.".encode())
    return path


def test_every_format_tells_the_same_entities(tmp_path: Path, article: Path, phobert_model: Path) -> None:
    names = [tmp_path / "out" / f"found.{suffix}" for suffix in ("jsonl", "html", "conll", "csv")]
    outputs = [part for name in names for part in ("--out", name)]
    result = _run("predict", article, "--model", phobert_model, "--rows", "entities", *outputs)
    assert (result.returncode, result.stdout) == (0, "")
    record = json.loads(names[0].read_text(encoding="utf-8"))
    assert record["id"] == str(article)
    assert record["text"] == article.read_bytes().decode()
    assert record["entities"]
    assert names[1].read_text(encoding="utf-8").count("<mark") == len(record["entities"])
    assert names[2].read_text(encoding="utf-8").count("\tB-") >= len(record["entities"]) - 1
    rows = list(csv.DictReader(io.StringIO(names[3].read_bytes().decode("utf-8-sig"))))
    assert [(row["label"], int(row["start"]), int(row["end"])) for row in rows] == [
        (entity["label"], entity["start"], entity["end"]) for entity in record["entities"]
    ]


def test_every_table_tells_the_same_targets(tmp_path: Path, article: Path, phobert_model: Path) -> None:
    names = [tmp_path / f"found.{suffix}" for suffix in ("jsonl", "csv", "xlsx", "parquet")]
    result = _run("predict", article, "--model", phobert_model, *(part for name in names for part in ("--out", name)))
    assert (result.returncode, result.stdout) == (0, "")
    targets = [target["text"] for target in json.loads(names[0].read_text(encoding="utf-8"))["targets"]]
    assert targets
    rows = list(csv.DictReader(io.StringIO(names[1].read_bytes().decode("utf-8-sig"))))
    assert [row["text"].removeprefix("'") for row in rows] == targets
    assert [row[16] for row in load_workbook(names[2])["Chỉ tiêu"].values][1:] == targets
    assert read_table(names[3]).column("text").to_pylist() == targets


def test_targets_are_compared_without_predicting_again(tmp_path: Path) -> None:
    lines = []
    for name, text in (
        ("a", "Huyện ủy Ba Tơ: kết nạp 25 đảng viên."),
        ("b", "Huyện ủy Đakrông: kết nạp 30 đảng viên. Giảm nghèo 5%."),
    ):
        spans = [(0, text.index(":"), "ORG")]
        spans += [(start, text.index(".", start), "TARGET") for start in (text.find("kết"), text.find("Giảm")) if start > 0]
        entities = [{"start": start, "end": end, "label": label} for start, end, label in spans]
        lines.append(json.dumps({"id": name, "text": text, "entities": entities}))
    found = tmp_path / "found.jsonl"
    found.write_text("\n".join(lines), encoding="utf-8")
    names = [tmp_path / "out" / f"compared.{suffix}" for suffix in ("csv", "html", "jsonl", "xlsx")]
    outputs = [part for name in names for part in ("--out", name)]
    result = _run("compare", found, "--shared", "--model", "nowhere", *outputs)
    assert (result.returncode, result.stdout) == (0, "")
    rows = list(csv.reader(io.StringIO(names[0].read_bytes().decode("utf-8-sig"))))
    assert rows == [["indicator", "huyện Ba Tơ", "huyện Đakrông"], ["kết nạp đảng viên", "25 đảng viên", "30 đảng viên"]]
    assert "30 đảng viên" in names[1].read_text(encoding="utf-8")
    assert len(names[2].read_text(encoding="utf-8").splitlines()) == 1
    assert [tuple(row) for row in load_workbook(names[3])["So sánh"].values][1] == tuple(rows[1])
    shown = _run("compare", found).stdout
    assert "huyện Đakrông" in shown
    assert shown.count("đảng viên") == 3


def test_articles_are_predicted_to_be_compared(article: Path, phobert_model: Path) -> None:
    result = _run("compare", article, "--model", phobert_model)
    assert result.returncode == 0
    assert "chỉ tiêu · indicator" in result.stdout


def test_the_terminal_shows_vietnamese_in_any_locale(article: Path, phobert_model: Path) -> None:
    result = _run("predict", article, "--model", phobert_model)
    assert result.returncode == 0
    assert "tổ chức · organisations" in result.stdout
    assert "bài.txt" in result.stdout


def test_standard_input_and_output(phobert_model: Path) -> None:
    result = _run("predict", "-", "--model", phobert_model, "--format", "jsonl", stdin="Huyện ủy Đakrông")
    assert json.loads(result.stdout)["text"] == "Huyện ủy Đakrông"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt"], "missing.txt: cannot be read"),
        (["empty.txt"], "empty.txt: is empty"),
        (["binary.txt"], "binary.txt:1: not UTF-8"),
        (["broken.jsonl"], "broken.jsonl:2: broken JSON"),
        (["huge.txt"], "huge.txt: 2,000,001 characters, more than 1,000,000"),
        (["good.txt", "--model", "nowhere"], "nowhere: no such model folder"),
        (["good.txt", "--model", "half"], "half/vocab.txt: missing"),
        (["good.txt", "--out", "found.docx"], "found.docx: the suffix names no format"),
        (["good.txt", "--backend", "jax"], "--backend jax: use auto, onnx or torch"),
        (["--format", "parquet", "good.txt"], "--format parquet is not for the terminal; name a file with --out"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text("tốt", encoding="utf-8")
    Path("empty.txt").write_text("")
    Path("binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    Path("broken.jsonl").write_text('{"text": "a"}\n{"text"\n')
    Path("huge.txt").write_text("a " * 1_000_000 + "a")
    Path("half").mkdir()
    manifest = {
        "format": 1,
        "labels": ["ORG"],
        "segmenter": "none",
        "window": {},
        "temperature": 1,
        "facts": {},
        "files": {"vocab.txt": {"bytes": 1, "sha256": "0"}},
    }
    Path("half/nghiquyet.json").write_text(json.dumps(manifest))
    before = sorted(Path().iterdir())
    result = _run("predict", *arguments, *([] if {"--out", "--format"} & {*arguments} else ["--out", "found.jsonl"]))
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""
    assert sorted(Path().iterdir()) == before


def test_help_teaches() -> None:
    for arguments in (["--help"], ["predict", "--help"], ["compare", "--help"]):
        result = _run(*arguments)
        assert result.returncode == 0
        assert "articles" in result.stdout
    assert _run("--version").stdout.strip()
