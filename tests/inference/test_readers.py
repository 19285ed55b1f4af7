import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import docx
import pyarrow as pa
import pytest
from pyarrow import parquet

from nghiquyet import readers
from nghiquyet.documents import Document, Failure, Input
from nghiquyet.errors import MissingExtraError
from nghiquyet.readers import Columns

TEXT = "Đến năm 2025, tỷ lệ hộ nghèo của xã Sơn Trung giảm còn 30%."
COLUMNS = Columns()


def _read(path: Path, columns: Columns = COLUMNS) -> list[Input]:
    return list(readers.read(path, columns))


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _pdf(*lines: str) -> bytes:
    """The smallest page with these lines, in a font whose letters are told by a table, as Vietnamese ones are."""
    letters = sorted(set("".join(lines)))
    drawn = " T* ".join("<" + "".join(f"{letters.index(char) + 1:02x}" for char in line) + "> Tj" for line in lines)
    stream = f"BT /F 10 Tf 12 TL 50 700 Td {drawn} ET"
    told = "".join(f"<{i:02x}> <{ord(char):04x}>\n" for i, char in enumerate(letters, 1))
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{told}endbfchar\nendcmap end end"
    )
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        f"<</Length {len(table)}>>stream\n{table}\nendstream",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj{body}endobj\n".encode()
    table_of_places = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table_of_places}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return content + tail.encode() + f"startxref\n{len(content)}\n%%EOF".encode()


def _word(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Chỉ tiêu"
    table.cell(1, 0).text, table.cell(1, 1).text = "hộ nghèo", "30%"
    document.add_paragraph("Hết.")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_texts_come_as_they_are(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    text = "dòng\r\nmột\u00a0hai e\u0302\u0301 \ufeff\n"
    path = _write(tmp_path / f"a.TXT{suffix}", pack(text.encode()))
    assert _read(path) == [Document(str(path), text)]


def test_pages_give_their_article(tmp_path: Path) -> None:
    page = (
        '<html><head><meta charset="{}"></head><body><nav><a href="/">Trang chủ</a></nav><article><p>'
        f"{TEXT}</p><p>Ông Cao Văn Bường nói về việc này ở hội nghị.</p></article></body></html>"
    )
    expected = f"{TEXT}\nÔng Cao Văn Bường nói về việc này ở hội nghị."
    for codec in ("utf-8", "utf-16"):
        path = _write(tmp_path / f"{codec}.html", page.format(codec).encode(codec))
        assert _read(path) == [Document(str(path), expected)]
    packed = _write(tmp_path / "a.htm.gz", gzip.compress(page.format("utf-8").encode()))
    assert _read(packed) == [Document(str(packed), expected)]
    declared = _write(
        tmp_path / "b.html", page.format("iso-8859-1").replace("Trang chủ", "Über").encode("latin-1", "xmlcharrefreplace")
    )
    assert _read(declared) == [Document(str(declared), expected)]
    empty = _write(tmp_path / "empty.html", b"<html><body></body></html>")
    assert _read(empty) == [Failure(str(empty), f"{empty}: no article is found on the page; save its text as .txt")]


def test_word_documents_give_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.docx", _word("Nghị quyết", TEXT))
    assert _read(path) == [Document(str(path), f"Nghị quyết\n{TEXT}\nChỉ tiêu\nhộ nghèo\t30%\nHết.")]


def test_word_documents_in_old_fonts_are_told(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.docx", _word("§¶ng ñy x· S¬n Trung: ®Õn n¨m 2025, tû lÖ hé nghÌo cña huyÖn gi¶m cßn 30%"))
    (failure,) = _read(path)
    assert isinstance(failure, Failure)
    assert "old encoding TCVN3" in failure.reason


def test_pdf_lines_are_joined_to_paragraphs(tmp_path: Path) -> None:
    lines = ("Đến năm 2025, Đảng bộ xã Sơn", "Trung kết nạp mới 25 đảng", "viên trở lên.", "Hết.")
    path = _write(tmp_path / "a.pdf", _pdf(*lines))
    assert _read(path) == [Document(str(path), "Đến năm 2025, Đảng bộ xã Sơn Trung kết nạp mới 25 đảng viên trở lên.\nHết.")]
    blank = _write(tmp_path / "blank.pdf", _pdf(""))
    (failure,) = _read(blank)
    assert isinstance(failure, Failure)
    assert "holds no text, so its pages may be pictures" in failure.reason


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_json_lines_fail_one_by_one(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    lines = [
        '{"id": "x", "text": "một"}'.encode(),
        b"",
        '{"text": "không tên"}\r'.encode(),
        b'{"id": "broken"',
        b'["a"]',
        b'{"id": 7, "text": 5}',
        b'{"id": "h", "text": "\\ud800"}',
        b'{"id": "\\ud800", "text": "a"}',
        b'{"id": "latin", "text": "\xe9"}',
        '{"id": 0, "text": "hai\u2028"}'.encode(),
    ]
    path = _write(tmp_path / f"a.jsonl{suffix}", pack(b"\n".join(lines)))
    found = _read(path)
    assert [item.name for item in found] == [
        "x", f"{path}:3", f"{path}:4", f"{path}:5", "7", "h", f"{path}:8", f"{path}:9", "0",
    ]  # fmt: skip
    assert [item.text for item in found if isinstance(item, Document)] == ["một", "không tên", "hai\u2028"]
    for item, reason in zip(
        [item for item in found if isinstance(item, Failure)],
        ("broken JSON", "expected an object", "expected a 'text'", "half of a surrogate", "id holds half", "not UTF-8"),
        strict=True,
    ):
        assert item.reason.startswith(f"{path}:")
        assert reason in item.reason
    assert readers.count(path, COLUMNS) == len(found)


def test_other_columns_are_asked_for(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", '{"url": "u", "body": "một"}'.encode("utf-16"))
    assert _read(path, Columns("body", "url")) == [Document("u", "một")]
    (failure,) = _read(path)
    assert failure == Failure(f"{path}:1", f"{path}:1: expected a 'text' that is a string and not empty")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_is_read_as_spreadsheets_write_it(tmp_path: Path, delimiter: str, codec: str) -> None:
    rows = [("id", "text"), ("a", '"hai\r\ndòng; ""nháy"", phẩy"'), ("", "không tên"), ("c", ""), ("d", "thừa", "ô"), ("e", "năm")]
    path = _write(tmp_path / "a.csv", "\r\n".join(delimiter.join(row) for row in rows).encode(codec))
    assert _read(path) == [
        Document("a", 'hai\r\ndòng; "nháy", phẩy'),
        Document(f"{path}:4", "không tên"),
        Failure("c", f"{path}:5: expected a 'text' that is a string and not empty"),
        Failure(f"{path}:6", f"{path}:6: 3 cells under a header of 2"),
        Document("e", "năm"),
    ]
    assert readers.count(path, COLUMNS) == 5
    (failure,) = _read(path, Columns("body"))
    assert isinstance(failure, Failure)
    assert "no column 'body' in 'id" in failure.reason
    assert "--text-column" in failure.reason


def test_csv_cells_may_be_as_long_as_articles(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", b"text\n" + b"a " * 100_000)
    assert _read(path) == [Document(f"{path}:2", "a " * 100_000)]


def test_parquet_columns_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = [f"bài {i}" for i in range(150)]
    parquet.write_table(pa.table({"text": [*texts, None], "id": [*range(150), None], "other": [0] * 151}), path, row_group_size=40)
    *found, failure = _read(path)
    assert found == [Document(str(i), text) for i, text in enumerate(texts)]
    assert failure == Failure(f"{path}:151", f"{path}:151: expected a 'text' that is a string and not empty")
    assert readers.count(path, COLUMNS) == 151
    (failure,) = _read(path, Columns("body"))
    assert isinstance(failure, Failure)
    assert "no column 'body' in 'text, id, other'" in failure.reason


@pytest.mark.parametrize(
    "name", ["a.txt", "a.html", "a.docx", "a.pdf", "a.jsonl", "a.csv", "a.parquet", "a.txt.gz", "a.jsonl.xz", "a.docx.gz"]
)
@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\0\1\2\3", b"PK\x03\x04\0\0", b"%PDF-1.4\n\xff\xfe\0", b"\x1f\x8b\x08\0\0", None]
)
def test_damaged_files_of_every_kind_are_one_failure_that_names_them(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    (failure,) = _read(path)
    assert isinstance(failure, Failure)
    assert failure.reason.startswith(str(path))
    assert "\n" not in failure.reason
    assert readers.count(path, COLUMNS) >= 0


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.parquet"])
def test_files_cut_short_are_one_failure(tmp_path: Path, name: str) -> None:
    table = io.BytesIO()
    parquet.write_table(pa.table({"text": ["một"]}), table)
    content = {"a.docx": _word(TEXT), "a.pdf": b"%PDF-1.4 1 0 obj", "a.parquet": table.getvalue()}[name]
    path = _write(tmp_path / name, content[: len(content) // 2])
    (failure,) = _read(path)
    assert isinstance(failure, Failure)


def test_what_was_packed_whole_is_read_before_the_damage_is_told(tmp_path: Path) -> None:
    lines = b"".join(b'{"id": "%d", "text": "%x"}\n' % (i, i**7) for i in range(2000))
    path = _write(tmp_path / "a.jsonl.gz", gzip.compress(lines)[:-500])
    *found, failure = _read(path)
    assert [item.name for item in found] == [str(i) for i in range(len(found))]
    assert failure.name == str(path)


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [
        ("a.html", "trafilatura", "files"),
        ("a.docx", "docx", "files"),
        ("a.pdf", "pypdfium2", "files"),
        ("a.parquet", "pyarrow", "parquet"),
    ],
)
def test_a_missing_library_is_named_by_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'nghiquyet\[{extra}\]'"):
        _read(_write(tmp_path / name, b"a"))
