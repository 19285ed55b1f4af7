"""The command nghiquyet."""

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

import nghiquyet
from nghiquyet import checkpoint, command, corpus, outputs, profile, runs
from nghiquyet.backends import BackendName, Precision
from nghiquyet.corpus import Columns
from nghiquyet.documents import Failure, Input
from nghiquyet.errors import InputError, MissingExtraError
from nghiquyet.extractor import Extractor
from nghiquyet.outputs import Format, Found, Result, Rows
from nghiquyet.prediction import Prediction
from nghiquyet.progress import Meter
from nghiquyet.runs import Loading

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

ModelOption = Annotated[
    str | None, typer.Option("--model", help="Model folder or hub id. Default: the model that comes with the package.")
]
BackendOption = Annotated[str, typer.Option("--backend", help="onnx, torch, or auto: the quickest there is.")]
DeviceOption = Annotated[str, typer.Option("--device", help="cpu, cuda, cuda:1, mps.")]
PrecisionOption = Annotated[
    Precision,
    typer.Option("--precision", help="What the network computes in: int8 is onnx's, bf16 torch's. Default: the quickest."),
]
MinScoreOption = Annotated[
    float | None,
    typer.Option("--min-score", min=0, max=1, help="Leave out what is less sure. 0: find most. Default: what the model says."),
]
ThreadsOption = Annotated[int | None, typer.Option("--threads", min=1, help="CPU threads. Default: all cores.")]


# Failures that are told one by one at the end of a run.
_TOLD: Final = 5

Work = Callable[[Iterable[list[Input]]], Generator[Result, None, None]]


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
        list[str],
        typer.Argument(
            metavar="FILES...",
            help="Files (.txt .html .docx .pdf .jsonl .csv .tsv .parquet, texts also as .gz .xz), folders of them, "
            "'patterns/*', or - for standard input.",
        ),
    ],
    form: Annotated[
        Format | None, typer.Option("--format", help="What to write. Default: table, or what the suffix of --out says.")
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write to this file (.jsonl .parquet .xlsx .csv .html .conll); may be repeated. Whole or not at all: "
            "an interrupted run keeps its work in FILE.partial, and goes on when it is run again."
        ),
    ] = None,
    rows: Annotated[
        Rows | None,
        typer.Option(
            help="What a row of .csv (default: targets) and .parquet (default: documents) is; .xlsx has targets, people and "
            "organisations, a sheet each."
        ),
    ] = None,
    text_column: Annotated[str, typer.Option(help="Where .jsonl, .csv and .parquet have the texts.")] = "text",
    id_column: Annotated[str, typer.Option(help="Where they have the names by which texts are reported.")] = "id",
    model: ModelOption = None,
    backend: BackendOption = "auto",
    device: DeviceOption = "cpu",
    precision: PrecisionOption = "auto",
    min_score: MinScoreOption = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads of each process. Default: all cores, shared by --workers.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that extract, each with a model of its own.")] = 1,
    max_chars: Annotated[int, typer.Option(min=1, help="Refuse longer documents: they are seldom one article.")] = 1_000_000,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an interrupted run has kept.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress; errors alone.")] = False,
    profiled: Annotated[bool, typer.Option("--profile", help="Say at the end where the time went.")] = False,
) -> None:
    """Find targets, people and organisations in articles.

    What cannot be read gets an error record in its place, and the exit status is 1.

    [dim]nghiquyet predict article.txt[/dim]
    [dim]nghiquyet predict articles/ --out found.jsonl --out found.html --out targets.xlsx[/dim]
    [dim]nghiquyet predict news.parquet --text-column body --out found.parquet --workers 8[/dim]
    [dim]cat article.txt | nghiquyet predict - --format csv[/dim]
    """
    from nghiquyet import screen

    files = {path: outputs.format_of(path, form) for path in out or []}
    if form in (Format.parquet, Format.xlsx) and not files:
        raise InputError(f"--format {form}: is no text, so it needs a file: --out found.{form}")
    if rows is Rows.documents and Format.csv in {form, *files.values()}:
        raise InputError("--rows documents: CSV has no place for whole documents; write .parquet or .jsonl, or choose other rows")
    if profiled and workers > 1:
        raise InputError("--profile measures one process; leave out --workers")
    paths = list(corpus.paths(sources))
    _require_apart(paths, files)
    loading = Loading(model, backend_name(backend), device, threads, precision, min_score)
    columns = Columns(text_column, id_column)
    work: Work
    if workers > 1:
        described = checkpoint.of(loading.model)
        work = partial(runs.extract_together, loading=loading, workers=workers)
    else:
        extractor = loading.load()
        described = extractor.checkpoint
        work = partial(runs.extract, extractor=extractor)
    labels = described.manifest.labels
    batches = runs.batches(corpus.inputs(paths, columns, max_chars), loading)
    console = Console(stderr=True)
    with ExitStack() as stack:
        stages = stack.enter_context(profile.measured()) if profiled else None
        # A terminal that shows the results has no place for a bar.
        shows = (bool(files) or not sys.stdout.isatty()) and not quiet
        meter = stack.enter_context(Meter(console, corpus.count(paths, columns) if shows else None, is_quiet=not shows))
        if files:
            settings = runs.settings(described, loading, columns, max_chars)
            failures = _to_files(files, work, batches, meter, settings, labels, rows, restart=restart, shown=form is Format.table)
        else:
            failures = _to_screen(form or Format.table, work, batches, meter, labels, rows)
    _say_written(() if quiet else files)
    if stages is not None:
        screen.print_stages(console, stages.rows())
    failures.tell(console)
    if failures.count:
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on. 0.0.0.0 lets other machines in: there is no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 is any that is free.")] = 8000,
    model: ModelOption = None,
    backend: BackendOption = "auto",
    device: DeviceOption = "cpu",
    precision: PrecisionOption = "auto",
    min_score: MinScoreOption = None,
    threads: ThreadsOption = None,
    max_chars: Annotated[int, typer.Option(min=1, help="Characters of a request, all its texts together.")] = 200_000,
    max_texts: Annotated[int, typer.Option(min=1, help="Texts of a request.")] = 64,
    timeout: Annotated[float, typer.Option(min=0.001, help="Seconds for a request to arrive, and then to be answered.")] = 30,
    max_queue: Annotated[int, typer.Option(min=1, help="Texts that may wait for the model; more are refused.")] = 256,
    batch_wait_ms: Annotated[float, typer.Option(min=0, help="How long a request waits for others to share its batch.")] = 5,
) -> None:
    """Answer requests over HTTP until Ctrl+C; what was begun by then is finished.

    POST /predict and /predict/batch; GET /health, /ready, /metrics and /openapi.json, which describes them.

    [dim]nghiquyet serve --port 8000[/dim]
    [dim]curl localhost:8000/predict --json '{"text": "Ông Cao Văn Bường, Bí thư Đảng ủy xã Sơn Trung"}'[/dim]
    """
    if not all(find_spec(name) for name in ("fastapi", "uvicorn", "prometheus_client")):
        raise MissingExtraError("nghiquyet serve", "serve")
    # FastAPI takes a second to import; other commands should not wait for it.
    from nghiquyet.service.app import create_app
    from nghiquyet.service.server import listen, run
    from nghiquyet.service.settings import Settings

    settings = Settings(max_chars, max_texts, timeout, max_queue, batch_wait_ms / 1000)
    with listen(host, port) as listening:
        extractor = Loading(model, backend_name(backend), device, threads, precision, min_score).load()
        run(create_app(extractor, settings), listening, settings)


class _Failures:
    """How many inputs failed, and why the first did."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, reason: str) -> None:
        self.count += 1
        if len(self._first) < _TOLD:
            self._first.append(reason)

    def tell(self, console: Console) -> None:
        lines = [f"nghiquyet: {reason}" for reason in self._first]
        if self.count > len(lines):
            lines.append(f"nghiquyet: {self.count:,} inputs failed in all; each has an error record in .jsonl, .parquet and .html")
        for line in lines:
            console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)


def _to_files(
    files: dict[Path, Format],
    work: Work,
    batches: Iterator[list[Input]],
    meter: Meter,
    settings: dict[str, str],
    labels: tuple[str, ...],
    rows: Rows | None,
    *,
    restart: bool,
    shown: bool,
) -> _Failures:
    # It takes a while to import, which a single article on the screen need not wait for.
    from nghiquyet import journal, screen

    failures = _Failures()

    def skip(record: outputs.Record) -> None:
        meter.skip()
        if "error" in record:
            failures.add(record["error"])

    first = next(iter(files))
    try:
        with journal.opened(first, settings, restart=restart) as kept:
            remaining = runs.go_on(kept, batches, skip)
            with closing(_counted(work(remaining), meter, failures)) as results:
                for result in results:
                    kept.append(outputs.to_record(result))
            for path, form in files.items():
                outputs.write(path, form, kept.records(), labels, rows)
            if shown:
                screen.print_results(map(outputs.from_record, kept.records()))
            kept.discard()
    except KeyboardInterrupt:
        told = f"interrupted; what is done is kept in {journal.path_of(first)}: run the same again to go on"
        Console(stderr=True).print(told, markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(130) from None
    return failures


def _to_screen(
    form: Format, work: Work, batches: Iterator[list[Input]], meter: Meter, labels: tuple[str, ...], rows: Rows | None
) -> _Failures:
    from nghiquyet import screen

    failures = _Failures()
    with closing(_counted(work(batches), meter, failures)) as results:
        if form is Format.table:
            screen.print_results(results)
        else:
            sys.stdout.writelines(outputs.text(form, results, labels, rows or Rows.targets))
    return failures


def _counted(results: Generator[Result, None, None], meter: Meter, failures: _Failures) -> Generator[Result, None, None]:
    with closing(results):
        for result in results:
            meter.advance(len(result.prediction.text) if isinstance(result, Found) else 0)
            if isinstance(result, Failure):
                failures.add(result.reason)
            yield result


def _require_apart(paths: Sequence[str], files: Iterable[Path]) -> None:
    standing = [path for path in files if path.exists()]
    read = {Path(path).resolve() for path in paths} if standing else set()
    for path in standing:
        if path.resolve() in read:
            raise InputError(f"{path}: is read and would be written over; choose another --out, or leave it out of the inputs")


def backend_name(name: str) -> BackendName:
    """The backend that a command line names.

    Raises:
        InputError: if there is none of that name.
    """
    match name:
        case "auto" | "onnx" | "torch":
            return name
    raise InputError(f"--backend {name}: use auto, onnx or torch")


@app.command()
def compare(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FILES...", help="Articles as for predict, or what predict wrote as .jsonl, taken as it is."),
    ],
    out: Annotated[list[Path] | None, typer.Option(help="Write to this file (.csv .xlsx .html .jsonl); may be repeated.")] = None,
    shared: Annotated[bool, typer.Option("--shared", help="Only indicators that several of the documents have.")] = False,
    model: ModelOption = None,
    backend: BackendOption = "auto",
    device: DeviceOption = "cpu",
    precision: PrecisionOption = "auto",
    min_score: MinScoreOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Line up the targets of several articles by what they measure: which district promises what.

    [dim]nghiquyet compare articles/ --out promises.xlsx[/dim]
    [dim]nghiquyet compare found.jsonl --shared[/dim]
    """
    from nghiquyet import comparison, predicted, screen

    writers = [comparison.writer(path) for path in out or []]
    documents = list(predicted.read(sources))
    texts = [text for _, text in documents if isinstance(text, str)]
    found: Iterator[Prediction] = iter(())
    if texts:
        found = _stream(Loading(model, backend_name(backend), device, threads, precision, min_score).load(), texts)
    compared = comparison.compare((name, next(found) if isinstance(item, str) else item) for name, item in documents)
    if shared:
        compared = compared.shared()
    for write in writers:
        write(compared)
    if not writers:
        screen.print_comparison(compared)
    _say_written(out or [])


def _stream(extractor: Extractor, texts: Sequence[str]) -> Iterator[Prediction]:
    with Meter(Console(stderr=True), len(texts)) as meter:
        for prediction in extractor.stream(texts):
            meter.advance(len(prediction.text))
            yield prediction


def _say_written(paths: Iterable[Path]) -> None:
    for path in paths:
        Console(stderr=True).print(f"wrote {path}", style="dim", markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    command.run(app, "nghiquyet")
