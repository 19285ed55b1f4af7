"""openpyxl: rows as sheets of a workbook."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from nghiquyet.errors import InputError, MissingExtraError
from nghiquyet.files import replacing
from nghiquyet.sheets import Column, Row, unicode

try:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
except ImportError as error:
    raise MissingExtraError("an Excel file", "excel") from error

_MOST_ROWS: Final = 1_048_576
# XML has no place for them.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(path: Path, sheets: Mapping[str, Sequence[Column]], rows: Iterable[tuple[str, Row]]) -> None:
    """Write a workbook, whole or not at all: its sheets by title, and rows in any order, each with the title of its sheet.

    Headings are bold and stay in sight, numbers are numbers. Characters that XML cannot hold become "\N{REPLACEMENT CHARACTER}";
    Excel itself reads numbers to 15 digits and cells to 32,767 characters.

    Raises:
        InputError: if a sheet gets more rows than Excel opens, or the file cannot be written.
    """
    book = Workbook(write_only=True)
    pages = {title: book.create_sheet(title) for title in sheets}
    try:
        for title, columns in sheets.items():
            _head(pages[title], columns)
        _fill(path, pages, rows)
    except BaseException:
        # An open sheet is a generator within a file that cannot end by itself.
        for page in pages.values():
            page.close()
        raise
    with replacing(path) as file:
        book.save(file)


def _head(page: Any, columns: Sequence[Column]) -> None:
    page.freeze_panes = "A2"
    for n, column in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(n)].width = column.width
    bold = Font(bold=True)
    page.append([_cell(page, column.heading, bold) for column in columns])


def _fill(path: Path, pages: Mapping[str, Any], rows: Iterable[tuple[str, Row]]) -> None:
    count = dict.fromkeys(pages, 1)
    for title, row in rows:
        count[title] += 1
        if count[title] > _MOST_ROWS:
            raise InputError(f"{path}: Excel opens no more than {_MOST_ROWS:,} rows; write .parquet or .csv")
        pages[title].append([_cell(pages[title], cell) if isinstance(cell, str) else cell for cell in row])


def _cell(page: Any, text: str, font: Font | None = None) -> Cell:
    cell = WriteOnlyCell(page, _CONTROL.sub("\ufffd", unicode(text)))
    # Else what begins with "=" would be a formula.
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell
