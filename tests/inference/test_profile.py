from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nghiquyet import Extractor
from nghiquyet.profile import measured, stage

STAGES = ["words", "segmentation", "pieces", "windows", "network", "decoding"]


def test_every_stage_of_the_line_is_measured(phobert_model: Path, seed_texts: list[str]) -> None:
    extractor = Extractor.load(phobert_model, threads=1)
    with measured() as stages:
        extractor.predict(seed_texts)
    rows = stages.rows()
    assert [row.name for row in rows] == STAGES
    assert [row.calls for row in rows if row.name == "decoding"] == [len(seed_texts)]
    assert all(row.seconds > 0 for row in rows)
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_threads_add_up_and_nothing_is_counted_outside() -> None:
    def work(_: int) -> None:
        with stage("work"):
            pass

    work(0)
    with measured() as stages, ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(100)))
    work(0)
    assert [(row.name, row.calls) for row in stages.rows()] == [("work", 100)]


def test_measurements_may_nest() -> None:
    with measured() as outer:
        with stage("one"):
            pass
        with measured() as inner, stage("two"):
            pass
    assert [row.name for row in inner.rows()] == ["two"]
    assert [row.name for row in outer.rows()] == ["one", "two"]


def test_a_stage_that_fails_is_counted_and_nothing_measured_is_no_row() -> None:
    with measured() as stages:
        assert stages.rows() == []
        with pytest.raises(KeyError), stage("work"):
            raise KeyError
    assert [row.name for row in stages.rows()] == ["work"]


def test_time_within_an_inner_stage_is_not_the_outers(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, 1, 3, 4, 8, 10])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    with measured() as stages, stage("outer"):
        for _ in range(2):
            with stage("inner"):
                pass
    assert [(row.name, row.seconds, row.calls) for row in stages.rows()] == [("inner", 6, 2), ("outer", 4, 1)]
