"""One article: pasted, dropped as a file, or an example."""

import json
import logging
from functools import partial
from pathlib import Path
from typing import Any, Final

import gradio as gr

from nghiquyet import Prediction
from nghiquyet_demo import article_view, downloads, uploads
from nghiquyet_demo.articles import Refused, examples, readable
from nghiquyet_demo.reader import Reader
from nghiquyet_demo.wording import Words

# Tells script.js that there are new results.
_DRAWN: Final = """watch("value", () => element.dispatchEvent(new CustomEvent("nghiquyet:drawn", { bubbles: true })));"""
_LOG: Final = logging.getLogger(__name__)


def build(reader: Reader) -> gr.State:
    """The tab; the state holds the `Prediction` that is shown, or None."""
    article = gr.State()
    with gr.Row(elem_classes="nq-input"):
        text = gr.Textbox(
            label=Words.TEXT.label,
            placeholder=Words.PASTE.label,
            lines=9,
            max_lines=9,
            autoscroll=False,
            scale=3,
            min_width=300,
            elem_id="nq-article-text",
        )
        with gr.Column(scale=1, min_width=240):
            file = gr.File(
                label=Words.FILE.label,
                file_types=list(uploads.ACCEPTED),
                height=150,
                elem_id="nq-article-file",
                elem_classes="nq-file",
            )
            with gr.Row():
                button = gr.Button(Words.EXTRACT.label, variant="primary", scale=2, min_width=120, elem_id="nq-extract")
                clear = gr.Button(Words.CLEAR.label, scale=1, min_width=70, elem_id="nq-clear")
    articles = examples()
    with gr.Row(elem_classes="nq-examples"):
        gr.HTML(Words.EXAMPLES.html(), apply_default_css=False, elem_classes="nq nq-offer", min_width=0)
        offered = {title: gr.Button(title, size="sm", scale=0, min_width=0, elem_classes="nq-example") for title in articles}
    with gr.Row(elem_classes="nq-answer", equal_height=True):
        status = gr.HTML(article_view.waiting(), apply_default_css=False, elem_classes="nq", elem_id="nq-status", min_width=0)
        download = gr.DownloadButton(Words.DOWNLOAD_JSON.label, visible=False, scale=0, min_width=230, elem_classes="nq-download")
    result = gr.HTML(js_on_load=_DRAWN, apply_default_css=False, elem_classes="nq", elem_id="nq-result")

    def show_file(path: str) -> tuple[Any, ...]:
        sent = uploads.confined(Path(path), Path(file.GRADIO_CACHE))
        try:
            upload = uploads.read(sent)
        except Refused as reason:
            return None, "", *_nothing(article_view.refused(reason))
        return None, upload.text, *show(upload.text, upload.name)

    def show_example(title: str) -> tuple[Any, ...]:
        return articles[title], *show(articles[title])

    def show(given: str | None, name: str | None = None) -> tuple[Prediction | None, str, str, gr.DownloadButton]:
        try:
            prediction = reader.predict(readable(given))
        except Refused as reason:
            return _nothing(article_view.refused(reason))
        except Exception:
            # Whatever it is, the visitor learns that it failed and no more; the rest is for whoever runs the server.
            _LOG.exception("an article was not read")
            return _nothing(article_view.refused(None))
        content = json.dumps(prediction.to_dict(), ensure_ascii=False, indent=2) + "\n"
        written = downloads.write(Path(download.GRADIO_CACHE), ".json", content.encode())
        return prediction, *article_view.article(prediction, name), gr.DownloadButton(value=written, visible=True)

    outputs = [article, status, result, download]
    shown: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": status}
    button.click(show, inputs=text, outputs=outputs, api_name="page", api_visibility="undocumented", **shown)
    file.upload(show_file, inputs=file, outputs=[file, text, *outputs], api_visibility="private", **shown)
    for title, offer in offered.items():
        # They are read already, so nobody has to wait in line for them.
        offer.click(partial(show_example, title), outputs=[text, *outputs], api_visibility="private", queue=False, **shown)
    clear.click(lambda: ("", *_nothing(article_view.waiting())), outputs=[text, *outputs], api_visibility="private", queue=False)
    return article


def _nothing(status: str) -> tuple[None, str, str, gr.DownloadButton]:
    return None, status, "", gr.DownloadButton(value=None, visible=False)
