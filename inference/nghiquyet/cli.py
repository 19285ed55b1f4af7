"""The command nghiquyet."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

import nghiquyet
from nghiquyet import command, comparison, corpus, display, predicted, records, rendering, sheets, tables
from nghiquyet.backends import BackendName
from nghiquyet.comparison import Comparison
from nghiquyet.entities import Entity
from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet.files import write_text
from nghiquyet.prediction import Prediction

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)


class Format(StrEnum):
    table = "table"
    jsonl = "jsonl"
    html = "html"
    conll = "conll"
    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"


class Rows(StrEnum):
    targets = "targets"
    people = "people"
    organisations = "organisations"
    entities = "entities"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(nghiquyet.__version__)
        raise typer.Exit


@app.callback()
def _nghiquyet(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Targets, people and organisations in Vietnamese public-policy news."""


@app.command()
def predict(
    sources: Annotated[
        list[str], typer.Argument(metavar="FILES...", help=".txt or .jsonl files, folders of them, or - for standard input.")
    ],
    form: Annotated[
        Format | None, typer.Option("--format", help="What to write. Default: table, or what the suffix of --out says.")
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Write to this file (.jsonl .html .conll .csv .xlsx .parquet); may be repeated. Whole or not at all."),
    ] = None,
    rows: Annotated[Rows, typer.Option(help="What a row of .csv and .parquet is; .xlsx has the first three, a sheet each.")] = (
        Rows.targets
    ),
    model: Annotated[
        str | None, typer.Option(help="Model folder or hub id. Default: the model that comes with the package.")
    ] = None,
    backend: Annotated[str, typer.Option(help="onnx, torch, or auto.")] = "auto",
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps.")] = "cpu",
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads. Default: all cores.")] = None,
    max_chars: Annotated[int, typer.Option(min=1, help="Refuse longer documents: they are seldom one article.")] = 1_000_000,
) -> None:
    """Find targets, people and organisations in articles.

    [dim]nghiquyet predict article.txt[/dim]
    [dim]nghiquyet predict articles/ --out found.jsonl --out found.html --out targets.xlsx[/dim]
    [dim]cat article.txt | nghiquyet predict - --format csv[/dim]
    """
    files = {path: _format_of(path, form) for path in out or []}
    for chosen in {*files.values(), form}:
        tables.require(f".{chosen}")
    if not files and form in (Format.xlsx, Format.parquet):
        raise InputError(f"--format {form} is not for the terminal; name a file with --out")
    documents = corpus.read(sources, max_chars)
    extractor = Extractor.load(model, backend=backend_name(backend), device=device, threads=threads)
    found = _predict(extractor, [document.text for document in documents])
    pairs = [(document.name, prediction) for document, prediction in zip(documents, found, strict=True)]
    for path, chosen in files.items():
        match chosen:
            case Format.xlsx:
                tables.write_excel(path, pairs)
            case Format.parquet:
                tables.write_parquet(path, pairs, tables.TABLES[rows])
            case Format.csv:
                write_text(path, sheets.BYTE_ORDER_MARK + _render(chosen, pairs, extractor.labels, rows))
            case _:
                write_text(path, _render(chosen, pairs, extractor.labels, rows))
    if not files or form is Format.table:
        if form in (None, Format.table):
            _print_tables(pairs)
        else:
            sys.stdout.write(_render(form, pairs, extractor.labels, rows))
    _say_written(files)


def _format_of(path: Path, form: Format | None) -> Format:
    if form not in (None, Format.table):
        return form
    suffix = path.suffix.removeprefix(".")
    if suffix in set(Format) - {Format.table}:
        return Format(suffix)
    raise InputError(f"{path}: the suffix names no format; use .jsonl, .html, .conll, .csv, .xlsx or .parquet, or say --format")


def _say_written(paths: Iterable[Path]) -> None:
    for path in paths:
        Console(stderr=True).print(f"wrote {path}", style="dim", markup=False, highlight=False)


def backend_name(name: str) -> BackendName:
    """The backend that a command line names.

    Raises:
        InputError: if there is none of that name.
    """
    match name:
        case "auto" | "onnx" | "torch":
            return name
    raise InputError(f"--backend {name}: use auto, onnx or torch")


def _predict(extractor: Extractor, texts: Sequence[str]) -> list[Prediction]:
    columns = (TextColumn("extracting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        return list(progress.track(extractor.stream(texts), total=len(texts)))


def _render(form: Format, pairs: Sequence[tuple[str, Prediction]], labels: tuple[str, ...], rows: Rows) -> str:
    match form:
        case Format.jsonl:
            return "".join(json.dumps({"id": name, **found.to_dict()}, ensure_ascii=False) + "\n" for name, found in pairs)
        case Format.html:
            return display.html_page(
                (name, found.text, found.entities, [target.text for target in found.targets]) for name, found in pairs
            )
        case Format.csv:
            return "".join(tables.csv_lines(pairs, tables.TABLES[rows]))
        case Format.conll:
            return "".join(
                f"# document {name}\n" + display.conll(found.text, [(e.start, e.end, e.label) for e in found.entities], labels)
                for name, found in pairs
            )
    raise AssertionError(f"{form} is no text")


def _print_tables(pairs: Sequence[tuple[str, Prediction]]) -> None:
    console = Console()
    for name, found in pairs:
        console.rule(f"[bold]{escape(name)}[/bold]")
        shown = Table(*_COLUMNS, box=None, header_style="bold")
        for target in found.targets:
            cells = (target.indicator or target.raw, rendering.value(target), rendering.deadline(target), target.owner or "")
            shown.add_row(*map(escape, cells), rendering.STATUSES[target.status], f"{target.entity.score:.2f}")
        console.print(shown if shown.row_count else "[dim]không có chỉ tiêu · no targets[/dim]")
        people = [
            (person.name, ", ".join(filter(None, (person.role, person.organisation))), person.mentions) for person in found.people
        ]
        bodies = [(body.name, "", body.mentions) for body in found.organisations]
        for title, named in (("người · people", people), ("tổ chức · organisations", bodies)):
            console.print(f"[bold]{title}[/bold]: {'; '.join(_named(*item) for item in named) or '[dim]–[/dim]'}", highlight=False)
        others = [entity for entity in found.entities if entity.label not in records.LABELS]
        for entity in others:
            console.print(f"[bold]{escape(entity.label)}[/bold]: {escape(entity.text)} [dim]{entity.start}-{entity.end}[/dim]")
        console.print()


_COLUMNS: Final = (
    "chỉ tiêu · indicator",
    "giá trị · value",
    "hạn · deadline",
    "chủ thể · owner",
    "trạng thái · status",
    "score",
)


def _named(name: str, post: str, mentions: Sequence[Entity]) -> str:
    told = f" ({escape(post)})" if post else ""
    return f"{escape(' '.join(name.split()))}{told} [dim]×{len(mentions)}[/dim]"


@app.command()
def compare(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FILES...", help="Articles as for predict, or what predict wrote as .jsonl, taken as it is."),
    ],
    out: Annotated[list[Path] | None, typer.Option(help="Write to this file (.csv .xlsx .html .jsonl); may be repeated.")] = None,
    shared: Annotated[bool, typer.Option("--shared", help="Only indicators that several of the documents have.")] = False,
    model: Annotated[
        str | None, typer.Option(help="Model folder or hub id. Default: the model that comes with the package.")
    ] = None,
    backend: Annotated[str, typer.Option(help="onnx, torch, or auto.")] = "auto",
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps.")] = "cpu",
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads. Default: all cores.")] = None,
) -> None:
    """Line up the targets of several articles by what they measure: which district promises what.

    [dim]nghiquyet compare articles/ --out promises.xlsx[/dim]
    [dim]nghiquyet compare found.jsonl --shared[/dim]
    """
    writers = {path: _comparison_writer(path) for path in out or []}
    documents = list(predicted.read(sources))
    texts = [text for _, text in documents if isinstance(text, str)]
    found: Iterator[Prediction] = iter(())
    if texts:
        found = iter(_predict(Extractor.load(model, backend=backend_name(backend), device=device, threads=threads), texts))
    compared = comparison.compare((name, next(found) if isinstance(item, str) else item) for name, item in documents)
    if shared:
        compared = compared.shared()
    for path, write in writers.items():
        write(path, compared)
    if not writers:
        _print_comparison(compared)
    _say_written(writers)


def _comparison_writer(path: Path) -> Callable[[Path, Comparison], None]:
    tables.require(path.suffix)
    match path.suffix:
        case ".csv":
            return lambda path, compared: write_text(path, sheets.BYTE_ORDER_MARK + "".join(comparison.csv_lines(compared)))
        case ".xlsx":
            return comparison.write_excel
        case ".html":
            return lambda path, compared: write_text(path, comparison.html_page(compared))
        case ".jsonl":
            return lambda path, compared: write_text(path, "".join(comparison.json_lines(compared)))
    raise InputError(f"{path}: the suffix names no format; use .csv, .xlsx, .html or .jsonl")


def _print_comparison(compared: Comparison) -> None:
    console = Console()
    shown = Table("chỉ tiêu · indicator", *map(escape, compared.headings), header_style="bold", show_lines=True)
    for row in compared.rows:
        shown.add_row(escape(row.indicator), *map(escape, row.shown))
    console.print(shown if compared.rows else "[dim]không có chỉ tiêu · no targets[/dim]")


def main() -> None:
    command.run(app, "nghiquyet")
