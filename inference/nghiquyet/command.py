"""How every command of the package runs: Vietnamese comes out whole, and what the user can mend is one line and exit code 2."""

import sys

import typer
from rich.console import Console

from nghiquyet.errors import NghiquyetError


def run(app: typer.Typer, name: str) -> None:
    """Run a command line application as the program `name`."""
    for stream in (sys.stdout, sys.stderr):
        # The terminal's locale may know no Vietnamese; the bytes of a file name that are not UTF-8 come out as they are.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        app()
    except NghiquyetError as error:
        Console(stderr=True).print(f"{name}: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
