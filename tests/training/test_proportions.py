import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.proportions import interval


@given(st.integers(1, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_share_lies_inside_and_mirrors_that_of_the_rest(counts: tuple[int, int]) -> None:
    part, whole = counts
    found, rest = interval(part, whole), interval(whole - part, whole)
    assert 0 <= found.low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= found.high <= 1
    assert found.high - found.low > 0
    assert (found.low, found.high) == pytest.approx((1 - rest.high, 1 - rest.low))


def test_known_figures() -> None:
    assert (interval(81, 263).low, interval(81, 263).high) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I
    assert interval(9, 9).low == pytest.approx(0.7009, abs=5e-5)


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match=r"k|n"):
        interval(part, whole)
