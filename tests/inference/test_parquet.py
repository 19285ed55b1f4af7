from decimal import Decimal
from pathlib import Path

from pyarrow.parquet import read_table

from nghiquyet import parquet
from nghiquyet.sheets import Column

COLUMNS = [Column("text", "Chữ"), Column("sign", "Dấu", "word"), Column("count", "Số", "integer"), Column("value", "Trị", "number")]


def test_a_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    parquet.write(path, COLUMNS, iter([("=1+1", ">=", 2, Decimal("0.5")), ("\udcff", None, None, None)]))
    table = read_table(path)
    assert [str(kind) for kind in table.schema.types] == ["string", "string", "int64", "double"]
    assert table.to_pylist() == [
        {"text": "=1+1", "sign": ">=", "count": 2, "value": 0.5},
        {"text": "?", "sign": None, "count": None, "value": None},
    ]


def test_no_rows_still_have_columns(tmp_path: Path) -> None:
    parquet.write(tmp_path / "none.parquet", COLUMNS, [])
    assert read_table(tmp_path / "none.parquet").column_names == ["text", "sign", "count", "value"]
