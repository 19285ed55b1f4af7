"""The page in a browser: how long it takes from a press on an example until its marks are seen.

Starts `nghiquyet-demo` on a free port of this machine and drives chromium. Each press is that of a new visitor, on a page that is
up and has not been used yet. Milliseconds by the clock are those of this machine with all that it does besides; processor
milliseconds are the server's own, and those of the browser's main thread.
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from nghiquyet_demo.articles import examples

SEEDS = 5
_TICKS = os.sysconf("SC_CLK_TCK")
# Presses, and waits for the second frame after the marks are there: by then they are painted.
_PRESS = """(title) => new Promise((resolve) => {
  const button = [...document.querySelectorAll("button.nq-example")].find((button) => button.textContent.trim() === title);
  const start = performance.now();
  const frame = requestAnimationFrame;
  const look = () => document.querySelector("#nq-result mark") ? frame(() => resolve(performance.now() - start)) : frame(look);
  button.click();
  frame(look);
})"""


@dataclass(frozen=True)
class Press:
    """Milliseconds of one press: by the clock, and processor time of the server and of the browser's main thread."""

    waited: float
    server: float
    browser: float


@contextmanager
def page() -> Iterator[tuple[str, int]]:
    """The address and the process of a page that runs as long as the block."""
    with TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [sys.executable, "-m", "nghiquyet_demo", "--port", str(port), "--corrections", f"{folder}/corrections"]
        environment = {**os.environ, "GRADIO_TEMP_DIR": f"{folder}/files"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=environment) as process:
            try:
                assert process.stdout is not None
                found = re.search(r"http://\S+", process.stdout.readline())
                if found is None:
                    raise SystemExit("the page did not start")
                yield found[0], process.pid
            finally:
                process.terminate()


def press(browser: Browser, address: str, process: int, title: str) -> Press:
    """What a new visitor meets who presses one example."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        visitor = context.new_page()
        visitor.goto(address)
        visitor.locator("#nq-extract").wait_for()
        visitor.evaluate("() => new Promise((resolve) => requestIdleCallback(() => resolve()))")
        meter = context.new_cdp_session(visitor)
        meter.send("Performance.enable")

        def browser_time() -> float:
            metrics = meter.send("Performance.getMetrics")["metrics"]
            return 1000 * float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

        before = processor_time(process), browser_time()
        waited = float(visitor.evaluate(_PRESS, title))
        return Press(waited, processor_time(process) - before[0], browser_time() - before[1])


def processor_time(process: int) -> float:
    """Milliseconds that a process has computed so far, in all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="presses of each example")
    rounds = parser.parse_args().rounds
    titles = list(examples())[:SEEDS]
    table = Table("example", "median, ms", "worst, ms", "server, processor ms", "browser, main thread ms")
    seen: dict[str, list[Press]] = {title: [] for title in titles}
    with page() as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for _ in range(rounds):
            for title in titles:
                seen[title].append(press(browser, address, process, title))
        browser.close()
    every = [one for presses in seen.values() for one in presses]
    for title, presses in [*seen.items(), ("all", every)]:
        waits = [one.waited for one in presses]
        server, browser_ = (statistics.mean(parts) for parts in zip(*((one.server, one.browser) for one in presses), strict=True))
        table.add_row(title, *(f"{value:.0f}" for value in (statistics.median(waits), max(waits), server, browser_)))
    console = Console()
    console.print(table)
    console.print("load of this machine over the last minute:", round(os.getloadavg()[0], 1))


if __name__ == "__main__":
    main()
