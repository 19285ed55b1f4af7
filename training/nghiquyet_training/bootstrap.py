"""How far figures would change on other articles: whole articles are drawn anew, with their spans, which depend on each other."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from nghiquyet_training.outcomes import Evaluation
from nghiquyet_training.scores import MEASURES, Counts

SAMPLES: Final = 10_000
SEED: Final = 13
_TAILS: Final = (0.025, 0.975)
# Draws times articles held at once: 32 MB.
_AT_ONCE: Final = 4_000_000
# Sums of fractions that should be equal differ by less.
_ROUNDING: Final = 1e-12

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a measure lies with a confidence of 95%."""

    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        return {"low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in two evaluations `a` and `b`, and how much larger it is in `b`.

    `p` is the two-sided probability of a difference at least as large if there were none. It and the interval are None where
    fewer than two articles bear on the measure.
    """

    a: float
    b: float
    interval: Interval | None
    p: float | None

    @property
    def value(self) -> float:
        return self.b - self.a

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": round(self.a, 4),
            "b": round(self.b, 4),
            "difference": round(self.value, 4),
            "interval": self.interval and self.interval.to_dict(),
            "p": None if self.p is None else round(self.p, 4),
        }


Figure = TypeVar("Figure", bound=Interval | Difference | None)


@dataclass(frozen=True)
class Figures(Generic[Figure]):
    """A figure for each of `scores.MEASURES`, over all labels and for each label."""

    micro: Mapping[str, Figure]
    by_label: Mapping[str, Mapping[str, Figure]]

    def to_dict(self) -> dict[str, Any]:
        def content(scope: Mapping[str, Figure]) -> dict[str, Any]:
            return {measure: None if figure is None else figure.to_dict() for measure, figure in scope.items()}

        return {"micro": content(self.micro), "by_label": {label: content(scope) for label, scope in self.by_label.items()}}


def intervals(evaluation: Evaluation, samples: int = SAMPLES, seed: int = SEED) -> Figures[Interval | None]:
    """Percentile intervals of 95% (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13).

    Draws in which a measure is undefined, as is the recall of a label that has no gold span there, are left out; where fewer
    than two articles bear on a measure, there is None. On fewer than some 20 articles intervals are too narrow.
    """
    drawn = _Drawn(evaluation, samples, seed)

    def interval(scope: int, measure: str) -> Interval | None:
        return _interval(drawn.values(scope, measure)[drawn.defined(scope, measure)])

    return _figures(evaluation.labels, interval)


def differences(a: Evaluation, b: Evaluation, samples: int = SAMPLES, seed: int = SEED) -> Figures[Difference]:
    """The paired bootstrap: two evaluations of the same articles on the same labels, and the same draws for both.

    `p` is the share of draws whose difference is as far from the observed one as that is from none (Berg-Kirkpatrick, Burkett
    and Klein 2012, "An Empirical Investigation of Statistical Significance in NLP", here two-sided), the observed articles
    counted among the draws, so that it is never 0. On fewer than some 20 articles it is too small.
    """
    by_id = {outcome.id: outcome for outcome in b.outcomes}
    ordered = Evaluation(a.labels, tuple(by_id[outcome.id] for outcome in a.outcomes))
    # One seed draws the same articles twice.
    one, other = _Drawn(a, samples, seed), _Drawn(ordered, samples, seed)

    def difference(scope: int, measure: str) -> Difference:
        before, after = one.observed(scope, measure), other.observed(scope, measure)
        defined = one.defined(scope, measure) & other.defined(scope, measure)
        drawn = (other.values(scope, measure) - one.values(scope, measure))[defined]
        if not len(drawn):
            return Difference(before, after, None, None)
        extreme = np.count_nonzero(np.abs(drawn - (after - before)) >= abs(after - before) - _ROUNDING)
        return Difference(before, after, _interval(drawn), (1 + extreme) / (1 + len(drawn)))

    return _figures(a.labels, difference)


def share_interval(parts: Sequence[float], wholes: Sequence[float], samples: int = SAMPLES, seed: int = SEED) -> Interval | None:
    """The interval, as in `intervals`, of the sum of `parts` over the sum of `wholes`, each with one number an article."""
    rows = np.array([parts, wholes], dtype=np.float64).T
    part, whole = _draw(rows, samples, seed).T
    enough = np.count_nonzero(rows[:, 1]) > 1
    return _interval(part[whole > 0] / whole[whole > 0]) if enough else None


class _Drawn:
    """Counts of the articles of an evaluation and of each draw of as many, with replacement.

    Scopes are the labels by their place, and after them all labels together.
    """

    def __init__(self, evaluation: Evaluation, samples: int, seed: int) -> None:
        rows = [[dataclasses.astuple(counts[label]) for label in evaluation.labels] for counts in evaluation.by_article.values()]
        shape = (len(rows), len(evaluation.labels), len(dataclasses.fields(Counts)))
        by_label = np.array(rows, dtype=np.float64).reshape(shape)
        self._articles = np.concatenate([by_label, by_label.sum(axis=1, keepdims=True)], axis=1)
        self._draws = _draw(self._articles, samples, seed)

    def observed(self, scope: int, measure: str) -> float:
        return float(getattr(_counts(self._articles[:, scope].sum(axis=0)), measure))

    def values(self, scope: int, measure: str) -> Numbers:
        """The measure in each draw."""
        return np.asarray(getattr(_counts(self._draws[:, scope]), measure))

    def defined(self, scope: int, measure: str) -> NDArray[np.bool_]:
        """Which draws have spans that the measure is a share of; none, where fewer than two articles have any."""
        enough = np.count_nonzero(_whole(self._articles[:, scope], measure)) > 1
        return (_whole(self._draws[:, scope], measure) > 0) & enough


def _draw(rows: Numbers, samples: int, seed: int) -> Numbers:
    """Sums of as many rows as there are, drawn with replacement, `samples` times."""
    number, *shape = rows.shape
    if not number:
        return np.zeros((samples, *shape))
    generator = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // number)
    sizes = [min(step, samples - first) for first in range(0, samples, step)]
    shares = np.full(number, 1 / number)
    return np.concatenate([np.tensordot(generator.multinomial(number, shares, size=size), rows, 1) for size in sizes])


def _counts(numbers: Numbers) -> Any:
    """Counts whose fields are arrays, from arrays whose last axis are the fields."""
    return Counts(*np.moveaxis(numbers, -1, 0))


def _whole(numbers: Numbers, measure: str) -> Numbers:
    """How many spans the measure is a share of."""
    counts = _counts(numbers)
    return np.asarray({"precision": counts.predicted, "recall": counts.gold}.get(measure, counts.gold + counts.predicted))


def _interval(values: Numbers) -> Interval | None:
    return Interval(*map(float, np.quantile(values, _TAILS))) if len(values) else None


def _figures(labels: Sequence[str], figure: Callable[[int, str], Figure]) -> Figures[Figure]:
    *by_label, micro = [{measure: figure(scope, measure) for measure in MEASURES} for scope in range(len(labels) + 1)]
    return Figures(micro, dict(zip(labels, by_label, strict=True)))
