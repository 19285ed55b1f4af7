"""Spans of foreign files made sound: in code points of the text, trimmed, in order, without overlap."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from nghiquyet.errors import InputError
from nghiquyet.text import is_unicode
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.formats.notes import Notes

TRIMMED = "white space at the edge of a span trimmed"
BLANK = "span of white space alone left out"
TWICE = "span given twice read once"
KEYS_DROPPED = "keys that the format has no place for left out"

_OWN_KEYS = frozenset({"id", "text", "entities"})


def article(
    name: object, text: object, spans: Iterable[tuple[object, object, object]], more: Mapping[str, Any], place: str, notes: Notes
) -> Article:
    """An article from whatever a file says; `spans` are `(start, end, label)`, half-open code points.

    Annotators often drag a space too far: white space at the edges is trimmed and noted, as are spans given twice.

    Raises:
        InputError: for a text or id that is none, or a span that lies outside the text, has no label, or overlaps another.
    """
    if not isinstance(name, str) or not name:
        raise InputError(f"{place}: the article has no id")
    place = f"{place}: article {name!r}"
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{place}: text must be a string that is not empty")
    if not is_unicode(text):
        raise InputError(f"{place}: the text holds half of a surrogate pair, so it is not Unicode text")
    found: list[Span] = []
    for start, end, label in spans:
        span = _span(start, end, label, text, place, notes)
        if span is None:
            notes.add(BLANK, f"{place}: {start}..{end}")
        elif span in found:
            notes.add(TWICE, f"{place}: {text[span.start : span.end]!r} at {span.start}")
        else:
            found.append(span)
    found.sort()
    for before, after in pairwise(found):
        if after.start < before.end:
            first, second = text[before.start : before.end], text[after.start : after.end]
            raise InputError(
                f"{place}: {before.label} {first!r} at {before.start} and {after.label} {second!r} at {after.start} overlap; "
                "keep one: entities are flat"
            )
    if taken := _OWN_KEYS & more.keys():
        notes.add(KEYS_DROPPED, f"{place}: {', '.join(sorted(taken))}")
    return Article(name, text, tuple(found), {key: value for key, value in more.items() if key not in _OWN_KEYS})


def _span(start: object, end: object, label: object, text: str, place: str, notes: Notes) -> Span | None:
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise InputError(f"{place}: span {start!r}..{end!r} does not lie in the text of {len(text)} characters")
    surface = text[start:end]
    if not isinstance(label, str) or not label:
        raise InputError(f"{place}: {surface!r} at {start} has no label but {label!r}")
    if not surface.strip():
        return None
    if surface != surface.strip():
        notes.add(TRIMMED, f"{place}: {surface!r} at {start}")
        start += len(surface) - len(surface.lstrip())
        end -= len(surface) - len(surface.rstrip())
    return Span(start, end, label)


def utf16_positions(text: str) -> Sequence[int]:
    r"""How many UTF-16 code units stand before each code point, and in all: what JavaScript counts in strings.

    >>> list(utf16_positions("a\U0001f600b"))
    [0, 1, 3, 4]
    """
    if all(char <= "\uffff" for char in text):
        return range(len(text) + 1)
    return list(accumulate((1 + (char > "\uffff") for char in text), initial=0))


def unique(articles: Sequence[Article], place: str) -> list[Article]:
    """The articles as they are.

    Raises:
        InputError: if two have the same id.
    """
    seen: set[str] = set()
    for one in articles:
        if one.id in seen:
            raise InputError(f"{place}: two articles have the id {one.id!r}; ids must be unique")
        seen.add(one.id)
    return list(articles)


def require_plain_labels(articles: Iterable[Article], form: str) -> None:
    """Refuse labels that a format of columns cannot hold.

    Raises:
        InputError: for a label with white space in it.
    """
    for one in articles:
        for span in one.entities:
            if any(char.isspace() for char in span.label):
                raise InputError(f"article {one.id!r}: label {span.label!r} holds white space, which {form} cannot; rename it")
