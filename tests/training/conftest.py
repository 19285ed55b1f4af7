"""Labelled articles of a few sentences, with a label that the project does not know of."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nghiquyet import checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet_training import articles
from nghiquyet_training.articles import Article, Span

_MARK = re.compile(r"\[([A-Z]+) ([^\]]+)\]")
_MARKED = {
    "a": (
        "Ông [PERSON Cao Văn Bường] - Bí thư [ORG Đảng ủy xã Sơn Trung] cho biết: đến năm 2025, "
        "[TARGET kết nạp mới 25 đảng viên trở lên].\nNăm 2020, xã [RESULT đã kết nạp 169 đảng viên]. Ông [PERSON Bường] rất vui."
    ),
    "b": (
        "[ORG Huyện ủy Đakrông] đề ra mục tiêu: [TARGET tỷ lệ hộ nghèo giảm còn 30%]; [TARGET 60% trường đạt chuẩn quốc gia]."
        "\n\nNăm qua, thu nhập bình quân [RESULT đạt 49,22 triệu đồng].\nTheo bà [PERSON Lê Ngọc Huấn], đó là kết quả lớn."
    ),
    "c": (
        "Phấn đấu [TARGET thu hút 1.000 tỷ đồng vào năm 2026] là quyết tâm của [ORG UBND huyện]. "
        "Ông [PERSON Nguyễn Minh Trường] nói: huyện [RESULT hoàn thành 5/8 chương trình]."
    ),
    "d": "[ORG Huyện ủy Khánh Sơn] cho biết: [TARGET trồng 200 ha rừng mỗi năm]. Bà [PERSON H'Lan]: xã [RESULT đạt 19 tiêu chí].",
    "e": "Ông [PERSON Bường] nói: [ORG Đảng ủy xã Sơn Trung] họp.",
}


def _labelled(name: str, marked: str) -> Article:
    text, spans, last = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), mark[1]))
        text, last = text + mark[2], mark.end()
    return Article(name, text + marked[last:], tuple(spans))


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Checkpoint:
    return checkpoint.read(model_folder)


@pytest.fixture(scope="module")
def seeds(root: Path) -> list[Article]:
    return articles.read([root / "data" / "seeds.jsonl"])


@pytest.fixture(scope="session")
def labelled() -> Callable[[str, str], Article]:
    """Makes an article of an id and a text in which the spans are written "[LABEL surface]"."""
    return _labelled


@pytest.fixture(scope="session")
def few_articles() -> dict[str, Article]:
    """Five short articles by id, a to e; the first four hold PERSON, ORG, TARGET and RESULT."""
    return {name: _labelled(name, marked) for name, marked in _MARKED.items()}


@pytest.fixture
def without_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """Model folders without a graph, which takes longer to make than a tiny model to train; torch reads them."""
    from nghiquyet_training import train

    def save(model: Any, folder: Path) -> None:
        model.half().save_pretrained(folder)

    monkeypatch.setattr(train, "export", save)


@pytest.fixture
def workplace(tmp_path: Path, native_base: Path, few_articles: dict[str, Article], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands run in: mine.toml, which trains on data.jsonl (the articles a to d), and test.jsonl (e)."""
    *training, last = few_articles.values()
    articles.write(tmp_path / "data.jsonl", training)
    articles.write(tmp_path / "test.jsonl", [last])
    (tmp_path / "mine.toml").write_text(
        f'base = "{native_base}"\noutput = "run"\n[data]\ntrain = ["data.jsonl"]\ndev_fraction = 0\n'
        '[window]\npieces = 100\ncontext = 8\n[training]\nepochs = 1\nprecision = "float32"\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs nghiquyet-train with some arguments in this process, and returns its exit code."""
    from nghiquyet_training import cli

    def run(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["nghiquyet-train", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        assert isinstance(caught.value.code, int)
        return caught.value.code

    return run
