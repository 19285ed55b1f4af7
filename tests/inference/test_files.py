import os
from pathlib import Path

import pytest

from nghiquyet.errors import InputError
from nghiquyet.files import replacing, write_text


def test_folders_are_made_and_content_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_text(path, "một\r\n")
    write_text(path, "hai\n")
    assert path.read_bytes() == b"hai\n"
    assert [file.name for file in path.parent.iterdir()] == ["b.txt"]


def test_a_full_disk_leaves_the_old_content_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "cũ")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"a\.txt: cannot be written: No space left on device"):
        write_text(path, "mới")
    assert path.read_text(encoding="utf-8") == "cũ"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_in_the_place_of_a_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_text(tmp_path / "a" / "b.txt", "")


def test_whatever_ends_the_writing_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "cũ")

    def interrupted() -> None:
        with replacing(path) as file:
            file.write(b"m")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text(encoding="utf-8") == "cũ"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
