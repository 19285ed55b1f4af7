"""Corrections of what was found, kept as training data."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

import gradio as gr

from nghiquyet import Entity, InputError, Prediction, display
from nghiquyet_demo import downloads, highlight
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.corrections import Draft, Session, changed
from nghiquyet_demo.tables import status_line
from nghiquyet_demo.wording import Words

# The order in which the page names the labels of the project, before those of other models.
_FIRST: Final = ("TARGET", "PERSON", "ORG")


def build(tab: gr.Tab, article: gr.State, labels: Sequence[str], folder: Path) -> None:
    """The tab over the article that is shown, `Prediction` or None; what is corrected goes to a file a visitor in `folder`."""
    labels = [*(label for label in _FIRST if label in labels), *(label for label in labels if label not in _FIRST)]
    draft, session = gr.State(), gr.State()
    gr.HTML(f'<p class="nq-hint">{Words.CORRECTIONS_INTRO.html()}</p>', apply_default_css=False, elem_classes="nq")
    status = gr.HTML(_status(Words.CORRECTIONS_EMPTY), apply_default_css=False, elem_classes="nq", elem_id="nq-corrections-status")
    with gr.Column(visible=False, elem_classes="nq-corrections") as desk:
        editor = gr.HTML(
            html_template=_template(labels),
            js_on_load=(files("nghiquyet_demo") / "corrections.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            elem_classes="nq",
            elem_id="nq-editor",
        )
        with gr.Row(elem_classes="nq-buttons"):
            undo = gr.Button(Words.CORRECTIONS_UNDO.label, interactive=False, elem_id="nq-undo")
            agree = gr.Button(Words.CORRECTIONS_AGREE.label, elem_id="nq-agree")
            save = gr.Button(Words.CORRECTIONS_DOWNLOAD.label, interactive=False, elem_id="nq-save-corrections")
        with gr.Accordion(Words.CORRECTIONS_BY_TYPING.label, open=False), gr.Row(elem_classes="nq-typing"):
            phrase = gr.Textbox(label=Words.CORRECTIONS_PHRASE.label, scale=3, min_width=220, elem_id="nq-phrase")
            kinds = [(display.name(label), label) for label in labels]
            kind = gr.Dropdown(
                kinds, label=Words.CORRECTIONS_LABEL.label, value=labels[0], scale=2, min_width=180, elem_id="nq-kind"
            )
            add = gr.Button(Words.CORRECTIONS_ADD.label, scale=1, min_width=100, elem_id="nq-add")
        gr.HTML(f'<p class="nq-hint">{Words.CORRECTIONS_USE.html()}</p>', apply_default_css=False, elem_classes="nq")
    made = gr.DownloadButton(visible="hidden", elem_id="nq-corrections-made")

    def load(shown: Prediction | None, kept: Session | None) -> tuple[Any, ...]:
        if shown is None:
            return None, _status(Words.CORRECTIONS_EMPTY), "", gr.Column(visible=False), gr.skip(), gr.skip()
        found = (kept.find(shown.text) if kept else None) or Draft.of(shown)
        message = _saved(found) if found.past else _status(Words.CORRECTIONS_LOADED, count=len(found.spans))
        return found, message, _marked(found), gr.Column(visible=True), *_buttons(found, kept)

    def change(old: Draft | None, kept: Session | None, make: Callable[[Draft], Draft]) -> tuple[Any, ...]:
        """The draft, the session, the status, the marks and the buttons after a change, which is on the disk by then."""
        if old is None:
            return (gr.skip(),) * 6
        new = make(old)
        kept = kept or Session.begin(folder, datetime.now(UTC))
        try:
            kept.save(new)
        except Refused as reason:
            return gr.skip(), kept, status_line(reason.html(), "refused"), *(gr.skip(),) * 3
        except InputError:
            return gr.skip(), kept, _status(Words.CORRECTIONS_NOT_SAVED, "refused"), *(gr.skip(),) * 3
        return new, kept, _saved(new), _marked(new), *_buttons(new, kept)

    def edit(old: Draft | None, kept: Session | None, event: gr.EventData) -> tuple[Any, ...]:
        return change(old, kept, lambda draft: changed(draft, event._data, labels))

    def take_back(old: Draft | None, kept: Session | None) -> tuple[Any, ...]:
        return change(old, kept, Draft.undone)

    def accept(old: Draft | None, kept: Session | None) -> tuple[Any, ...]:
        return change(old, kept, lambda draft: draft)

    def type_in(old: Draft | None, kept: Session | None, words: str, label: str) -> tuple[Any, ...]:
        words = words.strip()
        start = old.where(words) if old and words else None
        if start is None:
            return gr.skip(), gr.skip(), _status(Words.CORRECTIONS_NOT_FOUND, "refused", phrase=words), *(gr.skip(),) * 3
        return change(old, kept, lambda draft: draft.marked(start, start + len(words), label))

    def hand_out(kept: Session | None) -> Path | None:
        if kept is None or not kept.path.exists():
            return None
        return copyfile(kept.path, downloads.place(Path(made.GRADIO_CACHE), "bai-da-sua.jsonl"))

    buttons = [undo, save]
    outputs = [draft, session, status, editor, *buttons]
    # One after the other, so that no change is lost to another one of the same visitor.
    serial: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_id": "corrections",
        "concurrency_limit": 1,
        "trigger_mode": "multiple",
    }
    # The article comes when someone wants to correct it: who only reads shall not wait for it.
    tab.select(load, inputs=[article, session], outputs=[draft, status, editor, desk, *buttons], **serial)
    editor.correct(edit, inputs=[draft, session], outputs=outputs, **serial)
    undo.click(take_back, inputs=[draft, session], outputs=outputs, **serial)
    agree.click(accept, inputs=[draft, session], outputs=outputs, **serial)
    gr.on([add.click, phrase.submit], type_in, inputs=[draft, session, phrase, kind], outputs=outputs, **serial)
    save.click(hand_out, inputs=session, outputs=made, **serial).then(None, inputs=made, js=downloads.SAVE)


def _marked(draft: Draft) -> str:
    entities = [Entity(span.label, span.start, span.end, draft.text[span.start : span.end], 1.0) for span in draft.spans]
    return highlight.marked(draft.text, entities)


def _buttons(draft: Draft, session: Session | None) -> tuple[gr.Button, gr.Button]:
    return gr.Button(interactive=bool(draft.past)), gr.Button(interactive=bool(session and session.articles))


def _saved(draft: Draft) -> str:
    if not draft.past:
        return _status(Words.CORRECTIONS_AGREED, "found", count=len(draft.spans))
    return _status(Words.CORRECTIONS_SAVED, "found", changes=len(draft.past), count=len(draft.spans))


def _status(words: Words, kind: str = "idle", **values: object) -> str:
    return status_line(words.html(**values), kind)


def _template(labels: Sequence[str]) -> str:
    """The text, and the panel that opens on a mark or a selection; corrections.js says how."""
    kinds = "".join(
        f'<button type="button" class="nq-as" data-as="{escape(label)}" data-label="{escape(label)}" aria-pressed="false">'
        f"{highlight.label_name(label)}</button>"
        for label in labels
    )
    return (
        '<div class="nq-article nq-editor"><div class="nq-text" lang="vi" role="group" '
        f'aria-label="{escape(Words.TEXT.both())}">${{value}}</div>'
        f'<div class="nq-panel" role="dialog" aria-label="{escape(Words.CORRECTIONS_PANEL.both())}" hidden>'
        f'<p class="nq-quoted" lang="vi"></p><p class="nq-kinds"><span class="nq-to-add">{Words.CORRECTIONS_ADD_AS.html()}</span>'
        f'<span class="nq-to-change">{Words.CORRECTIONS_CHANGE_TO.html()}</span> {kinds}</p>'
        f'<p class="nq-borders">{_border(Words.CORRECTIONS_START, "start")}{_border(Words.CORRECTIONS_END, "end")}</p>'
        f'<p class="nq-ends"><button type="button" class="nq-delete">{Words.CORRECTIONS_DELETE.html()}</button>'
        f'<button type="button" class="nq-close">{Words.CORRECTIONS_CLOSE.html()}</button></p></div></div>'
    )


def _border(words: Words, side: str) -> str:
    steps = ((-1, "←", Words.CORRECTIONS_WORD_BACK), (1, "→", Words.CORRECTIONS_WORD_ON))
    buttons = "".join(
        f'<button type="button" data-side="{side}" data-words="{step}" title="{escape(hint.both())}" '
        f'aria-label="{escape(f"{words.both()} {hint.both()}")}">{arrow}</button>'
        for step, arrow, hint in steps
    )
    return f'<span class="nq-border">{words.html()} {buttons}</span>'
