"""What the extractor found in one text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nghiquyet import display, records
from nghiquyet.entities import Entity


@dataclass(frozen=True, slots=True)
class Prediction:
    """A text as given and its entities, in text order, never overlapping: `text[e.start:e.end] == e.text` for each."""

    text: str
    entities: tuple[Entity, ...]

    @property
    def targets(self) -> tuple[records.Target, ...]:
        return records.targets(self.text, self.entities)

    @property
    def people(self) -> tuple[records.Person, ...]:
        return records.people(self.text, self.entities)

    @property
    def organisations(self) -> tuple[records.Organisation, ...]:
        return records.organisations(self.text, self.entities)

    def to_dict(self) -> Mapping[str, Any]:
        """`{"text": ..., "entities": [{"label", "start", "end", "text", "score"}, ...]}`, ready for JSON."""
        return {"text": self.text, "entities": [entity.to_dict() for entity in self.entities]}

    def to_html(self) -> str:
        """The text with its entities marked, as an HTML fragment that carries its own colours; the text is escaped."""
        return display.html_fragment(self.text, self.entities)
