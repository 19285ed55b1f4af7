import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyarrow import parquet

from nghiquyet import outputs
from nghiquyet.documents import Failure
from nghiquyet.entities import Entity
from nghiquyet.errors import InputError
from nghiquyet.outputs import Format, Found, Result, Rows
from nghiquyet.prediction import Prediction

LABELS = ("ORG", "PERSON", "TARGET")
TEXT = "Ông Huấn nói: xã nghèo\ngiảm còn 30%."
FOUND = Found("a", Prediction(TEXT, (Entity("PERSON", 4, 8, "Huấn", 0.9), Entity("TARGET", 23, 35, "giảm còn 30%", 0.5))))
RESULTS: list[Result] = [FOUND, Failure("b.txt", "b.txt: is <empty>"), Found("c", Prediction("không có gì", ()))]


@given(name=st.text(), text=st.text(min_size=1, alphabet=st.characters(codec="utf-8")), score=st.integers(0, 10_000))
def test_a_record_gives_its_result_back(name: str, text: str, score: int) -> None:
    found = Found(name, Prediction(text, (Entity("ORG", 0, len(text), text, score / 10_000),)))
    for result in (found, Failure(name, text)):
        assert outputs.from_record(json.loads(outputs.json_line(outputs.to_record(result)))) == result


def test_parquet_has_all_that_json_lines_have(tmp_path: Path) -> None:
    records = [outputs.to_record(result) for result in RESULTS]
    outputs.write(tmp_path / "a.parquet", Format.parquet, records, LABELS)
    outputs.write(tmp_path / "a.jsonl", Format.jsonl, records, LABELS)
    rows = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == records
    # A key that is added to records must be added to the schema too.
    assert set(rows[0]) == {key for record in records for key in record}
    assert [{key: value for key, value in row.items() if value is not None} for row in rows] == records


def test_a_workbook_and_tables_of_parquet_have_the_records(tmp_path: Path) -> None:
    records = [outputs.to_record(result) for result in RESULTS]
    outputs.write(tmp_path / "a.xlsx", Format.xlsx, records, LABELS)
    assert len(list(load_workbook(tmp_path / "a.xlsx")["Người"].values)) == 2
    outputs.write(tmp_path / "a.parquet", Format.parquet, records, LABELS, Rows.people)
    assert parquet.read_table(tmp_path / "a.parquet").column("name").to_pylist() == ["Huấn"]


def test_names_that_are_no_unicode_come_out(tmp_path: Path) -> None:
    name = b"b\xe0i.txt".decode("utf-8", errors="surrogateescape")
    records = [outputs.to_record(Failure(name, f"{name}: is empty"))]
    for form in (Format.jsonl, Format.html, Format.csv, Format.conll):
        outputs.write(tmp_path / form, form, records, LABELS)
    assert b'"b\xe0i.txt"' in (tmp_path / "jsonl").read_bytes()
    outputs.write(tmp_path / "parquet", Format.parquet, records, LABELS)
    assert parquet.read_table(tmp_path / "parquet").to_pylist()[0]["id"] == "b?i.txt"


def test_failures_have_their_place_where_a_format_has_one() -> None:
    page = "".join(outputs.text(Format.html, RESULTS, LABELS))
    assert page.index("Huấn") < page.index("b.txt: is &lt;empty&gt;") < page.index("không có gì")
    rows = list(csv.DictReader(io.StringIO("".join(outputs.text(Format.csv, RESULTS, LABELS)))))
    assert [(row["document"], row["indicator"], row["value_max"]) for row in rows] == [("a", "", "30")]
    rows = list(csv.DictReader(io.StringIO("".join(outputs.text(Format.csv, RESULTS, LABELS, Rows.entities)))))
    assert [(row["document"], row["label"]) for row in rows] == [("a", "PERSON"), ("a", "TARGET")]
    columns = "".join(outputs.text(Format.conll, RESULTS, LABELS))
    assert [line for line in columns.splitlines() if line.startswith("#")] == ["# document a", "# document c"]


def test_results_are_written_one_at_a_time() -> None:
    for form in (Format.jsonl, Format.html, Format.csv, Format.conll):
        results = iter([FOUND] * 10)
        parts = outputs.text(form, results, LABELS)
        next(parts)
        assert len(list(results)) >= 9


def test_the_suffix_says_the_format_unless_one_is_asked_for() -> None:
    assert outputs.format_of(Path("a.JSONL"), None) is Format.jsonl
    assert outputs.format_of(Path("a.parquet"), Format.table) is Format.parquet
    assert outputs.format_of(Path("a.html"), Format.csv) is Format.csv
    for name in ("a", "a.docx", "a.table"):
        with pytest.raises(InputError, match="the suffix names no format"):
            outputs.format_of(Path(name), None)
