"""Files that someone sends: read within limits; what kinds may be sent is decided here.

Nobody's reading deletes a file: Gradio keeps the same content of two visitors as one file, and deletes it by its age (app.py).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nghiquyet import NghiquyetError, corpus
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.wording import Words

MAX_BYTES: Final = 10_000_000
# Of what an article may come in, what the installed nghiquyet reads.
ACCEPTED: Final = tuple(suffix for suffix in (".txt", ".docx", ".pdf", ".html", ".htm") if suffix in corpus.SUFFIXES)


@dataclass(frozen=True, slots=True)
class Upload:
    """A text, not yet checked by `readable`, and the file's name for people: no path."""

    name: str
    text: str


def read(path: Path, name: str | None = None) -> Upload:
    """The text of one file; `name` stands for it in messages, by default its own.

    Raises:
        Refused: if it is of no kind in `ACCEPTED`, larger than `MAX_BYTES`, a link, not there any more, or cannot be read as text.
    """
    name = Path(name or path.name).name
    if path.suffix.lower() not in ACCEPTED:
        raise Refused(Words.WRONG_KIND, name=name, kinds=", ".join(ACCEPTED))
    if not path.exists():
        raise Refused(Words.OLD_FILE, name=name)
    if path.is_symlink() or not path.is_file():
        raise Refused(Words.BAD_FILE, name=name)
    if path.stat().st_size > MAX_BYTES:
        raise Refused(Words.LARGE_FILE, name=name, limit=MAX_BYTES // 1_000_000)
    try:
        documents = corpus.read([str(path)])
    except NghiquyetError:
        # The message names the path, which is this machine's business.
        raise Refused(Words.BAD_FILE, name=name) from None
    return Upload(name, "\n\n".join(document.text for document in documents))


def confined(path: Path, folder: Path) -> Path:
    """The path itself.

    Raises:
        Refused: if it leads out of the folder of uploads.
    """
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Refused(Words.BAD_FILE, name=path.name)
    return path
