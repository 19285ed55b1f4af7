"""The whole line: text -> words -> windows -> tag scores -> entities."""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Self, overload

import numpy as np
import numpy.typing as npt

from nghiquyet import backends, checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.entities import decode, log_softmax
from nghiquyet.errors import InputError
from nghiquyet.prediction import Prediction
from nghiquyet.profile import stage
from nghiquyet.windows import WindowInput, WordPieces, window_input, windows
from nghiquyet.words import sentences

# Windows that are scored together: enough to fill batches evenly, little enough to bound memory.
_PARTS_TOGETHER = 256
_NO_SCORES: npt.NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)


def prepare(text: str, model: Checkpoint) -> Iterator[WindowInput]:
    """Everything before the network, window by window; training builds its examples from the same."""
    layout = windows(_word_pieces(text, model), model.manifest.window)
    signs = (model.pieces.opening, model.pieces.closing)
    while True:
        with stage("windows"):
            window = next(layout, None)
            if window is None:
                return
            found = window_input(window, signs)
        yield found


def _word_pieces(text: str, model: Checkpoint) -> Iterator[list[WordPieces]]:
    """The words of each sentence, joined, with their pieces."""
    room = model.manifest.window.core
    remaining = sentences(text)
    while True:
        with stage("words"):
            sentence = next(remaining, None)
        if sentence is None:
            return
        with stage("segmentation"):
            joined = model.segmenter(sentence)
        with stage("pieces"):
            found = [WordPieces(word, model.pieces(word.form)[:room]) for word in joined]
        yield found


@dataclass(frozen=True, slots=True)
class _Part:
    """What the text of that number is cut into: a window, or None, which stands before the first."""

    number: int
    text: str
    window: WindowInput | None


class Extractor:
    """Finds entities in texts with one model. Use `Extractor.load`; an instance may be shared between threads."""

    def __init__(self, model: Checkpoint, backend: backends.Backend, min_score: float | None = None) -> None:
        """Of a model folder and its network; `min_score` as in `load`."""
        self.checkpoint = model
        self._backend = backend
        self._min_score = model.manifest.min_score if min_score is None else min_score
        if not 0 <= self._min_score <= 1:
            raise InputError(f"min_score must be from 0 to 1, found {min_score!r}")
        # Now, and not by whichever threads come first.
        _ = model.tags, model.pieces, model.segmenter, model.syllable_joiner

    @classmethod
    def load(
        cls,
        path_or_hub_id: str | os.PathLike[str] | None = None,
        *,
        backend: backends.BackendName = "auto",
        device: str = "cpu",
        threads: int | None = None,
        precision: backends.Precision = "auto",
        min_score: float | None = None,
    ) -> Self:
        """Load a model.

        Args:
            path_or_hub_id: a model folder; or "owner/name" on the Hugging Face hub, the one case in which the network is used;
                None is the model that comes with the package.
            backend: "onnx", "torch", or "auto": ONNX Runtime on the CPU where the folder has a graph, for all but bf16, else torch.
            device: "cpu", "cuda", "cuda:1", "mps".
            threads: CPU threads of the network; None leaves the choice to the backend.
            precision: what matrix products are computed in. "fp32", which onnx and torch have, gives the same on both; "int8" is
                onnx's, "bf16" torch's. "auto" is "int8" for onnx on the CPU where the folder has a graph for it, else "fp32".
            min_score: entities with a lower score are left out, 0 to 1: 0 finds most, 0.9 what is nearly always right. None is
                what the model folder says.

        Raises:
            CheckpointError: if the folder is missing, incomplete or altered.
            InputError: if `min_score` is out of range.
            MissingExtraError: if the backend is not installed.
        """
        model = checkpoint.of(path_or_hub_id)
        return cls(model, backends.load(model, backend, device, threads, precision), min_score)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.checkpoint.manifest.labels

    @overload
    def predict(self, texts: str) -> Prediction: ...  # type: ignore[overload-overlap]
    @overload
    def predict(self, texts: Iterable[str]) -> list[Prediction]: ...
    def predict(self, texts: str | Iterable[str]) -> Prediction | list[Prediction]:
        """The entities of one text, or of each of many; a text of any length is read whole.

        Raises:
            TypeError: if something other than text is given.
        """
        if isinstance(texts, str):
            return next(self.stream([texts]))
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction a text, in order, as they are ready; only a few windows are held at a time."""
        if isinstance(texts, str | bytes):
            raise TypeError(f"expected an iterable of texts, got one {type(texts).__name__}")
        for _, scored in groupby(self._scored(texts), key=lambda scored: scored[0].number):
            yield self._prediction(scored)

    def _prediction(self, scored: Iterator[tuple[_Part, npt.NDArray[np.float32]]]) -> Prediction:
        """That of one text, from its parts and their scores."""
        head, _ = next(scored)
        with stage("decoding"):
            parts = ((part.window.words, log_softmax(logits)) for part, logits in scored if part.window is not None)
            model, manifest = self.checkpoint, self.checkpoint.manifest
            decoded = decode(
                head.text, parts, model.tags, manifest.calibration, self._min_score, manifest.least_words, model.syllable_joiner
            )
            found = tuple(decoded)
        return Prediction(head.text, found)

    def _scored(self, texts: Iterable[str]) -> Iterator[tuple[_Part, npt.NDArray[np.float32]]]:
        """The parts of all texts, with a row of scores for each word of a window."""
        remaining = self._parts(texts)
        while batch := list(islice(remaining, _PARTS_TOGETHER)):
            logits = iter(self._score([part.window for part in batch if part.window is not None]))
            for part in batch:
                yield part, _NO_SCORES if part.window is None else next(logits)

    def _parts(self, texts: Iterable[str]) -> Iterator[_Part]:
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise TypeError(f"expected str, got {type(text).__name__}: decode bytes and pick the text field of records first")
            yield _Part(number, text, None)
            for window in prepare(text, self.checkpoint):
                yield _Part(number, text, window)

    def _score(self, inputs: Sequence[WindowInput]) -> list[npt.NDArray[np.float32]]:
        """Logits of the core words of each window, (words, tags); windows of like length share a batch."""
        result: list[npt.NDArray[np.float32]] = [_NO_SCORES] * len(inputs)
        order = sorted(range(len(inputs)), key=lambda i: len(inputs[i].ids), reverse=True)
        while order:
            longest = len(inputs[order[0]].ids)
            rows = max(1, self._backend.pieces_together // longest)
            batch, order = order[:rows], order[rows:]
            ids = np.full((len(batch), longest), self.checkpoint.pieces.padding, dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, i in enumerate(batch):
                ids[row, : len(inputs[i].ids)] = inputs[i].ids
                mask[row, : len(inputs[i].ids)] = 1
            with stage("network"):
                logits = self._backend(ids, mask)
            for row, i in enumerate(batch):
                result[i] = logits[row, list(inputs[i].first_pieces)]
        return result


_default_lock = threading.Lock()
_default: Extractor | None = None


@overload
def predict(texts: str) -> Prediction: ...  # type: ignore[overload-overlap]
@overload
def predict(texts: Iterable[str]) -> list[Prediction]: ...
def predict(texts: str | Iterable[str]) -> Prediction | list[Prediction]:
    """The entities of one text, or of each of many, by the model that comes with the package.

    The model is loaded at the first call and kept. `Extractor.load` is the same thing configured.
    """
    global _default
    with _default_lock:
        if _default is None:
            _default = Extractor.load()
    return _default.predict(texts)
