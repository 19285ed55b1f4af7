import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet_training import run_folder
from nghiquyet_training.run_folder import Saved

FACTS: dict[str, Any] = {
    "config": {"base": "encoder", "training": {"seed": 13}},
    "base_sha256": "0" * 64,
    "data": {"train": {"sha256": "1" * 64}},
    "environment": {"torch": "2.6", "processes": 1},
    "licence": "apache-2.0",
}


def _begin(output: Path, facts: dict[str, Any] = FACTS) -> tuple[Saved | None, str]:
    printed = io.StringIO()
    return run_folder.begin(output, facts, Console(file=printed, width=200)), printed.getvalue()


def _save(output: Path, step: int, best: int | None = None, ended: bool = False) -> Path:
    folder = run_folder.checkpoints(output) / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    control = {"TrainerControl": {"args": {"should_training_stop": ended}}}
    state = {"global_step": step, "epoch": step / 10, "best_global_step": best, "stateful_callbacks": control}
    (folder / "trainer_state.json").write_text(json.dumps(state))
    return folder


def test_a_new_run_writes_down_what_it_is(tmp_path: Path) -> None:
    saved, printed = _begin(tmp_path / "run")
    assert (saved, printed) == (None, "")
    written = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert written == {key: FACTS[key] for key in ("config", "base_sha256", "data", "environment")}


def test_the_last_whole_epoch_is_found(tmp_path: Path) -> None:
    _begin(tmp_path)
    assert _begin(tmp_path)[0] is None
    folder = _save(tmp_path, 90)
    assert _begin(tmp_path)[0] == Saved(folder, 90, 9.0, None)
    folder = _save(tmp_path, 180, best=90)
    assert _begin(tmp_path)[0] == Saved(folder, 180, 18.0, None)
    (run_folder.checkpoints(tmp_path) / "checkpoint-270").mkdir()
    (_save(tmp_path, 1000) / "trainer_state.json").write_text('{"global_step": 10')
    assert _begin(tmp_path)[0] == Saved(folder, 180, 18.0, None)


@pytest.mark.parametrize("best", [None, 90])
def test_of_a_training_that_has_ended_the_result_is_found(tmp_path: Path, best: int | None) -> None:
    _begin(tmp_path)
    first = _save(tmp_path, 90, best=best)
    last = _save(tmp_path, 180, best=best, ended=True)
    saved, _ = _begin(tmp_path)
    assert saved is not None
    assert saved.result == (first if best else last)


@pytest.mark.parametrize("key", ["config", "base_sha256", "data"])
@pytest.mark.parametrize("stage", ["saved", "finished"])
def test_a_run_that_differs_is_refused_and_left_as_it_is(tmp_path: Path, key: str, stage: str) -> None:
    _begin(tmp_path)
    if stage == "saved":
        _save(tmp_path, 90)
    else:
        (tmp_path / "model").mkdir()
    before = (tmp_path / "run.json").read_bytes()
    with pytest.raises(
        InputError, match="holds a run of another configuration or other data; choose another --output or remove it"
    ):
        _begin(tmp_path, {**FACTS, key: "other"})
    assert (tmp_path / "run.json").read_bytes() == before


def test_a_run_that_came_to_nothing_is_replaced(tmp_path: Path) -> None:
    _begin(tmp_path)
    _begin(tmp_path, {**FACTS, "base_sha256": "other"})
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["base_sha256"] == "other"


def test_going_on_elsewhere_is_said_and_the_first_environment_kept(tmp_path: Path) -> None:
    _begin(tmp_path)
    before = (tmp_path / "run.json").read_bytes()
    _save(tmp_path, 90)
    assert _begin(tmp_path)[1] == ""
    _, printed = _begin(tmp_path, {**FACTS, "environment": {"torch": "2.6", "processes": 2}})
    assert "another environment, which may change its result: processes 1 then, 2 now" in printed
    assert (tmp_path / "run.json").read_bytes() == before


def test_the_environment_is_plain_json_with_what_a_cost_is_estimated_from() -> None:
    found = run_folder.environment(2, "bfloat16")
    assert json.loads(json.dumps(found)) == found
    assert found["processes"] == 2
    assert found["device"]
    assert found["threads"] > 0
