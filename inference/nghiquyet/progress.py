"""How far a run is, how fast, and how long it still takes: a bar on a terminal, elsewhere a line now and then."""

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

_SECONDS_A_LINE: Final = 60.0


class Meter:
    """Counts documents and characters; `total`, how many documents there will be, may be unknown."""

    def __init__(self, console: Console, total: int | None = None, *, is_quiet: bool = False) -> None:
        self._console, self._total, self._is_quiet = console, total, is_quiet
        self._skipped = self._done = self._characters = 0
        self._started = self._told = time.monotonic()
        columns = (BarColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, transient=True, disable=is_quiet or not console.is_terminal)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def skip(self) -> None:
        """Count a document that was done before; the clock for the others starts after it."""
        self._skipped += 1
        self._started = time.monotonic()
        self._tell()

    def advance(self, characters: int) -> None:
        self._done += 1
        self._characters += characters
        self._tell()

    @property
    def documents(self) -> int:
        return self._skipped + self._done

    def _tell(self) -> None:
        if not self._bar.disable:
            self._bar.update(self._task, completed=self.documents, description=self._describe())
        elif not self._is_quiet and time.monotonic() - self._told >= _SECONDS_A_LINE:
            self._told = time.monotonic()
            self._console.print(self._describe(), markup=False, highlight=False, soft_wrap=True)

    def _describe(self) -> str:
        return described(self.documents, self._done, self._characters, time.monotonic() - self._started, self._total)


def described(documents: int, new: int, characters: int, seconds: float, total: int | None) -> str:
    """Progress in words, from how many documents are done, of which `new` with so many characters in so many seconds.

    >>> described(1200, 200, 150_000, 50.0, 5200)
    '1,200 of 5,200 documents, 4.0 documents/s, 3,000 characters/s, 0:16:40 left'
    """
    parts = [f"{documents:,} documents" if total is None else f"{documents:,} of {total:,} documents"]
    if new and seconds > 0:
        parts += [f"{new / seconds:,.1f} documents/s", f"{characters / seconds:,.0f} characters/s"]
        if total is not None:
            left = round(max(0, total - documents) * seconds / new)
            parts.append(f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")
    return ", ".join(parts)
