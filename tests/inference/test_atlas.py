import pytest

from nghiquyet.atlas import Atlas
from nghiquyet.entities import Entity
from nghiquyet.places import Place
from nghiquyet.register import Level


def _home(text: str, level: Level, kind: str | None, *bodies: str) -> str | None:
    place = Atlas.of(text).home(level, kind, [text.index(body) for body in bodies])
    return f"{place.kind} {place.name}" if place else None


@pytest.mark.parametrize(
    ("text", "level", "kind", "bodies", "home"),
    [
        ("Ở huyện Hương Khê, Huyện ủy họp.", "district", "huyện", ["Huyện ủy"], "huyện Hương Khê"),
        # One that is named more often than all others, also without its kind.
        ("Quảng Hoà hợp nhất huyện Quảng Uyên.\nHuyện Quảng Hoà\nUBND huyện", "district", "huyện", ["UBND"], "huyện Quảng Hoà"),
        ("huyện A và huyện B\nUBND huyện", "district", "huyện", ["UBND"], None),
        # "HĐND xã" is of no "thị trấn", "Sở Y tế" of a province or city.
        ("Thị trấn Thạnh Phú, thị trấn Thạnh Phú\nHĐND xã", "commune", "xã", ["HĐND"], None),
        ("Ở Hà Nội\nSở Y tế", "province", None, ["Sở"], "thành phố Hà Nội"),
        ("Ở Hà Nội\nUBND tỉnh", "province", "tỉnh", ["UBND"], None),
        # Of communes the one that the line names before.
        ("Xã Cao Thượng, xã Cao Thượng\nỞ xã Khang Ninh, UBND xã", "commune", "xã", ["UBND"], "xã Khang Ninh"),
        ("Ở xã Khang Ninh, UBND xã\nỞ xã Cao Thượng, Đảng ủy xã", "commune", "xã", ["UBND", "Đảng ủy"], None),
        ("Xã Cao Thượng, xã Cao Thượng\nUBND xã", "commune", "xã", ["UBND"], "xã Cao Thượng"),
        ("Xã Cao Thượng\nUBND xã", "commune", "xã", ["UBND"], None),
        ("Xã Cao Thượng\r\nUBND xã", "commune", "xã", ["UBND"], None),
        ("UBND xã", "commune", "xã", ["UBND"], None),
    ],
)
def test_the_place_of_a_body_that_names_none(
    text: str, level: Level, kind: str | None, bodies: list[str], home: str | None
) -> None:
    assert _home(text, level, kind, *bodies) == home


def test_the_name_of_a_person_is_no_place() -> None:
    text = "Tỉnh ủy Đặng Ngọc Huy"
    atlas = Atlas.of(text, [Entity("PERSON", 8, len(text), text[8:], 1.0)])
    assert atlas.home("province", "tỉnh", [0]) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xã Tân Thành, huyện Mai Châu. Thái Nguyên, Thái Nguyên", "04882"),  # the district with it
        ("xã Tân Thành. Thái Nguyên, Thái Nguyên, Hòa Bình", "05923"),  # the main province
        ("xã Tân Thành. Thái Nguyên, Hòa Bình", None),
        ("xã Tân Thành (huyện Mai Châu), xã Tân Thành (huyện Phú Bình)", None),
        ("xã Tân Thành", None),
    ],
)
def test_places_near_tell_those_of_one_name_apart(text: str, code: str | None) -> None:
    unit = Atlas.of(text).known(Place("xã", "Tân Thành")).before
    assert (unit and unit.code) == code


def test_what_a_text_is_about() -> None:
    atlas = Atlas.of("Huyện Hương Khê (Hà Tĩnh): xã Hà Linh, xã Hòa Hải, xã Hòa Hải")
    assert atlas.about == {"hương khê", "hà tĩnh", "hoà hải"}
    assert atlas.known(Place("xã", "Khác")) == Place("xã", "Khác")
