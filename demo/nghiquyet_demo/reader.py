"""What the page needs of a model."""

from collections.abc import Iterable
from typing import Protocol

from nghiquyet import Prediction


class Reader(Protocol):
    """What the page needs of an `Extractor`; may be shared between threads."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def predict(self, texts: str) -> Prediction: ...


class Prepared:
    """A reader that has read some texts beforehand, so that examples answer at once; it keeps nothing of what visitors send."""

    def __init__(self, reader: Reader, texts: Iterable[str]) -> None:
        self._reader = reader
        self._ready = {text: reader.predict(text) for text in texts}
        for prediction in self._ready.values():
            # What is made at the first use, grammars and the register of places, is made here: nobody's first article waits for it.
            prediction.to_dict()

    @property
    def labels(self) -> tuple[str, ...]:
        return self._reader.labels

    def predict(self, texts: str) -> Prediction:
        return self._ready.get(texts) or self._reader.predict(texts)
