import sys
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from nghiquyet import InputError, MissingExtraError, excel, tables
from nghiquyet.sheets import Column

SHEETS = {"Một": [Column("text", "Chữ", width=30), Column("value", "Trị", "number")], "Hai": [Column("text", "Chữ")]}


def test_a_workbook_is_read_back_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "book.xlsx"
    rows = [("Một", ("=1+1", Decimal("1.5"))), ("Hai", ("a\x00\udcff\nb",)), ("Một", (None, 2))]
    excel.write(path, SHEETS, iter(rows))
    book = load_workbook(path)
    assert book.sheetnames == ["Một", "Hai"]
    first = book["Một"]
    assert list(first.values) == [("Chữ", "Trị"), ("=1+1", 1.5), (None, 2)]
    assert list(book["Hai"].values) == [("Chữ",), ("a\ufffd?\nb",)]
    assert (first["A2"].data_type, first["B2"].data_type) == ("s", "n")
    assert first["A1"].font.bold
    assert not first["A2"].font.bold
    assert first.freeze_panes == "A2"
    assert first.column_dimensions["A"].width == 30


def test_more_rows_than_excel_opens_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "_MOST_ROWS", 3)
    excel.write(tmp_path / "book.xlsx", SHEETS, [("Hai", ("a",))] * 2)
    with pytest.raises(InputError, match=r"more\.xlsx: Excel opens no more than 3 rows; write \.parquet or \.csv"):
        excel.write(tmp_path / "more.xlsx", SHEETS, [("Hai", ("a",))] * 3)
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("openpyxl", "pyarrow"):
        monkeypatch.setitem(sys.modules, module, None)
    for name, extra in (("excel", "excel"), ("parquet", "parquet")):
        monkeypatch.delitem(sys.modules, f"nghiquyet.{name}", raising=False)
        with pytest.raises(MissingExtraError, match=rf"pip install 'nghiquyet\[{extra}\]'"):
            tables.require({"excel": ".xlsx", "parquet": ".parquet"}[name])
    tables.require(".csv")
