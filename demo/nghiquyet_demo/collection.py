"""Many articles as one table: which locality promises what, how much, by when."""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from nghiquyet import Prediction, Target, compare
from nghiquyet_demo import archives, uploads
from nghiquyet_demo.articles import Refused, readable
from nghiquyet_demo.reader import Reader
from nghiquyet_demo.sectors import sector
from nghiquyet_demo.wording import Words

_LOG: Final = logging.getLogger(__name__)
_ZIP: Final = ".zip"
_LINES: Final = ".jsonl"
ACCEPTED: Final = (*uploads.ACCEPTED, _ZIP, _LINES)
MAX_ARTICLES: Final = 500
# Of all articles of one run together: what is found in them stays in memory while the page is open.
MAX_CHARACTERS: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """An article as it came: its name, for people to read, and its text or why there is none."""

    name: str
    text: str | Refused


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a collection: what was found in it, or why it could not be read."""

    name: str
    found: Prediction | Refused


@dataclass(frozen=True, slots=True)
class Row:
    """A target in the combined table, by its number in its article.

    `locality` is the place that the article is about, None if that is not known; `indicator` is the wording of all that measure the
    same.
    """

    article: Article
    number: int
    target: Target
    locality: str | None
    sector: str
    indicator: str

    @property
    def year(self) -> int | None:
        """By when: the deadline, or else the end of the period."""
        period = self.target.period
        return self.target.deadline_year or (period.end if period else None)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader wants to see; an empty set lets everything through, None stands for what is not known."""

    localities: frozenset[str | None] = frozenset()
    indicators: frozenset[str] = frozenset()
    years: frozenset[int | None] = frozenset()

    def takes(self, row: Row) -> bool:
        return (
            (not self.localities or row.locality in self.localities)
            and (not self.indicators or row.indicator in self.indicators)
            and (not self.years or row.year in self.years)
        )


def sources(paths: Iterable[Path]) -> Iterator[Source]:
    """The articles of some uploaded files: a zip archive has one a file, a JSON Lines file one a line, any other is one.

    What cannot be read comes with the reason. More than the limits is not read; the last source then says so.
    """
    characters = 0
    for count, source in enumerate(_sources(paths), 1):
        characters += len(source.text) if isinstance(source.text, str) else 0
        if count > MAX_ARTICLES:
            yield Source(source.name, Refused(Words.TOO_MANY_ARTICLES, limit=MAX_ARTICLES))
            return
        if characters > MAX_CHARACTERS:
            yield Source(source.name, Refused(Words.TOO_LONG_TOGETHER, limit=MAX_CHARACTERS))
            return
        yield source


def read(source: Source, reader: Reader) -> Article:
    """What a reader finds in a source; whatever goes wrong with one, the others can be read."""
    if isinstance(source.text, Refused):
        return Article(source.name, source.text)
    try:
        found = reader.predict(readable(source.text))
        # The records are read here, where a failure is that of one article.
        _ = found.targets, found.people, found.organisations
        return Article(source.name, found)
    except Refused as refused:
        return Article(source.name, refused)
    except Exception:
        _LOG.exception("an article could not be read")
        return Article(source.name, Refused(Words.NOT_READ))


def rows(articles: Sequence[Article]) -> tuple[Row, ...]:
    """Every target of the articles, in their order, under the wording that it shares with those of the same measure."""
    found = [(article, article.found) for article in articles if isinstance(article.found, Prediction)]
    lined_up = compare([(article.name, prediction) for article, prediction in found])
    wording = {
        (column, target.entity.start): row.indicator
        for row in lined_up.rows
        for column, targets in enumerate(row.cells)
        for target in targets
    }
    places = [column.place.full_name if column.place else None for column in lined_up.columns]
    return tuple(
        Row(article, number, target, places[column], sector(target.indicator or target.raw), wording[column, target.entity.start])
        for column, (article, prediction) in enumerate(found)
        for number, target in enumerate(prediction.targets)
    )


def chosen(table: Iterable[Row], choice: Choice) -> tuple[Row, ...]:
    """The rows of a table that a choice lets through, in order."""
    return tuple(row for row in table if choice.takes(row))


def _sources(paths: Iterable[Path]) -> Iterator[Source]:
    for path in paths:
        suffix = path.suffix.lower()
        if not path.is_file():
            yield Source(path.name, Refused(Words.OLD_FILE, name=path.name))
        elif suffix == _ZIP:
            yield from _unzipped(path)
        elif suffix == _LINES:
            yield from _lines(path, path.name)
        else:
            yield _document(path, path.name)


def _unzipped(path: Path) -> Iterator[Source]:
    with TemporaryDirectory() as folder:
        try:
            for number, member in enumerate(archives.members(path)):
                name = f"{path.name}/{member.name}"
                if isinstance(member.content, Refused):
                    yield Source(name, member.content)
                    continue
                # Only the kind of file is taken from its name.
                suffix = Path(member.name).suffix.lower()
                file = Path(folder, f"{number}{suffix if suffix in (*uploads.ACCEPTED, _LINES) else '.unknown'}")
                file.write_bytes(member.content)
                yield from _lines(file, name) if suffix == _LINES else [_document(file, name)]
                file.unlink()
        except Refused as refused:
            yield Source(path.name, refused)


def _document(path: Path, name: str) -> Source:
    try:
        return Source(name, uploads.read(path, name).text)
    except Refused as refused:
        return Source(name, refused)


def _lines(path: Path, name: str) -> Iterator[Source]:
    is_empty = True
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                is_empty = False
                yield _line(line, f"{name}:{number}")
    if is_empty:
        yield Source(name, Refused(Words.EMPTY_FILE))


def _line(line: bytes, place: str) -> Source:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Source(place, Refused(Words.BROKEN_LINE))
    text = record.get("text") if isinstance(record, dict) else None
    if not isinstance(text, str):
        return Source(place, Refused(Words.NO_TEXT_IN_LINE))
    name = record.get("id")
    return Source(name if isinstance(name, str) and name.strip() else place, text)
