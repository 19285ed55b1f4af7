import re
from collections.abc import Sequence

from nghiquyet_demo import charts
from nghiquyet_demo.collection import Article, rows
from nghiquyet_demo.wording import Words


def test_bars_are_as_long_as_their_numbers_say() -> None:
    html = charts.bars("Số", [("a", 4), ("b", 1)])
    assert re.findall(r"width:([\d.]+)%", html) == ["100.0", "25.0"]
    assert re.findall(r'<th scope="row">(.)</th>.*?nq-number">(\d)', html) == [("a", "4"), ("b", "1")]


def test_a_chart_of_nothing_says_so() -> None:
    assert Words.NO_TARGETS.html() in charts.by_sector([])
    assert Words.NO_TARGETS.html() in charts.by_year([])


def test_every_target_is_counted_in_its_sector_and_its_year(collected: Sequence[Article]) -> None:
    table = rows(collected)
    counts = re.findall(r'nq-number">(\d)', charts.by_sector(table))
    assert counts == ["2", "1", "1"]
    years = re.findall(r'<th scope="row">(.*?)</th>.*?nq-number">(\d)', charts.by_year(table))
    assert years == [("2025", "2"), ("2030", "1"), (Words.UNKNOWN.html(), "1")]


def test_values_of_one_indicator_stand_on_one_scale(collected: Sequence[Article]) -> None:
    table = [row for row in rows(collected) if row.indicator == "tỷ lệ hộ nghèo"]
    html = charts.values("tỷ lệ hộ nghèo", table)
    assert re.findall(r"width:([\d.]+)%", html) == ["100.0", "60.0"]
    assert "huyện Khánh Sơn · 2025" in html
    assert "2–3" in html


def test_rows_without_a_number_or_with_another_unit_are_left_out_and_counted(collected: Sequence[Article]) -> None:
    chart = charts.measured(rows(collected))
    assert (len(chart.rows), chart.unit, chart.left_out) == (2, "%", 2)
    assert Words.CHART_LEFT_OUT.html(count=2) in charts.values("mọi thứ", rows(collected))


def test_labels_are_text(collected: Sequence[Article]) -> None:
    assert "<b>" not in charts.values("<b>đậm</b>", rows(collected))
