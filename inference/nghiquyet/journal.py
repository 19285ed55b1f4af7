"""What a run has done so far, beside the file that it is to become, so that an interrupted run goes on where it was.

A journal is JSON Lines: a first line with the settings that results depend on, then a record a line, in the order of the inputs. It
only ever grows at its end; a run that is killed can leave half a line there, which the next one cuts off.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Final

from filelock import FileLock, Timeout

from nghiquyet.errors import InputError
from nghiquyet.outputs import Record, json_line

SUFFIX: Final = ".partial"
_MARK: Final = "nghiquyet journal"
_HEAD: Final = json.dumps({_MARK: 1}).removesuffix("}").encode()
_FLUSH_BYTES: Final = 1 << 16
_FLUSH_SECONDS: Final = 1.0


class Journal:
    """An open journal: what stands in it is read with `standing`; after `go_on` it takes more."""

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self.path = path
        self._settings = settings
        self._is_begun = False
        self._file: IO[bytes] | None = None
        self._pending = bytearray()
        self._flushed = time.monotonic()

    def standing(self) -> Iterator[Record]:
        """The records of earlier runs, up to the first that is torn; a journal without any is begun anew.

        Raises:
            InputError: if the journal was begun with other settings, is none, or cannot be read.
        """
        if not self.path.exists():
            return
        with self._accessible(), self.path.open("rb") as file:
            header = self._header(file.readline())
            for line in file:
                record = _whole(line)
                if record is None:
                    return
                if not self._is_begun:
                    self._require_same(header)
                    self._is_begun = True
                yield record

    def go_on(self, after: int) -> None:
        """Keep so many of the records that stand, cut off what is behind them, and take new ones.

        Raises:
            InputError: if the disk does not take it.
        """
        with self._accessible():
            # Unbuffered: what the disk has not taken is known here, byte by byte.
            self._file = self.path.open("ab", buffering=0)
            with self.path.open("rb") as file:
                self._file.truncate(sum(map(len, islice(file, after + 1))) if self._is_begun else 0)
        if not self._is_begun:
            self._add(json_line({_MARK: 1, **self._settings}))
            self.flush()

    def append(self, record: Record) -> None:
        """Add a record; it reaches the disk with others, within about a second of the next.

        Raises:
            InputError: if the disk does not take it.
        """
        self._add(json_line(record))
        if len(self._pending) >= _FLUSH_BYTES or time.monotonic() - self._flushed >= _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Bring everything to the disk.

        Raises:
            InputError: if the disk does not take it.
        """
        assert self._file is not None, "the journal takes nothing before go_on"
        with self._accessible():
            while self._pending:
                del self._pending[: os.write(self._file.fileno(), self._pending)]
        self._flushed = time.monotonic()

    def records(self) -> Iterator[Record]:
        """All records, in order.

        Raises:
            InputError: if the disk does not take what is still to be written, or cannot be read.
        """
        self.flush()
        with self._accessible(), self.path.open("rb") as file:
            next(file)
            yield from (json.loads(line.decode("utf-8", errors="surrogateescape")) for line in file)

    def close(self) -> None:
        """Leave the journal as it is on the disk."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Remove the journal, whose records have gone elsewhere."""
        self.close()
        self.path.unlink()

    def _add(self, line: str) -> None:
        self._pending += line.encode("utf-8", errors="surrogateescape")

    def _header(self, line: bytes) -> Record:
        if not (line.startswith(_HEAD) or _HEAD.startswith(line)):
            raise InputError(f"{self.path}: stands where the work so far is kept, and is none; move it away")
        return _whole(line) or {}

    def _require_same(self, header: Record) -> None:
        for key, value in self._settings.items():
            if header.get(key) != value:
                raise InputError(
                    f"{self.path}: was begun with {key} {header.get(key)}, and this run has {value}; "
                    "use the same, or begin anew with --restart"
                )

    @contextmanager
    def _accessible(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written: {error.strerror}; what is done is kept there: make room, then run the same again"
            ) from error


def path_of(output: Path) -> Path:
    """Where the journal of an output stands."""
    return output.with_name(output.name + SUFFIX)


@contextmanager
def opened(output: Path, settings: Mapping[str, str], *, restart: bool = False) -> Iterator[Journal]:
    """The journal of what is to become the file `output`, for this run alone.

    Args:
        output: its folder is made.
        settings: what results depend on; a journal with others is refused.
        restart: whether to throw away the journal that stands.

    Raises:
        InputError: if another run has it, or it cannot be used.
    """
    path = path_of(output)
    locked = path.with_name(path.name + ".lock")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(locked, timeout=0)
        lock.acquire()
    except Timeout:
        raise InputError(f"{output}: another run is writing it; wait for its end, or write elsewhere") from None
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror or error}") from error
    journal = Journal(path, settings)
    try:
        if restart:
            path.unlink(missing_ok=True)
        yield journal
    finally:
        journal.close()
        # Removed while it is held, so that no other run has it; Windows does not remove what is open.
        with suppress(OSError):
            locked.unlink()
        lock.release()


def _whole(line: bytes) -> Record | None:
    if not line.endswith(b"\n"):
        return None
    try:
        content = json.loads(line.decode("utf-8", errors="surrogateescape"))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
