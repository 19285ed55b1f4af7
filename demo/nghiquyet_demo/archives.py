"""The files of an uploaded zip archive, unpacked with care: an archive is written by a stranger.

Names in it are shown and never used as paths, links are never followed, nothing unpacks to more than the limits say, and an
archive in an archive stays packed.
"""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from nghiquyet_demo.articles import Refused
from nghiquyet_demo.wording import Words

MAX_FILES: Final = 500
# Of one file and of all together, unpacked, in bytes.
MAX_FILE: Final = 20 * 2**20
MAX_TOTAL: Final = 200 * 2**20
# How many times smaller than its content a file may be packed; text packs to a fifth, a bomb to a thousandth.
MAX_RATIO: Final = 100
_ARCHIVES: Final = (".zip", ".rar", ".7z", ".tar", ".gz", ".xz", ".bz2")
# What systems put into archives beside the files that were meant.
_LEFTOVERS: Final = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name, for people to read, and its content or why there is none."""

    name: str
    content: bytes | Refused


def members(path: Path) -> Iterator[Member]:
    """The files of a zip archive one by one; a bad one comes with the reason, and the others still come.

    Raises:
        Refused: if it is not a zip archive, is damaged, or holds too much as a whole.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir() and not _is_leftover(info)]
            _check(files)
            for info in files:
                yield Member(_name(info), _content(archive, info))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Refused(Words.ZIP_DAMAGED) from error


def _check(files: list[zipfile.ZipInfo]) -> None:
    if not files:
        raise Refused(Words.ZIP_EMPTY)
    if len(files) > MAX_FILES:
        raise Refused(Words.ZIP_TOO_MANY, count=len(files), limit=MAX_FILES)
    # No more than the stated size is ever read of a file, so the stated sizes can be trusted as bounds.
    if sum(info.file_size for info in files) > MAX_TOTAL:
        raise Refused(Words.ZIP_TOO_LARGE, limit=MAX_TOTAL // 2**20)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | Refused:
    if not _is_inside(info.filename):
        return Refused(Words.ZIP_PATH)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return Refused(Words.ZIP_LINK)
    if info.flag_bits & _ENCRYPTED:
        return Refused(Words.ZIP_LOCKED)
    if info.filename.lower().endswith(_ARCHIVES):
        return Refused(Words.ZIP_NESTED)
    if info.file_size > MAX_FILE:
        return Refused(Words.ZIP_FILE_TOO_LARGE, limit=MAX_FILE // 2**20)
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return Refused(Words.ZIP_BOMB)
    try:
        with archive.open(info) as file:
            return file.read(MAX_FILE)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        damaged = Refused(Words.ZIP_FILE_DAMAGED)
        damaged.__cause__ = error
        return damaged


def _is_inside(name: str) -> bool:
    """Whether a name stays inside the folder that it would be unpacked to, on any system."""
    parts = PureWindowsPath(name)
    return not (parts.drive or parts.root or ".." in parts.parts or "\0" in name)


def _is_leftover(info: zipfile.ZipInfo) -> bool:
    return not _LEFTOVERS.isdisjoint(PurePosixPath(info.filename).parts)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many programs write UTF-8 without saying so, which reads as code page 437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
