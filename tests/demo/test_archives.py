import io
import stat
import zipfile
from pathlib import Path

import pytest

from nghiquyet_demo import archives
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.wording import Words


def pack(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(path: Path) -> dict[str, bytes | str]:
    """Name to content, or to the reason why there is none."""
    return {
        member.name: str(member.content) if isinstance(member.content, Refused) else member.content
        for member in archives.members(path)
    }


def test_files_come_in_order_and_bad_ones_do_not_stop_the_others(tmp_path: Path) -> None:
    files = {"a/một.txt": b"1", "../up.txt": b"2", "b.zip": b"PK", "c.txt": b"3"}
    assert read(pack(tmp_path / "some.zip", files)) == {
        "a/một.txt": b"1",
        "../up.txt": Words.ZIP_PATH.both(),
        "b.zip": Words.ZIP_NESTED.both(),
        "c.txt": b"3",
    }


@pytest.mark.parametrize("name", ["../x.txt", "a/../../x.txt", "/etc/x.txt", "C:/x.txt", "..\\x.txt", "\\\\host\\x.txt", "a/.."])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    packed = zipfile.ZipInfo("placeholder")
    packed.filename = name
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr(packed, b"content")
    assert list(read(tmp_path / "some.zip").values()) == [Words.ZIP_PATH.both()]


def test_links_are_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("passwords.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert read(tmp_path / "some.zip") == {"passwords.txt": Words.ZIP_LINK.both()}


def test_what_unpacks_to_far_too_much_stays_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = pack(tmp_path / "bomb.zip", {"bomb.txt": b"0" * 1_000_000, "fine.txt": b"fine"})
    assert read(bomb) == {"bomb.txt": Words.ZIP_BOMB.both(), "fine.txt": b"fine"}
    monkeypatch.setattr(archives, "MAX_FILE", 100)
    stored = pack(tmp_path / "stored.zip", {"big.txt": b"0" * 101}, zipfile.ZIP_STORED)
    assert read(stored) == {"big.txt": Words.ZIP_FILE_TOO_LARGE.both(limit=0)}


def test_too_much_as_a_whole_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = pack(tmp_path / "some.zip", {f"{n}.txt": b"text" for n in range(3)})
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    with pytest.raises(Refused, match="3"):
        read(some)
    monkeypatch.setattr(archives, "MAX_FILES", 3)
    monkeypatch.setattr(archives, "MAX_TOTAL", 11)
    with pytest.raises(Refused, match="MB"):
        read(some)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.zip"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        read(path)
    assert str(caught.value) == Words.ZIP_DAMAGED.both()


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        read(pack(tmp_path / "some.zip", {"folder/": b"", "__MACOSX/._a.txt": b"x", ".DS_Store": b"x"}))
    assert str(caught.value) == Words.ZIP_EMPTY.both()


def test_a_damaged_file_does_not_stop_the_others(tmp_path: Path) -> None:
    path = pack(tmp_path / "some.zip", {"a.txt": b"damaged", "b.txt": b"fine"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"damaged", b"DAMAGED", 1))
    assert read(path) == {"a.txt": Words.ZIP_FILE_DAMAGED.both(), "b.txt": b"fine"}


def test_a_locked_file_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", b"content")
    packed = bytearray(content.getvalue())
    # The flag stands in the local header and in the directory.
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "some.zip").write_bytes(packed)
    assert read(tmp_path / "some.zip") == {"a.txt": Words.ZIP_LOCKED.both()}


def test_names_in_utf8_that_does_not_say_so_are_read(tmp_path: Path) -> None:
    path = pack(tmp_path / "some.zip", {"huyen-xa.txt": b"1"})
    path.write_bytes(path.read_bytes().replace(b"huyen-xa", "huyện".encode() + b"xa"[:1], 2))
    assert list(read(path)) == ["huyệnx.txt"]
