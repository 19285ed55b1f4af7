"""Number phrases: what is rendered comes back, nothing crashes, time grows with length."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.quantities import Comparator, Per, Quantity, canonical, descriptions, mended, quantities, spelled, stated
from nghiquyet.reading import Reading

COMPARATORS: dict[Comparator, list[str]] = {
    "=": ["{}"],
    ">=": ["từ {} trở lên", "{} trở lên", "ít nhất {}", "tối thiểu {}", "không dưới {}", "không thấp hơn {}", "từ {}"],
    ">": ["trên {}", "hơn {}", "vượt {}"],
    "<=": ["không quá {}", "tối đa {}", "không vượt quá {}", "{} trở xuống"],
    "<": ["dưới {}", "chưa đến {}"],
    "approx": ["khoảng {}", "gần {}", "xấp xỉ {}", "chừng {}"],
}
UNITS = [
    "%",
    " tỷ đồng",
    " triệu đồng/người",
    " ha",
    "ha",
    " tấn",
    " tạ/ha",
    " m2",
    " xã",
    " trường",
    " giường bệnh",
    " bác sĩ/vạn dân",
    " km",
]
PERS: dict[str, Per | None] = {
    "": None,
    "/năm": "year",
    " mỗi năm": "year",
    "/tháng": "month",
    "/quý": "quarter",
    "/nhiệm kỳ": "term",
}


def _one(text: str) -> Quantity:
    found, _ = stated(Reading.of(text))
    assert found is not None, text
    return found


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, Decimal]:
    """A number as Vietnamese texts write it, and its value."""
    whole = draw(st.integers(0, 10**9))
    decimals = draw(st.text("0123456789", max_size=3))
    grouped = draw(st.booleans())
    figures = f"{whole:,}".replace(",", ".") if grouped else str(whole)
    value = Decimal(f"{whole}.{decimals}") if decimals else Decimal(whole)
    return (f"{figures},{decimals}" if decimals else figures), value


@given(
    numbers(),
    st.sampled_from(sorted(COMPARATORS)).flatmap(lambda sign: st.tuples(st.just(sign), st.sampled_from(COMPARATORS[sign]))),
    st.sampled_from(UNITS),
    st.sampled_from(sorted(PERS)),
)
def test_a_rendered_quantity_comes_back(number: tuple[str, Decimal], said: tuple[Comparator, str], unit: str, rate: str) -> None:
    sign, words = said
    found = _one("thu đạt " + words.format(number[0] + unit + rate))
    assert (found.comparator, found.unit, found.per) == (sign, unit.strip(), PERS[rate])
    assert found.value_min == (None if sign in ("<", "<=") else number[1])
    assert found.value_max == (None if sign in (">", ">=") else number[1])


@given(numbers(), numbers(), st.sampled_from(["{} - {}", "{}-{}", "từ {} đến {}", "từ {} - {}", "{} – {}"]), st.sampled_from(UNITS))
def test_a_rendered_range_comes_back(low: tuple[str, Decimal], high: tuple[str, Decimal], words: str, unit: str) -> None:
    low, high = sorted((low, high), key=lambda number: number[1])
    found = _one("đạt " + words.format(low[0], high[0]) + unit)
    assert (found.value_min, found.value_max, found.unit) == (low[1], high[1], unit.strip())
    assert found.comparator == ("range" if low[1] < high[1] else "=")


@given(st.integers(1, 999))
def test_number_words_come_back(value: int) -> None:
    assert spelled(_in_words(value)) == value
    assert _one(f"hoàn thành {_in_words(value)} xã").value_min == value


def _in_words(value: int) -> str:
    ones = ["", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
    hundreds, tens, rest = value // 100, value // 10 % 10, value % 10
    words = [ones[hundreds], "trăm"] if hundreds else []
    if tens:
        words += ["mười"] if tens == 1 else [ones[tens], "mươi"]
    elif hundreds and rest:
        words.append("linh")
    if rest == 5 and tens:
        words.append("lăm")
    elif rest:
        words.append(ones[rest])
    return " ".join(words)


@pytest.mark.parametrize(
    ("text", "comparator", "low", "high", "unit", "per"),
    [
        ("9,96 bác sĩ/1 vạn dân", "=", "9.96", "9.96", "bác sĩ/vạn dân", None),
        ("đạt 1.234,5 tỷ đồng", "=", "1234.5", "1234.5", "tỷ đồng", None),
        ("tăng 14-15%", "range", "14", "15", "%", None),
        ("thêm 03 - 04 xã", "range", "3", "4", "xã", None),
        ("đạt từ 85% trở lên", ">=", "85", None, "%", None),
        ("không quá 2%", "<=", None, "2", "%", None),
        ("cây xanh ≥ 16 m²/người", ">=", "16", None, "m²/người", None),
        ("tỷ lệ hộ nghèo <=2%", "<=", None, "2", "%", None),
        ("đạt > 85%", ">", "85", None, "%", None),
        ("gấp 1,5 lần năm 2020", "=", "1.5", "1.5", "lần", None),
        ("tăng gấp đôi", "=", "2", "2", "lần", None),
        ("giảm 2-3%/năm", "range", "2", "3", "%", "year"),
        ("ba phần tư số trường", "=", "75", "75", "%", None),
        ("một nửa số hộ", "=", "50", "50", "%", None),
        ("hai phần ba số hộ", "=", "66.67", "66.67", "%", None),
        ("100% thôn", "=", "100", "100", "%", None),
        ("kết nạp 25 đảng viên trở lên", ">=", "25", None, "đảng viên", None),
        ("trên 85%", ">", "85", None, "%", None),
        ("dưới 2%", "<", None, "2", "%", None),
        ("trên 14-15%", ">", "14", None, "%", None),
        ("khoảng 50 ha", "approx", "50", "50", "ha", None),
        ("70 triệu đồng/người/năm", "=", "70", "70", "triệu đồng/người", "year"),
        ("mỗi năm 150 đồng chí", "=", "150", "150", "đồng chí", None),
        ("hoàn thành 19/19 tiêu chí", "=", "19", "19", "tiêu chí", None),
        ("dưới 5/1.000 dân", "<", None, "5", "/1.000 dân", None),
        ("1,2 triệu lượt khách du lịch", "=", "1.2", "1.2", "triệu lượt khách", None),
        ("toàn bộ 9.600 ha", "=", "9600", "9600", "ha", None),
        ("tất cả các xã", "=", "100", "100", "%", None),
        ("vượt 5% dự toán tỉnh giao", "=", "5", "5", "%", None),
        ("giảm 3 điểm phần trăm", "=", "3", "3", "điểm %", None),
        ("bàn giao 5 tổ chức đảng", "=", "5", "5", "tổ chức", None),
        ("từ 34 triệu đồng lên 41 triệu đồng", "=", "41", "41", "triệu đồng", None),
        ("trẻ dưới 5 tuổi suy dinh dưỡng dưới 9%", "<", None, "9", "%", None),
        ("hồ sơ trễ hạn bằng không", "=", "0", "0", "hồ sơ", None),
    ],
)
def test_forms(text: str, comparator: str, low: str | None, high: str | None, unit: str | None, per: str | None) -> None:
    found = _one(text)
    assert found.comparator == comparator
    assert (found.value_min, found.value_max) == (low and Decimal(low), high and Decimal(high))
    assert (found.unit, found.per) == (unit, per)


@pytest.mark.parametrize(
    "text", ["đô thị loại IV", "vào nhóm 70 nước dẫn đầu", "thôn 2 đạt chuẩn", "5 sao", "trạm 110 kV", "năm nay", ""]
)
def test_ranks_grades_and_names_are_no_quantities(text: str) -> None:
    assert stated(Reading.of(text)) == (None, None)


@pytest.mark.parametrize("text", ["giảm 0.123.456 đồng", "tăng thêm 000.123.456 đồng", "từ 0.000.000 lên 0.000.001 tỷ đồng"])
def test_figures_that_make_no_number_have_no_value(text: str) -> None:
    assert all(quantity.value_min is None for quantity in quantities(Reading.of(text)))


@pytest.mark.parametrize("unit", ["0.0.0 hộ", "1.2.3 đồng", "bác sĩ/1,2.3 dân"])
def test_units_with_figures_that_make_no_number_have_no_factor(unit: str) -> None:
    assert canonical(unit)[0] == 1


@given(st.text(st.characters(codec="utf-8"), max_size=80) | st.text("0123456789.,/%- từtrởlênmộtphầnbanămtỷđồng", max_size=80))
def test_nothing_crashes_and_places_are_in_order(text: str) -> None:
    reading = Reading.of(text)
    found = quantities(reading)
    ends = [0, *(quantity.end for quantity in found)]
    assert all(end <= quantity.start < quantity.end <= len(reading.form) for end, quantity in zip(ends, found, strict=False))
    stated(reading)
    canonical(text)


@given(st.text("0123456789., từ%trởlên/đồngtỷA", max_size=40), st.data())
def test_mending_only_grows_a_span_within_its_bounds(text: str, data: st.DataObject) -> None:
    reading = Reading.of(text)
    least, start, end, most = sorted(data.draw(st.tuples(*[st.integers(0, len(reading.form))] * 4)))
    begin, stop = mended(reading, start, end, least, most)
    assert least <= begin <= start <= end <= stop <= most


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        ("đạt từ 14 - 15% trở lên, và", "15", "từ 14 - 15% trở lên"),
        ("thu 1.200 tỷ đồng/năm.", "1.20", "1.200 tỷ đồng/năm"),
        ("thu 1.200 tỷ đồng/năm.", "200 tỷ", "1.200 tỷ đồng/năm"),
        ("kết nạp 25 đảng viên trở lên", "kết nạp 25", "kết nạp 25 đảng viên trở lên"),
        ("tỷ lệ hộ nghèo", "lệ hộ ngh", "lệ hộ nghèo"),
        ("năm 2020Tăng 5%", "Tăng 5%", "Tăng 5%"),
        ("Hộ nghèo 2%Hộ cận nghèo", "Hộ nghèo 2%", "Hộ nghèo 2%"),
    ],
)
def test_spans_cut_through_a_word_or_number_are_mended(text: str, cut: str, whole: str) -> None:
    reading = Reading.of(text)
    start = text.index(cut)
    assert reading.quote(*mended(reading, start, start + len(cut), 0, len(text))) == whole


def test_amounts_that_describe_what_is_opened_are_found() -> None:
    form = "đưa xưởng công suất 8.000 m3/năm vào hoạt động"
    assert [form[start:end] for start, end in descriptions(form)] == ["công suất 8.000 m3/năm"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tỉ đồng", "1.000 triệu đồng"),
        ("bác sĩ/vạn dân", "bác sĩ/10.000 dân"),
        ("nghìn ha", "1.000 héc-ta"),
        ("ha", "hécta"),
        ("m²", "m2"),
        ("HTX", "hợp tác xã"),
    ],
)
def test_units_that_measure_alike_are_one(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


def test_units_that_differ_stay_apart() -> None:
    assert len({canonical(unit) for unit in ("%", "triệu đồng", "tỷ đồng", "ha", "xã", "bác sĩ/vạn dân", "bác sĩ")}) == 7


@pytest.mark.parametrize(
    "part",
    ["một ", "tỷ ", "1.000 ", "1,5 tỷ đồng/", "từ 5 - ", "(", "a", "vạn ", "trở lên ", "“", "phần ", "1 năm ", "trên ", "0/"],
)
def test_reading_takes_time_linear_in_length(part: str) -> None:
    once, often = (min(_seconds(part * (size // len(part))) for _ in range(2)) for size in (300, 2_400))
    assert often < 40 * max(once, 0.0005)


def _seconds(text: str) -> float:
    reading = Reading.of(text)
    begin = time.process_time()
    quantities(reading)
    stated(reading)
    return time.process_time() - begin
