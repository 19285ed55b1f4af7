"""The command nghiquyet-demo."""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from nghiquyet import Extractor, InputError, MissingExtraError, command

app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)


@app.command()
def run(
    host: Annotated[
        str, typer.Option(help="Address to listen on. 0.0.0.0 lets other machines in; use --auth unless everybody may.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
    auth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Who may come in: a UTF-8 file with name:password in each line.")
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="Model folder; twice to compare two. Default: the model that comes with the package."),
    ] = None,
    corrections: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where corrections go, one JSON Lines file a visit; made at the first.")
    ] = Path("corrections"),
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads of the model. Default: all.")] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, help="Requests of a kind worked on at the same time. Default: one a CPU.")
    ] = None,
    waiting: Annotated[int, typer.Option(min=1, help="Requests that may wait; later ones are told to come back.")] = 64,
) -> None:
    """Open a web page that finds targets, people and organisations in Vietnamese policy news.

    Models are loaded once, then the address is printed; Ctrl+C stops the page. Nothing is fetched from or sent to the network.

    [dim]nghiquyet-demo[/dim]
    [dim]nghiquyet-demo --model runs/mine/model --port 8000[/dim]
    [dim]nghiquyet-demo --host 0.0.0.0 --auth accounts.txt[/dim]
    [dim]nghiquyet-demo --model runs/old/model --model runs/new/model[/dim]

    Programs can call the page too:

    [dim]gradio_client.Client("http://127.0.0.1:7860").predict("Ông ...", api_name="/extract")[/dim]
    """
    if find_spec("gradio") is None:
        raise MissingExtraError("nghiquyet-demo", "demo")
    visitors = accounts(auth) if auth else []
    # An absolute path is never taken for the name of a model on the hub.
    paths = [folder.expanduser().absolute() for folder in model] if model else [None]
    models = {name: Extractor.load(path, threads=threads) for name, path in zip(names(paths), paths, strict=True)}
    # Gradio takes seconds to import; --help and a wrong folder should not wait for it.
    from nghiquyet_demo.app import build, serve

    page = build(models, corrections.expanduser().absolute())
    try:
        address = serve(page, host, port, visitors, waiting, at_once or os.cpu_count() or 1)
    except OSError as error:
        raise InputError(f"cannot listen on {host}:{port}; choose another --port or --host") from error
    typer.echo(f"Mở trong trình duyệt · Open in a browser: {address} (Ctrl+C: dừng · stop)")
    # Closing deletes the downloads, so a service manager's stop must end here too, as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        Event().wait()
    page.close(verbose=False)


def names(paths: Sequence[Path | None]) -> list[str]:
    """What the models are called on the page: their folders' names, with as many of the folders above as tell them apart.

    Raises:
        InputError: if there are more than two, or both are the same.
    """
    if len(paths) > 2:
        raise InputError(f"--model is given {len(paths)} times; two models can be compared")
    if len(set(paths)) < len(paths):
        raise InputError(f"--model {paths[0]}: given twice; name two different folders")
    depths = range(1, 1 + max(len(path.parts) if path else 1 for path in paths))
    tails = (["/".join(path.parts[-depth:]) if path else "nghiquyet" for path in paths] for depth in depths)
    return next(found for found in tails if len(set(found)) == len(found))


def accounts(file: Path) -> list[tuple[str, str]]:
    """The name and the password of each line that is not blank.

    Raises:
        InputError: with the line, if one has another form; if there is none, or the file cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as UTF-8 text: {error}") from error
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, colon, password = line.partition(":")
        if not (name.strip() and colon and password):
            raise InputError(f"{file}:{number}: expected name:password")
        found.append((name.strip(), password))
    if not found:
        raise InputError(f"{file}: holds no line with name:password, so nobody could come in")
    return found


def main() -> None:
    command.run(app, "nghiquyet-demo")
