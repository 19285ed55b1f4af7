"""Partial and type scores, as the SemEval-2013 task on drug names had them, with the pairing of nervaluate."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nervaluate.entities import Entity
from nervaluate.strategies import PartialEvaluation

from nghiquyet_training.articles import Span
from nghiquyet_training.outcomes import Evaluation
from nghiquyet_training.scores import ratio


@dataclass(frozen=True, slots=True)
class Pairs:
    """Gold and predicted spans of a label, paired one to one where they overlap; both scores are derived.

    `same` pairs have the same borders, `partial` pairs other borders. The partial score counts a partial pair half, the type
    score whole (Segura-Bedmar, Martínez and Herrero-Zazo 2013, "SemEval-2013 Task 9").
    """

    gold: int = 0
    predicted: int = 0
    same: int = 0
    partial: int = 0

    def __add__(self, other: "Pairs") -> "Pairs":
        return Pairs(self.gold + other.gold, self.predicted + other.predicted, self.same + other.same, self.partial + other.partial)

    @property
    def partial_f1(self) -> float:
        return ratio(2 * self.same + self.partial, self.gold + self.predicted)

    @property
    def type_f1(self) -> float:
        return ratio(2 * (self.same + self.partial), self.gold + self.predicted)

    def to_dict(self) -> dict[str, float]:
        return {"partial_f1": round(self.partial_f1, 4), "type_f1": round(self.type_f1, 4)}


@dataclass(frozen=True)
class SchemeScores:
    by_label: dict[str, Pairs]

    @property
    def micro(self) -> Pairs:
        return sum(self.by_label.values(), Pairs())

    def to_dict(self) -> dict[str, Any]:
        return {"micro": self.micro.to_dict(), "by_label": {label: found.to_dict() for label, found in self.by_label.items()}}


def scheme_scores(evaluation: Evaluation) -> SchemeScores:
    """The pairs of each label, each scored by its own spans alone.

    Of nervaluate only the pairing of one label's spans is used. Where labels meet, as in its figures over all labels, a
    prediction takes the gold span that it meets first away from one with the right label, so that they change with the order
    of the spans; and its type scheme, which pairs by the nearest borders, loses pairs that its partial scheme finds.
    """
    return SchemeScores(
        {
            label: sum((pairs(_of(outcome.gold, label), _of(outcome.predicted, label)) for outcome in evaluation.outcomes), Pairs())
            for label in evaluation.labels
        }
    )


def pairs(gold: Iterable[Span], predicted: Iterable[Span]) -> Pairs:
    """The pairs of one article; labels are not looked at, spans of a side are in text order and do not overlap.

    As nervaluate has it, two spans overlap from one in a hundred of the gold one's characters on.
    """
    result, _ = PartialEvaluation().evaluate(entities(gold), entities(predicted), [])
    return Pairs(result.possible, result.actual, result.correct, result.partial)


def entities(spans: Iterable[Span]) -> list[Entity]:
    """Spans as nervaluate has them: `end` is the last character."""
    return [Entity(span.label, span.start, span.end - 1) for span in spans]


def _of(spans: Iterable[Span], label: str) -> list[Span]:
    return [span for span in spans if span.label == label]
