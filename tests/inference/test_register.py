import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.register import AFTER, BEFORE, KINDS, Level, Near, folded, link

LEVELS: tuple[Level, ...] = ("central", "province", "district", "commune", "village")


def _near(*places: tuple[Level, str]) -> Near:
    return frozenset((level, folded(name)) for level, name in places)


def _codes(level: Level, kind: str, name: str, near: Near) -> tuple[str | None, str | None]:
    before, after = link(level, kind, name, near)
    return before.code if before else None, after.code if after else None


def _rows(table: str) -> list[list[str]]:
    text = files("nghiquyet").joinpath("units", table).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("level", "kind", "name", "near", "codes"),
    [
        # Provinces as they were, with the one that each has become a part of.
        ("province", "tỉnh", "Hà Tĩnh", (), ("42", "42")),
        ("province", "tỉnh", "Ninh Thuận", (), ("58", "56")),
        ("province", "thành phố", "Huế", (), ("46", "46")),
        ("province", "tỉnh", "Thừa Thiên Huế", (), ("46", "46")),
        ("province", "tỉnh", "Đăk Nông", (), ("67", "68")),
        # Districts have no successor; the kind or the province tells those of one name apart, else none is linked.
        ("district", "huyện", "Hương Khê", (), ("444", None)),
        ("district", "huyện", "Đakrông", (), ("467", None)),
        ("district", "huyện", "M’Drắk", (), ("652", None)),
        ("district", "quận", "7", (), ("778", None)),
        ("district", "huyện", "Kỳ Anh", (), ("447", None)),
        ("district", "thị xã", "Kỳ Anh", (), ("449", None)),
        ("district", "huyện", "Châu Thành", (), (None, None)),
        ("district", "huyện", "Châu Thành", (("province", "Trà Vinh"),), ("847", None)),
        ("district", "huyện", "Châu Thành", (("province", "Trà Vinh"), ("province", "Bến Tre")), (None, None)),
        # Communes need a district or province of the text, one of before the reform or since.
        ("commune", "xã", "Sơn Trung", (), (None, None)),
        ("commune", "xã", "Sơn Trung", (("district", "Khánh Sơn"),), ("22729", "22732")),
        ("commune", "xã", "Sơn Trung", (("district", "Hương Sơn"),), ("18187", "18133")),
        ("commune", "xã", "SƠN TRUNG", (("district", "Khánh Sơn"), ("province", "Hà Tĩnh")), ("22729", "22732")),
        ("commune", "xã", "Tân Thành", (("province", "Thái Nguyên"),), ("05923", "05923")),
        ("commune", "xã", "Tân Thành", (("province", "Hòa Bình"),), ("04882", "05206")),
        ("commune", "xã", "Tân Thành", (("province", "Long An"),), (None, None)),
        ("commune", "xã", "Trường Hà", (("province", "Cao Bằng"),), ("01399", "01392")),
        ("commune", "xã", "Bác Ái Tây", (("province", "Khánh Hòa"),), (None, "22786")),
        ("commune", "xã", "Bác Ái Tây", (("province", "Ninh Thuận"),), (None, "22786")),
        ("commune", "xã", "Ninh Phước", (("province", "Khánh Hòa"),), (None, None)),  # one of then, another since
        ("commune", "xã", "Tương Dương", (("district", "Tương Dương"), ("province", "Nghệ An")), (None, "16876")),
        ("commune", "phường", "02", (("province", "Sóc Trăng"),), (None, None)),
        ("commune", "phường", "2", (("district", "Vĩnh Châu"), ("province", "Sóc Trăng")), ("31801", "31783")),
        ("central", "", "Bộ Y tế", (), (None, None)),
        ("village", "thôn", "2", (("district", "Khánh Sơn"),), (None, None)),
    ],
)
def test_units_of(
    level: Level, kind: str, name: str, near: tuple[tuple[Level, str], ...], codes: tuple[str | None, str | None]
) -> None:
    assert _codes(level, kind, name, _near(*near)) == codes
    assert _codes(level, kind, unicodedata.normalize("NFD", name), _near(*near)) == codes


def test_a_unit_has_its_whole_name() -> None:
    before, after = link("commune", "xã", "Sơn Trung", _near(("district", "Khánh Sơn")))
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Xã Sơn Trung, Huyện Khánh Sơn, Tỉnh Khánh Hòa", "Xã Đông Khánh Sơn, Tỉnh Khánh Hòa")


@given(
    st.sampled_from(LEVELS),
    st.sampled_from(KINDS) | st.text(max_size=5),
    st.text(max_size=20),
    st.frozensets(st.tuples(st.sampled_from(LEVELS), st.text(max_size=10)), max_size=3),
)
def test_whatever_is_asked_has_an_answer(level: Level, kind: str, name: str, near: Near) -> None:
    link(level, kind, name, near)


@given(st.text())
def test_a_folded_name_folds_to_itself(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_every_province_and_district_is_found_in_its_place() -> None:
    """Kinds and provinces tell all districts apart."""
    provinces = {code: name.partition(" ")[2] if name.startswith("Tỉnh") else name[10:] for code, name, *_ in _rows(BEFORE)}
    for code, name, within, _ in _rows(BEFORE):
        kind = next(kind for kind in KINDS if name.casefold().startswith(kind + " "))
        if len(code) == 2:
            assert _codes("province", kind, provinces[code], frozenset())[0] == code
        elif len(code) == 3:
            assert _codes("district", kind, name[len(kind) + 1 :], _near(("province", provinces[within]))) == (code, None)


def test_the_tables_are_whole() -> None:
    """34 provinces and 3,321 communes since the reform; before it 63, 696 and 10,035. What they lie in or became is there too."""
    before, after = _rows(BEFORE), _rows(AFTER)
    assert [sum(len(row[0]) == digits for row in before) for digits in (2, 3, 5)] == [63, 696, 10_035]
    assert [sum(len(row[0]) == digits for row in after) for digits in (2, 3, 5)] == [34, 0, 3_321]
    for rows in (before, after):
        places = {row[0]: place for place, row in enumerate(rows)}
        assert len(places) == len(rows)
        assert all(places[row[2]] < place for place, row in enumerate(rows) if row[2])
    assert {row[3] for row in before} - {""} <= {row[0] for row in after}
