"""Labels as BIO tags over words (IOB2: every entity begins with B-), and which tag may follow which.

The order of the tags is part of a checkpoint: column i of a score matrix belongs to `TagSet.tags[i]`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from nghiquyet.errors import NghiquyetError

OUTSIDE = "O"


@dataclass(frozen=True)
class TagSet:
    """The tags of a label set: O, then B- and I- of each label in the order given."""

    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.labels or len(set(self.labels)) != len(self.labels) or not all(self.labels):
            raise NghiquyetError(f"labels must be distinct and not empty, got {list(self.labels)}")

    @cached_property
    def tags(self) -> tuple[str, ...]:
        return (OUTSIDE, *(prefix + label for label in self.labels for prefix in ("B-", "I-")))

    @cached_property
    def index(self) -> dict[str, int]:
        return {tag: i for i, tag in enumerate(self.tags)}

    @cached_property
    def may_follow(self) -> npt.NDArray[np.bool_]:
        """Matrix [tag, next tag]: an I- stands only after the B- or I- of its own label."""
        allowed = np.ones((len(self.tags), len(self.tags)), dtype=np.bool_)
        for inside in range(2, len(self.tags), 2):
            allowed[:, inside] = False
            allowed[[inside - 1, inside], inside] = True
        return allowed

    @cached_property
    def may_start(self) -> npt.NDArray[np.bool_]:
        """Vector [tag]: whether a sequence may begin with it; no I- may."""
        return np.array(self.may_follow[0])

    def encode(self, length: int, spans: Iterable[tuple[int, int, str]]) -> list[int]:
        """Tag indices of `length` words from `(first, stop, label)`, half-open word positions without overlap.

        >>> TagSet(("ORG",)).encode(4, [(1, 3, "ORG")])
        [0, 1, 2, 0]
        """
        tags = [0] * length
        for first, stop, label in spans:
            begin = self.index.get("B-" + label)
            if begin is None:
                raise NghiquyetError(f"unknown label {label!r}; the labels are {', '.join(self.labels)}")
            tags[first] = begin
            tags[first + 1 : stop] = [begin + 1] * (stop - first - 1)
        return tags

    def decode(self, tags: Sequence[int]) -> list[tuple[int, int, str]]:
        """Word spans `(first, stop, label)` of a legal tag sequence, in order.

        >>> TagSet(("ORG",)).decode([0, 1, 2, 1, 0])
        [(1, 3, 'ORG'), (3, 4, 'ORG')]
        """
        spans: list[tuple[int, int, str]] = []
        for i, tag in enumerate(tags):
            if tag % 2:
                spans.append((i, i + 1, self.labels[tag // 2]))
            elif tag:
                first, _, label = spans[-1]
                spans[-1] = (first, i + 1, label)
        return spans
