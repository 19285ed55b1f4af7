"""The content of foreign files, with errors that name file and line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nghiquyet import corpus
from nghiquyet.errors import InputError


def read_text(path: Path) -> str:
    """A UTF-8 file, unpacked if it is .gz or .xz, line ends as they are, without the byte order mark that some editors put first.

    Raises:
        InputError: if it cannot be read, is not UTF-8, or is empty.
    """
    return _decoded(path, "utf-8-sig")


def read_exactly(path: Path) -> str:
    """The same with a byte order mark as a character of the text: offsets of other programs count it.

    Raises:
        InputError: if it cannot be read, is not UTF-8, or is empty.
    """
    return _decoded(path, "utf-8")


def _decoded(path: Path, codec: str) -> str:
    with corpus.unpacked(path) as file:
        content = file.read()
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    if not text.strip():
        raise InputError(f"{path}: is empty")
    return text


def read_json(path: Path) -> Any:
    """The value that a JSON file holds.

    Raises:
        InputError: if the file cannot be read or is not JSON.
    """
    return _value(read_text(path), str(path))


def read_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place (file:line) and object of each line of a JSON Lines file.

    Raises:
        InputError: if the file cannot be read, or at the first line that is no JSON object.
    """
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            place = f"{path}:{number}"
            record = _value(line, place)
            if not isinstance(record, dict):
                raise InputError(f"{place}: expected a JSON object a line, found {type(record).__name__}")
            yield place, record


def _value(content: str, place: str) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        raise InputError(f"{place}: broken JSON at {where}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: JSON that cannot be read: {error}") from error
