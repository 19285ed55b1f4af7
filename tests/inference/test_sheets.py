import csv
import io
import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import sheets
from nghiquyet.sheets import Column, Row

COLUMNS = (Column("text", "Chữ"), Column("sign", "Dấu", "word"), Column("count", "Số", "integer"), Column("value", "Trị", "number"))
ROWS: list[Row] = [
    ("=1+1", "=", 2, Decimal("0.1")),
    ('a,"b"\nc', ">=", None, Decimal("1E+3")),
    (None, None, 0, 0.25),
    ("\udcff.txt", "<", -1, None),
]


def test_csv_is_read_back_and_runs_nothing() -> None:
    read = list(csv.reader(io.StringIO("".join(sheets.csv_lines(COLUMNS, ROWS)), newline="")))
    assert read == [
        ["text", "sign", "count", "value"],
        ["'=1+1", "=", "2", "0.1"],
        ['a,"b"\nc', ">=", "", "1000"],
        ["", "", "0", "0.25"],
        ["\udcff.txt", "<", "-1", ""],
    ]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_no_cell_of_a_text_begins_as_a_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO("".join(sheets.csv_lines([Column(text, "")], [])), newline=""))
    (_, other) = csv.reader(io.StringIO("".join(sheets.csv_lines([Column("text", "")], [(text,)])), newline=""))
    for cell in (*row, *other):
        assert not cell.startswith(("=", "+", "-", "@", "\t"))
        assert cell in (text, "'" + text)


def test_json_keeps_every_digit() -> None:
    lines = [json.loads(line) for line in sheets.json_lines(COLUMNS, ROWS)]
    assert lines[0] == {"text": "=1+1", "sign": "=", "count": 2, "value": "0.1"}
    assert [line["value"] for line in lines] == ["0.1", "1000", 0.25, None]
