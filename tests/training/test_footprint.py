import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.footprint import footprint

ONE_CORE = {"gpu": False, "threads": 1, "processes": 1}


def test_an_hour_of_one_core() -> None:
    cost = footprint(3600, ONE_CORE)
    assert cost.kilowatt_hours == pytest.approx(0.0158)
    assert cost.grams == pytest.approx(7.584)


@given(seconds=st.floats(0, 1e7), threads=st.integers(1, 64), processes=st.integers(1, 8))
def test_it_grows_with_time_and_with_what_is_busy(seconds: float, threads: int, processes: int) -> None:
    one = footprint(seconds, ONE_CORE)
    assert footprint(2 * seconds, ONE_CORE).grams == pytest.approx(2 * one.grams)
    assert footprint(seconds, {"gpu": False, "threads": threads, "processes": processes}).grams == pytest.approx(
        threads * processes * one.grams
    )
    assert footprint(seconds, {"gpu": True, "threads": threads, "processes": 1}).grams >= one.grams
