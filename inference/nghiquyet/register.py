"""The official register of provinces, districts and communes, before and after the reform of July 2025.

The codes are those of the General Statistics Office, the data those of the package vietnamadminunits (MIT), kept here as two
tables; `nghiquyet_training.register` rebuilds them and says why. They are read at the first question, not at import.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Final, Literal

from nghiquyet.text import model_form

Level = Literal["central", "province", "district", "commune", "village"]
# Places of a text, by level and folded name.
Near = frozenset[tuple[Level, str]]

# The tables: code, name, the code of the unit it lies in; in the first also the code of the one unit that it has become a part of.
BEFORE: Final = "2025-06.tsv"
AFTER: Final = "2025-07.tsv"
KINDS: Final = ("tỉnh", "huyện", "quận", "thị xã", "thành phố", "xã", "phường", "thị trấn", "đặc khu")
# By the digits of their codes.
_LEVELS: Final[dict[int, Level]] = {2: "province", 3: "district", 5: "commune"}
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
    parts = name.replace("-", " ").replace("–", " ").replace("’", "'").split()
    # Once more, because "ùY" is an old spelling only in small letters.
    spelled = (model_form(model_form(part).casefold()) for part in parts)
    whole = " ".join(_VARIANTS.get(word, (word.lstrip("0") or "0") if word.isdecimal() else word) for word in spelled if word)
    return _RENAMED.get(whole, whole)


def _bare(name: str) -> str:
    """A folded name without marks and spaces: "Đa Krông" is also written "Đakrông", "Mù Căng Chải" also "Mù Cang Chải"."""
    return "".join(char for char in unicodedata.normalize("NFD", name) if char.isalnum()).replace("đ", "d")


def link(level: Level, kind: str, name: str, near: Near) -> tuple[Unit | None, Unit | None]:
    """The unit of that kind and name as of June 2025, and the one that it belongs to since; `near` are other places of the text.

    A commune is linked only where the text names its district or province; where two units remain, none is.

    >>> link("district", "huyện", "Châu Thành", frozenset({("province", "trà vinh")}))[0]
    Unit(code='847', name='Huyện Châu Thành, Tỉnh Trà Vinh')
    """
    return _register().link(level, kind, folded(name), near)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A unit with its level, kind and folded name, the units `around` it in which it lies, and the one it has become a part of."""

    unit: Unit
    level: Level
    kind: str
    name: str
    around: Near
    successor: "_Entry | None"

    @property
    def as_near(self) -> Near:
        return self.around | {(self.level, self.name)}


class _Index:
    """Entries by folded name, or by the name without marks where that finds none."""

    def __init__(self, entries: Iterable[_Entry]) -> None:
        self._named: dict[tuple[Level, str], list[_Entry]] = defaultdict(list)
        for entry in entries:
            self._named[entry.level, entry.name].append(entry)

    @cached_property
    def _bare(self) -> Mapping[tuple[Level, str], Sequence[_Entry]]:
        bare: dict[tuple[Level, str], list[_Entry]] = defaultdict(list)
        for (level, name), entries in self._named.items():
            bare[level, _bare(name)].extend(entries)
        return bare

    def named(self, level: Level, name: str) -> Sequence[_Entry]:
        return self._named.get((level, name)) or self._bare.get((level, _bare(name)), ())


@dataclass(frozen=True, slots=True)
class _Register:
    before: _Index
    after: _Index

    def link(self, level: Level, kind: str, name: str, near: Near) -> tuple[Unit | None, Unit | None]:
        entries = _nearest(self.before.named(level, name), near)
        if level == "commune":
            entries = [entry for entry in entries if entry.around & near]
        old = _only(entries, kind)
        new = old.successor if old else None
        if level == "commune":
            now = self._commune_now(kind, name, near)
            # A text that names districts is from before the reform, or tells of that time.
            if old and now not in (None, new) and not any(wider == "district" for wider, _ in near):
                return None, None
            if not entries:
                new = now
        return old.unit if old else None, new.unit if new else None

    def _commune_now(self, kind: str, name: str, near: Near) -> _Entry | None:
        """The commune of that name since the reform in a province of the text, which may name it as it was before."""
        before = [entry for level, province in near if level == "province" for entry in self.before.named(level, province)]
        provinces = frozenset().union(*(entry.successor.as_near for entry in before if entry.successor))
        return _only([entry for entry in self.after.named("commune", name) if entry.around & provinces], kind)


def _nearest(entries: Sequence[_Entry], near: Near) -> Sequence[_Entry]:
    """The entries that lie in a district and a province of the text, else in one of them, a district rather, else all."""
    levels = [{level for level, _ in entry.around & near} for entry in entries]
    for wanted in ({"district", "province"}, {"district"}, {"province"}):
        if close := [entry for entry, found in zip(entries, levels, strict=True) if wanted <= found]:
            return close
    return entries


def _only(entries: Sequence[_Entry], kind: str) -> _Entry | None:
    """The one entry of a kind, or the one of any, since kinds change (a commune becomes a ward); None if several are left."""
    same = [entry for entry in entries if entry.kind == kind]
    if len(same) == 1:
        return same[0]
    return entries[0] if len(entries) == 1 else None


@lru_cache(maxsize=1)
def _register() -> _Register:
    after = _entries(AFTER, {})
    return _Register(_Index(_entries(BEFORE, after).values()), _Index(after.values()))


def _entries(table: str, successors: Mapping[str, _Entry]) -> Mapping[str, _Entry]:
    """The entries of a table by code, in its order: a unit stands before those that lie in it."""
    entries: dict[str, _Entry] = {}
    for line in files("nghiquyet").joinpath("units", table).read_text(encoding="utf-8").splitlines():
        code, name, within, *successor = line.split("\t")
        kind = next(kind for kind in KINDS if name.casefold().startswith(f"{kind} "))
        wider = entries.get(within)
        unit = Unit(code, f"{name}, {wider.unit.name}" if wider else name)
        around = wider.as_near if wider else frozenset()
        since = successors.get(successor[0]) if successor else None
        entries[code] = _Entry(unit, _LEVELS[len(code)], kind, folded(name[len(kind) :]), around, since)
    return entries
