from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.windows import Window, WindowSize, merge, window_input, windows

LENGTHS = st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=20), max_size=12)
SIZES = st.builds(lambda core, context: WindowSize(core + 2 + 2 * context, context), st.integers(1, 30), st.integers(0, 10))


@given(LENGTHS, SIZES)
def test_every_word_is_in_the_core_of_exactly_one_window(lengths: list[list[int]], size: WindowSize) -> None:
    found = windows(lengths, size)
    assert [word for window in found for word in range(window.core_start, window.core_stop)] == list(range(sum(map(len, lengths))))
    assert all(before.core_stop == after.core_start for before, after in pairwise(found))


@given(LENGTHS, SIZES)
def test_every_window_fits(lengths: list[list[int]], size: WindowSize) -> None:
    flat = [length for sentence in lengths for length in sentence]
    word_pieces = [tuple(range(10, 10 + length)) for length in flat]
    for window in windows(lengths, size):
        assert window.start <= window.core_start < window.core_stop <= window.stop
        made = window_input(window, word_pieces, size, (0, 2))
        assert len(made.ids) <= size.pieces
        assert (made.ids[0], made.ids[-1]) == (0, 2)
        assert len(made.first_pieces) == window.core_stop - window.core_start
        assert all(made.ids[position] == 10 for position in made.first_pieces)


@given(LENGTHS, SIZES)
def test_sentences_are_cut_only_when_longer_than_a_core(lengths: list[list[int]], size: WindowSize) -> None:
    borders = {window.core_start for window in windows(lengths, size)}
    position = 0
    for sentence in lengths:
        if sum(min(length, size.core) for length in sentence) <= size.core:
            assert not borders & set(range(position + 1, position + len(sentence)))
        position += len(sentence)


def _margin(window: Window, word: int, lengths: list[int]) -> int:
    """Pieces that a window shows on the poorer side of a word."""
    return min(sum(lengths[window.start : word]), sum(lengths[word + 1 : window.stop]))


@given(LENGTHS, SIZES)
def test_each_word_is_read_where_it_is_most_central(lengths: list[list[int]], size: WindowSize) -> None:
    flat = [min(length, size.core) for sentence in lengths for length in sentence]
    found = windows(lengths, size)
    # A word that does not fit the context any more leaves it shorter, by less than its own length.
    slack = max(flat, default=1) - 1
    for home in found:
        for word in range(home.core_start, home.core_stop):
            others = [_margin(other, word, flat) for other in found if other.start <= word < other.stop]
            assert _margin(home, word, flat) + slack >= max(others)


@given(LENGTHS, SIZES)
def test_each_word_has_its_context_on_both_sides(lengths: list[list[int]], size: WindowSize) -> None:
    flat = [min(length, size.core) for sentence in lengths for length in sentence]
    slack = max(flat, default=1) - 1
    for window in windows(lengths, size):
        assert window.start == 0 or sum(flat[window.start : window.core_start]) + slack >= size.context
        assert window.stop == len(flat) or sum(flat[window.core_stop : window.stop]) + slack >= size.context


@given(LENGTHS)
def test_cost_grows_with_the_text_alone(lengths: list[list[int]]) -> None:
    size = WindowSize(pieces=24, context=4)
    pieces = sum(map(sum, lengths))
    long_sentences = sum(sum(sentence) > size.core for sentence in lengths)
    assert len(windows(lengths, size)) <= 2 * pieces // size.core + 1 + 2 * long_sentences


@pytest.mark.parametrize(
    ("lengths", "size", "expected"),
    [
        ([], WindowSize(8, 1), []),
        ([[1]], WindowSize(8, 1), [Window(0, 0, 1, 1)]),
        ([[1, 1], [1, 1]], WindowSize(6, 0), [Window(0, 0, 4, 4)]),
        ([[1, 1, 1], [1, 1]], WindowSize(6, 0), [Window(0, 0, 3, 3), Window(3, 3, 5, 5)]),
        ([[1] * 6], WindowSize(8, 1), [Window(0, 0, 4, 5), Window(3, 4, 6, 6)]),
        ([[99]], WindowSize(8, 1), [Window(0, 0, 1, 1)]),
    ],
)
def test_layout(lengths: list[list[int]], size: WindowSize, expected: list[Window]) -> None:
    assert windows(lengths, size) == expected


def test_a_window_needs_room() -> None:
    with pytest.raises(ValueError, match="no room"):
        WindowSize(pieces=10, context=4)


def test_scores_come_back_one_row_a_word() -> None:
    parts = [np.zeros((2, 3), np.float32), np.ones((1, 3), np.float32)]
    assert merge(parts, 3).tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 1]]
    assert merge([], 3).shape == (0, 3)
