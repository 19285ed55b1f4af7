"""Documents that were read before: what `predict` wrote as JSON Lines is taken as it is, and needs no model."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from nghiquyet import corpus
from nghiquyet.errors import InputError
from nghiquyet.prediction import Prediction


def read(sources: Iterable[str]) -> Iterator[tuple[str, Prediction | str]]:
    """The documents that `corpus.stream` reads, by name: those whose line holds "entities" as predictions, the others as texts.

    Raises:
        InputError: at the first that cannot be read, or whose entities do not lie in its text.
    """
    for source in sources:
        for path in corpus.paths([source]):
            documents = corpus.stream([path])
            if not path.endswith(corpus.LINES):
                yield from ((document.name, document.text) for document in documents)
                continue
            with corpus.unpacked(Path(path)) as lines:
                # The documents come first: they say what is wrong with a line.
                for document, line in zip(documents, filter(bytes.strip, lines), strict=True):
                    yield document.name, _content(path, document, json.loads(line))


def _content(path: str, document: corpus.Document, record: dict[str, object]) -> Prediction | str:
    if "entities" not in record:
        return document.text
    try:
        return Prediction.from_dict(record)
    except InputError as error:
        raise InputError(f"{path}: document {document.name}: {error}") from error
