import io
import itertools
import time

import pytest
from rich.console import Console

from nghiquyet.progress import Meter, described


def test_progress_is_told_in_words() -> None:
    assert described(0, 0, 0, 0.0, None) == "0 documents"
    assert described(1200, 200, 150_000, 50.0, None) == "1,200 documents, 4.0 documents/s, 3,000 characters/s"
    assert described(1200, 200, 150_000, 50.0, 5200).endswith(
        "1,200 of 5,200 documents, 4.0 documents/s, 3,000 characters/s, 0:16:40 left"
    )
    # A count that was a guess is no reason for less than no time.
    assert described(12, 10, 10, 1.0, 11).endswith("0:00:00 left")


@pytest.mark.parametrize("is_quiet", [True, False])
def test_where_there_is_no_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch, is_quiet: bool) -> None:
    clock = itertools.count(0, 7)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    told = io.StringIO()
    with Meter(Console(file=told), 100, is_quiet=is_quiet) as meter:
        meter.skip()
        for _ in range(50):
            meter.advance(10)
    assert meter.documents == 51
    lines = told.getvalue().splitlines()
    assert lines == [] if is_quiet else 2 <= len(lines) < 20
    assert all(" of 100 documents, " in line and line.endswith(" left") for line in lines)
