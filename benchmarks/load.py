"""Load on the service: so many clients at once, what each waits, and whether each gets the answer for its own text.

Starts `nghiquyet serve` on a free port of this machine. Every client sends the next text as soon as it has its answer. Ends with an
error if any request failed, or was answered otherwise than the same text was alone.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

SEEDS = Path(__file__).parent.parent / "seeds"
# Scores of a text may differ by so much between batches: padding changes the order of sums.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Level:
    """What so many clients met: seconds a request, and what went wrong."""

    clients: int
    seconds: float
    waits: list[float]
    errors: list[str]
    batches: float


@contextmanager
def service(options: Sequence[str]) -> Iterator[str]:
    """The address of a service that runs as long as the block."""
    command = [sys.executable, "-m", "nghiquyet", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        # Its log is read on, so that it never waits for a reader.
        reader = Thread(target=deque, args=(process.stderr, 0))
        try:
            found = next((match for line in process.stderr if (match := re.search(r"http://\S+", line))), None)
            if found is None:
                raise SystemExit("the service did not start")
            reader.start()
            yield found[0]
        finally:
            process.terminate()
            if reader.ident:
                reader.join()


def texts(paragraphs: bool, characters: int | None) -> list[str]:
    """The seed articles, or their paragraphs, cut to a length."""
    articles = [path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    whole = [line for article in articles for line in article.splitlines() if line.strip()] if paragraphs else articles
    return [text[:characters] for text in whole]


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two answers are the same but for rounding."""
    if one["text"] != other["text"] or len(one["entities"]) != len(other["entities"]):
        return False
    return all(
        [a[key] for key in ("label", "start", "end", "text")] == [b[key] for key in ("label", "start", "end", "text")]
        and abs(a["score"] - b["score"]) <= TOLERANCE
        for a, b in zip(one["entities"], other["entities"], strict=True)
    )


@asynccontextmanager
async def connected(address: str, clients: int) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=600, limits=limits, trust_env=False) as client:
        yield client


async def alone(address: str, articles: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The answer for each text, asked for when nothing else is."""
    async with connected(address, 1) as client:
        return {text: (await client.post("/predict", json={"text": text})).raise_for_status().json() for text in articles}


async def load(address: str, clients: int, requests: Sequence[str], expected: Mapping[str, Mapping[str, Any]]) -> Level:
    """All requests, by so many clients at once."""
    waits: list[float] = []
    errors: list[str] = []
    remaining = iter(requests)
    async with connected(address, clients) as client:

        async def one_client() -> None:
            for text in remaining:
                start = time.perf_counter()
                try:
                    answer = await client.post("/predict", json={"text": text})
                except httpx.HTTPError as error:
                    errors.append(repr(error))
                    continue
                waits.append(time.perf_counter() - start)
                if answer.status_code != httpx.codes.OK:
                    errors.append(f"{answer.status_code}: {answer.text}")
                elif not alike(answer.json(), expected[text]):
                    errors.append(f"another answer than alone for {text[:40]!r}")

        before = await _batches(client)
        start = time.perf_counter()
        await asyncio.gather(*(one_client() for _ in range(clients)))
        seconds = time.perf_counter() - start
        after = await _batches(client)
    return Level(clients, seconds, waits, errors, len(requests) / max(1.0, after - before))


async def _batches(client: httpx.AsyncClient) -> float:
    page = (await client.get("/metrics")).text
    return float(page.split("\nnghiquyet_batch_texts_count ")[1].splitlines()[0])


def row(level: Level, characters: int) -> list[str]:
    middle, high, highest = np.percentile(level.waits, [50, 90, 99]) if level.waits else (np.nan,) * 3
    rates = [f"{len(level.waits) / level.seconds:.1f}", f"{characters / level.seconds / 1000:.1f}"]
    waits = [f"{1000 * wait:.0f}" for wait in (middle, high, highest)]
    return [str(level.clients), str(len(level.waits)), str(len(level.errors)), *rates, *waits, f"{level.batches:.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--clients", type=int, nargs="+", default=[1, 5, 10, 25, 50], help="how many at once, one level after another"
    )
    parser.add_argument("--requests", type=int, default=100, help="requests of a level")
    parser.add_argument("--paragraphs", action="store_true", help="send paragraphs of the seed articles, not the whole articles")
    parser.add_argument("--characters", type=int, help="cut each text to so many characters")
    parser.add_argument("--threads", default="1", help="CPU threads of the network in the service")
    parser.add_argument("--model", help="model folder; default: the model that comes with the package")
    arguments = parser.parse_args()
    articles = texts(arguments.paragraphs, arguments.characters)
    requests = list(islice(cycle(articles), arguments.requests))
    options = ["--threads", arguments.threads, "--timeout", "600"]
    table = Table(
        "clients", "requests", "errors", "requests/s", "1,000 characters/s", "p50 ms", "p90 ms", "p99 ms", "texts a batch"
    )
    errors: list[str] = []
    with service([*options, "--model", arguments.model] if arguments.model else options) as address:
        expected = asyncio.run(alone(address, list(dict.fromkeys(requests))))
        for clients in arguments.clients:
            level = asyncio.run(load(address, clients, requests, expected))
            table.add_row(*row(level, sum(map(len, requests))))
            errors += level.errors
    Console().print(table)
    for error in errors:
        print(error, file=sys.stderr)
    raise SystemExit(1 if errors else 0)


if __name__ == "__main__":
    main()
