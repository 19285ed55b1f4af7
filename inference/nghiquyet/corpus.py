"""Many documents: from files, folders, patterns and standard input, one after the other."""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from nghiquyet import encodings, readers
from nghiquyet.documents import Document, Failure, Input
from nghiquyet.errors import InputError
from nghiquyet.readers import Columns, unpacked

__all__ = [
    "LINES",
    "STANDARD_INPUT",
    "SUFFIXES",
    "Columns",
    "Document",
    "Failure",
    "count",
    "files",
    "inputs",
    "paths",
    "read",
    "stream",
    "unpacked",
]

LINES: Final = (".jsonl", ".jsonl.gz", ".jsonl.xz")
STANDARD_INPUT: Final = "-"
SUFFIXES: Final = readers.SUFFIXES
_COLUMNS: Final = Columns()
# Drafts of editors and systems: ".a.docx.swp", "~$bao-cao.docx".
_HIDDEN: Final = (".", "~$")


def read(sources: Iterable[str]) -> list[Document]:
    """The documents of some files, folders, patterns or standard input ("-").

    Raises:
        InputError: at the first that cannot be read, is empty, or is not text.
        MissingExtraError: if a format needs a library that is not installed.
    """
    return list(stream(sources))


def stream(sources: Iterable[str]) -> Iterator[Document]:
    """The same, as they are read: no more than one document is held at a time.

    Raises:
        InputError: when it comes to one that cannot be read, is empty, or is not text.
        MissingExtraError: when it comes to a format that needs a library that is not installed.
    """
    for found in inputs(paths(sources)):
        if isinstance(found, Failure):
            raise InputError(found.reason)
        yield found


def inputs(paths: Iterable[str], columns: Columns = _COLUMNS, max_characters: int | None = None) -> Iterator[Input]:
    """What some files, or standard input ("-"), hold, in order, one at a time; what cannot be read or is longer is a `Failure`.

    Raises:
        MissingExtraError: if a format needs a library that is not installed.
    """
    for path in paths:
        for found in _standard_input() if path == STANDARD_INPUT else readers.read(Path(path), columns):
            if isinstance(found, Document) and max_characters is not None and len(found.text) > max_characters:
                yield Failure(
                    found.name,
                    f"{found.name}: {len(found.text):,} characters, more than {max_characters:,}: is it one article? "
                    "Split it, or allow more with --max-chars",
                )
            else:
                yield found


def count(paths: Iterable[str], columns: Columns = _COLUMNS) -> int:
    """How many inputs some files hold, told quickly; a guess that an unreadable file makes wrong."""
    return sum(1 if path == STANDARD_INPUT else readers.count(Path(path), columns) for path in paths)


def paths(sources: Iterable[str]) -> Iterator[str]:
    """The files of some sources: each itself; of folders, with sub-folders, in name order; of patterns ("tin/*.txt").

    Raises:
        InputError: when it comes to a source that does not exist, a folder or pattern without a file.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            yield source
            continue
        for path in _matches(source):
            yield from _found(path, _is_readable, "file that can be read (" + " ".join(readers.SUFFIXES) + ")")


def files(path: Path) -> list[Path]:
    """The path itself, or the .txt and .jsonl files, packed ones too, of a folder and its sub-folders, in name order.

    Raises:
        InputError: if the folder holds none.
    """
    return [Path(found) for found in _found(path, _is_plain, ".txt or .jsonl file")]


def _is_readable(name: str) -> bool:
    return readers.kind(Path(name)) in readers.SUFFIXES


def _is_plain(name: str) -> bool:
    return name.endswith((".txt", *LINES))


def _matches(source: str) -> list[Path]:
    path = Path(source)
    if path.exists():
        return [path]
    # A shell that finds nothing, or is none, passes patterns on.
    matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if set(source) & set("*?[") else []
    if not matches:
        raise InputError(f"{source}: cannot be read: {os.strerror(errno.ENOENT)}")
    return matches


def _found(path: Path, is_wanted: Callable[[str], bool], wanted: str) -> list[str]:
    if not path.is_dir():
        return [str(path)]
    found: list[str] = []

    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for folder, folders, names in os.walk(path, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        found += [str(Path(folder, name)) for name in names if is_wanted(name) and not name.startswith(_HIDDEN)]
    if not found:
        raise InputError(f"{path}: the folder holds no {wanted}")
    return sorted(found, key=lambda name: Path(name).parts)


def _standard_input() -> Iterator[Input]:
    content = sys.stdin.buffer.read()
    try:
        yield readers.document(STANDARD_INPUT, encodings.decode(content, "standard input"))
    except InputError as error:
        yield Failure(STANDARD_INPUT, str(error))
