"""Requests that come together share a batch: one thread runs the model, and the event loop never waits for it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, Self, TypeVar

from nghiquyet.errors import NghiquyetError
from nghiquyet.service.settings import Settings

Result = TypeVar("Result")


class UnavailableError(NghiquyetError):
    """A request cannot be taken now; it may be later."""


@dataclass(slots=True, eq=False)
class _Job(Generic[Result]):
    """The texts of one request; `due` is the event loop's time up to which they wait for company."""

    texts: Sequence[str]
    results: asyncio.Future[list[Result]]
    due: float

    @property
    def characters(self) -> int:
        return sum(map(len, self.texts))


class Batcher(Generic[Result]):
    """Puts the texts of requests together, in the order in which they come, and gives each request the results of its own.

    An asynchronous context manager of one event loop: inside it requests are taken; leaving it answers what waits, and ends.

    Args:
        model: gives one result a text, in order; runs in a thread of its own.
        settings: `max_queue`, `batch_wait`, `batch_texts` and `batch_chars` count here.
        on_batch: is told the texts of each batch, before it runs.
    """

    def __init__(
        self, model: Callable[[list[str]], Sequence[Result]], settings: Settings, on_batch: Callable[[Sequence[str]], object]
    ) -> None:
        self._model: Final = model
        self._settings: Final = settings
        self._on_batch: Final = on_batch
        self._jobs: Final[deque[_Job[Result]]] = deque()
        self._changed: Final = asyncio.Event()
        self._thread: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nghiquyet-model")
        self._is_closing = False

    async def __aenter__(self) -> Self:
        self._work = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_closing = True
        self._changed.set()
        await self._work
        self._thread.shutdown()

    @property
    def waiting(self) -> int:
        """Texts that wait for the model."""
        return sum(len(job.texts) for job in self._jobs)

    @property
    def has_room(self) -> bool:
        return not self._is_closing and self.waiting < self._settings.max_queue

    def submit(self, texts: Sequence[str]) -> asyncio.Future[list[Result]]:
        """The results to come, one a text. Cancelled before they are begun, they are not worked on.

        Raises:
            UnavailableError: if too many texts wait already, or the service stops.
        """
        if self._is_closing:
            raise UnavailableError("the service is stopping")
        if self.waiting + len(texts) > self._settings.max_queue:
            raise UnavailableError(f"{self.waiting} texts wait already, of {self._settings.max_queue} that may: try again later")
        loop = asyncio.get_running_loop()
        job: _Job[Result] = _Job(texts, loop.create_future(), loop.time() + self._settings.batch_wait)
        self._jobs.append(job)
        self._changed.set()
        job.results.add_done_callback(lambda _: self._forget(job))
        return job.results

    def _forget(self, job: _Job[Result]) -> None:
        with suppress(ValueError):
            self._jobs.remove(job)
            self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._until(lambda: bool(self._jobs) or self._is_closing)
            if not self._jobs:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._jobs[0].due):
                    await self._until(lambda: not self._jobs or self._is_full() or self._is_closing)
            if batch := self._take():
                self._on_batch([text for job in batch for text in job.texts])
                await self._predict(batch)

    async def _until(self, is_reached: Callable[[], bool]) -> None:
        while not is_reached():
            self._changed.clear()
            await self._changed.wait()

    def _is_full(self) -> bool:
        characters = sum(job.characters for job in self._jobs)
        return self.waiting >= self._settings.batch_texts or characters >= self._settings.batch_chars

    def _take(self) -> list[_Job[Result]]:
        """The next requests that make a batch: the first, and those behind it that still fit."""
        batch: list[_Job[Result]] = []
        texts = characters = 0
        while self._jobs:
            texts += len(self._jobs[0].texts)
            characters += self._jobs[0].characters
            if batch and (texts > self._settings.batch_texts or characters > self._settings.batch_chars):
                break
            batch.append(self._jobs.popleft())
        return batch

    async def _predict(self, batch: Sequence[_Job[Result]]) -> None:
        wanted = [job for job in batch if not job.results.done()]
        if not wanted:
            return
        texts = [text for job in wanted for text in job.texts]
        try:
            results = iter(await asyncio.get_running_loop().run_in_executor(self._thread, self._model, texts))
        except Exception as error:
            # A text that the model cannot take must not fail those that share its batch.
            if len(wanted) > 1:
                for job in wanted:
                    await self._predict([job])
            elif not wanted[0].results.done():
                wanted[0].results.set_exception(error)
            return
        for job in wanted:
            own = list(islice(results, len(job.texts)))
            if not job.results.done():
                job.results.set_result(own)
