"""Entities as the things they name: the targets, people and organisations of one document."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nghiquyet.entities import Entity
from nghiquyet.text import model_form

# The labels that records are made of; a model may have others.
TARGET: Final = "TARGET"
PERSON: Final = "PERSON"
ORGANISATION: Final = "ORG"
LABELS: Final = frozenset({TARGET, PERSON, ORGANISATION})


@dataclass(frozen=True, slots=True)
class Target:
    """What an organisation commits itself to reach."""

    text: str
    entity: Entity


@dataclass(frozen=True, slots=True)
class Person:
    """A person by name, with every mention under that name, in text order."""

    name: str
    mentions: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation by name, with every mention under that name, in text order."""

    name: str
    mentions: tuple[Entity, ...]


def targets(entities: Iterable[Entity]) -> tuple[Target, ...]:
    return tuple(Target(entity.text, entity) for entity in entities if entity.label == TARGET)


def people(entities: Iterable[Entity]) -> tuple[Person, ...]:
    return tuple(Person(group[0].text, group) for group in _by_name(entities, PERSON))


def organisations(entities: Iterable[Entity]) -> tuple[Organisation, ...]:
    return tuple(Organisation(group[0].text, group) for group in _by_name(entities, ORGANISATION))


def _by_name(entities: Iterable[Entity], label: str) -> list[tuple[Entity, ...]]:
    groups: dict[str, list[Entity]] = {}
    for entity in entities:
        if entity.label == label:
            name = " ".join(model_form(part) for part in entity.text.split()).casefold()
            groups.setdefault(name, []).append(entity)
    return [tuple(group) for group in groups.values()]
