import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from nghiquyet import corpus
from nghiquyet.corpus import Document, Failure
from nghiquyet.errors import InputError


def test_files_folders_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.txt").write_text("hai", encoding="utf-8")
    (tmp_path / "sub" / "a.txt").write_text("ba", encoding="utf-8")
    (tmp_path / "sub.csv").write_text("text\nnăm\n", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "một"}\n\n{"text": "không tên"}\n', encoding="utf-8")
    (tmp_path / "ignored.doc").write_bytes(b"PK")
    (tmp_path / "~$ignored.docx").write_bytes(b"PK")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "ignored.txt").write_text("a")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("bốn".encode())))
    assert corpus.read([str(tmp_path), "-"]) == [
        Document("x", "một"),
        Document(f"{tmp_path}/a.jsonl:3", "không tên"),
        Document(f"{tmp_path}/b.txt", "hai"),
        Document(f"{tmp_path}/sub/a.txt", "ba"),
        Document(f"{tmp_path}/sub.csv:2", "năm"),
        Document("-", "bốn"),
    ]
    assert corpus.files(tmp_path) == [tmp_path / "a.jsonl", tmp_path / "b.txt", tmp_path / "sub" / "a.txt"]
    assert corpus.count(corpus.paths([str(tmp_path), "-"])) == 6


def test_patterns_that_no_shell_expanded_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.txt", "a.txt", "c.md", "sub/d.txt", "[1].txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    assert list(corpus.paths(["?.txt"])) == ["a.txt", "b.txt"]
    assert list(corpus.paths([f"{tmp_path}/**/*.txt"])) == [
        f"{tmp_path}/{name}" for name in ("[1].txt", "a.txt", "b.txt", "sub/d.txt")
    ]
    assert list(corpus.paths(["s*", "[1].txt", "c.md"])) == ["sub/d.txt", "[1].txt", "c.md"]
    with pytest.raises(InputError, match=r"\*\.pdf: cannot be read: No such file"):
        list(corpus.paths(["*.pdf"]))


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_packed_lines_are_read_as_others_are(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    lines = '{"id": "x", "text": "một"}\n{"text": "hai"}\n'.encode()
    path = tmp_path / f"a.jsonl.{suffix}"
    path.write_bytes(pack(lines))
    (tmp_path / f"a.tar.{suffix}").write_bytes(pack(lines))
    assert corpus.read([str(tmp_path)]) == [Document("x", "một"), Document(f"{path}:2", "hai")]
    for damaged in (pack(lines)[:-9], pack(lines)[:30], lines):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=rf"a\.jsonl\.{suffix}: cannot be unpacked, so it is damaged"):
            corpus.read([str(path)])


def test_a_stream_reads_no_further_than_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "một"}\n{"text": "hai"}\nno JSON\n', encoding="utf-8")
    stream = corpus.stream([str(tmp_path / "a.jsonl"), str(tmp_path / "no such file")])
    assert [next(stream).text, next(stream).text] == ["một", "hai"]
    with pytest.raises(InputError, match=r"a\.jsonl:3: broken JSON"):
        next(stream)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", r"a\.txt: is empty"),
        ("a.txt", b" \n ", r"a\.txt: is empty"),
        ("a.txt", "\ufeff\n".encode(), r"a\.txt: is empty"),
        ("a.txt", b"m\xe1\xbb\x99t\n\nhai \xff", r"a\.txt:3: not UTF-8 text \(byte 11\)"),
        ("a.txt", b"PK\x03\x04\n\0\0", r"a\.txt: holds NUL bytes"),
        ("a.jsonl", b"", r"a\.jsonl: is empty"),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', r"a\.jsonl:2: broken JSON"),
        ("a.jsonl", b'["a"]', r"a\.jsonl:1: expected an object with a 'text'"),
    ],
)
def test_bad_input_is_named_with_its_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        corpus.read([str(tmp_path / name)])


def test_a_failure_does_not_end_the_reading(tmp_path: Path) -> None:
    for name, content in {"a.txt": b"a" * 101, "b.txt": b"\0", "c.txt": b"c" * 100}.items():
        (tmp_path / name).write_bytes(content)
    a, b, c = corpus.inputs(corpus.paths([str(tmp_path)]), max_characters=100)
    assert isinstance(a, Failure)
    assert "101 characters, more than 100" in a.reason
    assert isinstance(b, Failure)
    assert c == Document(f"{tmp_path}/c.txt", "c" * 100)


def test_missing_files_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.txt: cannot be read: No such file"):
        corpus.read([str(tmp_path / "no.txt")])
    with pytest.raises(InputError, match=r"holds no file that can be read \(\.txt \.html"):
        corpus.read([str(tmp_path)])
    with pytest.raises(InputError, match=r"holds no \.txt or \.jsonl file"):
        corpus.files(tmp_path)
