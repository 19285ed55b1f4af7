"""Packing a document's words into windows that fit a model, and putting the windows' scores back in one row a word.

A window is a stretch of whole sentences (its core) with some context on both sides. Every word belongs to the core of exactly one
window, and its scores are read there; words of the context are only seen. Training uses the same windows, with labels on
the core alone, so that a model meets in use what it met in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class WindowSize:
    """How much fits: `pieces` in all, the opening and closing sign included; `context` of them at most on each side.

    Raises:
        ValueError: if no room is left for a core.
    """

    pieces: int = 256
    context: int = 32

    def __post_init__(self) -> None:
        if self.context < 0 or self.core < 1:
            raise ValueError(f"a window of {self.pieces} pieces has no room beside two signs and twice {self.context} of context")

    @property
    def core(self) -> int:
        return self.pieces - 2 - 2 * self.context


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open ranges of word positions in a document: `start <= core_start < core_stop <= stop`."""

    start: int
    core_start: int
    core_stop: int
    stop: int


def windows(sentences: Sequence[Sequence[int]], size: WindowSize) -> list[Window]:
    """Windows over a document given as the number of pieces of each word of each sentence.

    Whole sentences are packed while they fit the core; a longer sentence is cut between words. Then context is added on both sides,
    word by word. A word longer than a whole core counts as one core (its pieces are cut to fit by the caller).

    >>> windows([[1, 1], [2, 1], [4]], WindowSize(pieces=8, context=1))
    [Window(start=0, core_start=0, core_stop=2, stop=2), Window(start=1, core_start=2, core_stop=4, stop=4), \
Window(start=3, core_start=4, core_stop=5, stop=5)]
    """
    lengths = [min(length, size.core) for sentence in sentences for length in sentence]
    before = [0, *accumulate(lengths)]
    cores: list[tuple[int, int]] = []
    start = position = 0
    for sentence in sentences:
        stop = position + len(sentence)
        if before[stop] - before[start] > size.core and position > start:
            cores.append((start, position))
            start = position
        for word in range(position, stop):
            if before[word + 1] - before[start] > size.core:
                cores.append((start, word))
                start = word
        position = stop
    if position > start:
        cores.append((start, position))
    return [_with_context(before, core_start, core_stop, size) for core_start, core_stop in cores]


def _with_context(before: list[int], core_start: int, core_stop: int, size: WindowSize) -> Window:
    start, stop = core_start, core_stop
    while start > 0 and before[core_start] - before[start - 1] <= size.context:
        start -= 1
    while stop < len(before) - 1 and before[stop + 1] - before[core_stop] <= size.context:
        stop += 1
    return Window(start, core_start, core_stop, stop)


@dataclass(frozen=True, slots=True)
class WindowInput:
    """A window as a model reads it: piece ids with both signs, and the position of the first piece of each core word."""

    ids: tuple[int, ...]
    first_pieces: tuple[int, ...]


def window_input(window: Window, word_pieces: Sequence[tuple[int, ...]], size: WindowSize, signs: tuple[int, int]) -> WindowInput:
    """The input of `window` over a document's pieces word by word; `signs` are the ids that open and close it."""
    ids = [signs[0]]
    first_pieces: list[int] = []
    for position in range(window.start, window.stop):
        if window.core_start <= position < window.core_stop:
            first_pieces.append(len(ids))
        ids.extend(word_pieces[position][: size.core])
    ids.append(signs[1])
    return WindowInput(tuple(ids), tuple(first_pieces))


def merge(parts: Sequence[npt.NDArray[np.float32]], tags: int) -> npt.NDArray[np.float32]:
    """One row of scores a word, from the rows of each window's core words, in document order; shape (words, tags)."""
    return np.concatenate(parts) if parts else np.zeros((0, tags), dtype=np.float32)
