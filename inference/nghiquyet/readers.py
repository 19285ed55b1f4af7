"""The texts of one file, by its suffix: plain text, web pages, Word, PDF, and tables of many texts (JSON Lines, CSV, Parquet).

Libraries for a format are imported when a file of it is met. A text is what its library gives; offsets refer to that.
"""

import csv
import gzip
import io
import json
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final, TextIO, cast
from zipfile import BadZipFile

import regex

from nghiquyet import encodings
from nghiquyet.documents import Document, Failure, Input
from nghiquyet.errors import InputError, MissingExtraError
from nghiquyet.text import is_unicode

PACKED: Final = (".gz", ".xz")
# What of a file of many texts its encoding is told by.
_SAMPLE_BYTES: Final = 1 << 20
_PARQUET_ROWS: Final = 64
# Python's limit for a CSV cell is below the length of a long article.
_LONGEST_CELL: Final = 1 << 30
_DECLARED: Final = regex.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""")
_DECLARATION_BYTES: Final = 4096
# A line at least this long, as a share of the longest on its page, was broken for want of room.
_FULL_LINE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table of many texts has them: the keys or columns of the text and of the id, by which it is reported."""

    text: str = "text"
    id: str = "id"


Reader = Callable[[Path, Columns], Iterator[Input]]


def read(path: Path, columns: Columns) -> Iterator[Input]:
    """What a file holds, in order; no more than one text is held at a time. A file of unknown suffix is taken for plain text.

    Raises:
        MissingExtraError: if its format needs a library that is not installed.
    """
    try:
        yield from _READERS.get(kind(path), _text)(path, columns)
    except InputError as error:
        yield Failure(str(path), str(error))


def count(path: Path, columns: Columns) -> int:
    """How many texts a file holds, counted without reading them; a guess that an unreadable file makes wrong."""
    counting = _COUNTS.get(kind(path))
    try:
        return counting(path, columns) if counting else 1
    except (InputError, csv.Error):
        return 1


def kind(path: Path) -> str:
    """The suffix that says how a file is read: ".jsonl" for "A.JSONL.gz".

    >>> kind(Path("tin/A.JSONL.gz")), kind(Path("b.pdf"))
    ('.jsonl', '.pdf')
    """
    name = path.name.lower()
    suffix = Path(name.removesuffix(".gz").removesuffix(".xz")).suffix
    return suffix if suffix not in _UNPACKED_ONLY or not name.endswith(PACKED) else ""


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
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _open(path: Path) -> BufferedIOBase:
    if path.suffix.lower() == ".gz":
        return gzip.open(path)
    if path.suffix.lower() == ".xz":
        return lzma.open(path)
    return path.open("rb")


def _text(path: Path, _: Columns) -> Iterator[Input]:
    yield document(str(path), encodings.decode(_content(path), str(path)))


def _content(path: Path) -> bytes:
    with unpacked(path) as file:
        content = file.read()
    if not content.strip():
        raise InputError(f"{path}: is empty")
    return content


def document(name: str, text: str) -> Document:
    """A text of its own under its name.

    Raises:
        InputError: if nothing is in it.
    """
    if not text.strip():
        raise InputError(f"{name}: is empty")
    return Document(name, text)


def _html(path: Path, _: Columns) -> Iterator[Input]:
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError(f"{path}: reading web pages", "files") from error
    text = trafilatura.extract(_markup(_content(path), str(path)))
    if not text:
        raise InputError(f"{path}: no article is found on the page; save its text as .txt")
    encodings.require_text(text, str(path))
    yield Document(str(path), text)


def _markup(content: bytes, place: str) -> str:
    """The page as its bytes say, or else as it says itself."""
    try:
        return encodings.decode(content, place)
    except InputError:
        declared = _DECLARED.search(content[:_DECLARATION_BYTES])
        if declared is None:
            raise
        try:
            return content.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
        raise


def _docx(path: Path, _: Columns) -> Iterator[Input]:
    try:
        import docx
        from docx.table import Table
        from lxml.etree import LxmlError
    except ImportError as error:
        raise MissingExtraError(f"{path}: reading Word documents", "files") from error

    def lines(container: Any) -> Iterator[str]:
        for block in container.iter_inner_content():
            if not isinstance(block, Table):
                yield block.text
                continue
            for row in block.rows:
                # A merged cell comes once for each column that it spans.
                cells = list({cell._tc: cell for cell in row.cells}.values())
                yield "\t".join(" ".join(lines(cell)) for cell in cells)

    content = io.BytesIO(_content(path))
    try:
        text = "\n".join(lines(docx.Document(content)))
    # The library lets what it meets in a damaged document through, of whatever kind.
    except (LxmlError, ValueError, KeyError, AttributeError, IndexError, OSError, zlib.error, BadZipFile) as error:
        raise InputError(f"{path}: is no Word document (.docx), or a damaged or locked one: {error}") from error
    encodings.require_text(text, str(path))
    yield document(str(path), text)


def _pdf(path: Path, _: Columns) -> Iterator[Input]:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtraError(f"{path}: reading PDF", "files") from error
    content = _content(path)
    try:
        with pypdfium2.PdfDocument(content) as pdf:
            pages = [page.get_textpage().get_text_range() for page in pdf]
    except pypdfium2.PdfiumError as error:
        raise InputError(f"{path}: is no PDF that can be opened; it may be damaged or need a password: {error}") from error
    text = "\n".join(map(unwrapped, pages))
    if not text.strip():
        raise InputError(f"{path}: holds no text, so its pages may be pictures; recognise their letters (OCR) first")
    encodings.require_text(text, str(path))
    yield Document(str(path), text)


def unwrapped(page: str) -> str:
    r"""A page of lines as wide as the paper, with a space for each break inside a paragraph: no entity crosses a line break.

    A paragraph goes on if the next line begins with a small letter, or if the line is a full one and ends no sentence.

    >>> unwrapped("Đến năm 2025, Đảng bộ xã Sơn\r\nTrung kết nạp 25 đảng\r\nviên.\r\nHết")
    'Đến năm 2025, Đảng bộ xã Sơn Trung kết nạp 25 đảng viên.\nHết'
    """
    lines = [line.rstrip() for line in page.splitlines()]
    full = _FULL_LINE * max(map(len, lines), default=0)
    parts = lines[:1]
    for line, following in pairwise(lines):
        goes_on = following[:1].islower() or (len(line) >= full and following[:1].isalnum() and line[-1] not in ".;:!?…")
        parts += [" " if line and goes_on else "\n", following]
    return "".join(parts)


@contextmanager
def _lines(path: Path, newline: str) -> Iterator[TextIO]:
    """The lines of a file of many texts; a byte that is not of its encoding becomes half of a surrogate pair there.

    Raises:
        InputError: if the file cannot be read, is empty, or ends within a character.
    """
    with unpacked(path) as file:
        sample = file.read(_SAMPLE_BYTES)
    if not sample.strip():
        raise InputError(f"{path}: is empty")
    codec = encodings.codec(sample, str(path), is_whole=len(sample) < _SAMPLE_BYTES)
    with unpacked(path) as file:
        try:
            yield io.TextIOWrapper(cast("IO[bytes]", file), codec, errors="surrogateescape", newline=newline)
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: is not whole: {error}") from error


def objects(path: Path, columns: Columns) -> Iterator[tuple[Input, Mapping[str, object]]]:
    """What the lines of a JSON Lines file are read as, each with its whole object; that is empty where a line is none.

    Raises:
        InputError: if the file cannot be read, is empty, or ends within a character.
    """
    with _lines(path, newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            place = f"{path}:{number}"
            content = _object(line, columns, place)
            yield (content, {}) if isinstance(content, Failure) else (_row(content, columns, place), content)


def _json_lines(path: Path, columns: Columns) -> Iterator[Input]:
    return (found for found, _ in objects(path, columns))


def _object(line: str, columns: Columns, place: str) -> dict[str, object] | Failure:
    if not is_unicode(line):
        return Failure(place, f"{place}: holds bytes that are not UTF-8; convert the file first, for example with iconv")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Failure(place, f"{place}: broken JSON: {error}")
    if not isinstance(record, dict):
        return Failure(place, f"{place}: expected an object with a {columns.text!r}, found {type(record).__name__}")
    return record


def _row(row: Mapping[str, object], columns: Columns, place: str) -> Input:
    given, text = row.get(columns.id), row.get(columns.text)
    name = place if given in (None, "") else str(given)
    if not is_unicode(name):
        return Failure(place, f"{place}: the id holds half of a surrogate pair, so it is not Unicode text")
    if not isinstance(text, str) or not text.strip():
        return Failure(name, f"{place}: expected a {columns.text!r} that is a string and not empty")
    try:
        encodings.require_text(text, place)
    except InputError as error:
        return Failure(name, str(error))
    return Document(name, text)


def _csv(path: Path, columns: Columns) -> Iterator[Input]:
    csv.field_size_limit(_LONGEST_CELL)
    with _lines(path, newline="") as lines:
        header, delimiter = _header(lines.readline(), columns, path)
        rows = csv.reader(lines, delimiter=delimiter)
        while True:
            place = f"{path}:{rows.line_num + 2}"
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield Failure(place, f"{place}: broken CSV: {error}")
                continue
            if row is None:
                return
            if row and len(row) != len(header):
                yield Failure(place, f"{place}: {len(row)} cells under a header of {len(header)}")
            elif row:
                yield _row(dict(zip(header, row, strict=True)), columns, place)


def _header(line: str, columns: Columns, path: Path) -> tuple[list[str], str]:
    """The names of the columns, and which sign parts them: spreadsheets write the one that the country's numbers leave free."""
    for delimiter in ",;\t":
        header = next(csv.reader([line], delimiter=delimiter), [])
        if columns.text in header:
            return header, delimiter
    raise _no_column(f"{path}:1", columns, line.strip())


def _no_column(place: str, columns: Columns, there: str) -> InputError:
    return InputError(f"{place}: no column {columns.text!r} in {there!r}; name the one that holds the texts with --text-column")


def _parquet(path: Path, columns: Columns) -> Iterator[Input]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(f"{path}: reading Parquet", "parquet") from error
    try:
        with parquet.ParquetFile(path) as table:
            names = table.schema_arrow.names
            if columns.text not in names:
                raise _no_column(str(path), columns, ", ".join(names))
            wanted = [name for name in (columns.id, columns.text) if name in names]
            number = 0
            for batch in table.iter_batches(_PARQUET_ROWS, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield _row(row, columns, f"{path}:{number}")
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: cannot be read as Parquet: {error}") from error


def _count_lines(path: Path, _: Columns) -> int:
    with _lines(path, newline="\n") as lines:
        return sum(1 for line in lines if not line.isspace())


def _count_rows(path: Path, columns: Columns) -> int:
    csv.field_size_limit(_LONGEST_CELL)
    with _lines(path, newline="") as lines:
        _, delimiter = _header(lines.readline(), columns, path)
        return sum(1 for row in csv.reader(lines, delimiter=delimiter) if row)


def _count_parquet(path: Path, _: Columns) -> int:
    try:
        from pyarrow import ArrowException, parquet

        return int(parquet.read_metadata(path).num_rows)
    except (ImportError, ArrowException, OSError):
        return 1


_READERS: Final[Mapping[str, Reader]] = {
    ".txt": _text,
    ".html": _html,
    ".htm": _html,
    ".docx": _docx,
    ".pdf": _pdf,
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
}
_COUNTS: Final[Mapping[str, Callable[[Path, Columns], int]]] = {
    ".jsonl": _count_lines,
    ".csv": _count_rows,
    ".tsv": _count_rows,
    ".parquet": _count_parquet,
}
# These are packed themselves.
_UNPACKED_ONLY: Final = frozenset({".docx", ".pdf", ".parquet"})
SUFFIXES: Final = tuple(_READERS)
