import csv
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyarrow.parquet import read_table

Command = Callable[..., subprocess.CompletedProcess[str]]
ENVIRONMENT = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "COLUMNS": "200"}


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "nghiquyet", *map(str, arguments)]


def _run(
    *arguments: str | Path, stdin: str | None = None, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments), input=stdin, capture_output=True, encoding="utf-8", env=ENVIRONMENT, preexec_fn=limit, check=False
    )


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "bài.txt"
    path.write_bytes("Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung.\r\nKết nạp 25 đảng viên <b>.".encode())
    return path


def test_every_format_tells_the_same_entities(tmp_path: Path, article: Path, phobert_model: Path, command: Command) -> None:
    names = [tmp_path / "out" / f"found.{suffix}" for suffix in ("jsonl", "html", "conll", "csv", "parquet")]
    outputs = [part for name in names for part in ("--out", name)]
    result = command("predict", article, "--model", phobert_model, "--rows", "entities", *outputs)
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


def test_every_table_tells_the_same_targets(tmp_path: Path, article: Path, phobert_model: Path, command: Command) -> None:
    names = [tmp_path / f"found.{suffix}" for suffix in ("jsonl", "csv", "xlsx", "parquet")]
    result = command("predict", article, "--model", phobert_model, *(part for name in names for part in ("--out", name)))
    assert (result.returncode, result.stdout) == (0, "")
    targets = [target["text"] for target in json.loads(names[0].read_text(encoding="utf-8"))["targets"]]
    assert targets
    rows = list(csv.DictReader(io.StringIO(names[1].read_bytes().decode("utf-8-sig"))))
    assert [row["text"].removeprefix("'") for row in rows] == targets
    assert [row[16] for row in load_workbook(names[2])["Chỉ tiêu"].values][1:] == targets
    (documents,) = read_table(names[3]).column("targets").to_pylist()
    assert [target["text"] for target in documents] == targets


def test_targets_are_compared_without_predicting_again(tmp_path: Path, command: Command) -> None:
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
    result = command("compare", found, "--shared", "--model", "nowhere", *outputs)
    assert (result.returncode, result.stdout) == (0, "")
    rows = list(csv.reader(io.StringIO(names[0].read_bytes().decode("utf-8-sig"))))
    assert rows == [["indicator", "huyện Ba Tơ", "huyện Đakrông"], ["kết nạp đảng viên", "25 đảng viên", "30 đảng viên"]]
    assert "30 đảng viên" in names[1].read_text(encoding="utf-8")
    assert len(names[2].read_text(encoding="utf-8").splitlines()) == 1
    assert [tuple(row) for row in load_workbook(names[3])["So sánh"].values][1] == tuple(rows[1])
    shown = command("compare", found).stdout
    assert "huyện Đakrông" in shown
    assert shown.count("đảng viên") == 3


def test_articles_are_predicted_to_be_compared(article: Path, phobert_model: Path, command: Command) -> None:
    result = command("compare", article, "--model", phobert_model)
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


def test_what_is_less_sure_can_be_left_out(command: Command, tmp_path: Path, phobert_model: Path) -> None:
    (tmp_path / "a.txt").write_text("Huyện ủy Đakrông, ông Lê Ngọc Huấn", encoding="utf-8")
    found = {}
    for least in ("0", "1"):
        result = command("predict", tmp_path / "a.txt", "--model", phobert_model, "--format", "jsonl", "--min-score", least)
        found[least] = json.loads(result.stdout)["entities"]
    assert found["0"]
    assert not found["1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt"], "missing.txt: cannot be read"),
        (["good*.pdf"], "good*.pdf: cannot be read"),
        (["empty"], "empty: the folder holds no file that can be read"),
        (["good.jsonl", "--out", "good.jsonl"], "good.jsonl: is read and would be written over"),
        (["good.jsonl", "--profile", "--workers", "2"], "--profile measures one process"),
        (["good.txt", "--model", "nowhere"], "nowhere: no such model folder"),
        (["good.txt", "--model", "half"], "half/vocab.txt: missing"),
        (["good.txt", "--out", "found.docx"], "found.docx: the suffix names no format"),
        (["good.txt", "--backend", "jax"], "--backend jax: use auto, onnx or torch"),
        (["good.txt", "--backend", "onnx", "--precision", "bf16"], "ONNX Runtime has no precision 'bf16'"),
        (["--format", "parquet", "good.txt"], "--format parquet: is no text, so it needs a file: --out found.parquet"),
        (["good.txt", "--format", "csv", "--rows", "documents"], "--rows documents: CSV has no place for whole documents"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text("tốt", encoding="utf-8")
    Path("good.jsonl").write_text('{"text": "tốt"}', encoding="utf-8")
    Path("empty").mkdir()
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
    result = command("predict", *arguments, *([] if {"--out", "--format"} & {*arguments} else ["--out", "found.jsonl"]))
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""
    assert sorted(Path().iterdir()) == before


def _corpus(path: Path, documents: int) -> list[str]:
    """JSON Lines of which every tenth is broken; the names that its documents are reported by."""
    lines = [
        '{"id": '
        if i % 10 == 3
        else json.dumps({"id": f"{i}", "text": f"Ông Cao Văn Bường, xã số {i}, giảm còn 30%. " * (i % 30 + 1)})
        for i in range(documents)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return [f"{path}:{i + 1}" if i % 10 == 3 else f"{i}" for i in range(documents)]


def test_a_bad_input_is_an_error_record_and_the_run_goes_on(tmp_path: Path, native_model: Path, command: Command) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name, content in {"a.txt": "tốt".encode(), "b.txt": b"", "c.txt": b"\0", "d.txt": b"xong"}.items():
        (source / name).write_bytes(content)
    output = tmp_path / "out" / "found.jsonl"
    result = command("predict", source, "--model", native_model, "--out", output, "--quiet")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"nghiquyet: {source}/b.txt: is empty",
        f"nghiquyet: {source}/c.txt: holds NUL bytes, so it is not a text; a document of another kind needs its own suffix",
    ]
    records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == [f"{source}/{name}.txt" for name in "abcd"]
    assert [set(record) for record in records] == [
        {"id", "text", "entities", "targets", "people", "organisations"},
        {"id", "error"},
        {"id", "error"},
        {"id", "text", "entities", "targets", "people", "organisations"},
    ]
    assert [file.name for file in output.parent.iterdir()] == ["found.jsonl"]
    on_screen = command("predict", source, "--model", native_model, "--format", "jsonl")
    assert (on_screen.returncode, on_screen.stderr) == (1, result.stderr)
    assert on_screen.stdout == output.read_text(encoding="utf-8")


def test_a_run_that_is_killed_at_any_moment_and_run_again_gives_the_same_bytes(
    tmp_path: Path, native_model: Path, command: Command
) -> None:
    source, whole, output = tmp_path / "a.jsonl", tmp_path / "whole.jsonl", tmp_path / "found.jsonl"
    names = _corpus(source, 100)
    arguments: list[str | Path] = ["predict", source, "--model", native_model, "--threads", "1", "--quiet"]
    assert command(*arguments, "--out", whole).returncode == 1
    expected = whole.read_bytes()
    assert [json.loads(line)["id"] for line in expected.splitlines()] == names
    partial = tmp_path / "found.jsonl.partial"
    for share in (0, 0.5):
        with subprocess.Popen(_command(*arguments, "--out", output), stderr=subprocess.PIPE) as run:
            while run.poll() is None and not (partial.exists() and partial.stat().st_size > share * len(expected)):
                time.sleep(0.01)
            run.kill()
        if run.returncode != -signal.SIGKILL:
            break
        assert not output.exists()
    result = command(*arguments, "--out", output)
    assert result.returncode == 1
    assert "nghiquyet: 10 inputs failed in all" in result.stderr
    assert output.read_bytes() == expected
    assert not list(tmp_path.glob("found.jsonl.*"))


def test_a_full_disk_is_one_clear_error_and_the_next_run_goes_on(tmp_path: Path, native_model: Path, command: Command) -> None:
    source, output = tmp_path / "a.jsonl", tmp_path / "found.jsonl"
    names = _corpus(source, 60)
    arguments: list[str | Path] = ["predict", source, "--model", native_model, "--threads", "1", "--quiet", "--out", output]
    # As a full disk does, a limit on the size of files ends a write in the middle.
    full = _run(*arguments, limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)))
    assert full.returncode == 2
    assert "found.jsonl.partial: cannot be written: File too large; what is done is kept there" in full.stderr
    assert len(full.stderr.splitlines()) == 1
    assert (tmp_path / "found.jsonl.partial").stat().st_size == 50_000
    assert command(*arguments).returncode == 1
    assert [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()] == names


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path, native_model: Path) -> None:
    source, output = tmp_path / "a.jsonl", tmp_path / "found.jsonl"
    names = _corpus(source, 165)
    # It waits for standard input when some is done and some is left.
    arguments: list[str | Path] = ["predict", source, "-", "--model", native_model, "--out", output]
    partial = tmp_path / "found.jsonl.partial"
    line = _command(*arguments, "--workers", "2")
    with subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True) as run:
        while run.poll() is None and not (partial.exists() and partial.stat().st_size > 1000):
            time.sleep(0.01)
        # As Ctrl-C does: to every process of the run.
        os.killpg(run.pid, signal.SIGINT)
        assert run.stderr is not None
        told = run.stderr.read()
    assert run.returncode == 130
    assert told == f"interrupted; what is done is kept in {partial}: run the same again to go on\n"
    assert _run(*arguments, stdin="xã họp").returncode == 1
    assert [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()] == [*names, "-"]


def test_the_time_of_each_stage_is_told_when_asked(article: Path, native_model: Path, command: Command) -> None:
    result = command("predict", article, "--model", native_model, "--profile", "--format", "csv")
    assert result.returncode == 0
    assert {"words", "pieces", "network", "decoding"} <= {line.split()[0] for line in result.stderr.splitlines()}


def test_help_teaches(command: Command) -> None:
    for arguments in (["--help"], ["predict", "--help"], ["compare", "--help"]):
        result = command(*arguments)
        assert result.returncode == 0
        assert "articles" in result.stdout
    assert command("--version").stdout.strip()
