import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from nghiquyet import CheckpointError, InputError, MissingExtraError, NghiquyetError
from nghiquyet.processes import in_order


def test_results_come_in_the_order_of_the_jobs_and_jobs_are_asked_for_as_needed() -> None:
    asked: list[str] = []

    def jobs() -> Iterator[str]:
        for number in range(20):
            asked.append(str(number))
            yield asked[-1]

    found = in_order(int, jobs(), 2, "--workers")
    assert list(islice(found, 3)) == [0, 1, 2]
    assert len(asked) < 10
    assert list(found) == list(range(3, 20))
    assert multiprocessing.active_children() == []


def test_what_a_job_raises_ends_them_all() -> None:
    found = in_order(int, ["1", "x", "3"], 2, "--workers")
    assert next(found) == 1
    with pytest.raises(ValueError, match="invalid literal") as caught:
        list(found)
    assert "Traceback" in caught.value.__notes__[0]
    assert multiprocessing.active_children() == []


def test_left_early_they_are_ended_at_once() -> None:
    found = in_order(time.sleep, [0, 10_000, 10_000, 10_000, 10_000, 10_000], 2, "--workers")
    assert next(found) is None
    found.close()
    assert multiprocessing.active_children() == []


def test_a_killed_process_is_one_clear_error() -> None:
    found = in_order(signal.raise_signal, [signal.SIGKILL], 1, "--processes")
    with pytest.raises(InputError, match=r"a worker process was killed, .* with fewer --processes"):
        list(found)


@pytest.mark.parametrize("error", [InputError("a"), CheckpointError("b"), MissingExtraError("c", "serve")])
def test_errors_can_be_sent(error: NghiquyetError) -> None:
    sent = pickle.loads(pickle.dumps(error))
    assert (type(sent), str(sent)) == (type(error), str(error))


PROGRAM = """
import sys, time
from nghiquyet.processes import in_order
if __name__ == "__main__":
    print("begun", flush=True)
    try:
        list(in_order(time.sleep, [10_000] * 4, 2, "--workers"))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.parametrize("moment", [0, 0.05, 0.2, 1])
def test_an_interrupt_of_all_is_the_first_one_s_alone(tmp_path: Path, moment: float) -> None:
    """As Ctrl-C sends it, to every process of the group: at whatever moment, the others say nothing and are gone."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, encoding="utf-8"
    ) as run:
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(moment)
        os.killpg(run.pid, signal.SIGINT)
        # The pipe for errors ends when all processes that have it have ended.
        _, told = run.communicate()
    assert (run.returncode, told) == (130, "")


def test_an_interrupt_is_told_as_one_between_any_two_lines_of_a_wait() -> None:
    """For a thread to start and for a result: Python's Condition.wait has lines where an interrupt leaves its lock open."""
    moments = 0
    while _interrupted_after(moments):
        assert multiprocessing.active_children() == []
        moments += 1
    assert moments > 20


def _interrupted_after(lines: int) -> bool:
    """Whether in_order is left by the interrupt that comes when the main thread has run so many lines of Condition.wait."""
    passed = 0

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        nonlocal passed
        if frame.f_code is not threading.Condition.wait.__code__:
            return None
        if event == "line":
            passed += 1
            if passed > lines:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    found = in_order(int, ["1"], 1, "--workers")
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return list(found) != [1]
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)


def test_they_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as run:
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(0.5)
        run.kill()
        _, told = run.communicate()
    assert told == ""
