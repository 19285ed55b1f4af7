"""Labels without the texts that they belong to, for articles that may not be passed on.

JSON Lines of `{"id", "text_sha256", "entities": [[start, end, label], ...], ...}`: the SHA-256 of the text in UTF-8, and half-open
offsets in its code points. Whoever has the texts gets the articles back, whatever their file calls them.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from nghiquyet import corpus
from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training.articles import Article
from nghiquyet_training.formats import spans
from nghiquyet_training.formats.content import read_records
from nghiquyet_training.formats.notes import Notes

TEXT_MISSING: Final = "article whose text is not among those given left out"

DIGEST: Final = "text_sha256"
_OWN_KEYS = frozenset({"id", DIGEST, "entities"})


def read(path: Path, texts: Path | None, notes: Notes) -> list[Article]:
    """The articles of a file of labels whose texts are given; the others are left out and noted.

    Args:
        path: labels without texts.
        texts: anything that `predict` reads: JSON Lines, one text or a folder of them.
        notes: takes what was left out.

    Raises:
        InputError: at the first line that is not of this form, or if no text belongs to any.
    """
    if texts is None:
        raise InputError(f"{path}: holds labels without their texts; give the texts too (JSON Lines, or a folder of .txt)")
    records = list(read_records(path))
    for place, record in records:
        if not isinstance(record.get(DIGEST), str):
            raise InputError(f'{place}: "{DIGEST}" must be the SHA-256 of a text, found {record.get(DIGEST)!r}')
    wanted = {record[DIGEST] for _, record in records}
    given = ((_digest(document.text), document.text) for document in corpus.stream([str(texts)]))
    found = {digest: text for digest, text in given if digest in wanted}
    if not found:
        raise InputError(f"{texts}: the labels of {path} belong to none of its texts, which must be the same to the letter")
    articles: list[Article] = []
    for place, record in records:
        if record[DIGEST] in found:
            articles.append(_article(record, found[record[DIGEST]], place, notes))
        else:
            notes.add(TEXT_MISSING, f"{place}: {record.get('id')}")
    return articles


def write(path: Path, articles: Sequence[Article], notes: Notes) -> None:
    """Write the labels alone, whole or not at all."""
    write_text(path, "".join(json.dumps(_record(article, notes), ensure_ascii=False) + "\n" for article in articles))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _article(record: dict[str, Any], text: str, place: str, notes: Notes) -> Article:
    match record.get("entities"):
        case list(entries) if all(isinstance(entry, list) and len(entry) == 3 for entry in entries):
            located = [(start, end, label) for start, end, label in entries]
        case other:
            raise InputError(f'{place}: "entities" must be a list of [start, end, label], found {other!r}')
    more = {key: value for key, value in record.items() if key not in _OWN_KEYS}
    return spans.article(record.get("id"), text, located, more, place, notes)


def _record(article: Article, notes: Notes) -> dict[str, Any]:
    more = {key: value for key, value in article.more.items() if key not in _OWN_KEYS}
    if dropped := article.more.keys() - more.keys():
        notes.add(spans.KEYS_DROPPED, f"{article.id}: {', '.join(sorted(dropped))}")
    entities = [[span.start, span.end, span.label] for span in article.entities]
    return {"id": article.id, DIGEST: _digest(article.text), "entities": entities, **more}
