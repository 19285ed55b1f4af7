"""What a reader corrects in an article, and the file that keeps it: labelled articles, one a line, as training reads them."""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Self

import regex

from nghiquyet import Prediction
from nghiquyet.files import write_text
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.wording import Words

# Of all articles of a session together: whoever can open the page can write to the disk.
MAX_CHARACTERS: Final = 5_000_000

Side = Literal["start", "end"]
# By this key of a line, training can tell corrected articles from others.
_SOURCE: Final = "nghiquyet-demo"
_UNDOABLE: Final = 100
_WORD: Final = regex.compile(r"[\w\p{M}]+|[^\w\s]")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of an article: half-open offsets in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An article in correction: its text, its spans in text order and without overlap, and what they were before each change."""

    text: str
    spans: tuple[Span, ...]
    past: tuple[tuple[Span, ...], ...] = ()

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        return cls(prediction.text, tuple(Span(entity.start, entity.end, entity.label) for entity in prediction.entities))

    def marked(self, start: int, end: int, label: str) -> Self:
        """With a span in place of all that it overlaps, trimmed of white space; unchanged if nothing is left of it."""
        chosen = self.text[max(start, 0) : end] if start < end else ""
        start = max(start, 0) + len(chosen) - len(chosen.lstrip())
        end = start + len(chosen.strip())
        if start == end:
            return self
        apart = [span for span in self.spans if span.end <= start or end <= span.start]
        return self._changed([*apart, Span(start, end, label)])

    def unmarked(self, start: int) -> Self:
        """Without the span that starts there."""
        return self._changed(span for span in self.spans if span.start != start)

    def moved(self, start: int, side: Side, words: int) -> Self:
        """With one border of the span that starts there moved by so many words, forwards or (negative) backwards.

        A border stops before another span, and before the span is empty.
        """
        found = next((n for n, span in enumerate(self.spans) if span.start == start), None)
        if found is None:
            return self
        span = self.spans[found]
        after = self.spans[found - 1].end if found else 0
        before = self.spans[found + 1].start if found + 1 < len(self.spans) else len(self.text)
        borders = [match.span() for match in _WORD.finditer(self.text, after, before)]
        if side == "start":
            at = _stepped([begin for begin, _ in borders if begin < span.end], span.start, words)
            span = Span(at, span.end, span.label)
        else:
            at = _stepped([end for _, end in borders if end > span.start], span.end, words)
            span = Span(span.start, at, span.label)
        return self._changed([*self.spans[:found], span, *self.spans[found + 1 :]])

    def where(self, phrase: str) -> int | None:
        """Where a phrase first stands apart from all spans, however its accents are composed; None if nowhere."""
        for form in dict.fromkeys((phrase, *(unicodedata.normalize(name, phrase) for name in ("NFC", "NFD")))):
            start = self.text.find(form)
            while start != -1:
                end = start + len(form)
                if all(span.end <= start or end <= span.start for span in self.spans):
                    return start
                start = self.text.find(form, start + 1)
        return None

    def undone(self) -> Self:
        """As it was before the last change."""
        return type(self)(self.text, self.past[-1], self.past[:-1]) if self.past else self

    def _changed(self, spans: Iterable[Span]) -> Self:
        new = tuple(sorted(spans))
        return self if new == self.spans else type(self)(self.text, new, (*self.past[1 - _UNDOABLE :], self.spans))


def changed(draft: Draft, request: Mapping[str, object], labels: Collection[str]) -> Draft:
    """The draft after what a browser asks for; as it is if that makes no sense, for anybody may send anything."""
    match request:
        case {"do": "mark", "start": int(start), "end": int(end), "label": str(label)} if label in labels:
            return draft.marked(start, end, label)
        case {"do": "unmark", "start": int(start)}:
            return draft.unmarked(start)
        case {"do": "move", "start": int(start), "side": "start" | "end" as side, "words": 1 | -1 as words}:
            return draft.moved(start, side, words)
    return draft


def _stepped(places: list[int], place: int, steps: int) -> int:
    """So many places on from one, or the last there is on that side."""
    if steps > 0:
        return ([at for at in places if at > place][:steps] or [place])[-1]
    return ([at for at in reversed(places) if at < place][:-steps] or [place])[-1]


def article_id(text: str) -> str:
    """The same for the same text, whoever corrects it: `nghiquyet-train data validate` then finds an article corrected twice."""
    return f"demo-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Session:
    """The corrected articles of one visitor, all in one file that is written anew, whole or not at all, at each change."""

    path: Path
    articles: dict[str, Draft] = field(default_factory=dict)

    @classmethod
    def begin(cls, folder: Path, now: datetime) -> Self:
        """A session with a file name of its own that nobody can guess; nothing is written yet."""
        return cls(folder / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(8)}.jsonl")

    def save(self, draft: Draft) -> None:
        """Put an article into the file, in place of what it was there; when this returns, it is on the disk.

        Raises:
            InputError: if there is too much, or it cannot be written; the file stays as it was.
        """
        articles = {**self.articles, article_id(draft.text): draft}
        if sum(len(article.text) for article in articles.values()) > MAX_CHARACTERS:
            raise Refused(Words.CORRECTIONS_FULL, limit=MAX_CHARACTERS)
        write_text(self.path, "".join(f"{_line(name, article)}\n" for name, article in articles.items()))
        self.articles.update(articles)

    def find(self, text: str) -> Draft | None:
        """The article as it was left, with its changes."""
        return self.articles.get(article_id(text))


def _line(name: str, article: Draft) -> str:
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in article.spans]
    return json.dumps({"id": name, "text": article.text, "entities": spans, "source": _SOURCE}, ensure_ascii=False)
