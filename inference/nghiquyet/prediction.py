"""What the extractor found in one text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from nghiquyet import display
from nghiquyet.entities import Entity
from nghiquyet.errors import InputError

# Imported at the first use: compiling the grammars of records takes longer than finding the entities of an article.
if TYPE_CHECKING:
    from nghiquyet.records import Organisation, Person, Target


# Without slots: the records are kept in the instance.
@dataclass(frozen=True)
class Prediction:
    """A text as given and its entities, in text order, never overlapping: `text[e.start:e.end] == e.text` for each.

    Its records (`targets`, `people`, `organisations`) are read from both at the first access, and kept.
    """

    text: str
    entities: tuple[Entity, ...]

    @cached_property
    def targets(self) -> "tuple[Target, ...]":
        from nghiquyet import records

        return records.targets(self.text, self.entities)

    @cached_property
    def people(self) -> "tuple[Person, ...]":
        from nghiquyet import records

        return records.people(self.text, self.entities)

    @cached_property
    def organisations(self) -> "tuple[Organisation, ...]":
        from nghiquyet import records

        return records.organisations(self.text, self.entities)

    def to_dict(self) -> Mapping[str, Any]:
        """The text, its entities and its records, each as its own `to_dict` says, ready for JSON."""
        return {
            "text": self.text,
            "entities": [entity.to_dict() for entity in self.entities],
            "targets": [target.to_dict() for target in self.targets],
            "people": [person.to_dict() for person in self.people],
            "organisations": [organisation.to_dict() for organisation in self.organisations],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """What `to_dict` gave, or a labelled article, whose entities have no score and are taken for sure; records are read anew.

        Raises:
            InputError: if there is no text, or an entity is incomplete, does not lie in it, or overlaps another.
        """
        text = content.get("text")
        if not isinstance(text, str):
            raise InputError('expected an object with a "text" that is a string')
        entities = content.get("entities")
        if not isinstance(entities, list):
            raise InputError('expected "entities" to be a list of objects with label, start and end')
        found = sorted((_entity(text, entity) for entity in entities), key=lambda entity: entity.start)
        for before, entity in pairwise(found):
            if entity.start < before.end:
                raise InputError(f"{before.text!r} at {before.start} and {entity.text!r} at {entity.start} overlap; keep one")
        return cls(text, tuple(found))

    def to_html(self) -> str:
        """The text with its entities marked, as an HTML fragment that carries its own colours; the text is escaped."""
        return display.html_fragment(self.text, self.entities)


def _entity(text: str, content: Any) -> Entity:
    match content:
        case {"label": str(label), "start": int(start), "end": int(end)} if 0 <= start < end <= len(text):
            score = content.get("score", 1.0)
            if isinstance(score, int | float) and 0 <= score <= 1:
                return Entity(label, start, end, text[start:end], float(score))
    raise InputError(f"{content!r} is no entity of a text of {len(text)} characters; give label, start and end")
