"""Counting right and wrong spans, on characters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from nghiquyet_training.articles import Span

MEASURES: Final = ("precision", "recall", "f1", "overlap_f1", "boundary_f1")


@dataclass(frozen=True, slots=True)
class Counts:
    """Gold and predicted spans of a label, and how many of each agree with one of the other; all `MEASURES` are derived.

    `exact` have the same borders and label. `gold_hit` and `predicted_hit` share at least one character with a span of the same
    label on the other side. `gold_boundary` and `predicted_boundary` have the borders of a span of any label on the other side.
    The formulas hold for arrays of counts as well: see `bootstrap`.
    """

    gold: int = 0
    predicted: int = 0
    exact: int = 0
    gold_hit: int = 0
    predicted_hit: int = 0
    gold_boundary: int = 0
    predicted_boundary: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.gold + other.gold,
            self.predicted + other.predicted,
            self.exact + other.exact,
            self.gold_hit + other.gold_hit,
            self.predicted_hit + other.predicted_hit,
            self.gold_boundary + other.gold_boundary,
            self.predicted_boundary + other.predicted_boundary,
        )

    @property
    def precision(self) -> float:
        return ratio(self.exact, self.predicted)

    @property
    def recall(self) -> float:
        return ratio(self.exact, self.gold)

    @property
    def f1(self) -> float:
        return ratio(2 * self.exact, self.gold + self.predicted)

    @property
    def overlap_f1(self) -> float:
        return _harmonic_mean(ratio(self.gold_hit, self.gold), ratio(self.predicted_hit, self.predicted))

    @property
    def boundary_f1(self) -> float:
        return _harmonic_mean(ratio(self.gold_boundary, self.gold), ratio(self.predicted_boundary, self.predicted))

    def to_dict(self) -> dict[str, float]:
        measures = {name: round(getattr(self, name), 4) for name in MEASURES}
        return {**measures, "gold": self.gold, "predicted": self.predicted}


def count(gold: Sequence[Span], predicted: Sequence[Span], labels: Iterable[str]) -> dict[str, Counts]:
    """The counts of one article for each label; spans of a side do not overlap."""
    gold_borders = {(span.start, span.end) for span in gold}
    predicted_borders = {(span.start, span.end) for span in predicted}
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
            gold_boundary=sum((span.start, span.end) in predicted_borders for span in wanted),
            predicted_boundary=sum((span.start, span.end) in gold_borders for span in found),
        )
    return result


def ratio(part: float, whole: float) -> float:
    """A share of a whole, and 0 of nothing, for numbers as for arrays of them."""
    return part / (whole + (whole == 0))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _harmonic_mean(one: float, other: float) -> float:
    return ratio(2 * one * other, one + other)
