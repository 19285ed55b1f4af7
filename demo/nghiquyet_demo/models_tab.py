"""Two models side by side on one article."""

from collections.abc import Collection, Mapping
from html import escape
from typing import Any

import gradio as gr

from nghiquyet import Entity, NghiquyetError
from nghiquyet_demo import article_view, highlight
from nghiquyet_demo.articles import Refused, readable
from nghiquyet_demo.differences import Kind, Pair, pairs
from nghiquyet_demo.facts import NOTHING
from nghiquyet_demo.reader import Reader
from nghiquyet_demo.tables import Cell, Row, status_line, table
from nghiquyet_demo.wording import Words

_COLUMNS = (Words.MODELS_KIND, Words.MODEL_A, Words.MODEL_B)


def build(readers: Mapping[str, Reader]) -> None:
    """The tab over the first two readers, by name."""
    (first_name, first), (second_name, second) = list(readers.items())[:2]
    gr.HTML(f'<p class="nq-hint">{Words.MODELS_INTRO.html()}</p>', apply_default_css=False, elem_classes="nq")
    text = gr.Textbox(
        label=Words.TEXT.label, placeholder=Words.PASTE.label, lines=6, max_lines=10, autoscroll=False, elem_id="nq-models-text"
    )
    button = gr.Button(Words.MODELS_COMPARE.label, variant="primary", elem_id="nq-models-compare")
    result = gr.HTML(
        status_line(Words.MODELS_WAITING.html()), apply_default_css=False, elem_classes="nq", elem_id="nq-models-result"
    )

    def compare(given: str | None) -> str:
        try:
            words = readable(given)
            return _compared(words, (first_name, first.predict(words).entities), (second_name, second.predict(words).entities))
        except Refused as reason:
            return article_view.refused(reason)
        except NghiquyetError:
            return article_view.refused(None)

    shown: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
    button.click(compare, inputs=text, outputs=result, **shown)


# A model's name, and what it found.
_Model = tuple[str, tuple[Entity, ...]]


def _compared(text: str, one: _Model, other: _Model) -> str:
    """How many marks are alike, the differences in a table, and the text as each model marks it."""
    found = pairs(one[1], other[1])
    different = [pair for pair in found if pair.kind is not Kind.SAME]
    if different:
        summary = Words.MODELS_FOUND.html(same=len(found) - len(different), different=len(different))
    else:
        summary = Words.MODELS_SAME.html(count=len(found))
    apart = {entity.start for pair in different for entity in (pair.first, pair.second) if entity}
    listed = table("differences", Words.MODELS_DIFFERENCES, _COLUMNS, map(_row, different), Words.MODELS_NONE)
    sides = _side(Words.MODEL_A, text, one, apart) + _side(Words.MODEL_B, text, other, apart)
    return f'{status_line(summary, "found")}<div class="nq-article">{listed}<div class="nq-sides">{sides}</div></div>'


def _side(title: Words, text: str, model: _Model, apart: Collection[int]) -> str:
    """The text as one model marks it; a mark starts where a difference does only if it is one."""
    name, entities = model
    return (
        f'<section class="nq-section"><h3 class="nq-heading">{title.html()} <small class="nq-total">{escape(name)}</small></h3>'
        f"{highlight.legend(entities)}"
        f'<div class="nq-text" lang="vi" tabindex="0" role="region" aria-label="{escape(title.both())}">'
        f"{highlight.marked(text, entities, apart)}</div></section>"
    )


def _row(pair: Pair) -> Row:
    entities = [entity for entity in (pair.first, pair.second) if entity]
    kind = Words[f"KIND_{pair.kind.name}"]
    return Row(
        (Cell(kind.html(), kind.vi), _cell(pair.first), _cell(pair.second)), entities[:1], max(entity.score for entity in entities)
    )


def _cell(entity: Entity | None) -> Cell:
    if entity is None:
        return Cell(NOTHING)
    return Cell(
        f'{escape(entity.text)}<small class="nq-under">{highlight.label_name(entity.label)} {entity.score:.0%}</small>', entity.text
    )
