"""The page: its head, and a tab for each thing that one can do."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import gradio as gr
from gradio.events import api
from starlette.middleware import Middleware

from nghiquyet import NghiquyetError
from nghiquyet_demo import article_tab, collection_tab, corrections_tab, models_tab
from nghiquyet_demo.articles import Refused, examples, readable
from nghiquyet_demo.guard import Guard
from nghiquyet_demo.reader import Prepared, Reader
from nghiquyet_demo.theme import theme
from nghiquyet_demo.wording import Words, translations

# Gradio looks every ten minutes and deletes downloads and uploads older than an hour; the rest goes when the server stops. A file
# that two visitors send is one file, whose age begins with the last of them.
_DELETE_FILES: Final = (600, 3600)
_MAX_UPLOAD: Final = "100mb"


def build(readers: Mapping[str, Reader], corrections: Path) -> gr.Blocks:
    """The page over loaded models by name, not yet served; the first is the one in use, the others are compared with it.

    Corrections go to files in the folder `corrections`, which is made when there is one.
    """
    reader = Prepared(next(iter(readers.values())), examples().values())
    page = gr.Blocks(title=Words.TITLE.vi, analytics_enabled=False, delete_cache=_DELETE_FILES)
    with page:
        gr.HTML(_head(), apply_default_css=False, elem_classes="nq", elem_id="nq-head")
        with gr.Tabs(overflow_behavior="wrap"):
            with gr.Tab(Words.TAB_ARTICLE.label):
                article = article_tab.build(reader)
            with gr.Tab(Words.TAB_COLLECTION.label):
                collection_tab.build(reader)
            with gr.Tab(Words.TAB_CORRECTIONS.label) as tab:
                corrections_tab.build(tab, article, reader.labels, corrections)
            if len(readers) > 1:
                with gr.Tab(Words.TAB_MODELS.label):
                    models_tab.build(readers)

        def extract(text: str) -> dict[str, Any]:
            """The entities of a Vietnamese text: {"text", "entities": [{"label", "start", "end", "text", "score"}]}.

            Offsets are half-open and count code points of the text as given.
            """
            try:
                return dict(reader.predict(readable(text)).to_dict())
            except Refused as error:
                raise gr.Error(str(error), print_exception=False) from None
            except NghiquyetError as error:
                raise gr.Error(Words.FAILED.both()) from error

        api(extract, api_name="extract")
    return page


def serve(
    page: gr.Blocks, host: str, port: int, accounts: Sequence[tuple[str, str]] = (), waiting: int = 64, at_once: int = 2
) -> str:
    """Start serving in the background and return the address, when the first answer comes as quickly as all others.

    Nothing is fetched from elsewhere and nothing is shared.

    Args:
        page: what `build` made.
        host: address to listen on.
        port: port to listen on.
        accounts: names with their passwords; none lets everybody in.
        waiting: requests that may wait; later ones are turned away.
        at_once: requests of one kind that are worked on at the same time.

    Raises:
        OSError: if the port is taken or the host is not this machine's.
    """
    # Gradio asks for this backend at each event; chosen now, matplotlib is not made ready to draw while the first visitor waits.
    with suppress(ImportError):
        import matplotlib

        matplotlib.use("agg")
    page.queue(max_size=waiting, default_concurrency_limit=at_once)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        auth=list(accounts) or None,
        auth_message=Words.SIGN_IN.both(),
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        show_error=False,
        max_file_size=_MAX_UPLOAD,
        footer_links=["api"],
        theme=theme(),
        i18n=translations(),
        # Not as `css`: Gradio would rewrite the selectors, and break those that hold a comma.
        head=f"<style>{_file('style.css')}</style><script>{_file('script.js')}</script>",
        app_kwargs={"middleware": [Middleware(Guard)]},
    )
    return address


def _file(name: str) -> str:
    return (files("nghiquyet_demo") / name).read_text(encoding="utf-8")


def _head() -> str:
    dark = f'<span class="nq-when-light">{Words.DARK.html()}</span><span class="nq-when-dark">{Words.LIGHT.html()}</span>'
    return (
        f'<header class="nq-head"><div><h1 lang="vi">{Words.TITLE.vi}</h1><p>{Words.INTRODUCTION.html()}</p>'
        f'<p class="nq-privacy">{Words.PRIVACY.html()}</p></div>'
        f'<div class="nq-tools" role="group" aria-label="{escape(Words.TOOLS.both())}">'
        f'<button type="button" id="nq-language">{Words.OTHER_LANGUAGE.html()}</button>'
        f'<button type="button" id="nq-dark">{dark}</button></div></header>'
    )
