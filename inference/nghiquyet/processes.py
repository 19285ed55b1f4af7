"""Work shared among processes that start anew, leave Ctrl-C to the one that started them, and end with it.

Each has a connection of its own, so that one may be ended at any moment, in the middle of an answer too, and no other waits for it.
"""

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, Generic, TypeVar

from nghiquyet.errors import InputError

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

# Enough that no process waits while a result is used.
_JOBS_A_PROCESS: Final = 2


def in_order(
    function: Callable[[_Job], _Result], jobs: Iterable[_Job], processes: int, option: str
) -> Generator[_Result, None, None]:
    """The results of a function for some jobs, in their order; jobs are asked for as they are needed.

    To be closed if it is left early: that ends the processes, whatever they are at.

    Args:
        function: with what it gives and raises, it is sent to other processes, as are the jobs.
        jobs: what it is called with.
        processes: how many at most; no more than there are jobs.
        option: of the command line, by which a user asks for fewer processes.

    Raises:
        InputError: if a process is killed.
        Exception: what the function raised first.
        KeyboardInterrupt: at Ctrl-C, whatever it was that it broke into.
    """
    waiting: deque[Future[_Result]] = deque()
    with _interrupts_as_such(), closing(_Pool(function, processes, option)) as pool:
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) > _JOBS_A_PROCESS * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _interrupts_as_such() -> Iterator[None]:
    """Ctrl-C between two lines of Python's Condition.wait leaves its lock open; that it cannot be released is then raised."""
    try:
        yield
    except RuntimeError as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise error.__context__ from None
        raise


class _Pool(Generic[_Job, _Result]):
    """Processes, started when there is work for them, each with a thread here that waits for its answers."""

    def __init__(self, function: Callable[[_Job], _Result], processes: int, option: str) -> None:
        self._function = function
        self._option = option
        self._threads = ThreadPoolExecutor(processes, initializer=_leave_interrupts_to_the_main_thread)
        self._idle: deque[Connection] = deque()
        self._started: list[BaseProcess] = []
        self._starting = threading.Lock()
        self._is_closed = False

    def submit(self, job: _Job) -> Future[_Result]:
        return self._threads.submit(self._answer, job)

    def close(self) -> None:
        with self._starting:
            self._is_closed = True
            for process in self._started:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.join()

    def _answer(self, job: _Job) -> _Result:
        result: _Result
        error: Exception | None
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._start()
        try:
            connection.send(job)
            result, error = connection.recv()
        except (EOFError, OSError) as lost:
            raise InputError(
                f"a worker process was killed, perhaps for want of memory; run the same again, or with fewer {self._option}"
            ) from lost
        self._idle.append(connection)
        if error is not None:
            raise error
        return result

    def _start(self) -> Connection:
        # Not forked: a process that has started threads, as the backends do, must not be.
        context = multiprocessing.get_context("spawn")
        with self._starting:
            if self._is_closed:
                raise EOFError
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, self._function), daemon=True)
            process.start()
            self._started.append(process)
        # The process alone holds that end: when it is gone, this one is told.
        there.close()
        return here


def _leave_interrupts_to_the_main_thread() -> None:
    """Also of the processes that the thread starts: Ctrl-C reaches them too, and would find them at their imports."""
    if hasattr(signal, "pthread_sigmask"):
        # It lets interrupts through again where it is started.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Nobody is told where nobody asks any more.
    with suppress(EOFError, OSError):
        while True:
            job = connection.recv()
            result, raised = None, None
            try:
                result = function(job)
            except Exception as error:
                error.add_note(traceback.format_exc())
                raised = error
            connection.send((result, raised))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
