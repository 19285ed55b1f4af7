"""The combined table as files: Excel, CSV and JSON Lines, in the columns of nghiquyet's own tables and a few of the page's."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from nghiquyet import Prediction, excel, sheets, tables
from nghiquyet_demo.collection import Row
from nghiquyet_demo.wording import Words

_DOCUMENT, *_OTHERS = tables.TARGETS.columns
COLUMNS: Final = (
    _DOCUMENT,
    sheets.Column("locality", Words.LOCALITY.vi, width=24),
    sheets.Column("sector", Words.COLUMN_SECTOR.vi, "word", width=28),
    sheets.Column("measure", Words.COLUMN_MEASURE.vi, width=40),
    *_OTHERS,
)


def csv(rows: Iterable[Row]) -> bytes:
    """With the mark by which Excel knows Vietnamese; cells that a spreadsheet would run are disarmed."""
    return "".join([sheets.BYTE_ORDER_MARK, *sheets.csv_lines(COLUMNS, _cells(rows))]).encode()


def json_lines(rows: Iterable[Row]) -> bytes:
    """An object a target."""
    return "".join(sheets.json_lines(COLUMNS, _cells(rows))).encode()


def write_excel(path: Path, rows: Iterable[Row]) -> None:
    """A workbook of one sheet, in which nothing is a formula.

    Raises:
        InputError: if it cannot be written.
    """
    title = tables.TARGETS.title
    excel.write(path, {title: COLUMNS}, ((title, cells) for cells in _cells(rows)))


def _cells(rows: Iterable[Row]) -> Iterator[sheets.Row]:
    """The cells of the rows; the rows of one article stand together."""
    last, lines = None, list[sheets.Row]()
    for row in rows:
        if row.article is not last and isinstance(row.article.found, Prediction):
            last, lines = row.article, list(tables.TARGETS.rows(row.article.name, row.article.found))
        document, *others = lines[row.number]
        yield document, row.locality, Words[f"SECTOR_{row.sector.upper()}"].vi, row.indicator, *others
