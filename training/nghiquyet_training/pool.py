"""Articles that nobody has labelled yet."""

from collections.abc import Iterable
from pathlib import Path

from nghiquyet import corpus
from nghiquyet.errors import InputError
from nghiquyet_training.articles import Article
from nghiquyet_training.formats.content import read_records
from nghiquyet_training.formats.spans import unique


def read(sources: Iterable[Path]) -> list[Article]:
    """The articles of text files (whose name is the id), of JSON Lines with `id` and `text`, and of folders of both.

    Labels that a line may have are left out; its other keys are kept.

    Raises:
        InputError: at the first that cannot be read, is empty, has no id, or has that of another.
    """
    articles: list[Article] = []
    for source in sources:
        for path in corpus.files(source):
            if path.name.endswith(corpus.LINES):
                articles += [_article(record, place) for place, record in read_records(path)]
            else:
                articles += [Article(path.stem, document.text, ()) for document in corpus.read([str(path)])]
    return unique(articles, "the articles to label")


def _article(record: dict[str, object], place: str) -> Article:
    name, text = record.get("id"), record.get("text")
    if not isinstance(name, str) or not name:
        raise InputError(f"{place}: id must be a string that is not empty, found {name!r}; labels find their way back by it")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{place}: text must be a string that is not empty")
    return Article(name, text, (), {key: value for key, value in record.items() if key not in {"id", "text", "entities"}})
