"""doccano's JSON Lines for sequence labelling.

doccano writes `{"id", "text", "label": [[start, end, label], ...], "Comments": [...]}`, and in projects with relations
`{"id", "text", "entities": [{"id", "label", "start_offset", "end_offset"}, ...], "relations": [...], "Comments": [...]}`; older
versions say "labels" or "data". Columns it does not know come back as they were imported, our `id` among them.

Its offsets are positions in a JavaScript string: UTF-16 code units, so that an emoji counts two (doccano issues 2290 and 2484).
They are turned into code points here, and back. A project with "Count grapheme clusters as one character" counts otherwise and
says so nowhere: leave that option off.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training.articles import Article
from nghiquyet_training.formats import spans
from nghiquyet_training.formats.content import read_records
from nghiquyet_training.formats.notes import Notes

RELATIONS = "relation ignored"

_TEXT_KEYS = ("text", "data")
_SPAN_KEYS = ("label", "labels", "entities")
_COMMENTS = "Comments"
_OWN_KEYS = frozenset({"id", *_TEXT_KEYS, *_SPAN_KEYS, "relations"})


def read(path: Path, notes: Notes) -> list[Article]:
    """The articles of an export; whatever else a line holds, comments among it, is kept in `Article.more`.

    Raises:
        InputError: at the first line that is not of this form, or whose spans are not sound.
    """
    return [_article(record, place, notes) for place, record in read_records(path)]


def write(path: Path, articles: Sequence[Article], notes: Notes) -> None:
    """Write JSON Lines to import as "JSONL", whole or not at all."""
    write_text(path, "".join(json.dumps(_record(article, notes), ensure_ascii=False) + "\n" for article in articles))


def _article(record: dict[str, Any], place: str, notes: Notes) -> Article:
    text = next((record[key] for key in _TEXT_KEYS if key in record), None)
    given = next((record[key] for key in _SPAN_KEYS if key in record), None)
    if not isinstance(text, str) or not isinstance(given, list):
        hint = '; export it as "JSONL" with the names of the labels' if "annotations" in record else ""
        raise InputError(f'{place}: expected "text" and a list "label" or "entities" as doccano exports them{hint}')
    for relation in record.get("relations") or []:
        notes.add(RELATIONS, f"{place}: {relation}")
    positions = {units: point for point, units in enumerate(spans.utf16_positions(text))}
    located = [_span(entry, positions, place) for entry in given]
    more = {key: value for key, value in record.items() if key not in _OWN_KEYS and (key != _COMMENTS or value)}
    name = record.get("id")
    return spans.article(str(name) if type(name) is int else name, text, located, more, place, notes)


def _span(entry: Any, positions: dict[int, int], place: str) -> tuple[int, int, Any]:
    match entry:
        case [start, end, label] | {"start_offset": start, "end_offset": end, "label": label}:
            pass
        case _:
            raise InputError(
                f'{place}: a span must be [start, end, label] or {{"start_offset", "end_offset", "label"}}, found {entry!r}'
            )
    if type(start) is not int or type(end) is not int or start not in positions or end not in positions:
        raise InputError(
            f"{place}: span {start!r}..{end!r} does not lie in the text, or cuts an emoji; "
            "offsets count UTF-16 code units, as doccano does"
        )
    return positions[start], positions[end], label


def _record(article: Article, notes: Notes) -> dict[str, Any]:
    positions = spans.utf16_positions(article.text)
    kept = {key: value for key, value in article.more.items() if key not in _OWN_KEYS and (key != _COMMENTS or value)}
    if dropped := article.more.keys() - kept.keys():
        notes.add(spans.KEYS_DROPPED, f"{article.id}: {', '.join(sorted(dropped))}")
    label = [[positions[span.start], positions[span.end], span.label] for span in article.entities]
    return {"id": article.id, "text": article.text, "label": label, **kept}
