"""Packing a document's words into windows that fit a model.

A window is a stretch of whole sentences (its core) with some context on both sides. Every word belongs to the core of exactly one
window, and its scores are read there; words of the context are only seen. Training uses the same windows, with labels on
the core alone, so that a model meets in use what it met in training.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from nghiquyet.words import Word


@dataclass(frozen=True, slots=True)
class WordPieces:
    """A word and the ids of its pieces, at least one and no more than fit a core."""

    word: Word
    ids: tuple[int, ...]


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
    """A core, never empty, and the context that stands before and after it in the document."""

    before: tuple[WordPieces, ...]
    core: tuple[WordPieces, ...]
    after: tuple[WordPieces, ...]


def windows(sentences: Iterable[Iterable[WordPieces]], size: WindowSize) -> Iterator[Window]:
    """Windows over a document, in order; no more than a few are held, however long the document is.

    Whole sentences are packed while they fit the core; a longer sentence is cut between words. Then context is added on both sides,
    word by word.
    """
    cores = _cores(sentences, size)
    ahead = deque(islice(cores, 1))
    before: tuple[WordPieces, ...] = ()
    while ahead:
        core = ahead.popleft()
        while sum(map(_length, ahead)) < size.context and (following := next(cores, None)):
            ahead.append(following)
        yield Window(before, core, _fitting(chain.from_iterable(ahead), size.context))
        before = _fitting(chain(reversed(core), reversed(before)), size.context)[::-1]
        ahead.extend(islice(cores, 0 if ahead else 1))


def _cores(sentences: Iterable[Iterable[WordPieces]], size: WindowSize) -> Iterator[tuple[WordPieces, ...]]:
    core: list[WordPieces] = []
    held = 0
    for words in map(tuple, sentences):
        if core and held + _length(words) > size.core:
            yield tuple(core)
            core, held = [], 0
        for word in words:
            if held + len(word.ids) > size.core:
                yield tuple(core)
                core, held = [], 0
            core.append(word)
            held += len(word.ids)
    if core:
        yield tuple(core)


def _length(words: Iterable[WordPieces]) -> int:
    return sum(len(word.ids) for word in words)


def _fitting(words: Iterable[WordPieces], room: int) -> tuple[WordPieces, ...]:
    """The first of the words, as many as fit."""
    fitting: list[WordPieces] = []
    for word in words:
        room -= len(word.ids)
        if room < 0:
            break
        fitting.append(word)
    return tuple(fitting)


@dataclass(frozen=True, slots=True)
class WindowInput:
    """A window as a model reads it: ids of pieces and both signs, the words of the core, and where the first piece of each is."""

    ids: tuple[int, ...]
    words: tuple[Word, ...]
    first_pieces: tuple[int, ...]


def window_input(window: Window, signs: tuple[int, int]) -> WindowInput:
    """The input of `window`; `signs` are the ids that open and close it."""
    ids = [signs[0]]
    for word in window.before:
        ids.extend(word.ids)
    first_pieces: list[int] = []
    for word in window.core:
        first_pieces.append(len(ids))
        ids.extend(word.ids)
    for word in window.after:
        ids.extend(word.ids)
    ids.append(signs[1])
    return WindowInput(tuple(ids), tuple(word.word for word in window.core), tuple(first_pieces))
