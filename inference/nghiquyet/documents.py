"""What an input is read as: a text under its name, or the reason why there is none."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Document:
    """A text, and the name it is reported by: its path, its id in a file of many texts, or "-"."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An input without a text: the name it is reported by, and the reason, one line that names the place."""

    name: str
    reason: str


Input = Document | Failure


def batched(items: Iterable[_Item], weigh: Callable[[_Item], int], most: int | None, heaviest: int) -> Iterator[list[_Item]]:
    """Consecutive lists of at most `most` items (None: any number), ended as soon as they weigh `heaviest`; one is held at a time.

    >>> list(batched(["a", "bb", "c", "d", "eeee"], len, most=3, heaviest=3))
    [['a', 'bb'], ['c', 'd', 'eeee']]
    """
    batch: list[_Item] = []
    weight = 0
    for item in items:
        batch.append(item)
        weight += weigh(item)
        if len(batch) == most or weight >= heaviest:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
