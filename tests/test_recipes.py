"""The programs of docs/recipes.md, run as they stand on articles that are hard on offsets."""

import csv
import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from nghiquyet import predict

TEXTS = [
    "Trời đẹp.",
    "😀 Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025,\r\nkết nạp mới 25 đảng viên trở lên.",
    unicodedata.normalize("NFD", "Huyện ủy Đakrông phấn đấu giảm tỷ lệ hộ nghèo còn 3%."),
    " ",
    *(f"Đảng ủy xã Sơn Trung trồng {n} ha rừng." for n in range(60)),
]


def _run(root: Path, folder: Path, library: str) -> None:
    programs = re.findall(r"```python\n(.*?)```", (root / "docs/recipes.md").read_text(encoding="utf-8"), re.DOTALL)
    (program,) = (program for program in programs if f"import {library}" in program or f"from {library}" in program)
    lines = (json.dumps({"id": f"a{n}", "text": text}, ensure_ascii=False) + "\n" for n, text in enumerate(TEXTS))
    (folder / "articles.jsonl").write_text("".join(lines), encoding="utf-8", newline="")
    (folder / "program.py").write_text(program, encoding="utf-8")
    # A cluster that this machine may be part of is no test's.
    environment = os.environ | {"HF_HOME": str(folder / "cache"), "RAY_ADDRESS": "local"}
    result = subprocess.run(
        [sys.executable, "program.py"], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr


def test_pandas(root: Path, tmp_path: Path) -> None:
    _run(root, tmp_path, "pandas")
    with (tmp_path / "entities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: list[list[dict[str, Any]]] = [[] for _ in TEXTS]
    for row in rows:
        numbers = {"start": int(row["start"]), "end": int(row["end"]), "score": float(row["score"])}
        found[int(row.pop("id")[1:])].append({**row, **numbers})
    _assert_expected(found)


def test_datasets_in_two_processes(root: Path, tmp_path: Path) -> None:
    _run(root, tmp_path, "datasets")
    _assert_expected(_column(tmp_path / "entities.parquet"))


@pytest.mark.long
def test_ray(root: Path, tmp_path: Path) -> None:
    _run(root, tmp_path, "ray")
    _assert_expected(_column(tmp_path / "entities"))


def _column(path: Path) -> list[list[dict[str, Any]]]:
    rows = sorted(pq.read_table(path).to_pylist(), key=lambda row: int(row["id"][1:]))
    assert [row["text"] for row in rows] == TEXTS
    return [row["entities"] for row in rows]


def _assert_expected(found: list[list[dict[str, Any]]]) -> None:
    expected = [prediction.to_dict()["entities"] for prediction in predict(TEXTS)]
    assert sum(map(len, expected)) > len(TEXTS)
    for text, ours, theirs in zip(TEXTS, expected, found, strict=True):
        assert [{**entity, "score": pytest.approx(entity["score"], abs=1e-3)} for entity in ours] == theirs
        assert all(text[entity["start"] : entity["end"]] == entity["text"] for entity in theirs)
