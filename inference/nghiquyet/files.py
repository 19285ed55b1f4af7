"""Writing files and folders whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nghiquyet.errors import InputError


def write_text(path: Path, content: str) -> None:
    """Write `content` as UTF-8 to a new file that then takes the place of `path`; folders are made.

    Bytes of a file name that are not UTF-8 (surrogate escapes) come out as they went in.

    Raises:
        InputError: if it cannot be written; what stood at `path` stays.
    """
    with replacing(path) as file:
        file.write(content.encode("utf-8", errors="surrogateescape"))


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write into, which takes the place of `path` when the block ends well; folders are made.

    Raises:
        InputError: if it cannot be written; whatever ends the block, what stood at `path` stays.
    """
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            draft = Path(file.name)
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def write_folder(path: Path, fill: Callable[[Path], object]) -> None:
    """Let `fill` write into a new folder, which then takes the place of `path` and of what stood there.

    Raises:
        InputError: if the disk does not take it; whatever ends `fill`, what stood at `path` stays.
    """
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        fill(draft)
        # Temporary folders and safetensors files are made for their owner alone.
        draft.chmod(0o755)
        for file in draft.iterdir():
            file.chmod(0o644)
        if path.exists():
            old = draft.with_name(draft.name + ".old")
            path.rename(old)
            draft.rename(path)
            shutil.rmtree(old)
        else:
            draft.rename(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
