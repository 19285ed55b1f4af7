import csv
import io
import json
import random
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from nghiquyet import Comparison, Entity, InputError, Prediction, compare, comparison

# Wordings with how they are labelled: what is in square brackets is a target, in braces a body.
_TARGETS = st.lists(
    st.sampled_from(
        [
            "[tỷ lệ hộ nghèo giảm còn 30%]",
            "[hộ nghèo dưới 2%]",
            "[không còn hộ nghèo]",
            "[kết nạp mới 25 đảng viên trở lên]",
            "[mỗi năm kết nạp 500 đảng viên]",
            "[xây dựng huyện nông thôn mới nâng cao]",
            "[60% trường mầm non đạt chuẩn quốc gia]",
            "[50% trường THCS đạt chuẩn quốc gia]",
            "[sản lượng mía 900.000 tấn]",
            "[sản lượng 10.300 tấn]",
            "[“”]",
            "{Huyện ủy Đakrông} họp",
            "{UBND huyện Ba Tơ} họp",
        ]
    ),
    max_size=6,
)
_DOCUMENTS = st.lists(_TARGETS, max_size=4)


def _prediction(parts: list[str]) -> Prediction:
    text, entities = "", []
    for part in parts:
        label = "TARGET" if part[0] == "[" else "ORG"
        surface = part[1 : part.index("]" if part[0] == "[" else "}")]
        entities.append(Entity(label, len(text), len(text) + len(surface), surface, 0.9))
        text += part.translate({ord(sign): None for sign in "[]{}"}) + ".\n"
    return Prediction(text, tuple(entities))


def _named(documents: list[list[str]]) -> list[tuple[str, Prediction]]:
    return [(f"texts/{n}.txt", _prediction(parts)) for n, parts in enumerate(documents)]


def _spans(compared: Comparison) -> list[frozenset[tuple[str, int]]]:
    """The targets of each row, by document and start."""
    return [
        frozenset(
            (column.document, target.entity.start)
            for column, cell in zip(compared.columns, row.cells, strict=True)
            for target in cell
        )
        for row in compared.rows
    ]


@given(_DOCUMENTS)
def test_each_target_stands_in_exactly_one_row(documents: list[list[str]]) -> None:
    named = _named(documents)
    spans = _spans(compare(named))
    assert Counter(place for row in spans for place in row) == Counter(
        (name, target.entity.start) for name, prediction in named for target in prediction.targets
    )


@given(_DOCUMENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_changes_no_row(documents: list[list[str]], chance: random.Random) -> None:
    named = _named(documents)
    shuffled = named[:]
    chance.shuffle(shuffled)
    one, other = compare(named), compare(shuffled)
    assert set(_spans(one)) == set(_spans(other))
    assert {row.indicator for row in one.rows} == {row.indicator for row in other.rows}


@given(_TARGETS)
def test_a_document_lines_up_wholly_with_itself(parts: list[str]) -> None:
    compared = compare([("a", _prediction(parts)), ("b", _prediction(parts))])
    for row in compared.rows:
        assert row.cells[0] == row.cells[1]
        assert row.shown[0] == row.shown[1]


@given(_DOCUMENTS)
def test_two_measures_of_one_document_are_never_one_row(documents: list[list[str]]) -> None:
    named = _named(documents)
    alone = {name: len(compare([(name, prediction)]).rows) for name, prediction in named}
    together = compare(named)
    for n, column in enumerate(together.columns):
        assert sum(bool(row.cells[n]) for row in together.rows) == alone[column.document]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tỷ lệ hộ nghèo giảm còn 30%", "Hộ nghèo dưới 2%", True),
        ("tỉ lệ hộ nghèo 5%", "không còn hộ nghèo", True),
        ("kết nạp mới 25 đảng viên", "mỗi năm kết nạp 500 đảng viên mới", True),
        ("95% dân số tham gia BHYT", "tỷ lệ tham gia bảo hiểm y tế đạt 90%", True),
        ("tỷ lệ dân số tham gia BHYT đạt 95%", "90% dân số tham gia bảo hiểm y tế", True),
        ("9,96 bác sĩ/1 vạn dân", "8 bác sĩ trên vạn dân", True),
        ("thu ngân sách 130 tỷ đồng", "tổng thu ngân sách trên địa bàn 140 tỷ đồng", True),
        ("3 xã đạt chuẩn nông thôn mới", "số xã đạt chuẩn NTM: 9", True),
        ("3 xã đạt chuẩn nông thôn mới", "3 xã đạt chuẩn nông thôn mới nâng cao", False),
        ("xây dựng huyện nông thôn mới", "xây dựng xã nông thôn mới", False),
        ("60% trường mầm non đạt chuẩn quốc gia", "60% trường tiểu học đạt chuẩn quốc gia", False),
        ("80% thôn có chi bộ", "80% bản có chi bộ", True),
        ("hộ nghèo giảm 3%", "hộ nghèo còn 120 hộ", False),
        ("đạt tiêu chí đô thị loại IV", "đạt tiêu chí đô thị loại III", False),
    ],
)
def test_wordings_of_one_measure_share_a_row(one: str, other: str, same: bool) -> None:
    compared = compare(_named([[f"[{one}]"], [f"[{other}]"]]))
    assert len(compared.rows) == (1 if same else 2)


def test_the_name_of_the_place_is_no_part_of_the_measure() -> None:
    documents = [
        ["{Huyện ủy Khánh Sơn} họp", "[đưa Khánh Sơn thoát khỏi huyện nghèo]"],
        ["{Huyện ủy Đam Rông} họp", "[đưa Đam Rông thoát khỏi huyện nghèo]"],
    ]
    compared = compare(_named(documents))
    assert len(compared.rows) == 1
    assert compared.headings == ("huyện Khánh Sơn", "huyện Đam Rông")


def test_what_is_shown_says_value_time_and_other_wordings() -> None:
    documents = [
        ["[đến năm 2025, tỷ lệ hộ nghèo giảm còn 30%]", "[sản lượng đường 10 tấn]"],
        ["[tỷ lệ hộ nghèo dưới 2%]", "[sản lượng đường mía 12 tấn]"],
        ["[sản lượng đường 9 tấn]"],
    ]
    compared = compare(_named(documents))
    rows = {row.indicator: row.shown for row in compared.rows}
    assert rows == {
        "sản lượng đường": ("10 tấn", "sản lượng đường mía: 12 tấn", "9 tấn"),
        "tỷ lệ hộ nghèo": ("giảm còn 30 % (2025)", "< 2 %", ""),
    }
    assert compared.headings == ("0", "1", "2")
    assert [row.documents for row in compared.rows] == [3, 2]
    assert compared.shared() == compared
    assert compare(_named([["[sản lượng đường 10 tấn]"], []])).shared().rows == ()


def test_a_document_is_about_the_place_that_its_organisations_name_most() -> None:
    owned = ["{Huyện ủy Ba Tơ} họp", "{UBND huyện Ba Tơ} họp", "[UBND xã Sơn Trung trồng 200 ha rừng]"]
    even = ["{UBND xã Sơn Trung} họp", "{UBND huyện Ba Tơ} họp"]
    compared = compare(_named([owned, even, ["[giảm nghèo 5%]"]]))
    assert compared.headings == ("huyện Ba Tơ", "xã Sơn Trung", "2")


def test_places_that_stand_twice_are_told_apart() -> None:
    assert compare(_named([["{Huyện ủy Ba Tơ} họp"]] * 2)).headings == ("huyện Ba Tơ (0)", "huyện Ba Tơ (1)")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data.strip()


def test_a_file_that_cannot_be_written_is_said_before_the_work() -> None:
    with pytest.raises(InputError, match=r"found\.docx: the suffix names no format; use \.csv, "):
        comparison.writer(Path("found.docx"))


def test_every_file_holds_the_table(tmp_path: Path) -> None:
    compared = compare([("=<b>", _prediction(["[<u>kết nạp 25 đảng viên]"])), ("b", _prediction(["[kết nạp 30 đảng viên]"]))])
    (row,) = compared.rows
    expected = [["indicator", "'=<b>", "b"], [row.indicator, *row.shown]]
    assert list(csv.reader(io.StringIO("".join(comparison.csv_lines(compared))))) == expected
    comparison.write_excel(tmp_path / "compared.xlsx", compared)
    sheet = load_workbook(tmp_path / "compared.xlsx").active
    assert sheet is not None
    assert list(sheet.values) == [("Chỉ tiêu", "=<b>", "b"), (row.indicator, *row.shown)]
    reader = _Reader()
    reader.feed(comparison.html_page(compared))
    assert not {"b", "u"} & reader.tags
    assert reader.cells == ["Chỉ tiêu · Indicator", "=<b>", "b", row.indicator, *row.shown]
    (line,) = map(json.loads, comparison.json_lines(compared))
    assert line["indicator"] == row.indicator
    assert [(item["document"], item["targets"][0]["value_min"]) for item in line["documents"]] == [("=<b>", "25"), ("b", "30")]
