"""Labelled articles in the files of other tools, both ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nghiquyet.errors import InputError
from nghiquyet_training import articles as jsonl
from nghiquyet_training.articles import Article
from nghiquyet_training.formats import brat, conll, doccano, labelstudio, spans, standoff
from nghiquyet_training.formats.content import read_records
from nghiquyet_training.formats.notes import Notes

__all__ = ["Conversion", "Format", "Notes", "convert", "guess", "read", "write"]

_CONLL_SUFFIXES = frozenset({".conll", ".bio", ".iob", ".iob2"})


class Format(StrEnum):
    """The project's own JSON Lines, with texts or without, CoNLL columns, and the exports of doccano, Label Studio and brat."""

    jsonl = "jsonl"
    conll = "conll"
    doccano = "doccano"
    labelstudio = "labelstudio"
    brat = "brat"
    standoff = "standoff"

    @property
    def lacks_texts(self) -> bool:
        """Whether texts as given have to come from elsewhere."""
        return self in (Format.conll, Format.standoff)


@dataclass(frozen=True)
class Conversion:
    """What was converted, and what had to be changed on the way."""

    articles: int
    spans: int
    notes: Notes


def convert(
    source: Path, target: Path, *, source_form: Format | None = None, target_form: Format | None = None, texts: Path | None = None
) -> Conversion:
    """Read articles in one format and write them in another; the arguments are those of `read` and `write`."""
    notes = Notes()
    articles = read(source, source_form, texts, notes)
    write(target, articles, target_form, notes)
    return Conversion(len(articles), sum(len(article.entities) for article in articles), notes)


def read(path: Path, form: Format | None = None, texts: Path | None = None, notes: Notes | None = None) -> list[Article]:
    """The labelled articles of a file, or for brat of a folder.

    Args:
        path: where they are.
        form: the format; None guesses it where it is certain.
        texts: the raw texts that CoNLL columns or labels without texts belong to: JSON Lines, or a folder of .txt files; those of
            columns are named by id.
        notes: takes what had to be changed or left out.

    Raises:
        InputError: at the first fault, with file, line, article and what to do; or if the format cannot be told.
    """
    notes = Notes() if notes is None else notes
    form = form or guess(path)
    if texts is not None and not form.lacks_texts:
        raise InputError(f"{texts}: raw texts go with CoNLL columns and labels without texts; {form} files have their own")
    match form:
        case Format.jsonl:
            return jsonl.read([path])
        case Format.conll:
            found = conll.read(path, texts, notes)
        case Format.doccano:
            found = doccano.read(path, notes)
        case Format.labelstudio:
            found = labelstudio.read(path, notes)
        case Format.brat:
            found = brat.read(path, notes)
        case Format.standoff:
            found = standoff.read(path, texts, notes)
    return spans.unique(found, str(path))


def write(path: Path, articles: Sequence[Article], form: Format | None = None, notes: Notes | None = None) -> None:
    """Write labelled articles, whole or not at all.

    Args:
        path: a file, or for brat a new or empty folder.
        articles: their ids must be unique.
        form: the format; None takes what the name says: .jsonl is the project's own, .json Label Studio's, .conll CoNLL columns,
            an existing folder brat's.
        notes: takes what the format could not hold.

    Raises:
        InputError: if something cannot be written in the format, or the format cannot be told.
    """
    notes = Notes() if notes is None else notes
    spans.unique(articles, str(path))
    match form or _by_name(path) or (Format.jsonl if path.suffix == ".jsonl" else None):
        case Format.jsonl:
            jsonl.write(path, articles)
        case Format.conll:
            conll.write(path, articles, notes)
        case Format.doccano:
            doccano.write(path, articles, notes)
        case Format.labelstudio:
            labelstudio.write(path, articles)
        case Format.brat:
            brat.write(path, articles, notes)
        case Format.standoff:
            standoff.write(path, articles, notes)
        case None:
            raise _unknown(path)


def guess(path: Path) -> Format:
    """The format of something that can be read, by its name, or in the case of .jsonl by the keys of its lines.

    Raises:
        InputError: if it is not certain.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if form := _by_name(path):
        return form
    if path.suffix == ".jsonl":
        for _, record in read_records(path):
            if form := _by_keys(record):
                return form
    raise _unknown(path)


def _by_name(path: Path) -> Format | None:
    if path.suffix == ".ann" or path.is_dir():
        return Format.brat
    if path.suffix in _CONLL_SUFFIXES:
        return Format.conll
    return Format.labelstudio if path.suffix == ".json" else None


def _by_keys(record: dict[str, object]) -> Format | None:
    if standoff.DIGEST in record:
        return Format.standoff
    if {"label", "labels", "relations", "Comments"} & record.keys() or type(record.get("id")) is int:
        return Format.doccano
    entities = record.get("entities")
    ours = isinstance(entities, list) and (not entities or (isinstance(entities[0], dict) and "start" in entities[0]))
    return Format.jsonl if ours else None


def _unknown(path: Path) -> InputError:
    return InputError(f"{path}: its name does not tell the format; say which it is: {', '.join(Format)}")
