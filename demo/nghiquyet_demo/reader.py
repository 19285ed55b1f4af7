"""What the page needs of a model."""

from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from nghiquyet import Organisation, Person, Prediction, Target


class Reader(Protocol):
    """What the page needs of an `Extractor`; may be shared between threads."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def predict(self, texts: str) -> Prediction: ...


class Remembered(Prediction):
    """A prediction whose records are read from its text once: tables, charts and files all ask for them."""

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        return super().targets

    @cached_property
    def people(self) -> tuple[Person, ...]:
        return super().people

    @cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        return super().organisations

    @classmethod
    def of(cls, prediction: Prediction) -> "Remembered":
        """The same with its records read already."""
        found = cls(prediction.text, prediction.entities)
        _ = found.targets, found.people, found.organisations
        return found


class Prepared:
    """A reader that has read some texts beforehand, so that examples answer at once; it keeps nothing of what visitors send."""

    def __init__(self, reader: Reader, texts: Iterable[str]) -> None:
        self._reader = reader
        self._ready = {text: Remembered.of(reader.predict(text)) for text in texts}

    @property
    def labels(self) -> tuple[str, ...]:
        return self._reader.labels

    def predict(self, texts: str) -> Prediction:
        return self._ready.get(texts) or self._reader.predict(texts)
