from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.periods import Calendar, Period, Role, Timeline, governing, rates, times
from nghiquyet.reading import Reading
from nghiquyet.records import Target

NOWHEN = Calendar(None, None)
Reader = Callable[[str], tuple[Target, ...]]


@pytest.mark.parametrize(
    ("text", "year", "period"),
    [
        ("đến năm 2025", 2025, None),
        ("đến cuối năm 2025", 2025, None),
        ("vào năm 2025", 2025, None),
        ("trước năm 2025", 2025, None),
        ("trước 30/6/2026", 2026, None),
        ("đến hết tháng 10/2023", 2023, None),
        ("trong quý II/2025", 2025, None),
        ("giai đoạn 2021 - 2025", 2025, Period(2021, 2025)),
        ("giai đoạn 2021 đến 2025", 2025, Period(2021, 2025)),
        ("nhiệm kỳ 2020 – 2025", 2025, Period(2020, 2025)),
        ("ba năm 2023 - 2025", 2025, Period(2023, 2025)),
        ("từ vụ 2021 - 2022", 2022, None),
        ("năm học 2023-2024", 2024, None),
        ("trước mùa mưa năm 2025", 2025, None),
        ("trước Tết Nguyên đán 2024", 2024, None),
        ("2027: 96,5", 2027, None),
    ],
)
def test_times_that_name_their_year(text: str, year: int, period: Period | None) -> None:
    (time,) = times(Reading.of(text).form, NOWHEN)
    assert (time.year, time.period, time.role) == (year, period, Role.DEADLINE)


@pytest.mark.parametrize(
    ("text", "year", "period"),
    [
        ("5 năm tới", 2025, None),
        ("hai năm nữa", 2023, None),
        ("trong năm nay", 2021, None),
        ("vào cuối nhiệm kỳ", 2025, None),
        ("trong nhiệm kỳ", 2025, Period(2020, 2025)),
        ("sang năm đạt", 2022, None),
        ("trước 30/6", 2021, None),
        ("đến cuối kỳ", 2025, None),
    ],
)
def test_relative_times_count_from_the_dateline_and_the_one_term(text: str, year: int, period: Period | None) -> None:
    (time,) = times(Reading.of(text).form, Calendar(2021, Period(2020, 2025)))
    assert (time.year, time.period) == (year, period)
    assert all(time.year is None for time in times(Reading.of(text).form, NOWHEN))


@pytest.mark.parametrize(
    "text",
    [
        "so với năm 2020",
        "gấp 2 lần năm 2025",
        "gấp 1,9 lần tổng thu của cả năm 2023",
        "gấp đôi tổng thu của cả năm 2023",
        "gấp rưỡi năm 2020",
        "cao hơn năm 2019",
    ],
)
def test_times_that_something_is_compared_with(text: str) -> None:
    (time,) = times(Reading.of(text).form, NOWHEN)
    assert time.role is Role.BASELINE


@pytest.mark.parametrize("text", ["1.945 - 2.020 hộ", "2025%", "2.025 tỷ đồng", "năm hộ", "bước vào nhiệm kỳ trước"])
def test_no_times(text: str) -> None:
    assert not times(Reading.of(text).form, NOWHEN)


@pytest.mark.parametrize(
    ("text", "year", "term"),
    [
        ("Tiêu đề\n\nThứ hai, 13/02/2023 | 9:05\n\nBài", 2023, None),
        ("(Báo) - Ngày 4/1/2021, huyện họp", 2021, None),
        ("Theo Nghị quyết số 5 của Huyện ủy A ngày 4/1/2019, các xã họp lại", None, None),
        ("Đại hội nhiệm kỳ 2020 - 2025. Nhiệm kỳ 2020-2025.", None, Period(2020, 2025)),
        ("nhiệm kỳ 2015 - 2020, nhiệm kỳ 2020 - 2025", None, None),
    ],
)
def test_calendars(text: str, year: int | None, term: Period | None) -> None:
    assert Calendar.of(Reading.of(text).form) == Calendar(year, term)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Đến năm 2025, [[hộ nghèo dưới 2%]]; [[trồng 5 ha]].", [2025, 2025]),
        ("Đến năm 2025, [[hộ nghèo dưới 2%]]; riêng năm 2022 [[trồng 5 ha]].", [2025, 2022]),
        (
            "Trong nhiệm kỳ, [[trồng 5 ha]], [[thu đến năm 2020 đạt 18 tỷ đồng]], [[nộp 1 tỷ đồng]]. Nhiệm kỳ 2016 - 2020.",
            [2020, 2020, 2020],
        ),
        ("Năm 2023, [[hồ sơ đạt 50%]]. Các bộ phải [[cắt giảm 20% thời gian]].", [2023, 2023]),
        ("Đến năm 2025, [[hồ sơ đạt 50%]]. {Sở Y tế} nhận [[xây 2 trạm]].", [2025, None]),
        ("Đến năm 2025, [[hồ sơ đạt 50%]]. Ông An nói: “Còn [[thu 2 tỷ đồng]]”.", [2025, None]),
        ("Chỉ tiêu đến năm 2025:\n- [[hộ nghèo dưới 2%]];\n- [[trồng 5 ha]].", [2025, 2025]),
        ("Mục tiêu đến năm 2025\n[[Hộ nghèo dưới 2%]].\nViệc khác\n[[trồng 5 ha]].", [2025, None]),
        ("“Bảng một: đến 2025, [[thu 5 tỷ đồng]].\n“Bảng hai. [[Hộ nghèo 3%]].", [2025, 2025]),
        ("Năm 2020 huyện thu 5 tỷ đồng.\nHuyện phấn đấu [[thu 6 tỷ đồng]].", [None]),
    ],
)
def test_times_that_govern(targets_of: Reader, text: str, years: list[int | None]) -> None:
    assert [target.deadline_year for target in targets_of(text)] == years


def test_the_term_of_a_resolution_governs_what_the_text_gives_of_it(targets_of: Reader) -> None:
    lines = (
        "Nghị quyết của {Đảng bộ huyện}",
        "Đại hội {Đảng bộ huyện} nhiệm kỳ 2020 - 2025 đã thông qua nghị quyết.",
        "Nghị quyết nêu: [[hộ nghèo dưới 2%]].",
        "Trời hôm nay rất đẹp, bà con ra đồng từ sớm để gặt lúa.",
        "{Công ty A} nhận [[mua 5 ha mía]].",
    )
    given_, apart = targets_of("\n".join(lines))
    assert (given_.deadline_year, given_.period) == (2025, Period(2020, 2025))
    assert (apart.deadline_year, apart.period) == (None, None)


def test_a_heading_has_no_time_but_its_own(targets_of: Reader) -> None:
    found = targets_of("Tin\nNghị quyết đại hội nhiệm kỳ 2020 - 2025 đã được thông qua.\nPhấn đấu sớm [[đưa xã thoát nghèo]]\n")
    assert found[0].deadline_year is None


def test_own_times_go_first_the_last_before_the_number(targets_of: Reader) -> None:
    (target,) = targets_of("Đến năm 2030, [[thu ngân sách năm 2025 đạt 5 tỷ đồng]].")
    assert target.deadline_year == 2025


@pytest.mark.parametrize(
    ("text", "pers"),
    [
        ("Mỗi năm [[kết nạp 5 đảng viên]], [[trồng 2 ha rừng]]; [[thu 3 tỷ đồng]].", ["year", "year", None]),
        ("Hằng năm [[không có chi bộ yếu kém]]; [[80% thôn có chi ủy]]; [[kết nạp 5 đảng viên]].", ["year", None, "year"]),
        ("[[tuyển 50 công nhân/năm]], trong đó [[nữ chiếm 30%]].", ["year", "year"]),
        ("[[kết nạp 50 đảng viên cả nhiệm kỳ]], trong đó [[nữ 30%]].", ["term", None]),
        ("[[khám sức khỏe mỗi năm một lần cho 5 người]].", [None]),
    ],
)
def test_how_often(targets_of: Reader, text: str, pers: list[str | None]) -> None:
    assert [target.per for target in targets_of(text)] == pers


@given(st.text(st.characters(codec="utf-8"), max_size=100) | st.text("đếnămtừ 2015-/.,:\nquýtrgIV", max_size=100))
def test_nothing_crashes(text: str) -> None:
    reading = Reading.of(text)
    timeline = Timeline(reading, [])
    places = [0, *(place for time in timeline.times for place in (time.start, time.end))]
    assert places == sorted(places)
    assert len(timeline.form) == len(reading.form)
    governing(timeline.at(len(reading.form)), timeline.times, None)
    rates(reading.form)
