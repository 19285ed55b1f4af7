"""What is written: the results of a run in each format, a document at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any

from nghiquyet import display, sheets, tables
from nghiquyet.documents import Failure
from nghiquyet.entities import Entity
from nghiquyet.errors import InputError
from nghiquyet.files import replacing
from nghiquyet.prediction import Prediction

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the text of a document, by the document's name."""

    name: str
    prediction: Prediction


Result = Found | Failure


class Format(StrEnum):
    table = "table"
    jsonl = "jsonl"
    parquet = "parquet"
    html = "html"
    conll = "conll"
    csv = "csv"
    xlsx = "xlsx"


class Rows(StrEnum):
    """What a row of a table is; only Parquet has room for whole documents."""

    documents = "documents"
    targets = "targets"
    people = "people"
    organisations = "organisations"
    entities = "entities"


def to_record(result: Result) -> Record:
    """`{"id", **Prediction.to_dict()}` of a document, `{"id", "error"}` of a failure; ready for JSON."""
    if isinstance(result, Failure):
        return {"id": result.name, "error": result.reason}
    return {"id": result.name, **result.prediction.to_dict()}


def from_record(record: Record) -> Result:
    """The result that `to_record` made the record of, its scores rounded."""
    if "error" in record:
        return Failure(record["id"], record["error"])
    entities = tuple(Entity(**entity) for entity in record["entities"])
    return Found(record["id"], Prediction(record["text"], entities))


def json_line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def text(form: Format, results: Iterable[Result], labels: tuple[str, ...], rows: Rows = Rows.targets) -> Iterator[str]:
    """Parts of the output in a format that is text, no more than one document at a time; `rows` is what CSV has.

    Failures have their place in JSON Lines and HTML; CSV and CoNLL, which have rows for words and entities, leave them out.
    """
    match form:
        case Format.jsonl:
            return (json_line(to_record(result)) for result in results)
        case Format.html:
            return display.html_page(map(_article, results), labels)
        case Format.csv:
            return tables.csv_lines(_pairs(results), tables.TABLES[rows])
        case Format.conll:
            return (
                f"# document {found.name}\n"
                + display.conll(found.prediction.text, [(e.start, e.end, e.label) for e in found.prediction.entities], labels)
                for found in _found(results)
            )
    raise AssertionError(f"{form} is no text")


def write(path: Path, form: Format, records: Iterable[Record], labels: tuple[str, ...], rows: Rows | None = None) -> None:
    """Write a file whole or not at all; what stood there is replaced.

    Args:
        path: the file.
        form: its format.
        records: what `to_record` made.
        labels: those of the model.
        rows: what a row of CSV or Parquet is; None is a target in CSV and a document in Parquet.

    Raises:
        InputError: if it cannot be written.
        MissingExtraError: if the format needs a library that is not installed.
    """
    results = map(from_record, records)
    if form is Format.jsonl:
        # As they are: reading their targets and people from the texts again would take longer than all the rest.
        _write_parts(path, map(json_line, records))
    elif form is Format.xlsx:
        tables.write_excel(path, _pairs(results))
    elif form is Format.parquet and rows not in (None, Rows.documents):
        tables.write_parquet(path, _pairs(results), tables.TABLES[rows])
    elif form is Format.parquet:
        from nghiquyet import parquet

        parquet.write_documents(path, records)
    else:
        mark = sheets.BYTE_ORDER_MARK if form is Format.csv else ""
        _write_parts(path, chain([mark], text(form, results, labels, rows or Rows.targets)))


def _write_parts(path: Path, parts: Iterable[str]) -> None:
    with replacing(path) as file:
        for part in parts:
            file.write(part.encode("utf-8", errors="surrogateescape"))


def format_of(path: Path, form: Format | None) -> Format:
    """The format that is asked for, or else the one that the suffix names.

    Raises:
        InputError: if it names none.
        MissingExtraError: if the format needs a library that is not installed.
    """
    chosen = form if form not in (None, Format.table) else _by_suffix(path)
    tables.require(f".{chosen}")
    return chosen


def _by_suffix(path: Path) -> Format:
    suffix = path.suffix.removeprefix(".").lower()
    if suffix in set(Format) - {Format.table}:
        return Format(suffix)
    raise InputError(f"{path}: the suffix names no format; use .jsonl, .parquet, .xlsx, .csv, .html or .conll, or say --format")


def _found(results: Iterable[Result]) -> Iterator[Found]:
    return (result for result in results if isinstance(result, Found))


def _pairs(results: Iterable[Result]) -> Iterator[tuple[str, Prediction]]:
    return ((found.name, found.prediction) for found in _found(results))


def _article(result: Result) -> tuple[str, str, tuple[Entity, ...], list[str]]:
    if isinstance(result, Failure):
        return result.name, result.reason, (), []
    prediction = result.prediction
    return result.name, prediction.text, prediction.entities, [target.text for target in prediction.targets]
