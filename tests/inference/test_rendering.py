from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Target, rendering
from nghiquyet.periods import Period
from nghiquyet.quantities import quantities
from nghiquyet.reading import Reading

MakeTarget = Callable[..., Target]


def _bounds(low: str | None, high: str | None) -> dict[str, Decimal | None]:
    return {"value_min": low and Decimal(low), "value_max": high and Decimal(high)}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("raw", "slots", "shown"),
    [
        ("85% trở lên", {"comparator": ">=", **_bounds("85", None), "unit": "%"}, "≥ 85 %"),
        ("trên 85%", {"comparator": ">", **_bounds("85", None), "unit": "%"}, "> 85 %"),
        ("không quá 2%", {"comparator": "<=", **_bounds(None, "2"), "unit": "%"}, "≤ 2 %"),
        ("dưới 2%", {"comparator": "<", **_bounds(None, "2"), "unit": "%"}, "< 2 %"),
        ("gần 50 hộ", {"comparator": "approx", **_bounds("50", "50"), "unit": "hộ"}, "≈ 50 hộ"),
        ("14-15%", {"comparator": "range", **_bounds("14", "15"), "unit": "%"}, "14–15 %"),
        ("1.234,5 tỷ đồng", {**_bounds("1234.5", "1234.5"), "unit": "tỷ đồng"}, "1.234,5 tỷ đồng"),
        ("dưới 5/1.000 dân", {"comparator": "<", **_bounds(None, "5"), "unit": "/1.000 dân"}, "< 5/1.000 dân"),
        (
            "giảm 2-3%/năm",
            {"change": "decrease", "comparator": "range", **_bounds("2", "3"), "unit": "%", "per": "year"},
            "giảm 2–3 %/năm",
        ),
        ("giảm còn 30%", {"change": "decrease", **_bounds("30", "30"), "unit": "%"}, "giảm còn 30 %"),
        ("còn dưới 1%", {"change": "decrease", "comparator": "<", **_bounds(None, "1"), "unit": "%"}, "giảm còn < 1 %"),
        ("tăng từ 5% trở lên", {"change": "increase", "comparator": ">=", **_bounds("5", None), "unit": "%"}, "tăng ≥ 5 %"),
        ("nâng lên 48 triệu đồng", {"change": "increase", **_bounds("48", "48"), "unit": "triệu đồng"}, "tăng lên 48 triệu đồng"),
        ("gấp 1,5 lần", {"change": "increase", **_bounds("1.5", "1.5"), "unit": "lần"}, "gấp 1,5 lần"),
        ("giữ 12.640 ha rừng", {"change": "keep", **_bounds("12640", "12640"), "unit": "ha"}, "giữ 12.640 ha"),
        ("duy trì chuẩn làng du lịch", {"change": "keep"}, "giữ vững"),
        ("không còn hộ nghèo", {"change": "eliminate", **_bounds("0", "0")}, "không còn"),
        ("xoá 1.200 nhà tạm", {"change": "eliminate", **_bounds("1200", "1200"), "unit": "nhà"}, "xoá 1.200 nhà"),
        ("450 đảng viên", {**_bounds("450", "450"), "unit": "đảng viên", "per": "term"}, "450 đảng viên/nhiệm kỳ"),
        ("đạt chuẩn nông thôn mới", {}, ""),
    ],
)
def test_values_are_written_as_people_write_them(target: MakeTarget, raw: str, slots: dict[str, Any], shown: str) -> None:
    assert rendering.value(target(raw, **slots)) == shown


@pytest.mark.parametrize(
    ("slots", "shown"),
    [
        ({"comparator": ">=", **_bounds("85", None), "unit": "%", "change": "increase"}, "≥ 85"),
        ({"comparator": "range", **_bounds("1", "2.5"), "unit": "%", "per": "year"}, "1–2,5"),
        ({"change": "eliminate", **_bounds("0", "0")}, "0"),
        ({}, ""),
    ],
)
def test_an_amount_is_the_number_alone(target: MakeTarget, slots: dict[str, Any], shown: str) -> None:
    assert rendering.amount(target("x", **slots)) == shown


def test_the_time_is_a_plan_or_a_year(target: MakeTarget) -> None:
    assert rendering.deadline(target("x", deadline_year=2025, period=Period(2021, 2025))) == "2021–2025"
    assert rendering.deadline(target("x", deadline_year=2025)) == "2025"
    assert rendering.deadline(target("x")) == ""


@given(st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=3))
def test_a_number_written_out_is_read_back(value: Decimal) -> None:
    shown = rendering.number(value)
    assert Decimal(shown.replace(".", "").replace(",", ".")) == value
    assert quantities(Reading.of(f"{shown} tỷ đồng"))[0].value_min == value
