"""What is gained and lost when only the predictions of high scores are kept."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.scores import Counts

_THRESHOLDS: Final = (*(i / 20 for i in range(20)), 0.96, 0.97, 0.98, 0.99)
_MEASURES: Final = ("precision", "recall", "f1")


@dataclass(frozen=True)
class ThresholdCurve:
    """The counts at each threshold, over all labels and for each."""

    thresholds: tuple[float, ...]
    micro: tuple[Counts, ...]
    by_label: Mapping[str, tuple[Counts, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Precision, recall and F1 as lists along the thresholds; precision is 0 where nothing is kept."""
        return {
            "thresholds": list(self.thresholds),
            "micro": _figures(self.micro),
            "by_label": {label: _figures(counts) for label, counts in self.by_label.items()},
        }


def threshold_curve(evaluation: Evaluation, thresholds: Sequence[float] = _THRESHOLDS) -> ThresholdCurve:
    by_label = [above(evaluation, threshold).by_label for threshold in thresholds]
    return ThresholdCurve(
        tuple(thresholds),
        tuple(sum(counts.values(), Counts()) for counts in by_label),
        {label: tuple(counts[label] for counts in by_label) for label in evaluation.labels},
    )


def above(evaluation: Evaluation, threshold: float) -> Evaluation:
    """The same outcomes without the predictions whose score is below a threshold."""
    return dataclasses.replace(evaluation, outcomes=tuple(_above(outcome, threshold) for outcome in evaluation.outcomes))


def _above(outcome: Outcome, threshold: float) -> Outcome:
    kept = [i for i, score in enumerate(outcome.confidence) if score >= threshold]
    return dataclasses.replace(
        outcome,
        predicted=tuple(outcome.predicted[i] for i in kept),
        confidence=tuple(outcome.confidence[i] for i in kept),
    )


def _figures(counts: Sequence[Counts]) -> dict[str, list[float]]:
    return {name: [round(getattr(each, name), 4) for each in counts] for name in _MEASURES}
