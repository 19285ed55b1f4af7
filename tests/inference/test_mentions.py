import unicodedata

import pytest

from nghiquyet.entities import Entity
from nghiquyet.mentions import fullest, organisations, people


def _marked(marked: str) -> tuple[str, list[Entity]]:
    text, found = "", []
    for part in marked.split("<"):
        name, closed, rest = part.partition(">")
        if closed:
            found.append(Entity("", len(text), len(text) + len(name), name, 1.0))
        text += name + rest
    return text, found


def _joined(groups: list[tuple[Entity, ...]]) -> str:
    return " / ".join("|".join(mention.text for mention in group) for group in groups)


@pytest.mark.parametrize(
    ("marked", "groups"),
    [
        ("<Lê Ngọc Huấn>, ông <Huấn>, ông <Ngọc Huấn>, <LÊ NGỌC HUẤN>", "Lê Ngọc Huấn|Huấn|Ngọc Huấn|LÊ NGỌC HUẤN"),
        ("ông <Huấn>: <Lê Ngọc Huấn>", "Huấn|Lê Ngọc Huấn"),
        ("<Hà Hòa>, bà <Hoà>", "Hà Hòa|Hoà"),
        # Of two with one name the last, and a man or a woman where the text tells.
        ("<Lê Văn An>, <Vũ Văn An>, ông <An>", "Lê Văn An / Vũ Văn An|An"),
        ("ông <Lê An>, bà <Vũ An>, ông <An>", "Lê An|An / Vũ An"),
        ("ông <Lê An>, <Vũ Thị An>, anh <An>, chị <An>", "Lê An|An / Vũ Thị An|An"),
        ("ông <An>, bà <An>", "An / An"),
        ("<An>, ông <An>", "An|An"),
        # Two full names are two people; a by-line shortens nobody's.
        ("<Lê Văn An>, <Vũ Văn An>", "Lê Văn An / Vũ Văn An"),
        ("<Phan Huỳnh Trường Giang>. Ảnh: <Trường Giang>", "Phan Huỳnh Trường Giang / Trường Giang"),
        ("<Phan Huỳnh Trường Giang>, ông <Trường Giang>", "Phan Huỳnh Trường Giang|Trường Giang"),
        # Initials, and names that begin with the given name.
        ("<Hà Yến>, ảnh <H.Yến>", "Hà Yến|H.Yến"),
        ("<Hà Yến>, <Hồ Yến>, <H.Yến>", "Hà Yến / Hồ Yến / H.Yến"),
        ("<Y Thức Êban>, em <Y Thức>", "Y Thức Êban|Y Thức"),
        ("<H'Nguôm Êban>, chị <H’Nguôm>", "H'Nguôm Êban / H’Nguôm"),
        ("<Kơ Să Ha Thương>, anh <Ha Thương>, <Thương>", "Kơ Să Ha Thương|Ha Thương|Thương"),
    ],
)
def test_the_people_of_a_text(marked: str, groups: str) -> None:
    for form in ("NFC", "NFD"):
        found = people(*_marked(unicodedata.normalize(form, marked)))
        assert unicodedata.normalize("NFC", _joined(found)) == groups


@pytest.mark.parametrize(
    ("marked", "groups"),
    [
        ("<Huyện ủy> <Huyện ủy Hương Khê> <Huyện uỷ>", "Huyện ủy|Huyện ủy Hương Khê|Huyện uỷ"),
        ("<Ủy ban nhân dân huyện> <UBND huyện Hương Khê> <UBND>", "Ủy ban nhân dân huyện|UBND huyện Hương Khê|UBND"),
        ("<HĐND huyện> <HĐND> <Hội đồng nhân dân>", "HĐND huyện|HĐND|Hội đồng nhân dân"),
        ("<Mặt trận Tổ quốc> <MTTQ> <Mặt trận>", "Mặt trận Tổ quốc|MTTQ|Mặt trận"),
        ("<Ủy ban MTTQ Việt Nam huyện> <MTTQ huyện> <Mặt trận>", "Ủy ban MTTQ Việt Nam huyện|MTTQ huyện|Mặt trận"),
        ("<Bộ Lao động - Thương binh và Xã hội> <Bộ LĐ-TB&XH>", "Bộ Lao động - Thương binh và Xã hội|Bộ LĐ-TB&XH"),
        ("<Phòng NN&PTNT> <Phòng Nông nghiệp và Phát triển nông thôn>", "Phòng NN&PTNT|Phòng Nông nghiệp và Phát triển nông thôn"),
        ("<Sở Công thương tỉnh Bến Tre> <Sở Công thương Bến Tre>", "Sở Công thương tỉnh Bến Tre|Sở Công thương Bến Tre"),
        ("<Ban Thường vụ Huyện ủy> <Ban Thường vụ>", "Ban Thường vụ Huyện ủy|Ban Thường vụ"),
        # Bodies of each other are not each other.
        ("<Đảng bộ huyện> <Huyện ủy> <Ban Thường vụ Huyện ủy>", "Đảng bộ huyện / Huyện ủy / Ban Thường vụ Huyện ủy"),
        # What shortens several stays alone, but for the one that its line names before.
        ("<Đảng ủy xã A> <Đảng ủy xã B>\n<Đảng ủy xã>", "Đảng ủy xã A / Đảng ủy xã B / Đảng ủy xã"),
        ("<Đảng ủy xã A>\n<Đảng ủy xã B>, <Đảng ủy xã>", "Đảng ủy xã A / Đảng ủy xã B|Đảng ủy xã"),
        ("<Đảng ủy> <Đảng ủy xã A>", "Đảng ủy / Đảng ủy xã A"),
        ("<Đảng ủy xã A>, <Đảng ủy>", "Đảng ủy xã A|Đảng ủy"),
        # Other names in brackets.
        ("<Tập đoàn Dệt May Việt Nam> (<Vinatex>). <Vinatex>", "Tập đoàn Dệt May Việt Nam|Vinatex|Vinatex"),
        ("<Công ty A> (sau đây gọi tắt là <Bên B>)", "Công ty A|Bên B"),
        ("<Tổng cục Biển và Hải đảo> (<Bộ TN&MT>)", "Tổng cục Biển và Hải đảo / Bộ TN&MT"),
    ],
)
def test_the_organisations_of_a_text(marked: str, groups: str) -> None:
    named = {"hương khê", "a", "b", "bến tre"}
    for form in ("NFC", "NFD"):
        found = organisations(*_marked(unicodedata.normalize(form, marked)), named)
        assert unicodedata.normalize("NFC", _joined(found)) == groups


def test_a_body_without_a_place_is_of_the_place_that_the_text_is_about() -> None:
    text, mentions = _marked("<Huyện ủy>, <Huyện ủy Sơn Hòa>")
    assert len(organisations(text, mentions, set())) == 2
    assert len(organisations(text, mentions, {"sơn hoà"})) == 1


def test_the_fullest_name_is_rather_not_in_capitals() -> None:
    _, mentions = _marked("<AN> <LÊ VĂN AN> <Lê Văn An> <Lê Văn Bình>")
    assert fullest(mentions) == "Lê Văn An"
