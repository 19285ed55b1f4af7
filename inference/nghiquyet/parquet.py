"""pyarrow: rows, or whole documents, as a Parquet file."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from nghiquyet.documents import batched
from nghiquyet.errors import MissingExtraError
from nghiquyet.files import replacing
from nghiquyet.sheets import Cell, Column, Row, unicode

try:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter
except ImportError as error:
    raise MissingExtraError("a Parquet file", "parquet") from error

_TYPES: Final = {"text": pa.string(), "word": pa.string(), "integer": pa.int64(), "number": pa.float64()}
# A row group: enough to pack well, little enough to hold.
_ROWS_TOGETHER: Final = 10_000
_CHARACTERS_TOGETHER: Final = 1 << 24


def write(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write a Parquet file, whole or not at all; numbers are 64-bit floats, which programs can count with.

    Raises:
        InputError: if the file cannot be written.
    """
    schema = pa.schema([(column.name, _TYPES[column.kind]) for column in columns])
    remaining = iter(rows)

    with replacing(path) as file, ParquetWriter(file, schema) as writer:
        while batch := list(islice(remaining, _ROWS_TOGETHER)):
            values = [[_value(row[n]) for row in batch] for n in range(len(columns))]
            writer.write_table(pa.table(values, schema=schema))


def write_documents(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write a document a row, as `outputs.to_record` has it, nested; decimal numbers are strings, as in JSON Lines.

    Raises:
        InputError: if the file cannot be written.
    """
    rows = batched(map(_document, records), lambda row: len(row.get("text", "")), _ROWS_TOGETHER, _CHARACTERS_TOGETHER)
    with replacing(path) as file, ParquetWriter(file, _DOCUMENTS, compression="zstd") as writer:
        for batch in rows:
            writer.write_table(pa.Table.from_pylist(batch, schema=_DOCUMENTS))


def _document(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, **{key: unicode(record[key]) for key in ("id", "error") if key in record}}


def _several(**fields: pa.DataType) -> pa.DataType:
    return pa.list_(pa.struct(fields))


_TEXT, _WHOLE, _REAL = pa.string(), pa.int64(), pa.float64()
_PLACE: Final = {"start": _WHOLE, "end": _WHOLE, "text": _TEXT, "score": _REAL}
ENTITIES: Final = _several(label=_TEXT, **_PLACE)
_UNIT: Final = pa.struct({"code": _TEXT, "name": _TEXT})
_DOCUMENTS: Final = pa.schema(
    {
        "id": _TEXT,
        "text": _TEXT,
        "entities": ENTITIES,
        "targets": _several(
            **_PLACE,
            indicator=_TEXT,
            change=_TEXT,
            comparator=_TEXT,
            value_min=_TEXT,
            value_max=_TEXT,
            unit=_TEXT,
            per=_TEXT,
            baseline=pa.struct({"value": _TEXT, "unit": _TEXT, "year": _WHOLE}),
            deadline_year=_WHOLE,
            period=pa.struct({"start": _WHOLE, "end": _WHOLE}),
            owner=_TEXT,
            status=_TEXT,
        ),
        "people": _several(name=_TEXT, role=_TEXT, organisation=_TEXT, mentions=ENTITIES),
        "organisations": _several(
            name=_TEXT,
            level=_TEXT,
            place=pa.struct({"kind": _TEXT, "name": _TEXT, "level": _TEXT, "before": _UNIT, "after": _UNIT}),
            mentions=ENTITIES,
        ),
        "error": _TEXT,
    }
)


def _value(cell: Cell) -> str | int | float | None:
    if isinstance(cell, str):
        return unicode(cell)
    return float(cell) if isinstance(cell, Decimal) else cell
