"""Counting right and wrong spans, on characters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nghiquyet_training.articles import Span


@dataclass(frozen=True, slots=True)
class Counts:
    """Gold and predicted spans of a label, and how many of each agree with one of the other; all measures are derived.

    `exact` have the same borders and label. `gold_hit` and `predicted_hit` share at least one character with a span of the same
    label on the other side.
    """

    gold: int = 0
    predicted: int = 0
    exact: int = 0
    gold_hit: int = 0
    predicted_hit: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.gold + other.gold,
            self.predicted + other.predicted,
            self.exact + other.exact,
            self.gold_hit + other.gold_hit,
            self.predicted_hit + other.predicted_hit,
        )

    @property
    def precision(self) -> float:
        return _ratio(self.exact, self.predicted)

    @property
    def recall(self) -> float:
        return _ratio(self.exact, self.gold)

    @property
    def f1(self) -> float:
        return _ratio(2 * self.exact, self.gold + self.predicted)

    @property
    def overlap_f1(self) -> float:
        recall, precision = _ratio(self.gold_hit, self.gold), _ratio(self.predicted_hit, self.predicted)
        return _ratio(2 * recall * precision, recall + precision)

    def to_dict(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "overlap_f1": round(self.overlap_f1, 4),
            "gold": self.gold,
            "predicted": self.predicted,
        }


def count(gold: Sequence[Span], predicted: Sequence[Span], labels: Iterable[str]) -> dict[str, Counts]:
    """The counts of one article for each label; spans of a side do not overlap."""
    result = {}
    for label in labels:
        wanted = [span for span in gold if span.label == label]
        found = [span for span in predicted if span.label == label]
        result[label] = Counts(
            gold=len(wanted),
            predicted=len(found),
            exact=len(set(wanted) & set(found)),
            gold_hit=sum(any(_overlap(span, other) for other in found) for span in wanted),
            predicted_hit=sum(any(_overlap(span, other) for other in wanted) for span in found),
        )
    return result


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
