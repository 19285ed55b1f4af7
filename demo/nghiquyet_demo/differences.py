"""Where two models read one text differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from nghiquyet import Entity


class Kind(Enum):
    """How two readings of one place compare."""

    SAME = "same"
    LABEL = "label"
    BORDERS = "borders"
    BOTH = "both"
    FIRST_ONLY = "first_only"
    SECOND_ONLY = "second_only"


@dataclass(frozen=True, slots=True)
class Pair:
    """What two models found at one place; None for the one that found nothing there."""

    first: Entity | None
    second: Entity | None

    @property
    def kind(self) -> Kind:
        if self.first is None:
            return Kind.SECOND_ONLY
        if self.second is None:
            return Kind.FIRST_ONLY
        same_borders = (self.first.start, self.first.end) == (self.second.start, self.second.end)
        if self.first.label == self.second.label:
            return Kind.SAME if same_borders else Kind.BORDERS
        return Kind.LABEL if same_borders else Kind.BOTH

    @property
    def start(self) -> int:
        return min(entity.start for entity in (self.first, self.second) if entity is not None)


def pairs(first: Sequence[Entity], second: Sequence[Entity]) -> tuple[Pair, ...]:
    """Every entity of two readings of one text, each in one pair, in text order; both are in text order and without overlap.

    Entities with the same borders are partners; of the others, those that overlap, the widest overlap first.
    """
    overlaps = sorted(
        (not _is_same_place(one, two), -(min(one.end, two.end) - max(one.start, two.start)), m, n)
        for m, n, one, two in _overlapping(first, second)
    )
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, m, n in overlaps:
        if m not in partner and n not in taken:
            partner[m] = n
            taken.add(n)
    found = [Pair(entity, second[partner[m]] if m in partner else None) for m, entity in enumerate(first)]
    found += [Pair(None, entity) for n, entity in enumerate(second) if n not in taken]
    return tuple(sorted(found, key=lambda pair: pair.start))


def _is_same_place(one: Entity, two: Entity) -> bool:
    return (one.start, one.end) == (two.start, two.end)


def _overlapping(first: Sequence[Entity], second: Sequence[Entity]) -> list[tuple[int, int, Entity, Entity]]:
    """Every two that share a character, by their places in the sequences; one walk along the text."""
    found: list[tuple[int, int, Entity, Entity]] = []
    m = n = 0
    while m < len(first) and n < len(second):
        one, two = first[m], second[n]
        if one.start < two.end and two.start < one.end:
            found.append((m, n, one, two))
        if one.end <= two.end:
            m += 1
        else:
            n += 1
    return found
