import csv
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl

from nghiquyet import tables
from nghiquyet_demo import exports
from nghiquyet_demo.collection import Article, rows

NAMES = [column.name for column in exports.COLUMNS]


def test_columns_are_those_of_nghiquyet_and_three_more() -> None:
    assert set(NAMES) - {column.name for column in tables.TARGETS.columns} == {"locality", "sector", "measure"}


def test_every_row_is_in_every_file(collected: Sequence[Article], tmp_path: Path) -> None:
    table = rows(collected)[1:]
    raw = ["kết nạp 25 đảng viên", "giữ rừng <b>xanh</b>", "tỷ lệ hộ nghèo còn 2 - 3%"]
    lines = exports.csv(table).decode("utf-8-sig").splitlines()
    assert [row["text"] for row in csv.DictReader(lines)] == raw
    records = [json.loads(line) for line in exports.json_lines(table).splitlines()]
    assert [record["text"] for record in records] == raw
    assert (
        records[2] | {"locality": "huyện Ba Tơ", "measure": "tỷ lệ hộ nghèo", "value_min": "2", "document": "ba-tơ.txt"}
        == records[2]
    )
    exports.write_excel(tmp_path / "some.xlsx", table)
    sheet = openpyxl.load_workbook(tmp_path / "some.xlsx").active
    assert sheet is not None
    head, *cells = sheet.iter_rows(values_only=True)
    assert head == tuple(column.heading for column in exports.COLUMNS)
    assert [row[NAMES.index("text")] for row in cells] == raw


def test_nothing_is_a_file_with_headings_alone() -> None:
    assert exports.csv([]).decode("utf-8-sig").strip().split(",") == NAMES
    assert exports.json_lines([]) == b""
