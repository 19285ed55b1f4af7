"""Entities for people and other programs: HTML, CoNLL. Texts are escaped; nothing an article says becomes markup."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from nghiquyet.entities import Entity
from nghiquyet.tags import TagSet
from nghiquyet.words import sentences

# Okabe and Ito's colour-blind safe palette, lightened so that dark text stays legible on it.
_COLOURS: Final = {"TARGET": "#ffe3a3", "PERSON": "#b9dcf7", "ORG": "#b7e6d3"}
_OTHER_COLOURS: Final = ("#f3c7de", "#f5cdb0", "#d9d2f0", "#e6e6a8")
_NAMES: Final = {"TARGET": "Chỉ tiêu · Target", "PERSON": "Người · Person", "ORG": "Tổ chức · Organisation"}


def colour(label: str) -> str:
    """The background colour of a label, as #rrggbb; the same label always has the same one."""
    return _COLOURS.get(label) or _OTHER_COLOURS[sum(map(ord, label)) % len(_OTHER_COLOURS)]


def name(label: str) -> str:
    """The label in Vietnamese and English, or as it is when it is none of the three."""
    return _NAMES.get(label, label)


def html_fragment(text: str, entities: Sequence[Entity]) -> str:
    """The text with its entities marked, line breaks kept."""
    parts: list[str] = []
    last = 0
    for entity in entities:
        hint = f"{name(entity.label)} – {entity.score:.0%}"
        style = f"background:{colour(entity.label)};color:#1a1a1a;border-radius:3px;padding:0 2px"
        parts.append(escape(text[last : entity.start]))
        parts.append(
            f'<mark data-label="{escape(entity.label)}" title="{escape(hint)}" style="{style}">{escape(entity.text)}</mark>'
        )
        last = entity.end
    parts.append(escape(text[last:]))
    return f'<div class="nghiquyet" style="white-space:pre-wrap;overflow-wrap:anywhere">{"".join(parts)}</div>'


def html_page(documents: Iterable[tuple[str, str, Sequence[Entity], Sequence[str]]], labels: Iterable[str]) -> Iterator[str]:
    """A self-contained page, part by part, of `(title, text, entities, targets)`: each text with its marks under its targets.

    Args:
        documents: taken one at a time.
        labels: those to explain at the head of the page.
    """
    legend = " ".join(
        f'<span style="background:{colour(label)};color:#1a1a1a;border-radius:3px;padding:2px 6px">{escape(name(label))}</span>'
        for label in labels
    )
    yield (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>nghiquyet</title>'
        "<style>body{font:16px/1.6 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
        f"article{{margin-bottom:3rem;border-top:1px solid #ccc}}</style></head><body><p>{legend}</p>"
    )
    for title, text, entities, targets in documents:
        items = "".join(f"<li>{escape(target)}</li>" for target in targets)
        summary = f"<h3>Chỉ tiêu · Targets</h3><ol>{items}</ol>" if items else ""
        yield f"<article><h2>{escape(title)}</h2>{summary}{html_fragment(text, entities)}</article>"
    yield "</body></html>\n"


def conll(text: str, spans: Iterable[tuple[int, int, str]], labels: tuple[str, ...]) -> str:
    """Columns `word start end tag` (tab-separated, IOB2) of a text, a blank line after each sentence.

    The words are those of `words`, unsegmented; `spans` are `(start, end, label)` in half-open characters. A word that only partly
    lies in a span is tagged as inside it.
    """
    tag_set = TagSet(labels)
    remaining = sorted(spans)
    lines: list[str] = []
    for sentence in sentences(text):
        covered: list[tuple[int, int, str]] = []
        for i, word in enumerate(sentence):
            while remaining and remaining[0][1] <= word.start:
                remaining.pop(0)
            if remaining and remaining[0][0] < word.end:
                label = remaining[0][2]
                if covered and covered[-1][1] == i and remaining[0][0] < sentence[i - 1].end:
                    covered[-1] = (covered[-1][0], i + 1, label)
                else:
                    covered.append((i, i + 1, label))
        for word, tag in zip(sentence, tag_set.encode(len(sentence), covered), strict=True):
            lines.append(f"{text[word.start : word.end]}\t{word.start}\t{word.end}\t{tag_set.tags[tag]}")
        lines.append("")
    return "\n".join(lines) + "\n" if lines else ""
