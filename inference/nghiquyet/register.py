"""The official register of provinces, districts and communes, before and after the reform of July 2025.

The data are those of the package vietnamadminunits (MIT; codes of the General Statistics Office), an optional install. Its own code
needs geographic libraries and guesses addresses; so its files alone are read, at the first question, and nothing of it is imported.
"""

import json
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from nghiquyet.errors import MissingExtraError, NghiquyetError
from nghiquyet.text import model_form

_Changes = dict[str, Any]
Level = Literal["central", "province", "district", "commune", "village"]

_PACKAGE: Final = "vietnamadminunits"
_AFTER: Final = "SELECT province, ward, wardShort, wardType, provinceCode, wardCode, provinceKey, wardKey FROM admin_units"
_BEFORE: Final = (
    "SELECT province, district, ward, provinceShort, districtShort, wardShort, districtType, wardType, provinceCode, districtCode,"
    " wardCode, provinceKey, districtKey, wardKey FROM admin_units_legacy"
)
# Spellings of one name; the register has the last.
_VARIANTS: Final = {"đăk": "đắk", "đắc": "đắk", "lăk": "lắk", "lắc": "lắk", "kontum": "kon tum", "hcm": "hồ chí minh"}
_RENAMED: Final = {"thừa thiên huế": "huế"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the register: its code, and its full name from the smallest to the largest ("Xã A, Huyện B, Tỉnh C")."""

    code: str
    name: str


@lru_cache(maxsize=20_000)
def folded(name: str) -> str:
    """The name of a place in one spelling: small letters, new tone marks, no hyphens, no leading zeros.

    >>> folded("Bà Rịa - Vũng Tàu"), folded("Đăk Nông"), folded("Phường 02"), folded("Khánh Hòa") == folded("KHÁNH HOÀ")
    ('bà rịa vũng tàu', 'đắk nông', 'phường 2', True)
    """
    spelled = (model_form(word).casefold() for word in name.replace("-", " ").replace("–", " ").replace("’", "'").split())
    whole = " ".join(_VARIANTS.get(word, word.lstrip("0") if word.isdecimal() else word) for word in spelled)
    return _RENAMED.get(whole, whole)


def _bare(name: str) -> str:
    """A folded name without marks and spaces: "Đa Krông" is also written "Đakrông", "Mù Căng Chải" also "Mù Cang Chải"."""
    return "".join(char for char in unicodedata.normalize("NFD", name) if char.isalnum()).replace("đ", "d")


def link(level: Level, kind: str, name: str, near: frozenset[tuple[Level, str]]) -> tuple[Unit | None, Unit | None]:
    """The unit of that kind and name as of June 2025, and the one that it belongs to since; `near` are other places of the text.

    A commune is linked only where the text names its district or province; where two units remain, none is.

    Raises:
        MissingExtraError: if the data are not installed.
    """
    found = _register()
    name = folded(name)
    match level:
        case "province":
            return found.province(name)
        case "district":
            return found.district(kind, name, near), None
        case "commune":
            return found.commune(kind, name, near)
        case "central" | "village":
            return None, None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A unit with its kind, and what it lies in: before the reform the folded names, since then the province's code."""

    unit: Unit
    kind: str
    district: str
    province: str
    successor: Unit | None = None


class _Index:
    """Entries by folded name, or by the name without marks where that finds none."""

    def __init__(self) -> None:
        self._exact: dict[str, list[_Entry]] = defaultdict(list)
        self._bare: dict[str, list[_Entry]] = defaultdict(list)

    def add(self, name: str, entry: _Entry) -> None:
        if entry not in self._exact[name][-1:]:
            self._exact[name].append(entry)
            self._bare[_bare(name)].append(entry)

    def named(self, name: str) -> list[_Entry]:
        return self._exact.get(name) or self._bare.get(_bare(name), [])


@dataclass(frozen=True, slots=True)
class _Register:
    provinces_before: dict[str, Unit] = field(default_factory=dict)
    provinces_after: dict[str, Unit] = field(default_factory=dict)
    districts: _Index = field(default_factory=_Index)
    communes_before: _Index = field(default_factory=_Index)
    communes_after: _Index = field(default_factory=_Index)

    def province(self, name: str) -> tuple[Unit | None, Unit | None]:
        return self.provinces_before.get(name), self.provinces_after.get(name)

    def district(self, kind: str, name: str, near: frozenset[tuple[Level, str]]) -> Unit | None:
        entries = self.districts.named(name)
        close = [entry for entry in entries if ("province", entry.province) in near]
        entry = _only(close or entries, kind)
        return entry.unit if entry else None

    def commune(self, kind: str, name: str, near: frozenset[tuple[Level, str]]) -> tuple[Unit | None, Unit | None]:
        entries = self.communes_before.named(name)
        in_districts = [entry for entry in entries if ("district", entry.district) in near]
        in_provinces = [entry for entry in entries if ("province", entry.province) in near]
        old = _only(in_districts or in_provinces, kind)
        now = {self.provinces_after[place].code for level, place in near if level == "province" and place in self.provinces_after}
        new = _only([entry for entry in self.communes_after.named(name) if entry.province in now], kind)
        has_districts = any(level == "district" for level, _ in near)
        if old and (has_districts or new is None or old.successor == new.unit):
            return old.unit, old.successor
        if new and not old and not has_districts:
            return None, new.unit
        return None, None


def _only(entries: Sequence[_Entry], kind: str) -> _Entry | None:
    """The one entry of a kind, or the one of any, since kinds change (a commune becomes a ward); None if several are left."""
    same = [entry for entry in entries if entry.kind == kind]
    if len(same) == 1:
        return same[0]
    return entries[0] if len(entries) == 1 else None


@lru_cache(maxsize=1)
def _register() -> _Register:
    """Read the register, once; 0.2 s and 20 MB."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtraError("the official codes of places", "places")
    data = Path(spec.origin).parent / "data"
    try:
        with closing(sqlite3.connect(f"{(data / 'dataset.db').as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            file.row_factory = sqlite3.Row
            after = file.execute(_AFTER).fetchall()
            before = file.execute(_BEFORE).fetchall()
        changes = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    except (sqlite3.Error, OSError, ValueError) as error:
        hint = "reinstall it: pip install --force-reinstall 'nghiquyet[places]'"
        raise NghiquyetError(f"the data of {_PACKAGE} in {data} cannot be read ({error}); {hint}") from error
    return _built(before, after, changes)


def _built(before: Sequence[sqlite3.Row], after: Sequence[sqlite3.Row], changes: _Changes) -> _Register:
    units = {row["provinceKey"]: Unit(row["provinceCode"], row["province"]) for row in after}
    wards = {(row["provinceKey"], row["wardKey"]): _within(row["wardCode"], row["ward"], row["province"]) for row in after}
    province_of = {old: new for new, olds in changes["DICT_PROVINCE"].items() for old in olds}
    successors = {
        old: wards[province, ward]
        for province, merged in changes["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
        for ward, olds in merged.items()
        for old in olds
    }
    result = _Register()
    for row in before:
        province, district = folded(row["provinceShort"]), folded(row["districtShort"])
        result.provinces_before[province] = Unit(row["provinceCode"], row["province"])
        result.provinces_after[province] = units[province_of[row["provinceKey"]]]
        unit = _within(row["districtCode"], row["district"], row["province"])
        result.districts.add(district, _Entry(unit, row["districtType"].casefold(), "", province))
        if row["ward"]:
            unit = _within(row["wardCode"], row["ward"], row["district"], row["province"])
            successor = successors.get(f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}")
            result.communes_before.add(
                folded(row["wardShort"]), _Entry(unit, row["wardType"].casefold(), district, province, successor)
            )
    for row in after:
        unit = wards[row["provinceKey"], row["wardKey"]]
        result.communes_after.add(folded(row["wardShort"]), _Entry(unit, row["wardType"].casefold(), "", row["provinceCode"]))
    return result


def _within(code: str, *names: str) -> Unit:
    return Unit(code, ", ".join(names))
