"""Many articles: files in; one table with filters, charts and downloads out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import gradio as gr

from nghiquyet_demo import collection, collection_view, downloads, exports, uploads
from nghiquyet_demo.articles import examples
from nghiquyet_demo.collection import Article, Choice, Row, Source
from nghiquyet_demo.reader import Reader
from nghiquyet_demo.tables import status_line
from nghiquyet_demo.wording import Words

# Collections that are read at the same time; the visitors after them wait in line.
_TOGETHER: Final = 2
# Dropdowns deal in strings; this one stands for what is not known.
_UNKNOWN: Final = ""


@dataclass(frozen=True, slots=True)
class _Collection:
    """What one visitor's page stands for."""

    articles: tuple[Article, ...] = ()
    rows: tuple[Row, ...] = ()


def build(reader: Reader) -> None:
    """The tab; what it shows is kept for the visitor until the page is closed."""
    state = gr.State(_Collection())
    gr.HTML(f'<p class="nq-hint">{Words.COLLECTION_INTRO.html()}</p>', apply_default_css=False, elem_classes="nq")
    files = gr.File(
        label=Words.COLLECTION_FILES.label,
        file_count="multiple",
        file_types=list(collection.ACCEPTED),
        height=140,
        elem_id="nq-collection-files",
        elem_classes="nq-file",
    )
    with gr.Row(elem_classes="nq-buttons"):
        start = gr.Button(Words.COLLECTION_READ.label, variant="primary", scale=2, elem_id="nq-collection-read")
        samples = gr.Button(Words.COLLECTION_EXAMPLES.label, scale=1, elem_id="nq-collection-examples")
        stop = gr.Button(Words.COLLECTION_STOP.label, variant="stop", scale=1, visible=False, elem_id="nq-collection-stop")
    status = gr.HTML(_waiting(), apply_default_css=False, elem_classes="nq", elem_id="nq-collection-status")
    with gr.Column(visible=False) as results:
        with gr.Row(elem_classes="nq-filters"):
            localities, indicators, years = (
                gr.Dropdown(label=words.label, info=Words.FILTER_HINT.label, multiselect=True, min_width=220, elem_id=name)
                for words, name in (
                    (Words.LOCALITY, "nq-by-locality"),
                    (Words.INDICATOR, "nq-by-indicator"),
                    (Words.COLUMN_YEAR, "nq-by-year"),
                )
            )
        compared = gr.Dropdown(label=Words.CHART_INDICATOR.label, elem_id="nq-compared")
        charts = gr.HTML(apply_default_css=False, elem_classes="nq", elem_id="nq-charts")
        with gr.Row(elem_classes="nq-buttons nq-downloads"):
            offered = {kind: gr.Button(words.label, min_width=140, elem_id=f"nq-save-{kind}") for kind, words in _DOWNLOADS.items()}
        table = gr.HTML(apply_default_css=False, elem_classes="nq", elem_id="nq-collection-table")
    made = gr.DownloadButton(visible="hidden", elem_id="nq-collection-made")

    # The reading that each visit waits for. Gradio may let one that it has cancelled go on, and shows what it comes to.
    readings: dict[str | None, object] = {}

    filters = [localities, indicators, years]
    shown = [localities, indicators, years, compared, charts, table, results, stop]

    def read(found: Iterable[Source], visit: str | None) -> Iterator[tuple[Any, ...]]:
        reading = readings[visit] = object()
        hidden = [*[gr.skip()] * (len(shown) - 2), gr.Column(visible=False), gr.Button(visible=True)]
        yield _Collection(), status_line(Words.COLLECTION_OPENING.html()), *hidden
        sources = list(found)
        articles: list[Article] = []
        for source in sources:
            yield _Collection(tuple(articles)), collection_view.progress(len(articles), len(sources)), *hidden
            articles.append(collection.read(source, reader))
            if readings.get(visit) is not reading:
                break
        else:
            del readings[visit]
            yield _Collection(tuple(articles)), collection_view.progress(len(articles), len(sources)), *hidden
        # Also where it was stopped: what comes last is shown once more as the reading ends.
        if visit not in readings:
            yield show(_Collection(tuple(articles)))

    def read_files(paths: Sequence[str] | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        sent = [uploads.confined(Path(path), Path(files.GRADIO_CACHE)) for path in paths or ()]
        if not sent:
            told = status_line(Words.COLLECTION_NO_FILES.html(), "refused")
            yield None, gr.skip(), told, *[gr.skip()] * len(shown)
            return
        for update in read(collection.sources(sent), request.session_hash):
            yield None, *update

    def read_samples(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from read((Source(title, text) for title, text in examples().items()), request.session_hash)

    def stop_reading(kept: _Collection, request: gr.Request) -> tuple[Any, ...]:
        readings.pop(request.session_hash, None)
        return show(kept)

    def show(kept: _Collection) -> tuple[Any, ...]:
        """All that was read, or what there is when the reading is stopped."""
        rows = collection.rows(kept.articles)
        return (
            _Collection(kept.articles, rows),
            collection_view.done(kept.articles, len(rows)) if kept.articles else _waiting(),
            *(gr.Dropdown(choices=choices, value=[]) for choices in _choices(rows)),
            *_drawn(rows, rows, None),
            gr.Column(visible=bool(rows)),
            gr.Button(visible=False),
        )

    def choose(kept: _Collection, *filtered: Any) -> tuple[Any, ...]:
        *values, indicator = filtered
        return _drawn(collection.chosen(kept.rows, _choice(*values)), kept.rows, indicator)

    def save(kind: str) -> Callable[..., Path]:
        def write(kept: _Collection, *values: Any) -> Path:
            now = datetime.now(UTC)
            *filtered, indicator = values
            choice = _choice(*filtered)
            rows = collection.chosen(kept.rows, choice)
            path = downloads.place(Path(made.GRADIO_CACHE), f"chi-tieu-{now:%Y%m%d}.{kind}")
            if kind == "xlsx":
                exports.write_excel(path, rows)
            elif kind == "csv":
                path.write_bytes(exports.csv(rows))
            elif kind == "jsonl":
                path.write_bytes(exports.json_lines(rows))
            else:
                page = collection_view.report(kept.articles, rows, len(kept.rows), choice, indicator, now.date())
                path.write_text(page, encoding="utf-8", newline="\n")
            return path

        return write

    reading: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_id": "collections",
        "concurrency_limit": _TOGETHER,
    }
    runs: list[dict[str, Any]] = [
        start.click(read_files, inputs=files, outputs=[files, state, status, *shown], **reading),
        samples.click(read_samples, outputs=[state, status, *shown], **reading),
    ]
    quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    stop.click(stop_reading, inputs=state, outputs=[state, status, *shown], cancels=runs, **quick)
    for dropdown in (*filters, compared):
        dropdown.input(choose, inputs=[state, *filters, compared], outputs=[compared, charts, table], **quick)
    for kind, button in offered.items():
        button.click(save(kind), inputs=[state, *filters, compared], outputs=made, **quick).then(
            None, inputs=made, js=downloads.SAVE
        )


_DOWNLOADS: Final = {
    "xlsx": Words.DOWNLOAD_EXCEL,
    "csv": Words.DOWNLOAD_CSV,
    "jsonl": Words.DOWNLOAD_JSONL,
    "html": Words.DOWNLOAD_REPORT,
}


def _waiting() -> str:
    return status_line(Words.COLLECTION_WAITING.html())


def _drawn(rows: Sequence[Row], everything: Sequence[Row], indicator: str | None) -> tuple[Any, ...]:
    """Which indicator is compared, the charts, and the table."""
    names = _counted(row.indicator for row in rows)
    if indicator not in {value for _, value in names}:
        indicator = collection_view.comparable(rows)
    return (
        gr.Dropdown(choices=names, value=indicator),
        collection_view.overview(rows, indicator),
        collection_view.combined(rows, len(everything)),
    )


def _choices(rows: Sequence[Row]) -> tuple[list[tuple[str, str]], ...]:
    """What each filter offers: localities and indicators by how often they occur, years in order."""
    return (
        _counted(row.locality or _UNKNOWN for row in rows),
        _counted(row.indicator for row in rows),
        sorted(_counted(str(row.year or _UNKNOWN) for row in rows), key=lambda choice: (choice[1] == _UNKNOWN, choice[1])),
    )


def _counted(values: Iterable[str]) -> list[tuple[str, str]]:
    """What stands in a dropdown and its value, the most frequent first."""
    return [(f"{value or Words.UNKNOWN.both()} ({count})", value) for value, count in Counter(values).most_common()]


def _choice(localities: Sequence[str] | None, indicators: Sequence[str] | None, years: Sequence[str] | None) -> Choice:
    return Choice(
        frozenset(place or None for place in localities or ()),
        frozenset(indicators or ()),
        frozenset(int(year) if year else None for year in years or ()),
    )
