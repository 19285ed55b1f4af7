"""The whole line: text -> words -> windows -> tag scores -> entities."""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from typing import Self, overload

import numpy as np
import numpy.typing as npt

from nghiquyet import backends, checkpoint, hub
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.entities import decode, log_softmax
from nghiquyet.prediction import Prediction
from nghiquyet.profile import stage
from nghiquyet.windows import WindowInput, merge, window_input, windows
from nghiquyet.words import Sentence, sentences

# Texts whose windows are scored together: enough to fill batches evenly, little enough to bound memory.
_TEXTS_TOGETHER = 32


@dataclass(frozen=True)
class Document:
    """A text cut up for a model: its sentences of words, and the inputs of its windows in order."""

    text: str
    sentences: list[Sentence]
    inputs: list[WindowInput]


def prepare(text: str, model: Checkpoint) -> Document:
    """Everything before the network; training builds its examples from the same."""
    with stage("words"):
        plain = sentences(text)
    with stage("segmentation"):
        segmented = [model.segmenter(sentence) for sentence in plain]
    with stage("pieces"):
        by_sentence = [[model.pieces(word.form) for word in sentence] for sentence in segmented]
    with stage("windows"):
        size = model.manifest.window
        layout = windows([[len(ids) for ids in sentence] for sentence in by_sentence], size)
        word_pieces = [ids for sentence in by_sentence for ids in sentence]
        signs = (model.pieces.opening, model.pieces.closing)
        inputs = [window_input(window, word_pieces, size, signs) for window in layout]
    return Document(text, segmented, inputs)


class Extractor:
    """Finds entities in texts with one model. Use `Extractor.load`; an instance may be shared between threads."""

    def __init__(self, model: Checkpoint, backend: backends.Backend) -> None:
        self.checkpoint = model
        self._backend = backend
        # Now, and not by whichever threads come first.
        _ = model.tags, model.pieces, model.segmenter

    @classmethod
    def load(
        cls,
        path_or_hub_id: str | os.PathLike[str] | None = None,
        *,
        backend: backends.BackendName = "auto",
        device: str = "cpu",
        threads: int | None = None,
        precision: backends.Precision = "auto",
    ) -> Self:
        """Load a model.

        Args:
            path_or_hub_id: a model folder; or "owner/name" on the Hugging Face hub, the one case in which the network is used;
                None is the model that comes with the package.
            backend: "onnx", "torch", or "auto": ONNX Runtime on the CPU where the folder has a graph, else torch.
            device: "cpu", "cuda", "cuda:1", "mps".
            threads: CPU threads of the network; None leaves the choice to the backend.
            precision: what matrix products are computed in. "fp32", which onnx and torch have, gives the same on both; "int8" is
                onnx's, "bf16" torch's. "auto" is "int8" for onnx on the CPU where the folder has a graph for it, else "fp32".

        Raises:
            CheckpointError: if the folder is missing, incomplete or altered.
            MissingExtraError: if the backend is not installed.
        """
        model = checkpoint.read(_packaged() if path_or_hub_id is None else hub.folder(path_or_hub_id))
        return cls(model, backends.load(model, backend, device, threads, precision))

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
        """One prediction a text, in order, as they are ready; only a few texts are held at a time."""
        if isinstance(texts, str | bytes):
            raise TypeError(f"expected an iterable of texts, got one {type(texts).__name__}")
        remaining = iter(texts)
        while batch := list(islice(remaining, _TEXTS_TOGETHER)):
            yield from self._predict(batch)

    def _predict(self, texts: Sequence[str]) -> Iterator[Prediction]:
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"expected str, got {type(text).__name__}: decode bytes and pick the text field of records first")
        documents = [prepare(text, self.checkpoint) for text in texts]
        scored = iter(self._score([item for document in documents for item in document.inputs]))
        tags = self.checkpoint.tags
        for document in documents:
            with stage("decoding"):
                logits = merge(list(islice(scored, len(document.inputs))), len(tags.tags))
                calibration = self.checkpoint.manifest.calibration
                found = decode(document.text, document.sentences, log_softmax(logits), tags, calibration)
            yield Prediction(document.text, tuple(found))

    def _score(self, inputs: Sequence[WindowInput]) -> list[npt.NDArray[np.float32]]:
        """Logits of the core words of each window, (words, tags); windows of like length share a batch."""
        result: list[npt.NDArray[np.float32]] = [np.zeros((0, 0), dtype=np.float32)] * len(inputs)
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


def _packaged() -> Path:
    with as_file(files("nghiquyet") / "model") as path:
        return path
