"""Extraction from many inputs, in order, in bounded memory: in this process, or in several."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from nghiquyet.backends import BackendName, Precision, cores
from nghiquyet.checkpoint import MANIFEST, Checkpoint
from nghiquyet.corpus import Columns
from nghiquyet.documents import Document, Failure, Input, batched
from nghiquyet.errors import InputError, NghiquyetError
from nghiquyet.extractor import Extractor
from nghiquyet.outputs import Found, Record, Result
from nghiquyet.prediction import Prediction

if TYPE_CHECKING:
    from nghiquyet.journal import Journal

# Inputs that go to a model together, and their characters: a second or two of work, so that little is lost when a run is ended;
# an accelerator wants more at once.
_TOGETHER: Final = (32, 1 << 15)
_TOGETHER_ON_DEVICE: Final = (1024, 1 << 20)

Attempt = Prediction | str


@dataclass(frozen=True, slots=True)
class Loading:
    """How an `Extractor` is loaded, here or in another process."""

    model: str | None = None
    backend: BackendName = "auto"
    device: str = "cpu"
    threads: int | None = None
    precision: Precision = "auto"
    min_score: float | None = None

    def load(self) -> Extractor:
        return Extractor.load(
            self.model,
            backend=self.backend,
            device=self.device,
            threads=self.threads,
            precision=self.precision,
            min_score=self.min_score,
        )


def settings(model: Checkpoint, loading: Loading, columns: Columns, max_characters: int) -> dict[str, str]:
    """What the results of a run depend on, besides its inputs."""
    return {
        "nghiquyet": version("nghiquyet"),
        "model": hashlib.sha256((model.path / MANIFEST).read_bytes()).hexdigest(),
        "--backend": loading.backend,
        "--device": loading.device,
        "--precision": loading.precision,
        "--min-score": str(loading.min_score),
        "--text-column": columns.text,
        "--id-column": columns.id,
        "--max-chars": str(max_characters),
    }


def batches(inputs: Iterable[Input], loading: Loading) -> Iterator[list[Input]]:
    """Inputs in the lists that go to a model together: always the same ones, so that a run that goes on computes the same."""
    most, heaviest = _TOGETHER if loading.device == "cpu" else _TOGETHER_ON_DEVICE
    return batched(inputs, lambda item: len(item.text) if isinstance(item, Document) else 0, most, heaviest)


def go_on(journal: "Journal", all_batches: Iterator[list[Input]], skip: Callable[[Record], object]) -> Iterator[list[Input]]:
    """The batches that are left to do, once the journal has been compared with the inputs and is ready for their records.

    Args:
        journal: what it holds of a batch that it holds only in part is cut off.
        all_batches: those of the whole run, from its first input.
        skip: told each record that stands.

    Raises:
        InputError: at the first input that is not the one that was read then, or if the journal cannot be used.
    """
    standing = journal.standing()
    done = 0
    for batch in all_batches:
        records = list(islice(standing, len(batch)))
        for number, (record, found) in enumerate(zip(records, batch, strict=False), done + 1):
            if not _is_of(record, found):
                now = "another text" if found.name == record.get("id") else found.name
                raise _changed(journal, number, record, now)
        if len(records) < len(batch):
            journal.go_on(done)
            return chain([batch], all_batches)
        for record in records:
            skip(record)
        done += len(batch)
    for record in standing:
        raise _changed(journal, done + 1, record, "missing")
    journal.go_on(done)
    return iter(())


def _changed(journal: "Journal", number: int, record: Record, now: str) -> InputError:
    return InputError(
        f"{journal.path}: document {number} was {record.get('id')}, and is now {now}; "
        "give the same inputs, or begin anew with --restart"
    )


def _is_of(record: Record, found: Input) -> bool:
    if record.get("id") != found.name:
        return False
    # What could not be read then stays as it is told, though it could be read now.
    return "error" in record or (isinstance(found, Document) and record.get("text") == found.text)


def extract(remaining: Iterable[list[Input]], extractor: Extractor) -> Generator[Result, None, None]:
    """One result an input, in order, by batches, with an extractor that is loaded already."""
    for batch in remaining:
        yield from _results(batch, _attempt(extractor, _texts(batch)))


def extract_together(remaining: Iterable[list[Input]], loading: Loading, workers: int) -> Generator[Result, None, None]:
    """The same with `workers` processes, each with an extractor of its own and its share of the cores; to be closed if left early.

    Raises:
        InputError: if a process is killed.
        NghiquyetError: if the model cannot be loaded.
    """
    from nghiquyet import processes

    loading = replace(loading, threads=loading.threads or max(1, cores() // workers))
    with closing(processes.in_order(partial(_results_here, loading), remaining, workers, "--workers")) as found:
        for results in found:
            yield from results


def _texts(batch: Iterable[Input]) -> list[str]:
    return [item.text for item in batch if isinstance(item, Document)]


def _results(batch: Iterable[Input], attempts: Iterable[Attempt]) -> Iterator[Result]:
    remaining = iter(attempts)
    for item in batch:
        if isinstance(item, Failure):
            yield item
            continue
        attempt = next(remaining)
        yield Failure(item.name, f"{item.name}: {attempt}") if isinstance(attempt, str) else Found(item.name, attempt)


def _attempt(extractor: Extractor, texts: list[str]) -> list[Attempt]:
    """Predictions, or why there is none: a text on which the model breaks off must not end the run, and does not end it twice."""
    try:
        return list(extractor.predict(texts))
    except NghiquyetError:
        raise
    except Exception as error:
        if len(texts) == 1:
            return [f"the model failed on it: {type(error).__name__}: {error}"]
        alone = [_attempt(extractor, [text])[0] for text in texts]
        if all(isinstance(attempt, str) for attempt in alone):
            # It is not the texts then.
            raise
        return alone


@cache
def _loaded(loading: Loading) -> Extractor:
    return loading.load()


def _results_here(loading: Loading, batch: list[Input]) -> list[Result]:
    results = list(_results(batch, _attempt(_loaded(loading), _texts(batch))))
    for result in results:
        if isinstance(result, Found):
            # Records are read here, where several processes share the work, and go with it.
            _ = result.prediction.targets, result.prediction.people, result.prediction.organisations
    return results
