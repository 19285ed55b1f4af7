"""Documents from files, folders and standard input."""

import gzip
import json
import lzma
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from nghiquyet.errors import InputError
from nghiquyet.text import is_unicode

LINES: Final = (".jsonl", ".jsonl.gz", ".jsonl.xz")
SUFFIXES: Final = (".txt", *LINES)
STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Document:
    """A text, and the name it is reported by: its path, its `id` in a JSON Lines file, or "-"."""

    name: str
    text: str


def read(sources: Iterable[str], max_characters: int | None = None) -> list[Document]:
    """The documents of some files, folders (their .txt and .jsonl files, in name order, sub-folders too) or standard input ("-").

    A .jsonl file has one object a line, whose `text` is a document and whose `id`, if any, names it, and may be packed (.jsonl.gz,
    .jsonl.xz); any other file is one UTF-8 text.

    Raises:
        InputError: at the first that cannot be read, is empty, is not text, or is longer than `max_characters`.
    """
    documents = list(stream(sources))
    for document in documents:
        if max_characters is not None and len(document.text) > max_characters:
            raise InputError(
                f"{document.name}: {len(document.text):,} characters, more than {max_characters:,}: is it one article? "
                "Split it, or allow more with --max-chars"
            )
    return documents


def stream(sources: Iterable[str]) -> Iterator[Document]:
    """The same, as they are read: no more than one document is held at a time.

    Raises:
        InputError: when it comes to one that cannot be read, is empty, or is not text.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            yield Document(STANDARD_INPUT, _decode(sys.stdin.buffer.read(), "standard input"))
            continue
        for path in files(Path(source)):
            with unpacked(path) as file:
                if path.name.endswith(LINES):
                    yield from _lines(file, path)
                else:
                    yield Document(str(path), _decode(file.read(), str(path)))


@contextmanager
def unpacked(path: Path) -> Iterator[BufferedIOBase]:
    """The bytes of a file, unpacked if its name ends in .gz or .xz.

    Raises:
        InputError: if it cannot be read, now or while it is open, or if what is packed is damaged or cut short.
    """
    try:
        with _open(path) as file:
            yield file
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
        raise InputError(f"{path}: cannot be unpacked, so it is damaged or was copied only in part: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def files(path: Path) -> list[Path]:
    """The path itself, or the .txt and .jsonl files, packed ones too, of a folder and its sub-folders, in name order.

    Raises:
        InputError: if the folder holds none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES) and file.is_file())
    if not found:
        raise InputError(f"{path}: the folder holds no .txt or .jsonl file")
    return found


def _open(path: Path) -> BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path)
    if path.suffix == ".xz":
        return lzma.open(path)
    return path.open("rb")


def _decode(content: bytes, name: str) -> str:
    if not content.strip():
        raise InputError(f"{name}: is empty")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}:{line}: not UTF-8 text (byte {error.start}); convert it first, for example with iconv") from error
    _require_text(text, f"{name}")
    return text


def _require_text(text: str, name: str) -> None:
    if not is_unicode(text):
        raise InputError(f"{name}: holds half of a surrogate pair, so it is not Unicode text")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{name}:{line}: holds a NUL character, so it is not a text")


def _lines(lines: Iterable[bytes], path: Path) -> Iterator[Document]:
    is_empty = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        is_empty = False
        place = f"{path}:{number}"
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{place}: broken JSON: {error}") from error
        text = record.get("text") if isinstance(record, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise InputError(f'{place}: expected an object with a "text" that is a string and not empty')
        _require_text(text, place)
        yield Document(str(record.get("id", place)), text)
    if is_empty:
        raise InputError(f"{path}: is empty")
