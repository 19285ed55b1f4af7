"""pyarrow: rows as a Parquet file."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Final

from nghiquyet.errors import MissingExtraError
from nghiquyet.files import write_file
from nghiquyet.sheets import Cell, Column, Row, unicode

try:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter
except ImportError as error:
    raise MissingExtraError("a Parquet file", "parquet") from error

_TYPES: Final = {"text": pa.string(), "word": pa.string(), "integer": pa.int64(), "number": pa.float64()}
_ROWS_TOGETHER: Final = 10_000


def write(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write a Parquet file, whole or not at all; numbers are 64-bit floats, which programs can count with.

    Raises:
        InputError: if the file cannot be written.
    """
    schema = pa.schema([(column.name, _TYPES[column.kind]) for column in columns])
    remaining = iter(rows)

    def fill(file: IO[bytes]) -> None:
        with ParquetWriter(file, schema) as writer:
            while batch := list(islice(remaining, _ROWS_TOGETHER)):
                values = [[_value(row[n]) for row in batch] for n in range(len(columns))]
                writer.write_table(pa.table(values, schema=schema))

    write_file(path, fill)


def _value(cell: Cell) -> str | int | float | None:
    if isinstance(cell, str):
        return unicode(cell)
    return float(cell) if isinstance(cell, Decimal) else cell
