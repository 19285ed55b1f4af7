"""Documents from files, folders and standard input."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nghiquyet.errors import InputError
from nghiquyet.text import is_unicode

SUFFIXES: Final = (".txt", ".jsonl")
STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Document:
    """A text, and the name it is reported by: its path, its `id` in a JSON Lines file, or "-"."""

    name: str
    text: str


def read(sources: Iterable[str], max_characters: int | None = None) -> list[Document]:
    """The documents of some files, folders (their .txt and .jsonl files, in name order, sub-folders too) or standard input ("-").

    A .jsonl file has one object a line, whose `text` is a document and whose `id`, if any, names it; any other file is one
    UTF-8 text.

    Raises:
        InputError: at the first that cannot be read, is empty, is not text, or is longer than `max_characters`.
    """
    documents: list[Document] = []
    for source in sources:
        if source == STANDARD_INPUT:
            documents.append(Document(STANDARD_INPUT, _decode(sys.stdin.buffer.read(), "standard input")))
            continue
        for path in files(Path(source)):
            try:
                content = path.read_bytes()
            except OSError as error:
                raise InputError(f"{path}: cannot be read: {error.strerror}") from error
            if path.suffix == ".jsonl":
                documents.extend(_lines(content, path))
            else:
                documents.append(Document(str(path), _decode(content, str(path))))
    for document in documents:
        if max_characters is not None and len(document.text) > max_characters:
            raise InputError(
                f"{document.name}: {len(document.text):,} characters, more than {max_characters:,}: is it one article? "
                "Split it, or allow more with --max-chars"
            )
    return documents


def files(path: Path) -> list[Path]:
    """The path itself, or the .txt and .jsonl files of a folder and its sub-folders, in name order.

    Raises:
        InputError: if the folder holds none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not found:
        raise InputError(f"{path}: the folder holds no {' or '.join(SUFFIXES)} file")
    return found


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


def _lines(content: bytes, path: Path) -> Iterator[Document]:
    if not content.strip():
        raise InputError(f"{path}: is empty")
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
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
