"""The command nghiquyet."""

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

import nghiquyet
from nghiquyet import command, corpus, display, records
from nghiquyet.backends import BackendName
from nghiquyet.corpus import Document
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
        list[Path] | None, typer.Option(help="Write to this file (.jsonl .html .conll .csv); may be repeated. Whole or not at all.")
    ] = None,
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
    [dim]nghiquyet predict articles/ --out found.jsonl --out found.html[/dim]
    [dim]cat article.txt | nghiquyet predict - --format csv[/dim]
    """
    files = {path: _format_of(path, form) for path in out or []}
    documents = corpus.read(sources, max_chars)
    extractor = Extractor.load(model, backend=backend_name(backend), device=device, threads=threads)
    predictions = _predict(extractor, documents)
    for path, chosen in files.items():
        write_text(path, _render(chosen, documents, predictions, extractor.labels))
    if not files or form is Format.table:
        if form in (None, Format.table):
            _print_tables(documents, predictions)
        else:
            sys.stdout.write(_render(form, documents, predictions, extractor.labels))
    for path in files:
        Console(stderr=True).print(f"wrote {path}", style="dim", markup=False, highlight=False)


def _format_of(path: Path, form: Format | None) -> Format:
    if form not in (None, Format.table):
        return form
    suffix = path.suffix.removeprefix(".")
    if suffix in {Format.jsonl, Format.html, Format.conll, Format.csv}:
        return Format(suffix)
    raise InputError(f"{path}: the suffix names no format; use .jsonl, .html, .conll or .csv, or say --format")


def backend_name(name: str) -> BackendName:
    """The backend that a command line names.

    Raises:
        InputError: if there is none of that name.
    """
    match name:
        case "auto" | "onnx" | "torch":
            return name
    raise InputError(f"--backend {name}: use auto, onnx or torch")


def _predict(extractor: Extractor, documents: Sequence[Document]) -> list[Prediction]:
    columns = (TextColumn("extracting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        stream = extractor.stream(document.text for document in documents)
        return list(progress.track(stream, total=len(documents)))


def _render(form: Format, documents: Sequence[Document], predictions: Sequence[Prediction], labels: tuple[str, ...]) -> str:
    pairs = list(zip(documents, predictions, strict=True))
    match form:
        case Format.jsonl:
            return "".join(json.dumps({"id": doc.name, **found.to_dict()}, ensure_ascii=False) + "\n" for doc, found in pairs)
        case Format.html:
            return display.html_page(
                (doc.name, found.text, found.entities, [target.text for target in found.targets]) for doc, found in pairs
            )
        case Format.csv:
            return display.csv_rows((doc.name, found.entities) for doc, found in pairs)
        case Format.conll:
            return "".join(
                f"# document {doc.name}\n" + display.conll(found.text, [(e.start, e.end, e.label) for e in found.entities], labels)
                for doc, found in pairs
            )
        case Format.table:
            raise AssertionError("tables are printed")


def _print_tables(documents: Sequence[Document], predictions: Sequence[Prediction]) -> None:
    console = Console()
    for document, found in zip(documents, predictions, strict=True):
        console.rule(f"[bold]{escape(document.name)}[/bold]")
        targets = Table("chỉ tiêu · target", "vị trí · offsets", "score", box=None, header_style="bold")
        for target in found.targets:
            entity = target.entity
            targets.add_row(escape(target.text), f"{entity.start}-{entity.end}", f"{entity.score:.2f}")
        console.print(targets if found.targets else "[dim]không có chỉ tiêu · no targets[/dim]")
        for title, named in (("người · people", found.people), ("tổ chức · organisations", found.organisations)):
            names = ", ".join(f"{escape(' '.join(record.name.split()))} [dim]×{len(record.mentions)}[/dim]" for record in named)
            console.print(f"[bold]{title}[/bold]: {names or '[dim]–[/dim]'}", highlight=False)
        others = [entity for entity in found.entities if entity.label not in records.LABELS]
        for entity in others:
            console.print(f"[bold]{escape(entity.label)}[/bold]: {escape(entity.text)} [dim]{entity.start}-{entity.end}[/dim]")
        console.print()


def main() -> None:
    command.run(app, "nghiquyet")
