import io
from pathlib import Path

import docx
import pytest

from nghiquyet_demo import downloads, uploads
from nghiquyet_demo.articles import Refused


def test_a_text_comes_with_its_name_and_no_path(tmp_path: Path) -> None:
    file = tmp_path / "bài.txt"
    file.write_bytes("Xã Sơn Trung\r\n".encode())
    assert uploads.read(file) == uploads.Upload("bài.txt", "Xã Sơn Trung\r\n")
    assert uploads.read(file, "thư mục/bài khác.txt").name == "bài khác.txt"


def _word() -> bytes:
    document = docx.Document()
    document.add_paragraph("Xã Sơn Trung")
    document.add_paragraph("Giảm nghèo")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


# The least that readers of PDF take; they find the places of the objects themselves.
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 48>>stream
BT /F 10 Tf 9 99 Td (Khanh Son, 2030: 5%) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("bài.docx", _word(), "Xã Sơn Trung\nGiảm nghèo"),
        ("bài.PDF", _PDF, "Khanh Son, 2030: 5%"),
        ("bài.html", "<html><body><p>Xã Sơn Trung</p><p>Giảm <b>nghèo</b></p></body></html>".encode(), "Xã Sơn Trung\nGiảm nghèo"),
        ("bài.txt", "Xã Sơn Trung".encode("utf-16"), "Xã Sơn Trung"),
    ],
)
def test_documents_of_all_kinds_are_read(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert uploads.read(file).text.split() == text.split()


@pytest.mark.parametrize("name", ["bài.docx", "bài.pdf", "bài.html"])
def test_documents_that_hold_nothing_are_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(Refused, match=rf"Không đọc được {name}"):
        uploads.read(file)


@pytest.mark.parametrize("name", ["a.exe", "a", "a.txt.zip", ".txt"])
def test_other_kinds_are_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"a")
    with pytest.raises(Refused, match="loại tệp"):
        uploads.read(file)


@pytest.mark.parametrize("content", [b"", b"\xff\x00\x01", b"a\x00b"])
def test_what_is_no_text_is_refused_without_a_path(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bài.txt"
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"bài\.txt") as caught:
        uploads.read(file)
    assert str(tmp_path) not in str(caught.value)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with file.open("wb") as out:
        out.truncate(uploads.MAX_BYTES + 1)
    with pytest.raises(Refused, match="10 MB"):
        uploads.read(file)


def test_links_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a", encoding="utf-8")
    (tmp_path / "a.txt").symlink_to(tmp_path / "secret")
    (tmp_path / "b.txt").mkdir()
    for name in ("a.txt", "b.txt"):
        with pytest.raises(Refused, match="tệp hỏng"):
            uploads.read(tmp_path / name)


def test_a_file_that_is_deleted_already_has_to_be_sent_again(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="hãy chọn lại tệp"):
        uploads.read(tmp_path / "bài.txt")


@pytest.mark.parametrize("path", ["../secret.txt", "x/../../secret.txt", "/etc/passwd"])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "uploads"
    with pytest.raises(Refused):
        uploads.confined(inside / path, inside)
    assert uploads.confined(inside / "x" / "a.txt", inside) == inside / "x" / "a.txt"


def test_downloads_never_overwrite_one_another(tmp_path: Path) -> None:
    paths = {downloads.write(tmp_path / "new", ".json", b"{}") for _ in range(3)}
    assert len(paths) == 3
    assert {path.read_bytes() for path in paths} == {b"{}"}
