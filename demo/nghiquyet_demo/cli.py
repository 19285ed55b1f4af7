"""The command nghiquyet-demo."""

import signal
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
        str, typer.Option(help="Address to listen on. 0.0.0.0 lets other machines in: there is no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
    model: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Model folder. Default: the model that comes with the package.")
    ] = None,
) -> None:
    """Open a web page that finds targets, people and organisations in Vietnamese policy news.

    The model is loaded once, then the address is printed; Ctrl+C stops the page. Nothing is fetched from or sent to the network.

    [dim]nghiquyet-demo[/dim]
    [dim]nghiquyet-demo --model runs/mine/model --port 8000[/dim]

    Programs can call the page too:

    [dim]gradio_client.Client("http://127.0.0.1:7860").predict("Ông ...", api_name="/extract")[/dim]
    """
    if find_spec("gradio") is None:
        raise MissingExtraError("nghiquyet-demo", "demo")
    # An absolute path is never taken for the name of a model on the hub.
    extractor = Extractor.load(model and model.expanduser().absolute())
    # Gradio takes seconds to import; --help and a wrong folder should not wait for it.
    from nghiquyet_demo.app import build, serve

    page = build(extractor)
    try:
        address = serve(page, host, port)
    except OSError as error:
        raise InputError(f"cannot listen on {host}:{port}; choose another --port or --host") from error
    typer.echo(f"Mở trong trình duyệt · Open in a browser: {address} (Ctrl+C: dừng · stop)")
    # Closing deletes the downloads, so a service manager's stop must end here too, as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        Event().wait()
    page.close(verbose=False)


def main() -> None:
    command.run(app, "nghiquyet-demo")
