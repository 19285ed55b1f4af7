import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyarrow.parquet import read_table

from nghiquyet import Prediction, Target, sheets, tables
from nghiquyet.baselines import Baseline
from nghiquyet.periods import Period

TEXT = "Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên; ông Bường."


@pytest.fixture
def prediction(prediction_of: Callable[..., Prediction]) -> Prediction:
    return prediction_of(
        TEXT,
        ("PERSON", "Cao Văn Bường"),
        ("ORG", "Đảng ủy xã Sơn Trung"),
        ("TARGET", "kết nạp mới 25 đảng viên trở lên"),
        ("PERSON", "Bường"),
    )


def _rows(table: tables.Table, prediction: Prediction) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(tables.csv_lines([("a.txt", prediction)], table)))))


@pytest.mark.parametrize("name", sorted(tables.TABLES))
def test_every_row_fills_every_column(prediction: Prediction, name: str, tmp_path: Path) -> None:
    table = tables.TABLES[name]
    rows = list(table.rows("a.txt", prediction))
    assert rows
    assert {len(row) for row in rows} == {len(table.columns)}
    assert len({column.name for column in table.columns}) == len(table.columns)
    documents = [("a.txt", prediction)] * 2
    tables.write_parquet(tmp_path / "rows.parquet", documents, table)
    assert read_table(tmp_path / "rows.parquet").num_rows == 2 * len(rows)


def test_a_row_says_what_the_record_says(prediction: Prediction) -> None:
    (target,) = _rows(tables.TARGETS, prediction)
    (record,) = prediction.targets
    assert (target["document"], target["text"], target["score"]) == ("a.txt", record.raw, "0.8765")
    assert TEXT[int(target["start"]) : int(target["end"])] == record.raw
    assert (target["indicator"], target["comparator"], target["value_min"], target["value_max"]) == (
        record.indicator,
        record.comparator,
        "25",
        "",
    )
    (person,) = _rows(tables.PEOPLE, prediction)
    assert (person["name"], person["mentions"], person["start"]) == ("Cao Văn Bường", "2", "4")
    (body,) = _rows(tables.ORGANISATIONS, prediction)
    assert (body["name"], body["level"], body["place_kind"], body["place"]) == (
        "Đảng ủy xã Sơn Trung",
        "commune",
        "xã",
        "Sơn Trung",
    )
    assert [row["label"] for row in _rows(tables.ENTITIES, prediction)] == ["PERSON", "ORG", "TARGET", "PERSON"]


def test_nested_slots_have_columns_of_their_own(
    prediction: Prediction, target: Callable[..., Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = target("x", baseline=Baseline(Decimal("12.50"), "%", 2020), deadline_year=2025, period=Period(2021, 2025))
    monkeypatch.setattr(Prediction, "targets", (found, target("y")))
    full, empty = (json.loads(line) for line in sheets.json_lines(tables.TARGETS.columns, tables.TARGETS.rows("a", prediction)))
    nested = ("baseline_value", "baseline_unit", "baseline_year", "deadline_year", "period_start", "period_end")
    assert [full[name] for name in nested] == ["12.50", "%", 2020, 2025, 2021, 2025]
    assert {empty[name] for name in nested} == {None}


def test_a_workbook_has_a_sheet_for_each_kind_of_record(prediction: Prediction, tmp_path: Path) -> None:
    path = tmp_path / "found.xlsx"
    tables.write_excel(path, (pair for pair in [("a.txt", prediction), ("b.txt", prediction)]))
    book = load_workbook(path)
    assert book.sheetnames == ["Chỉ tiêu", "Người", "Tổ chức"]
    headings, *rows = book["Chỉ tiêu"].values
    assert headings == tuple(column.heading for column in tables.TARGETS.columns)
    assert [(row[0], row[4]) for row in rows] == [("a.txt", 25), ("b.txt", 25)]
