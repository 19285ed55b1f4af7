"""Labelled articles: one JSON object a line, raw text and character spans."""

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nghiquyet.errors import InputError
from nghiquyet.files import write_text

_OWN_KEYS = frozenset({"id", "text", "entities"})
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of an article: half-open offsets in code points of its text as given."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Article:
    """A text and its spans, in text order and without overlap; `more` holds the other keys of its line (source, kind, ...)."""

    id: str
    text: str
    entities: tuple[Span, ...]
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line and what to do about it; `article` is its id where that matters to the message.

    `start` and `surface` tell the span at fault: an offset in code points, and the text there.
    """

    kind: str
    message: str
    article: str | None = None
    start: int | None = None
    surface: str | None = None

    def __str__(self) -> str:
        return self.message if self.article is None else f"article {self.article!r}: {self.message}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: what could be read of its article, with the spans that are sound, and all that is wrong with it.

    `article` is None where id or text cannot be used; `id` alone may still be known.
    """

    path: Path
    number: int
    id: str | None
    article: Article | None
    faults: tuple[Fault, ...]

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


def read(paths: Iterable[str | os.PathLike[str]], labels: Sequence[str] | None = None) -> list[Article]:
    """All articles of some JSON Lines files.

    Args:
        paths: files whose lines are `{"id": ..., "text": ..., "entities": [{"start", "end", "label"}, ...], ...}`.
        labels: the labels that may occur; None allows any.

    Raises:
        InputError: at the first fault, with file, line, article and what to do about it.
    """
    articles: list[Article] = []
    for line in scan(paths, labels):
        if line.faults:
            raise InputError(f"{line.place}: {line.faults[0]}")
        assert line.article is not None
        articles.append(line.article)
    return articles


def scan(paths: Iterable[str | os.PathLike[str]], labels: Sequence[str] | None = None) -> Iterator[Line]:
    """Every line of some JSON Lines files with all its faults, for a report on files that `read` refuses.

    Raises:
        InputError: for a file that cannot be read or holds nothing.
    """
    seen: dict[str, str] = {}
    for path in map(Path, paths):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
        for number, raw in enumerate(content.split(b"\n"), 1):
            if raw.strip():
                line = Line(path, number, *_parse(raw, labels))
                if line.id in seen:
                    message = f"article {line.id!r} stands at {seen[line.id]} already; ids must be unique"
                    line = dataclasses.replace(line, faults=(*line.faults, Fault("duplicate-id", message)))
                elif line.id is not None:
                    seen[line.id] = line.place
                yield line
        if not content.strip():
            raise InputError(f"{path}: holds no article")


def write(path: str | os.PathLike[str], articles: Iterable[Article]) -> None:
    """Write articles as JSON Lines, whole or not at all."""
    write_text(Path(path), "".join(json.dumps(to_dict(article), ensure_ascii=False) + "\n" for article in articles))


def to_dict(article: Article) -> dict[str, Any]:
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in article.entities]
    return {"id": article.id, "text": article.text, "entities": spans, **article.more}


def labels_of(articles: Iterable[Article]) -> tuple[str, ...]:
    """The labels that occur, sorted."""
    return tuple(sorted({span.label for article in articles for span in article.entities}))


def digest(articles: Iterable[Article]) -> str:
    """SHA-256 over ids, texts and spans, in whatever order the articles come; says what a model was trained on."""
    lines = sorted(
        json.dumps([article.id, article.text, [[s.start, s.end, s.label] for s in article.entities]]) for article in articles
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _parse(raw: bytes, labels: Sequence[str] | None) -> tuple[str | None, Article | None, tuple[Fault, ...]]:
    """The id and the article of a line as far as they can be read, and its faults in the order that `read` looks for them."""
    content = _load(raw)
    if isinstance(content, Fault):
        return None, None, (content,)
    faults: list[Fault] = []
    if missing := _OWN_KEYS - content.keys():
        faults.append(Fault("missing-key", f"missing {', '.join(sorted(missing))}"))
    name = content.get("id")
    if not isinstance(name, str) or not name:
        if "id" in content:
            faults.append(Fault("bad-id", f"id must be a string that is not empty, found {name!r}"))
        name = None
    text = content.get("text")
    if not isinstance(text, str) or not text.strip():
        if "text" in content:
            faults.append(Fault("bad-text", "text must be a string that is not empty", name))
        return name, None, tuple(faults)
    entities = content.get("entities", [])
    if not isinstance(entities, list):
        faults.append(Fault("bad-entities", "entities must be a list", name))
        entities = []
    found, wrong = _spans(entities, text, name, labels)
    faults += wrong
    if half := _HALF_PAIR.search(json.dumps(content, ensure_ascii=False)):
        message = f"holds U+{ord(half[0]):04X}, half of a surrogate pair, which is no character; write the whole one, or remove it"
        faults.append(Fault("not-unicode", message, name))
    more = {key: value for key, value in content.items() if key not in _OWN_KEYS}
    return name, None if name is None else Article(name, text, found, more), tuple(faults)


def _load(raw: bytes) -> dict[str, Any] | Fault:
    try:
        content = json.loads(raw)
    except UnicodeDecodeError as error:
        return Fault("not-utf8", f"not UTF-8 at byte {error.start}; save the file as UTF-8")
    except json.JSONDecodeError as error:
        return Fault("broken-json", f"broken JSON at column {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:
        return Fault("broken-json", f"JSON that cannot be read: {error}")
    if not isinstance(content, dict):
        return Fault("not-an-object", f'expected an object {{"id", "text", "entities"}}, found {type(content).__name__}')
    return content


def _spans(
    entities: Sequence[Any], text: str, article: str | None, labels: Sequence[str] | None
) -> tuple[tuple[Span, ...], list[Fault]]:
    """The sound spans in text order, of those that overlap the first; and the faults of the others."""
    faults: list[Fault] = []
    sound: list[Span] = []
    for entity in entities:
        wrong = list(_entity_faults(entity, text, article, labels))
        faults += wrong
        if not wrong:
            sound.append(Span(entity["start"], entity["end"], entity["label"]))
    apart: list[Span] = []
    for span in sorted(sound):
        if apart and span.start < apart[-1].end:
            first, second = text[apart[-1].start : apart[-1].end], text[span.start : span.end]
            message = f"{first!r} at {apart[-1].start} and {second!r} at {span.start} overlap; keep one"
            faults.append(Fault("overlap", message, article, span.start, second))
        else:
            apart.append(span)
    return tuple(apart), faults


def _entity_faults(entity: Any, text: str, article: str | None, labels: Sequence[str] | None) -> Iterator[Fault]:
    try:
        start, end, label = entity["start"], entity["end"], entity["label"]
    except (TypeError, KeyError):
        yield Fault("bad-entity", f'an entity must be {{"start", "end", "label"}}, found {entity!r}', article)
        return
    outside = f"span {start!r}..{end!r} does not lie in the text of {len(text)} characters"
    if type(start) is not int or type(end) is not int:
        yield Fault("bad-offset", outside, article)
        return
    if not 0 <= start < end <= len(text):
        yield Fault("empty-span" if start == end else "span-outside", outside, article, start)
        return
    surface = text[start:end]
    if not isinstance(label, str) or not label or (labels is not None and label not in labels):
        known = "any string that is not empty" if labels is None else ", ".join(labels)
        message = f"unknown label {label!r} on {surface!r} at {start}; the labels are {known}"
        yield Fault("unknown-label", message, article, start, surface)
    if surface != surface.strip():
        message = f"span {surface!r} at {start} begins or ends in white space; trim it"
        yield Fault("white-space", message, article, start, surface)
    if isinstance(entity.get("text"), str) and entity["text"] != surface:
        message = f"span {surface!r} at {start} is {entity['text']!r} by its own text; count offsets in code points of the text"
        yield Fault("text-mismatch", message, article, start, surface)
