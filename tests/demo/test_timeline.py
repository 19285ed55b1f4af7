from nghiquyet import Entity, Prediction
from nghiquyet_demo.facts import Fact, fact
from nghiquyet_demo.timeline import by_year, timeline

TEXT = 'Giữ 3 chợ "lớn". Năm 2030 đạt 98% <điện>. Năm 2025 có 5 xã.'


def _facts() -> list[Fact]:
    phrases = ['Giữ 3 chợ "lớn"', "đạt 98% <điện>", "có 5 xã"]
    entities = [Entity("TARGET", TEXT.index(p), TEXT.index(p) + len(p), p, 0.9) for p in phrases]
    return [fact(target) for target in Prediction(TEXT, tuple(entities)).targets]


def test_years_are_in_order_and_those_without_come_last() -> None:
    years = by_year(_facts())
    assert list(years) == [2025, 2030, None]
    assert sum(map(len, years.values())) == 3


def test_every_target_has_a_square_that_knows_its_place() -> None:
    html = timeline(_facts())
    assert html.count("<button") == 3
    for found in _facts():
        assert f'data-places="{found.entity.start}-{found.entity.end}"' in html
    assert "<điện>" not in html


def test_without_years_there_is_no_time_line() -> None:
    assert timeline([found for found in _facts() if found.year is None]) == ""
    assert timeline([]) == ""
