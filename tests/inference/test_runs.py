import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import checkpoint, journal, outputs, runs
from nghiquyet.corpus import Columns
from nghiquyet.documents import Document, Failure, Input
from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet.outputs import Found, Result
from nghiquyet.prediction import Prediction
from nghiquyet.runs import Loading

ANYWHERE = Loading()
INPUTS = st.lists(st.text(max_size=3).map(lambda text: Document("d", text)) | st.just(Failure("f", "f: is empty")), max_size=100)


class _Stub:
    """Finds nothing, and breaks off at texts with an "x"."""

    def predict(self, texts: list[str]) -> list[Prediction]:
        if any("x" in text for text in texts):
            raise ValueError("x")
        return [Prediction(text, ()) for text in texts]


STUB = cast("Extractor", _Stub())


def _extracted(inputs: list[Input]) -> list[Result]:
    return list(runs.extract(runs.batches(inputs, ANYWHERE), STUB))


@given(INPUTS)
def test_each_input_has_one_result_in_its_place(inputs: list[Input]) -> None:
    for found, result in zip(inputs, _extracted([*inputs, Document("last", "a")]), strict=False):
        match found:
            case Failure():
                assert result == found
            case Document(name, text) if "x" in text:
                assert isinstance(result, Failure)
                assert result.reason == f"{name}: the model failed on it: ValueError: x"
            case Document(name, text):
                assert result == Found(name, Prediction(text, ()))


def test_a_model_that_fails_on_everything_ends_the_run() -> None:
    with pytest.raises(ValueError, match="x"):
        _extracted([Document("a", "x"), Document("b", "x")])


def test_batches_hold_little_and_always_the_same() -> None:
    inputs: list[Input] = [Document(str(i), "a" * (i * 997 % 9000)) for i in range(200)]
    batches = list(runs.batches(inputs, ANYWHERE))
    assert [item for batch in batches for item in batch] == inputs
    assert max(sum(len(item.text) for item in batch if isinstance(item, Document)) for batch in batches) < 42_000
    assert list(runs.batches(iter(inputs), ANYWHERE)) == batches
    assert len(list(runs.batches(inputs, Loading(device="cuda")))) < len(batches)


def _run(output: Path, inputs: list[Input], stop: int | None = None) -> tuple[int, list[outputs.Record]]:
    """A run that breaks off after so many results: how many records it skipped, and what then stands."""
    skipped: list[outputs.Record] = []
    with journal.opened(output, {}) as kept:
        remaining = runs.go_on(kept, runs.batches(iter(inputs), ANYWHERE), skipped.append)
        for number, result in enumerate(runs.extract(remaining, STUB)):
            if number == stop:
                break
            kept.append(outputs.to_record(result))
        return len(skipped), list(kept.records())


INPUTS_OF_A_RUN: list[Input] = [
    Failure(f"{i}", f"{i}: is empty") if i % 7 == 0 else Document(f"{i}", "văn bản " * (i % 40)) for i in range(150)
]


def test_a_run_goes_on_at_a_batch_and_each_input_is_there_once(tmp_path: Path) -> None:
    expected = [outputs.to_record(result) for result in _extracted(INPUTS_OF_A_RUN)]
    ends = [0]
    for batch in runs.batches(INPUTS_OF_A_RUN, ANYWHERE):
        ends.append(ends[-1] + len(batch))
    for stop in range(0, len(INPUTS_OF_A_RUN), 10):
        output = tmp_path / f"{stop}.jsonl"
        _run(output, INPUTS_OF_A_RUN, stop)
        assert _run(output, INPUTS_OF_A_RUN) == (max(end for end in ends if end <= stop), expected)
        assert _run(output, INPUTS_OF_A_RUN) == (len(expected), expected)


def test_inputs_may_be_added_at_the_end_and_failures_mended(tmp_path: Path) -> None:
    _run(tmp_path / "a.jsonl", INPUTS_OF_A_RUN)
    mended: list[Input] = [Document("0", "nay đọc được"), *INPUTS_OF_A_RUN[1:], Document("new", "thêm")]
    skipped, records = _run(tmp_path / "a.jsonl", mended)
    assert skipped >= 100
    assert records[0] == {"id": "0", "error": "0: is empty"}
    assert [record["id"] for record in records] == [item.name for item in mended]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (INPUTS_OF_A_RUN[1:], "document 1 was 0, and is now 1;"),
        ([*INPUTS_OF_A_RUN[:-1], Document("149", "khác")], "document 150 was 149, and is now another text"),
        (INPUTS_OF_A_RUN[:-1], "document 150 was 149, and is now missing"),
        ([], "document 1 was 0, and is now missing"),
    ],
)
def test_changed_inputs_are_refused(tmp_path: Path, changed: list[Input], message: str) -> None:
    _, records = _run(tmp_path / "a.jsonl", INPUTS_OF_A_RUN)
    with pytest.raises(InputError, match=rf"{message}.*begin anew with --restart"):
        _run(tmp_path / "a.jsonl", changed)
    assert _run(tmp_path / "a.jsonl", INPUTS_OF_A_RUN) == (len(records), records)


def _documents(count: int) -> Iterator[Input]:
    for i in range(count):
        yield Failure(f"{i}", "f") if i % 10 == 0 else Document(f"{i}", f"Ông Cao Văn Bường, xã số {i}. " * 10)


def test_processes_give_what_one_gives_in_order(native_model: Path) -> None:
    loading = Loading(str(native_model), threads=1)
    alone = list(runs.extract(runs.batches(_documents(120), loading), loading.load()))
    together = list(runs.extract_together(runs.batches(_documents(120), loading), loading, 2))
    assert together == alone
    assert len(alone) == 120
    # Read by the processes, and not by the one that writes them down.
    assert all("targets" in vars(result.prediction) for result in together if isinstance(result, Found))


def test_a_killed_process_is_one_clear_error_and_inputs_are_read_as_needed(native_model: Path) -> None:
    loading = Loading(str(native_model), threads=1)
    read = 0

    def inputs() -> Iterator[Input]:
        nonlocal read
        for item in _documents(2000):
            read += 1
            yield item

    results = runs.extract_together(runs.batches(inputs(), loading), loading, 2)
    next(results)
    assert read < 500
    for process in multiprocessing.active_children():
        process.kill()
    with pytest.raises(InputError, match="a worker process was killed"):
        list(results)
    assert multiprocessing.active_children() == []


def test_settings_tell_models_apart(native_model: Path, phobert_model: Path) -> None:
    one, other = (
        runs.settings(Extractor.load(folder, threads=1).checkpoint, ANYWHERE, Columns("body"), 9)
        for folder in (native_model, phobert_model)
    )
    assert one["model"] != other["model"]
    assert (one["--text-column"], one["--max-chars"]) == ("body", "9")


@pytest.mark.parametrize(
    "changed", [Loading(precision="fp32"), Loading(backend="torch"), Loading(device="cuda"), Loading(min_score=0)]
)
def test_settings_tell_apart_what_the_results_depend_on(native_model: Path, changed: Loading) -> None:
    model = checkpoint.read(native_model)
    assert runs.settings(model, ANYWHERE, Columns(), 9) != runs.settings(model, changed, Columns(), 9)
