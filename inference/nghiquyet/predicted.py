"""Documents that were read before: what `predict` wrote as JSON Lines is taken as it is, and needs no model."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from nghiquyet import corpus, readers
from nghiquyet.documents import Document, Failure
from nghiquyet.errors import InputError
from nghiquyet.prediction import Prediction

_COLUMNS: Final = corpus.Columns()


def read(sources: Iterable[str]) -> Iterator[tuple[str, Prediction | str]]:
    """The documents that `corpus.stream` reads, by name: those whose line holds "entities" as predictions, the others as texts.

    Raises:
        InputError: at the first that cannot be read, or whose entities do not lie in its text.
    """
    for path in corpus.paths(sources):
        if readers.kind(Path(path)) != ".jsonl":
            yield from ((document.name, document.text) for document in corpus.stream([path]))
            continue
        for found, content in readers.objects(Path(path), _COLUMNS):
            if isinstance(found, Failure):
                raise InputError(found.reason)
            yield found.name, _content(path, found, content)


def _content(path: str, document: Document, content: Mapping[str, object]) -> Prediction | str:
    if "entities" not in content:
        return document.text
    try:
        return Prediction.from_dict(content)
    except InputError as error:
        raise InputError(f"{path}: document {document.name}: {error}") from error
