"""Predictions as flat tables: one row a target, person, organisation or entity, for spreadsheets and data frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from nghiquyet import sheets
from nghiquyet.prediction import Prediction
from nghiquyet.sheets import Column, Row

Documents = Iterable[tuple[str, Prediction]]


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of row: its columns, and the rows of one prediction under the name of its document, in text order."""

    title: str
    columns: tuple[Column, ...]
    rows: Callable[[str, Prediction], Iterator[Row]]


def csv_lines(documents: Documents, table: Table) -> Iterator[str]:
    """Header and rows; a file for Excel begins with `sheets.BYTE_ORDER_MARK`. See `sheets.csv_lines`."""
    return sheets.csv_lines(table.columns, _rows(documents, table))


def write_parquet(path: Path, documents: Documents, table: Table) -> None:
    """Write one table; see `parquet.write`.

    Raises:
        MissingExtraError: if pyarrow is not installed.
        InputError: if the file cannot be written.
    """
    from nghiquyet import parquet

    parquet.write(path, table.columns, _rows(documents, table))


def write_excel(path: Path, documents: Documents) -> None:
    """Write targets, people and organisations, a sheet each; see `excel.write`.

    Raises:
        MissingExtraError: if openpyxl is not installed.
        InputError: if there are more rows than Excel opens, or the file cannot be written.
    """
    from nghiquyet import excel

    pages = {table.title: table for table in (TARGETS, PEOPLE, ORGANISATIONS)}
    rows = (
        (title, row) for name, prediction in documents for title, table in pages.items() for row in table.rows(name, prediction)
    )
    excel.write(path, {title: table.columns for title, table in pages.items()}, rows)


def require(suffix: str) -> None:
    """Say now, rather than after the work, that a file with that suffix cannot be written.

    Raises:
        MissingExtraError: if an optional install is needed for it and missing.
    """
    if suffix in _WRITERS:
        import_module(_WRITERS[suffix])


def _rows(documents: Documents, table: Table) -> Iterator[Row]:
    for name, prediction in documents:
        yield from table.rows(name, prediction)


def _targets(name: str, prediction: Prediction) -> Iterator[Row]:
    for target in prediction.targets:
        baseline, period, entity = target.baseline, target.period, target.entity
        yield (
            name,
            target.indicator,
            target.change,
            target.comparator,
            target.value_min,
            target.value_max,
            target.unit,
            target.per,
            baseline.value if baseline else None,
            baseline.unit if baseline else None,
            baseline.year if baseline else None,
            target.deadline_year,
            period.start if period else None,
            period.end if period else None,
            target.owner,
            target.status,
            target.raw,
            entity.start,
            entity.end,
            round(entity.score, 4),
        )


def _people(name: str, prediction: Prediction) -> Iterator[Row]:
    for person in prediction.people:
        first = person.mentions[0]
        yield name, person.name, person.role, person.organisation, len(person.mentions), first.start, first.end


def _organisations(name: str, prediction: Prediction) -> Iterator[Row]:
    for body in prediction.organisations:
        first, place = body.mentions[0], body.place
        before, after = (place.before, place.after) if place else (None, None)
        yield (
            name,
            body.name,
            body.level,
            place.kind if place else None,
            place.name if place else None,
            before.code if before else None,
            after.code if after else None,
            len(body.mentions),
            first.start,
            first.end,
        )


def _entities(name: str, prediction: Prediction) -> Iterator[Row]:
    for entity in prediction.entities:
        yield name, entity.label, entity.start, entity.end, entity.text, round(entity.score, 4)


_WRITERS: Final = {".xlsx": "nghiquyet.excel", ".parquet": "nghiquyet.parquet"}
_DOCUMENT: Final = Column("document", "Văn bản", width=24)
_START: Final = Column("start", "Từ ký tự", "integer")
_END: Final = Column("end", "Đến ký tự", "integer")
_MENTIONS: Final = Column("mentions", "Số lần nhắc", "integer")

TARGETS: Final = Table(
    "Chỉ tiêu",
    (
        _DOCUMENT,
        Column("indicator", "Chỉ tiêu", width=48),
        Column("change", "Hướng", "word"),
        Column("comparator", "So sánh", "word"),
        Column("value_min", "Giá trị từ", "number"),
        Column("value_max", "Giá trị đến", "number"),
        Column("unit", "Đơn vị", width=18),
        Column("per", "Mỗi", "word"),
        Column("baseline_value", "Xuất phát", "number"),
        Column("baseline_unit", "Đơn vị xuất phát", width=18),
        Column("baseline_year", "Năm xuất phát", "integer", width=14),
        Column("deadline_year", "Hạn", "integer", width=8),
        Column("period_start", "Giai đoạn từ", "integer"),
        Column("period_end", "Giai đoạn đến", "integer", width=14),
        Column("owner", "Chủ thể", width=32),
        Column("status", "Trạng thái", "word"),
        Column("text", "Nguyên văn", width=64),
        _START,
        _END,
        Column("score", "Điểm", "number", width=8),
    ),
    _targets,
)
PEOPLE: Final = Table(
    "Người",
    (
        _DOCUMENT,
        Column("name", "Họ tên", width=28),
        Column("role", "Chức vụ", width=36),
        Column("organisation", "Cơ quan", width=36),
        _MENTIONS,
        _START,
        _END,
    ),
    _people,
)
ORGANISATIONS: Final = Table(
    "Tổ chức",
    (
        _DOCUMENT,
        Column("name", "Tên", width=44),
        Column("level", "Cấp", "word"),
        Column("place_kind", "Loại địa phương", "word", width=16),
        Column("place", "Địa phương", width=24),
        Column("code_before", "Mã trước 7/2025", "word", width=16),
        Column("code_after", "Mã từ 7/2025", "word", width=16),
        _MENTIONS,
        _START,
        _END,
    ),
    _organisations,
)
ENTITIES: Final = Table(
    "Thực thể",
    (
        _DOCUMENT,
        Column("label", "Nhãn"),
        _START,
        _END,
        Column("text", "Nguyên văn", width=64),
        Column("score", "Điểm", "number", width=8),
    ),
    _entities,
)
# By the names that a command line has for them.
TABLES: Final[Mapping[str, Table]] = {
    "targets": TARGETS,
    "people": PEOPLE,
    "organisations": ORGANISATIONS,
    "entities": ENTITIES,
}
