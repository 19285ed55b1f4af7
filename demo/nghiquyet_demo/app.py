"""The page: one text in, its targets, people and organisations out."""

import json
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Protocol

import gradio as gr
from gradio.events import api

from nghiquyet import NghiquyetError, Prediction
from nghiquyet_demo import view
from nghiquyet_demo.articles import examples, readable

TITLE: Final = "Nghị quyết"
# Gradio looks every ten minutes and deletes downloads older than an hour; the rest goes when the server stops.
_DELETE_DOWNLOADS: Final = (600, 3600)
_INTRODUCTION: Final = (
    f"# {TITLE}\n"
    "Tìm chỉ tiêu, người và tổ chức trong tin tức chính sách tiếng Việt. Văn bản không rời khỏi máy chạy trang này.  \n"
    "*Finds targets, people and organisations in Vietnamese policy news. The text does not leave the machine that runs this page.*"
)


class Reader(Protocol):
    """What the page needs of an `Extractor`."""

    def predict(self, texts: str) -> Prediction: ...


def build(reader: Reader) -> gr.Blocks:
    """The page over a loaded model, not yet served."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=_DELETE_DOWNLOADS)
    with page:
        gr.Markdown(_INTRODUCTION)
        with gr.Row():
            with gr.Column():
                text = gr.Textbox(
                    label="Văn bản · Text",
                    placeholder="Dán một bài báo vào đây · Paste an article here",
                    lines=14,
                    max_lines=22,
                    autoscroll=False,
                )
                button = gr.Button("Trích xuất · Extract", variant="primary")
                articles = examples()
                gr.Examples(
                    [[article] for article in articles.values()],
                    inputs=text,
                    example_labels=list(articles),
                    label="Ví dụ · Examples",
                    api_visibility="private",
                )
            with gr.Column():
                status = gr.HTML(
                    view.status("Kết quả sẽ hiện ở đây. · Results will appear here."), apply_default_css=False, elem_classes="nq"
                )
                marked = gr.HTML(apply_default_css=False, elem_classes="nq")
                download = gr.DownloadButton("Tải kết quả (JSON) · Download results (JSON)", visible=False)
        tables = gr.HTML(apply_default_css=False, elem_classes="nq")

        def show(article: str | None) -> tuple[str, str, str, gr.DownloadButton]:
            try:
                prediction = reader.predict(readable(article))
            except NghiquyetError as error:
                return view.status(str(error), refused=True), "", "", gr.DownloadButton(value=None, visible=False)
            file = _write_json(prediction, Path(download.GRADIO_CACHE))
            return (
                view.status(view.found(prediction)),
                view.marked(prediction),
                view.tables(prediction),
                gr.DownloadButton(value=file, visible=True),
            )

        def extract(text: str) -> dict[str, Any]:
            """The entities of a Vietnamese text: {"text", "entities": [{"label", "start", "end", "text", "score"}]}.

            Offsets are half-open and count code points of the text as given.
            """
            try:
                return dict(reader.predict(readable(text)).to_dict())
            except NghiquyetError as error:
                raise gr.Error(str(error), print_exception=False) from None

        button.click(show, inputs=text, outputs=[status, marked, tables, download], api_name="page", api_visibility="undocumented")
        api(extract, api_name="extract")
    return page


def serve(page: gr.Blocks, host: str, port: int) -> str:
    """Start serving in the background and return the address; nothing is fetched from elsewhere and nothing is shared.

    Raises:
        OSError: if the port is taken or the host is not this machine's.
    """
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=["api", "settings"],
        theme=gr.themes.Default(primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css=(files("nghiquyet_demo") / "style.css").read_text(encoding="utf-8"),
        js="() => { document.documentElement.lang = 'vi'; }",
    )
    return address


def _write_json(prediction: Prediction, folder: Path) -> Path:
    """Written straight into Gradio's own folder: from anywhere else it would make a copy and delete only that."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix="nghiquyet-", suffix=".json", delete=False, newline="\n"
    ) as file:
        json.dump(prediction.to_dict(), file, ensure_ascii=False, indent=2)
        file.write("\n")
    return Path(file.name)
