"""A stage of a Ray Data pipeline. Ray itself is not imported: it calls the stage, on the machines of a cluster."""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from nghiquyet.backends import BackendName, Precision
from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet.parquet import ENTITIES
from nghiquyet.prediction import Prediction
from nghiquyet.text import is_unicode


class Predictor:
    """Finds entities in a column of texts: `ds.map_batches(Predictor, compute=ActorPoolStrategy(size=2), batch_size=32)`.

    Every worker loads the model once. The batch format is Ray's default. All columns come out as they came in, and beside them
    `entities`, in each row a list of {"label", "start", "end", "text", "score"} with half-open offsets in code points; what else
    `Prediction.to_dict` holds, as JSON text in a column of its name; and `error`. A row that cannot be read fails nothing: its
    `error` says why, which is null in all others, and its other new columns are null.

    Args:
        model: a model folder that every worker can read, or a hub id; None is the model that comes with the package.
        column: the name of the column that holds the texts.
        backend: as in `Extractor.load`.
        device: as in `Extractor.load`.
        threads: CPU threads of a worker; `map_batches(..., num_cpus=...)` puts processors by for it.
        precision: as in `Extractor.load`; "auto" is not the same on all processors, so name one for a cluster of several kinds.
        min_score: as in `Extractor.load`.
        max_chars: characters of a text; longer ones are seldom one article, and get an error.

    Raises:
        CheckpointError: if the model folder is missing, incomplete or altered.
        MissingExtraError: if the backend is not installed.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        column: str = "text",
        backend: BackendName = "auto",
        device: str = "cpu",
        threads: int = 1,
        precision: Precision = "auto",
        min_score: float | None = None,
        max_chars: int = 1_000_000,
    ) -> None:
        self._extractor: Final = Extractor.load(
            model, backend=backend, device=device, threads=threads, precision=precision, min_score=min_score
        )
        self._column: Final = column
        self._max_chars: Final = max_chars

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """A batch, one array a column, with the new columns.

        Raises:
            InputError: if the column of texts is missing, or one of the new columns is there already.
            TypeError: if the batch is not in Ray's default format.
        """
        if not isinstance(batch, Mapping):
            raise TypeError(f"expected one array a column, got {type(batch).__name__}: leave batch_format as it is")
        if self._column not in batch:
            raise InputError(f"no column {self._column!r} among {sorted(batch)}: fn_constructor_kwargs={{'column': ...}} names it")
        errors = [self._error(text) for text in batch[self._column]]
        found = iter(self._extractor.predict([text for text, error in zip(batch[self._column], errors, strict=True) if not error]))
        columns = _columns([None if error else next(found) for error in errors])
        columns["error"] = pa.array(errors, pa.string())
        if taken := sorted(columns.keys() & batch.keys()):
            raise InputError(f"the columns {taken} are there already: rename or drop them first")
        return {**batch, **columns}

    def _error(self, text: object) -> str | None:
        if not isinstance(text, str):
            return f"expected text, got {'nothing' if _is_missing(text) else type(text).__name__}"
        if not is_unicode(text):
            return "holds half of a surrogate pair, so it is not Unicode text"
        if len(text) > self._max_chars:
            return f"{len(text):,} characters, more than {self._max_chars:,}"
        return None


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float | np.floating) and bool(np.isnan(value)))


def _columns(found: list[Prediction | None]) -> dict[str, pa.Array]:
    rows = [None if prediction is None else prediction.to_dict() for prediction in found]
    # An extractor that finds nothing to say has the same columns as any other.
    names = [name for name in Prediction("", ()).to_dict() if name != "text"]
    return {name: _column(name, [row and row[name] for row in rows]) for name in names}


def _column(name: str, values: list[Any]) -> pa.Array:
    if name == "entities":
        # Said for every block: one without any entity would have another type else, and Ray would pickle what it cannot type.
        return pa.array(values, ENTITIES)
    return pa.array([None if value is None else json.dumps(value, ensure_ascii=False) for value in values], pa.string())
