"""Which label a model gives to spans of which label, and what it leaves out or adds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nghiquyet_training.articles import Span
from nghiquyet_training.outcomes import Evaluation, Outcome


@dataclass(frozen=True)
class Confusion:
    """Numbers of spans by `(gold label, predicted label)`, above 0; None on one side stands for no span there.

    Every span counts once, so that a row adds up to the gold spans of its label, and a column to the predicted ones.
    """

    labels: tuple[str, ...]
    counts: Mapping[tuple[str | None, str | None], int]

    @property
    def matrix(self) -> list[list[int]]:
        """Rows of gold labels and columns of predicted ones, both in the order of `labels`, with no span as the last."""
        sides = (*self.labels, None)
        return [[self.counts.get((gold, predicted), 0) for predicted in sides] for gold in sides]

    def to_dict(self) -> dict[str, Any]:
        return {"labels": list(self.labels), "matrix": self.matrix}


def confusion(evaluation: Evaluation) -> Confusion:
    """The labels of matched spans, whatever their borders, and of those that are left over on either side."""
    pairs = (pair for outcome in evaluation.outcomes for pair in matched(outcome))
    return Confusion(evaluation.labels, Counter((_label(gold), _label(predicted)) for gold, predicted in pairs))


def matched(outcome: Outcome) -> Iterator[tuple[Span | None, Span | None]]:
    """Gold and predicted spans in pairs, each span in one, the largest overlaps first; spans without a partner are beside None.

    Of overlaps of the same size, one within a label comes first, then the first in the text.
    """
    gold, predicted = dict.fromkeys(outcome.gold), dict.fromkeys(outcome.predicted)
    overlaps = ((_overlap(one, other), one, other) for one in outcome.gold for other in outcome.predicted)
    meeting = [found for found in overlaps if found[0] > 0]
    for _, one, other in sorted(meeting, key=lambda found: (-found[0], found[1].label != found[2].label, found[1], found[2])):
        if one in gold and other in predicted:
            del gold[one], predicted[other]
            yield one, other
    yield from ((one, None) for one in gold)
    yield from ((None, other) for other in predicted)


def _label(span: Span | None) -> str | None:
    return None if span is None else span.label


def _overlap(one: Span, other: Span) -> int:
    """How many characters two spans share; not above 0 if none."""
    return min(one.end, other.end) - max(one.start, other.start)
