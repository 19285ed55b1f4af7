from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.windows import Window, WindowSize, WordPieces, window_input, windows
from nghiquyet.words import Word

SIZES = st.builds(lambda core, context: WindowSize(core + 2 + 2 * context, context), st.integers(1, 30), st.integers(0, 10))
# Pieces of each word of each sentence; as many as fit a core are left of one.
LENGTHS = st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=20), max_size=12)

# A window as word positions: where it begins, its core begins, its core ends, it ends.
Layout = tuple[int, int, int, int]


def _sentences(lengths: list[list[int]], size: WindowSize) -> list[list[WordPieces]]:
    """Words that begin at their own position, and whose first piece is 10."""
    numbers = count()

    def word(length: int) -> WordPieces:
        i = next(numbers)
        return WordPieces(Word(i, i + 1, "x"), tuple(range(10, 10 + min(length, size.core))))

    return [[word(length) for length in sentence] for sentence in lengths]


def _layout(lengths: list[list[int]], size: WindowSize) -> list[Layout]:
    return [_positions(window) for window in windows(_sentences(lengths, size), size)]


def _positions(window: Window) -> Layout:
    start = window.core[0].word.start
    assert [item.word.start for part in (window.before, window.core, window.after) for item in part] == list(
        range(start - len(window.before), start + len(window.core) + len(window.after))
    )
    stop = start + len(window.core)
    return start - len(window.before), start, stop, stop + len(window.after)


@given(LENGTHS, SIZES)
def test_every_word_is_in_the_core_of_exactly_one_window(lengths: list[list[int]], size: WindowSize) -> None:
    cores = [range(first, stop) for _, first, stop, _ in _layout(lengths, size)]
    assert [word for core in cores for word in core] == list(range(sum(map(len, lengths))))


@given(LENGTHS, SIZES)
def test_every_window_fits(lengths: list[list[int]], size: WindowSize) -> None:
    for window in windows(_sentences(lengths, size), size):
        made = window_input(window, (0, 2))
        assert len(made.ids) <= size.pieces
        assert (made.ids[0], made.ids[-1]) == (0, 2)
        assert made.words == tuple(item.word for item in window.core)
        assert len(made.first_pieces) == len(made.words) > 0
        assert all(made.ids[position] == 10 for position in made.first_pieces)


@given(LENGTHS, SIZES)
def test_sentences_are_cut_only_when_longer_than_a_core(lengths: list[list[int]], size: WindowSize) -> None:
    borders = {first for _, first, _, _ in _layout(lengths, size)}
    position = 0
    for sentence in lengths:
        if sum(min(length, size.core) for length in sentence) <= size.core:
            assert not borders & set(range(position + 1, position + len(sentence)))
        position += len(sentence)


def _margin(layout: Layout, word: int, lengths: list[int]) -> int:
    """Pieces that a window shows on the poorer side of a word."""
    return min(sum(lengths[layout[0] : word]), sum(lengths[word + 1 : layout[3]]))


@given(LENGTHS, SIZES)
def test_each_word_is_read_where_it_is_most_central(lengths: list[list[int]], size: WindowSize) -> None:
    flat = [min(length, size.core) for sentence in lengths for length in sentence]
    found = _layout(lengths, size)
    # A word that does not fit the context any more leaves it shorter, by less than its own length.
    slack = max(flat, default=1) - 1
    for home in found:
        for word in range(home[1], home[2]):
            others = [_margin(other, word, flat) for other in found if other[0] <= word < other[3]]
            assert _margin(home, word, flat) + slack >= max(others)


@given(LENGTHS, SIZES)
def test_each_word_has_its_context_on_both_sides(lengths: list[list[int]], size: WindowSize) -> None:
    flat = [min(length, size.core) for sentence in lengths for length in sentence]
    slack = max(flat, default=1) - 1
    for start, first, last, stop in _layout(lengths, size):
        assert start == 0 or sum(flat[start:first]) + slack >= size.context
        assert stop == len(flat) or sum(flat[last:stop]) + slack >= size.context


@given(LENGTHS)
def test_cost_grows_with_the_text_alone(lengths: list[list[int]]) -> None:
    size = WindowSize(pieces=24, context=4)
    pieces = sum(map(sum, lengths))
    long_sentences = sum(sum(sentence) > size.core for sentence in lengths)
    assert len(_layout(lengths, size)) <= 2 * pieces // size.core + 1 + 2 * long_sentences


@pytest.mark.parametrize(
    ("lengths", "size", "expected"),
    [
        ([], WindowSize(8, 1), []),
        ([[1]], WindowSize(8, 1), [(0, 0, 1, 1)]),
        ([[1, 1], [1, 1]], WindowSize(6, 0), [(0, 0, 4, 4)]),
        ([[1, 1, 1], [1, 1]], WindowSize(6, 0), [(0, 0, 3, 3), (3, 3, 5, 5)]),
        ([[1] * 6], WindowSize(8, 1), [(0, 0, 4, 5), (3, 4, 6, 6)]),
        ([[99]], WindowSize(8, 1), [(0, 0, 1, 1)]),
    ],
)
def test_layout(lengths: list[list[int]], size: WindowSize, expected: list[Layout]) -> None:
    assert _layout(lengths, size) == expected


def test_a_window_needs_room() -> None:
    with pytest.raises(ValueError, match="no room"):
        WindowSize(pieces=10, context=4)


def test_only_a_few_windows_are_held() -> None:
    size = WindowSize(pieces=24, context=4)
    read = 0

    def endless() -> Iterator[list[WordPieces]]:
        nonlocal read
        while True:
            read += 1
            yield [WordPieces(Word(0, 1, "x"), (10,))] * 3

    for _, number in zip(windows(endless(), size), range(100), strict=False):
        assert 3 * read <= size.core * (number + 3)
