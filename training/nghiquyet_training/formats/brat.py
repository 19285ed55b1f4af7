"""brat's standoff: a folder of pairs, the raw text in NAME.txt and its annotations in NAME.ann (brat.nlplab.org/standoff.html).

Offsets are half-open code points of the text file. An .ann file is made of lines, so brat notes a span that crosses a line break
as fragments, `T1<TAB>ORG 0 5;6 8<TAB>Huyện ủy`, and so is it written here. Only text-bound annotations are read; notes, relations,
events, attributes and the like are ignored and counted.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath

from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training.articles import Article, Span, labels_of
from nghiquyet_training.formats import spans
from nghiquyet_training.formats.content import read_exactly
from nghiquyet_training.formats.notes import Notes

IGNORED = "annotation other than a text-bound one (T) ignored"
JOINED = "discontinuous span joined, with what stands between its parts"
UNANNOTATED = ".txt file without an .ann file left out"

CONFIGURATION = "annotation.conf"

_TEXT_BOUND = re.compile(r"(T\S*)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
# What ends a line or a column for brat, with the white space around it.
_BREAK = re.compile(r"\s*[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]\s*")


def read(path: Path, notes: Notes) -> list[Article]:
    """The articles of a folder and its sub-folders, or of one .ann file; ids are the paths below the folder without suffix.

    A span in fragments with only white space between them is one that crosses a line break. Of any other, everything from its first
    to its last fragment is taken, and noted: entities are one stretch of text.

    Raises:
        InputError: for a file or line that cannot be read, or a span that does not say what stands in the text.
    """
    if path.is_dir():
        files = sorted(path.rglob("*.ann"))
        for text in sorted(path.rglob("*.txt")):
            if not text.with_suffix(".ann").exists():
                notes.add(UNANNOTATED, str(text))
        names = [file.relative_to(path).with_suffix("").as_posix() for file in files]
    else:
        files, names = [path], [path.stem]
    if not files:
        raise InputError(f"{path}: the folder holds no .ann file")
    return [_article(name, file, notes) for name, file in zip(names, files, strict=True)]


def write(path: Path, articles: Sequence[Article], notes: Notes) -> None:
    """Write a folder of pairs, whole or not at all, with an annotation.conf that names the labels.

    Raises:
        InputError: if something stands there, so that no annotator's work is overwritten; or for an id that can be no file name.
    """
    spans.require_plain_labels(articles, "brat")
    for article in articles:
        _require_file_name(article.id)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InputError(f"{path}: exists; brat needs a new or empty folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        write_text(draft / CONFIGURATION, _configuration(labels_of(articles)))
        for article in articles:
            if article.more:
                notes.add(spans.KEYS_DROPPED, f"{article.id}: {', '.join(article.more)}")
            write_text(draft / f"{article.id}.txt", article.text)
            write_text(draft / f"{article.id}.ann", "".join(_lines(article)))
        draft.chmod(0o755)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _article(name: str, path: Path, notes: Notes) -> Article:
    text_path = path.with_suffix(".txt")
    if not text_path.is_file():
        raise InputError(f"{path}: no {text_path.name} beside it; brat keeps the text of an .ann file there")
    text = read_exactly(text_path)
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(lines, 1):
        if line.startswith("T"):
            found.append(_span(line.removesuffix("\r"), text, f"{path}:{number}", notes))
        elif line.strip():
            notes.add(IGNORED, f"{path}:{number}: {line.strip()}")
    return spans.article(name, text, found, {}, str(path), notes)


def _span(line: str, text: str, place: str, notes: Notes) -> tuple[int, int, str]:
    parts = _TEXT_BOUND.fullmatch(line)
    if parts is None:
        raise InputError(f"{place}: expected 'T1<TAB>LABEL START END<TAB>TEXT', found {line!r}")
    fragments = sorted((int(start), int(end)) for start, end in (pair.split() for pair in parts[3].split(";")))
    start, end = fragments[0][0], fragments[-1][1]
    surface = " ".join(text[first:last] for first, last in fragments)
    if parts[4] is not None and _visible(parts[4]) != _visible(surface):
        raise InputError(
            f"{place}: {parts[1]} says {parts[4]!r}, but {surface!r} stands at {parts[3]} of the text; "
            "was the .txt file changed after it was annotated, or its line ends?"
        )
    gaps = "".join(text[last:first] for (_, last), (first, _) in pairwise(fragments))
    if gaps.strip():
        notes.add(JOINED, f"{place}: {text[start:end]!r}")
    return start, end, parts[2]


def _visible(text: str) -> str:
    return "".join(text.split())


def _lines(article: Article) -> Iterator[str]:
    for number, span in enumerate(article.entities, 1):
        fragments = list(_fragments(article.text, span))
        offsets = ";".join(f"{start} {end}" for start, end in fragments)
        surface = " ".join(article.text[start:end] for start, end in fragments)
        yield f"T{number}\t{span.label} {offsets}\t{surface}\n"


def _fragments(text: str, span: Span) -> Iterator[tuple[int, int]]:
    start = span.start
    for gap in _BREAK.finditer(text, span.start, span.end):
        yield start, gap.start()
        start = gap.end()
    yield start, span.end


def _require_file_name(name: str) -> None:
    path = PurePosixPath(name)
    plain = str(path) == name and not path.is_absolute() and not {".", ".."} & set(path.parts)
    if not plain or any(char < " " or char in '\\:*?"<>|' for char in name) or len(f"{path.name}.ann".encode()) > 200:
        raise InputError(f"article {name!r}: its id cannot name a file, as brat needs; rename it")


def _configuration(labels: Sequence[str]) -> str:
    return "[entities]\n" + "".join(f"{label}\n" for label in labels) + "\n[relations]\n\n[events]\n\n[attributes]\n"
