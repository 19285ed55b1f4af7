import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.places import PROVINCES, Place, forms, kind_of, level_of, place_of, places_in, times_named
from nghiquyet.register import folded


@pytest.mark.parametrize(
    ("name", "level", "place"),
    [
        ("Huyện ủy Hương Khê", "district", "huyện Hương Khê"),
        ("Huyện ủy", "district", None),
        ("Ban Thường vụ Huyện uỷ Đakrông", "district", "huyện Đakrông"),
        ("Thành ủy Hà Nội", "province", "thành phố Hà Nội"),
        ("Thành đoàn Vinh", "district", "thành phố Vinh"),
        ("UBND TP. Hồ Chí Minh", "province", "thành phố Hồ Chí Minh"),
        ("Thị ủy Ba Đồn", "district", "thị xã Ba Đồn"),
        ("UBND xã", "commune", None),
        ("ĐẢNG ỦY PHƯỜNG TAM QUAN BẮC", "commune", "phường TAM QUAN BẮC"),
        ("UBND Phường 2", "commune", "phường 2"),
        ("Chi bộ thôn 7, xã Tứ Quận", "village", "thôn 7"),
        ("Sở Nông nghiệp và Phát triển nông thôn", "province", None),
        ("Trung tâm Khuyến nông tỉnh", "province", None),
        ("Phòng Nông nghiệp và Phát triển nông thôn huyện", "district", None),
        ("Sở Công thương Bến Tre", "province", "tỉnh Bến Tre"),
        ("Báo Hà Tĩnh", "province", "tỉnh Hà Tĩnh"),
        ("Báo Ấp Bắc", None, None),
        ("Bộ NN-PTNT", "central", None),
        ("Bộ CHQS tỉnh", "province", None),
        ("Ủy ban Dân tộc", "central", None),
        ("Ngân hàng Nhà nước", "central", None),
        ("Ban Tổ chức Trung ương", "central", None),
        ("Hội Nông dân Việt Nam", "central", None),
        ("Công ty Mía đường", None, None),
        ("Hợp tác xã Nông nghiệp Pác Bó", None, None),
        ("Ban Chấp hành", None, None),
    ],
)
def test_the_level_and_place_of_a_name(name: str, level: str | None, place: str | None) -> None:
    for spelled in (name, unicodedata.normalize("NFD", name)):
        found = place_of(spelled)
        assert level_of(spelled) == level
        assert place == (found and unicodedata.normalize("NFC", f"{found.kind} {found.name}"))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("xã Sơn Trung, huyện Khánh Sơn (Khánh Hòa)", ["xã Sơn Trung", "huyện Khánh Sơn", "tỉnh Khánh Hòa"]),
        ("(Báo Quảng Ngãi)- Để đưa", ["tỉnh Quảng Ngãi"]),
        ("Bà Rịa - Vũng Tàu và Đà Nẵng", ["tỉnh Bà Rịa - Vũng Tàu", "thành phố Đà Nẵng"]),
        ("đạt chuẩn xã NTM nâng cao", []),
        ("hợp tác xã, xã hội, Nhật Bản, văn bản, Sóc Trăng", ["tỉnh Sóc Trăng"]),
        ("UBND xã, UBND huyện", []),
        ("giữa huyện\nKhánh Sơn", []),
        ("năm 2021 huyện 2020", []),
    ],
)
def test_the_places_of_a_text(text: str, places: list[str]) -> None:
    assert [f"{place.kind} {place.name}" for _, _, place in places_in(text, forms(text))] == places


@given(
    st.text() | st.lists(st.sampled_from(["xã", "Hà", "Tĩnh", "TP.", "-", "\n", ",", "2", "Báo", "0", "huyện ủy"])).map(" ".join)
)
def test_places_lie_in_the_text_in_order(text: str) -> None:
    last = 0
    for start, end, place in places_in(text, forms(text)):
        assert last <= start < end <= len(text)
        assert "\n" not in place.name
        assert folded(place.name) in folded(text[start:end])
        last = end
    level_of(text)
    kind_of(text)
    place_of(text)


def test_a_name_is_not_counted_within_a_longer_one() -> None:
    row = forms("Điện Biên Đông của Điện Biên, huyện Điện Biên Đông")
    assert times_named(row, {folded("Điện Biên"), folded("Điện Biên Đông")}) == {"điện biên": 1, "điện biên đông": 2}


def test_a_place_has_its_official_units() -> None:
    assert len(PROVINCES) == 63
    place = Place("huyện", "Châu Thành", near=(frozenset(), frozenset({("province", folded("Trà Vinh"))})))
    assert place.before is not None
    assert (place.before.code, place.after) == ("847", None)
    assert Place("huyện", "Châu Thành") == place
    assert Place("huyện", "Châu Thành").before is None
