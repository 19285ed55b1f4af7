"""Rows under named columns as CSV and JSON Lines. Whatever a text says stays text: no program runs it as a formula."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Cell = str | int | float | Decimal | None
Row = Sequence[Cell]

# Excel takes a CSV file for Vietnamese only when it begins with this.
BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its heading for people, and its width in characters.

    `kind` says what its cells hold: "text" is an article's own and may be anything, "word" is one of the package's.
    """

    name: str
    heading: str
    kind: Literal["text", "word", "integer", "number"] = "text"
    width: int = 12


def csv_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """The header and the rows, lines ended as RFC 4180 has them; a text that a spreadsheet would run gets a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_plain(column, column.name) for column in columns])
    yield out.getvalue()
    for row in rows:
        out.seek(0)
        out.truncate()
        writer.writerow([_plain(column, cell) for column, cell in zip(columns, row, strict=True)])
        yield out.getvalue()


def json_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """An object a row. Decimal numbers are strings, since most programs read JSON's own as binary fractions."""
    names = [column.name for column in columns]
    for row in rows:
        yield json.dumps(dict(zip(names, map(_json, row), strict=True)), ensure_ascii=False) + "\n"


def unicode(text: str) -> str:
    """A text that every format can hold: without the surrogates that stand for bytes of a file name that are not UTF-8."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _plain(column: Column, cell: Cell) -> Cell:
    if isinstance(cell, str) and column.kind == "text" and cell.startswith(_FORMULA):
        return "'" + cell
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def _json(cell: Cell) -> str | int | float | None:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
