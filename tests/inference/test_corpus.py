import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from nghiquyet import corpus
from nghiquyet.corpus import Document
from nghiquyet.errors import InputError


def test_files_folders_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.txt").write_text("hai", encoding="utf-8")
    (tmp_path / "sub" / "a.txt").write_text("ba", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "một"}\n\n{"text": "không tên"}\n', encoding="utf-8")
    (tmp_path / "ignored.docx").write_bytes(b"PK")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("bốn".encode())))
    assert corpus.read([str(tmp_path), "-"]) == [
        Document("x", "một"),
        Document(f"{tmp_path}/a.jsonl:3", "không tên"),
        Document(f"{tmp_path}/b.txt", "hai"),
        Document(f"{tmp_path}/sub/a.txt", "ba"),
        Document("-", "bốn"),
    ]


def test_text_comes_as_it_is(tmp_path: Path) -> None:
    text = "dòng\r\nmột\u00a0hai e\u0302\u0301 \ufeff\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    assert corpus.read([str(tmp_path / "a.txt")])[0].text == text


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_packed_lines_are_read_as_others_are(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    lines = '{"id": "x", "text": "một"}\n{"text": "hai"}\n'.encode()
    path = tmp_path / f"a.jsonl.{suffix}"
    path.write_bytes(pack(lines))
    (tmp_path / f"a.csv.{suffix}").write_bytes(pack(lines))
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
        ("a.txt", b"m\xe1\xbb\x99t\n\nhai \xff", r"a\.txt:3: not UTF-8 text \(byte 11\)"),
        ("a.txt", b"PK\x03\x04\n\0\0", r"a\.txt:2: holds a NUL character"),
        ("a.txt", b"a" * 101, r"a\.txt: 101 characters, more than 100"),
        ("a.jsonl", b"", r"a\.jsonl: is empty"),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', r"a\.jsonl:2: broken JSON"),
        ("a.jsonl", b'{"text": "\xff"}', r"a\.jsonl:1: broken JSON"),
        ("a.jsonl", b'["a"]', r'a\.jsonl:1: expected an object with a "text"'),
        ("a.jsonl", b'{"text": "\\ud800"}', r"a\.jsonl:1: holds half of a surrogate pair"),
        ("a.jsonl", b'{"text": 5}', r'a\.jsonl:1: expected an object with a "text"'),
    ],
)
def test_bad_input_is_named_with_its_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        corpus.read([str(tmp_path / name)], max_characters=100)


def test_missing_files_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.txt: cannot be read: No such file"):
        corpus.read([str(tmp_path / "no.txt")])
    with pytest.raises(InputError, match=r"holds no \.txt or \.jsonl file"):
        corpus.read([str(tmp_path)])
