"""What a model found in labelled articles beside what it should have found: all that its figures are computed from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from nghiquyet_training.articles import Span
from nghiquyet_training.scores import Counts, count


@dataclass(frozen=True, slots=True)
class Outcome:
    """Gold and predicted spans of one article, each in text order; `confidence[i]`, in 0..1, is the score of `predicted[i]`."""

    id: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]
    confidence: tuple[float, ...]


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of some articles on some labels; every figure is derived."""

    labels: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    @cached_property
    def by_article(self) -> dict[str, dict[str, Counts]]:
        """Counts of each label for each article, by article id."""
        return {outcome.id: count(outcome.gold, outcome.predicted, self.labels) for outcome in self.outcomes}

    @property
    def by_label(self) -> dict[str, Counts]:
        return {label: sum((counts[label] for counts in self.by_article.values()), Counts()) for label in self.labels}

    @property
    def micro(self) -> Counts:
        return sum(self.by_label.values(), Counts())

    def to_dict(self) -> dict[str, Any]:
        return {
            "articles": len(self.outcomes),
            "micro": self.micro.to_dict(),
            "by_label": {label: counts.to_dict() for label, counts in self.by_label.items()},
        }


def pooled(evaluations: Iterable[Evaluation]) -> Evaluation:
    """One evaluation of several that scored different articles."""
    parts = list(evaluations)
    return Evaluation(parts[0].labels, tuple(chain.from_iterable(part.outcomes for part in parts)))


def outcomes_to_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Offsets, labels and scores without the text: what a report may hold of articles that are not distributed."""
    return {
        outcome.id: {
            "gold": [[span.start, span.end, span.label] for span in outcome.gold],
            "predicted": [
                [span.start, span.end, span.label, round(score, 4)]
                for span, score in zip(outcome.predicted, outcome.confidence, strict=True)
            ],
        }
        for outcome in outcomes
    }


def outcomes_from_json(content: Mapping[str, Any]) -> tuple[Outcome, ...]:
    """The inverse of `outcomes_to_json`, scores to four places.

    Raises:
        ValueError: if the content is of another form.
    """
    try:
        return tuple(
            Outcome(
                name,
                tuple(Span(start, end, label) for start, end, label in item["gold"]),
                tuple(Span(start, end, label) for start, end, label, _ in item["predicted"]),
                tuple(float(score) for *_, score in item["predicted"]),
            )
            for name, item in content.items()
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no outcomes: {error!r}") from error
