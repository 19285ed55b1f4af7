"""Where the time goes: seconds and calls of each stage of the line, over all threads of the process.

>>> with measured() as stages:
...     with stage("words"):
...         pass
>>> [(row.name, row.calls) for row in stages.rows()]
[('words', 1)]
"""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

_NOTHING = nullcontext()
_lock = threading.Lock()
_measuring: "tuple[Stages, ...]" = ()


class _Inner(threading.local):
    """Of this thread: seconds of the stages that ended within the one that is open."""

    seconds = 0.0


_inner = _Inner()


@dataclass(frozen=True, slots=True)
class Row:
    """What one stage took: `seconds` by the clock, summed over threads; `share`, in 0..1, is that of all stages together."""

    name: str
    seconds: float
    calls: int
    share: float


class Stages:
    """What has been measured so far, by stage; may be read and added to from any thread."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._calls: dict[str, int] = {}

    def add(self, name: str, seconds: float) -> None:
        with _lock:
            self._seconds[name] = self._seconds.get(name, 0.0) + seconds
            self._calls[name] = self._calls.get(name, 0) + 1

    def rows(self) -> list[Row]:
        """One row a stage, in the order in which stages were first finished."""
        with _lock:
            total = sum(self._seconds.values()) or 1.0
            return [Row(name, seconds, self._calls[name], seconds / total) for name, seconds in self._seconds.items()]


@contextmanager
def measured() -> Iterator[Stages]:
    """Measure what runs in this process, in whatever thread, until the block ends; blocks may nest and overlap."""
    global _measuring
    stages = Stages()
    with _lock:
        _measuring = (*_measuring, stages)
    try:
        yield stages
    finally:
        with _lock:
            _measuring = tuple(other for other in _measuring if other is not stages)


def stage(name: str) -> AbstractContextManager[None]:
    """Count the block's time as that of the stage `name`; next to free while nothing is measured.

    The time of a stage within the block is not counted for the block.
    """
    return _timed(name, _measuring) if _measuring else _NOTHING


@contextmanager
def _timed(name: str, measuring: tuple[Stages, ...]) -> Iterator[None]:
    before, _inner.seconds = _inner.seconds, 0.0
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - start
        for stages in measuring:
            stages.add(name, seconds - _inner.seconds)
        _inner.seconds = before + seconds
