import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import TrainerControl, TrainerState, TrainingArguments

from nghiquyet_training.journal import Journal

STEPS = 30
LOGGED, SAVED = 4, 5


class _KilledError(Exception):
    pass


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> TrainingArguments:
    return TrainingArguments(str(tmp_path_factory.mktemp("checkpoints")), use_cpu=True, report_to=[])


def _train(path: Path, arguments: TrainingArguments, start: int, deadly: int) -> None:
    """The Trainer's calls from the step after `start`; it is killed after the step `deadly`."""
    record = Journal(path, start)
    state, control = TrainerState(global_step=start), TrainerControl()
    record.on_train_begin(arguments, state, control)
    for step in range(start + 1, STEPS + 1):
        state.global_step, state.epoch = step, step / 10
        if step % LOGGED == 0:
            logs = {"loss": 1 / step, "grad_norm": float("nan"), "learning_rate": 1e-4, "epoch": state.epoch}
            record.on_log(arguments, state, control, logs=logs)
        if step == deadly:
            raise _KilledError
    record.on_log(arguments, state, control, logs={"train_runtime": 1.0, "train_loss": 0.5})
    record.on_train_end(arguments, state, control)


def _entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@given(kills=st.sets(st.integers(1, STEPS - 1), max_size=4), torn=st.booleans())
def test_however_often_a_run_is_killed_its_journal_is_that_of_one_that_was_not(
    arguments: TrainingArguments, kills: set[int], torn: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole, path = Path(folder) / "whole.jsonl", Path(folder) / "log.jsonl"
        _train(whole, arguments, 0, STEPS + 1)
        saved, spent = 0, 0.0
        for deadly in sorted(kills):
            with pytest.raises(_KilledError):
                _train(path, arguments, saved, deadly)
            saved = deadly // SAVED * SAVED
            if torn and deadly % LOGGED == 0 and deadly > saved:
                path.write_text(path.read_text()[:-9])
        _train(path, arguments, saved, STEPS + 1)
        entries = _entries(path)
        for entry in entries:
            assert entry["seconds"] >= spent
            spent = entry["seconds"]
        for mine, other in zip(entries, _entries(whole), strict=True):
            assert {**mine, "seconds": 0} == {**other, "seconds": 0}


def test_a_line_has_the_figures_of_its_step_and_is_json(tmp_path: Path, arguments: TrainingArguments) -> None:
    _train(tmp_path / "log.jsonl", arguments, 0, STEPS + 1)
    entries = _entries(tmp_path / "log.jsonl")
    assert [entry["step"] for entry in entries] == [*range(LOGGED, STEPS, LOGGED), STEPS]
    assert entries[0].keys() == {"step", "epoch", "loss", "learning_rate", "grad_norm", "seconds"}
    assert (entries[0]["loss"], entries[0]["epoch"], entries[0]["grad_norm"]) == (0.25, 0.4, None)
    assert entries[-1]["ended"] is True


def test_seconds_lost_to_a_break_count_and_those_of_an_ended_run_do_not(
    tmp_path: Path, arguments: TrainingArguments, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 100_000, 10))
    monkeypatch.setattr("nghiquyet_training.journal.time.perf_counter", lambda: next(clock))
    path = tmp_path / "log.jsonl"
    with pytest.raises(_KilledError):
        _train(path, arguments, 0, 24)
    lost = _entries(path)[-1]["seconds"]
    assert lost == 60
    assert Journal(path, 10).seconds == lost
    _train(path, arguments, 10, STEPS + 1)
    total = _entries(path)[-1]["seconds"]
    assert total > lost
    assert Journal(path, STEPS).seconds == total
    assert Journal(path, 0).seconds == 0


def test_nothing_is_written_before_training_begins(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1, "seconds": 1}\n{"step": 2, "seconds": 2}\n')
    Journal(path, 1)
    assert len(_entries(path)) == 2
