from pathlib import Path

import pytest

from nghiquyet_demo import downloads, uploads
from nghiquyet_demo.articles import Refused


def test_a_text_comes_with_its_name_and_no_path(tmp_path: Path) -> None:
    file = tmp_path / "bài.txt"
    file.write_bytes("Xã Sơn Trung\r\n".encode())
    assert uploads.read(file) == uploads.Upload("bài.txt", "Xã Sơn Trung\r\n")
    assert uploads.read(file, "thư mục/bài khác.txt").name == "bài khác.txt"


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
    for name in ("a.txt", "b.txt", "none.txt"):
        with pytest.raises(Refused):
            uploads.read(tmp_path / name)


@pytest.mark.parametrize("path", ["../secret.txt", "x/../../secret.txt", "/etc/passwd"])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "uploads"
    with pytest.raises(Refused):
        uploads.confined(inside / path, inside)
    assert uploads.confined(inside / "x" / "a.txt", inside) == inside / "x" / "a.txt"


def test_an_upload_is_removed_with_its_own_folder(tmp_path: Path) -> None:
    for names, left in ((["a.txt"], []), (["a.txt", "b.txt"], ["b.txt"])):
        folder = tmp_path / "hash"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).touch()
        uploads.remove(folder / "a.txt")
        assert [path.name for path in folder.glob("*")] == left


def test_downloads_never_overwrite_one_another(tmp_path: Path) -> None:
    paths = {downloads.write(tmp_path / "new", ".json", b"{}") for _ in range(3)}
    assert len(paths) == 3
    assert {path.read_bytes() for path in paths} == {b"{}"}
