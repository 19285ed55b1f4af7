"""CoNLL columns: a word and its tag (IOB2) a line, a blank line after each sentence (CoNLL-2002).

The project's own columns are `word start end tag`, tab-separated, under a line `# document ID` for each article; the words are
those of `nghiquyet.words` and the offsets half-open code points. They hold where words stand but not what stands between them, so
the raw text comes back exactly only from a file of texts. A span that crosses the end of a sentence keeps its sentences together:
no blank line is put inside it.

Plain CoNLL files, whose first column is the word and whose last is the tag, are read with the raw texts: each word is looked for
where the one before it ends, behind white space and control characters alone, and must stand there letter for letter.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nghiquyet import corpus
from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet.tags import OUTSIDE, TagSet
from nghiquyet.words import Word, sentences
from nghiquyet_training.articles import Article, Span, labels_of
from nghiquyet_training.examples import Alignment, word_spans
from nghiquyet_training.formats import spans
from nghiquyet_training.formats.content import read_exactly, read_text
from nghiquyet_training.formats.notes import Notes

WIDENED = "span not on word borders widened to the words it touches, or left out where none is its own"
ORPHAN = "I- tag without a beginning read as B-"
REBUILT = "text rebuilt from its words: the white space between them is a guess; give the raw texts for the exact text"

_DOCUMENT = "# document "
_DOCSTART = "-DOCSTART-"
_COLUMNS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of columns; `start` and `end` only in the project's own."""

    line: int
    word: str
    tag: str
    start: int | None = None
    end: int | None = None


@dataclass
class _Document:
    """The rows of an article, sentence by sentence; `name` is None where the file gives none."""

    line: int
    name: str | None
    sentences: list[list[_Row]] = field(default_factory=lambda: [[]])

    @property
    def rows(self) -> list[_Row]:
        return [row for sentence in self.sentences for row in sentence]


def read(path: Path, texts: Path | None, notes: Notes) -> list[Article]:
    """The articles of a file of columns.

    Tags may be IOB2 or IOB1: an I- that continues nothing begins an entity, which is noted.

    Args:
        path: the project's own columns, or any columns with the word first and the tag last.
        texts: the raw texts: JSON Lines with `id` and `text`, a folder of .txt files named by id, or one .txt file. Documents
            without an id are the texts in order. Needed for other columns than the project's own.
        notes: takes what had to be changed.

    Raises:
        InputError: where a line is no row of columns, a tag is none, or words and raw text part.
    """
    documents = list(_documents(path))
    raw = None if texts is None else _texts(texts)
    if raw is not None:
        _name(documents, list(raw), path, texts)
    elif any(row.start is None for document in documents for row in document.rows):
        raise InputError(
            f"{path}: two columns do not say where words stand; give the raw texts too (JSON Lines or a folder of .txt)"
        )
    return [_article(document, raw, path, notes) for document in documents]


def write(path: Path, articles: Sequence[Article], notes: Notes) -> None:
    """Write the project's own columns, whole or not at all.

    Raises:
        InputError: for an id or a label that a line cannot hold.
    """
    spans.require_plain_labels(articles, "CoNLL")
    for article in articles:
        if article.id != article.id.strip() or len(article.id.splitlines()) > 1:
            raise InputError(
                f"article {article.id!r}: an id with line breaks or white space at its edges cannot stand in CoNLL; rename it"
            )
    tags = TagSet(labels_of(articles) or (OUTSIDE,))
    write_text(path, "".join(_columns(article, tags, notes) for article in articles))


def _columns(article: Article, tags: TagSet, notes: Notes) -> str:
    found = list(sentences(article.text))
    words = [word for sentence in found for word in sentence]
    covered = word_spans(article, words, Alignment())
    held = {Span(words[first].start, words[stop - 1].end, label) for first, stop, label in covered}
    for span in article.entities:
        if span not in held:
            notes.add(WIDENED, f"{article.id}: {span.label} {article.text[span.start : span.end]!r} at {span.start}")
    if article.more:
        notes.add(spans.KEYS_DROPPED, f"{article.id}: {', '.join(article.more)}")
    inside = {position for first, stop, _ in covered for position in range(first + 1, stop)}
    lines = [f"{_DOCUMENT}{article.id}"]
    encoded = iter(zip(words, tags.encode(len(words), covered), strict=True))
    position = 0
    for sentence in found:
        for word, tag in (next(encoded) for _ in sentence):
            lines.append(_line(article.text, word, tags.tags[tag]))
        position += len(sentence)
        if position not in inside:
            lines.append("")
    return "\n".join(lines) + "\n"


def _line(text: str, word: Word, tag: str) -> str:
    return f"{text[word.start : word.end]}\t{word.start}\t{word.end}\t{tag}"


def _documents(path: Path) -> Iterator[_Document]:
    document: _Document | None = None
    own: bool | None = None
    for number, line in enumerate(read_text(path).split("\n"), 1):
        line = line.removesuffix("\r")
        if line.startswith((_DOCUMENT, _DOCSTART)):
            if document:
                yield document
            document = _Document(number, line.removeprefix(_DOCUMENT) if line.startswith(_DOCUMENT) else None)
        elif not line.strip(" \t"):
            if document:
                document.sentences.append([])
        else:
            if own is None:
                own = _is_own(line)
            document = document or _Document(number, None)
            document.sentences[-1].append(_own_row(line, path, number) if own else _row(line, path, number))
    if document:
        yield document


def _is_own(line: str) -> bool:
    columns = line.split("\t")
    return len(columns) == 4 and columns[1].isdecimal() and columns[2].isdecimal()


def _own_row(line: str, path: Path, number: int) -> _Row:
    if not _is_own(line):
        raise InputError(f"{path}:{number}: expected word, start, end and tag, separated by tabs, found {line!r}")
    word, start, end, tag = line.split("\t")
    if len(word) != int(end) - int(start):
        raise InputError(f"{path}:{number}: the word {word!r} has {len(word)} characters and cannot stand at {start}..{end}")
    return _Row(number, word, _tag(tag, path, number), int(start), int(end))


def _row(line: str, path: Path, number: int) -> _Row:
    columns = _COLUMNS.split(line.strip(" \t"))
    if len(columns) < 2:
        raise InputError(f"{path}:{number}: expected a word and its tag, found {line!r}")
    return _Row(number, columns[0], _tag(columns[-1], path, number))


def _tag(tag: str, path: Path, number: int) -> str:
    if tag != OUTSIDE and (tag[:2] not in {"B-", "I-"} or len(tag) == 2):
        raise InputError(f"{path}:{number}: unknown tag {tag!r}; a tag is O, B-LABEL or I-LABEL")
    return tag


def _texts(path: Path) -> dict[str, str]:
    if path.is_dir():
        files = sorted(path.rglob("*.txt"))
        if not files:
            raise InputError(f"{path}: the folder holds no .txt file")
        return {file.relative_to(path).with_suffix("").as_posix(): read_exactly(file) for file in files}
    if path.suffix != ".jsonl":
        return {path.stem: read_exactly(path)}
    documents = corpus.read([str(path)])
    found = {document.name: document.text for document in documents}
    if len(found) < len(documents):
        raise InputError(f"{path}: two texts have the same id; ids must be unique")
    return found


def _name(documents: Sequence[_Document], names: Sequence[str], path: Path, texts: Path | None) -> None:
    if all(document.name is None for document in documents):
        if len(documents) != len(names):
            raise InputError(
                f"{path}: {len(documents)} documents without an id, but {texts} holds {len(names)} texts; "
                "give as many, in the same order, or a line '# document ID' before each"
            )
        for document, name in zip(documents, names, strict=True):
            document.name = name
    for document in documents:
        if document.name not in names:
            raise InputError(f"{path}:{document.line}: {texts} holds no text for document {document.name!r}")


def _article(document: _Document, raw: dict[str, str] | None, path: Path, notes: Notes) -> Article:
    place = f"{path}:{document.line}"
    name = document.name or path.stem
    if raw is None:
        text = _rebuilt(document, path)
        notes.add(REBUILT, f"{path}: document {name!r}")
        starts = [row.start or 0 for row in document.rows]
    else:
        text = raw[name]
        starts = _starts(document, text, path, name)
    position = iter(starts)
    located = [[(next(position), row) for row in sentence] for sentence in document.sentences]
    return spans.article(name, text, _spans(located, path, notes), {}, place, notes)


def _rebuilt(document: _Document, path: Path) -> str:
    """A text with each word where its columns say, a line break between sentences where there is room, spaces elsewhere."""
    text = ""
    for sentence in document.sentences:
        for i, row in enumerate(sentence):
            gap = (row.start or 0) - len(text)
            if gap < 0:
                raise InputError(f"{path}:{row.line}: the word {row.word!r} stands at {row.start}, before the word above it ends")
            text += ("\n" + " " * (gap - 1) if text and i == 0 and gap else " " * gap) + row.word
    return text


def _starts(document: _Document, text: str, path: Path, name: str) -> list[int]:
    starts: list[int] = []
    position = 0
    for row in document.rows:
        start = _next_visible(text, row.word, position) if row.start is None else row.start
        if not text.startswith(row.word, start):
            raise InputError(
                f"{path}:{row.line}: document {name!r}: the word {row.word!r} does not stand at character {start} of the text, "
                f"which goes on with {text[start : start + 20]!r} there; is it the very text that was annotated?"
            )
        starts.append(start)
        position = start + len(row.word)
    rest = _next_visible(text, None, position)
    if rest < len(text) and all(row.start is None for row in document.rows):
        line = document.rows[-1].line if document.rows else document.line
        raise InputError(
            f"{path}:{line}: document {name!r}: the words end here, but the text goes on with {text[rest : rest + 20]!r}"
        )
    return starts


def _next_visible(text: str, word: str | None, position: int) -> int:
    """The first position from `position` on where `word` stands, if only white space and control characters come before it."""
    while position < len(text) and unicodedata.category(text[position])[0] in "ZC":
        if word is not None and text.startswith(word, position):
            break
        position += 1
    return position


def _spans(located: Sequence[Sequence[tuple[int, _Row]]], path: Path, notes: Notes) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for sentence in located:
        before = OUTSIDE
        for start, row in sentence:
            kind, _, label = row.tag.partition("-")
            end = start + len(row.word)
            if kind == "I" and before == label:
                found[-1] = (found[-1][0], end, label)
            elif kind != OUTSIDE:
                if kind == "I":
                    notes.add(ORPHAN, f"{path}:{row.line}: {row.word!r}")
                found.append((start, end, label))
            before = label
    return found
