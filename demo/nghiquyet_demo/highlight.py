"""A text with its entities marked, and the legend of the marks; what the page shows as running text is escaped here."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from html import escape
from typing import Final

from nghiquyet import Entity
from nghiquyet_demo.wording import Words

_NAMES: Final = {"TARGET": Words.TARGETS, "PERSON": Words.PEOPLE, "ORG": Words.ORGANISATIONS}
# Colours that style.css keeps for labels of other models.
_TONES: Final = 4


def marked(text: str, entities: Sequence[Entity], apart: Collection[int] = ()) -> str:
    """The text as paragraphs of escaped HTML, one a line that is not blank, with `entities` (in order, never overlapping) marked.

    Each `<p data-start>` holds its line without the line end, white space kept; each `<mark class="nq-mark">` has `data-label`,
    `data-start`, `data-end` (half-open code points of `text`) and `data-score` (0..1). An entity over a line end has a mark in
    each line. Marks of the entities that start at one of `apart` stand out (`nq-apart`).
    """
    paragraphs: list[str] = []
    after_blank = False
    first = 0
    for start, line in _lines(text):
        if not line.strip():
            after_blank = True
            continue
        end = start + len(line)
        while first < len(entities) and entities[first].end <= start:
            first += 1
        body: list[str] = []
        last = start
        for entity in _from(entities, first):
            if entity.start >= end:
                break
            begin, stop = max(entity.start, start), min(entity.end, end)
            body += [escape(text[last:begin]), _mark(entity, text[begin:stop], entity.start in apart)]
            last = stop
        body.append(escape(text[last:end]))
        gap = ' class="nq-gap"' if after_blank and paragraphs else ""
        paragraphs.append(f'<p{gap} data-start="{start}">{"".join(body)}</p>')
        after_blank = False
    return "".join(paragraphs)


def legend(entities: Sequence[Entity]) -> str:
    """A button a label that shows or hides its marks (script.js): the three of the project and those of other models that occur."""
    counts = Counter(entity.label for entity in entities)
    buttons = "".join(
        f'<button type="button" class="nq-toggle" aria-pressed="true" {_labelled(label)}>{label_name(label)}'
        f' <span class="nq-count" data-of="{escape(label)}">{counts[label]}</span></button>'
        for label in dict.fromkeys([*_NAMES, *counts])
    )
    return f'<div class="nq-legend" role="group" aria-label="{escape(Words.LEGEND.both())}">{buttons}</div>'


def label_name(label: str) -> str:
    """A label in both languages as escaped HTML, or as it is when it is none of the three."""
    words = _NAMES.get(label)
    return words.html() if words else escape(label)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line.removesuffix("\r")
        start += len(line) + 1


def _from(entities: Sequence[Entity], first: int) -> Iterator[Entity]:
    return (entities[n] for n in range(first, len(entities)))


def _mark(entity: Entity, text: str, is_apart: bool) -> str:
    words = _NAMES.get(entity.label)
    hint = f"{words.both() if words else entity.label}: {entity.score:.0%}"
    kind = "nq-mark nq-apart" if is_apart else "nq-mark"
    return (
        f'<mark class="{kind}" tabindex="-1" {_labelled(entity.label)} data-start="{entity.start}" data-end="{entity.end}" '
        f'data-score="{entity.score:.4f}" title="{escape(hint)}">{escape(text)}</mark>'
    )


def _labelled(label: str) -> str:
    tone = "" if label in _NAMES else f' data-tone="{sum(map(ord, label)) % _TONES}"'
    return f'data-label="{escape(label)}"{tone}'
