"""How far figures would change on other articles: whole articles are drawn anew, with their spans, which depend on each other."""

import dataclasses
import statistics
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
    """A measure on two sides, `a` and `b`, and how much larger it is in `b`.

    `p` is the two-sided probability of a difference at least as large if there were none. It and the interval are None where
    fewer than two articles bear on the measure. `spread_a` and `spread_b` are the standard deviations over the runs of a side, None
    for a single run.
    """

    a: float
    b: float
    interval: Interval | None
    p: float | None
    spread_a: float | None = None
    spread_b: float | None = None

    @property
    def value(self) -> float:
        return self.b - self.a

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": round(self.a, 4),
            "b": round(self.b, 4),
            "difference": round(self.value, 4),
            "interval": self.interval and self.interval.to_dict(),
            "p": _rounded(self.p),
            "spread_a": _rounded(self.spread_a),
            "spread_b": _rounded(self.spread_b),
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


def differences(a: Sequence[Evaluation], b: Sequence[Evaluation], samples: int = SAMPLES, seed: int = SEED) -> Figures[Difference]:
    """The paired bootstrap: the same articles on the same labels on both sides, and the same draws for both.

    The evaluations of a side are of runs that differ in their seed alone. A measure is the mean of theirs, and with each draw of
    articles as many of the runs are drawn, with replacement, so that the interval tells of other seeds too.

    `p` is the share of draws whose difference is as far from the observed one as that is from none (Berg-Kirkpatrick, Burkett
    and Klein 2012, "An Empirical Investigation of Statistical Significance in NLP", here two-sided), the observed articles
    counted among the draws, so that it is never 0. On fewer than some 20 articles it is too small, and so it is with two or three
    runs on a side, whose spread they cannot show.
    """
    order = [outcome.id for outcome in a[0].outcomes]
    one, other = (_Side(side, order, samples, seed, name) for name, side in enumerate((a, b)))

    def difference(scope: int, measure: str) -> Difference:
        before, after = one.observed(scope, measure), other.observed(scope, measure)
        mean_before, mean_after = statistics.mean(before), statistics.mean(after)
        defined = one.defined(scope, measure) & other.defined(scope, measure)
        drawn = (other.values(scope, measure) - one.values(scope, measure))[defined]
        p = None
        if len(drawn):
            value = mean_after - mean_before
            extreme = np.count_nonzero(np.abs(drawn - value) >= abs(value) - _ROUNDING)
            p = (1 + extreme) / (1 + len(drawn))
        return Difference(mean_before, mean_after, _interval(drawn), p, _spread(before), _spread(after))

    return _figures(a[0].labels, difference)


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


class _Side:
    """The runs of one side, each on the same draws of articles, and as many of them drawn for each, with replacement."""

    def __init__(self, runs: Sequence[Evaluation], order: Sequence[str], samples: int, seed: int, side: int) -> None:
        self._runs = [_Drawn(_ordered(run, order), samples, seed) for run in runs]
        number = len(runs)
        generator = np.random.default_rng((seed, side))
        self._shares = generator.multinomial(number, np.full(number, 1 / number), size=samples).T / number

    def observed(self, scope: int, measure: str) -> list[float]:
        """The measure of each run."""
        return [run.observed(scope, measure) for run in self._runs]

    def values(self, scope: int, measure: str) -> Numbers:
        """The mean of the measure over the runs of each draw."""
        drawn = [share * run.values(scope, measure) for share, run in zip(self._shares, self._runs, strict=True)]
        return np.asarray(np.sum(drawn, axis=0))

    def defined(self, scope: int, measure: str) -> NDArray[np.bool_]:
        """Which draws have spans that the measure is a share of, in every run."""
        return np.asarray(np.all([run.defined(scope, measure) for run in self._runs], axis=0))


def _ordered(evaluation: Evaluation, order: Sequence[str]) -> Evaluation:
    by_id = {outcome.id: outcome for outcome in evaluation.outcomes}
    return Evaluation(evaluation.labels, tuple(by_id[name] for name in order))


def _spread(values: Sequence[float]) -> float | None:
    return statistics.stdev(values) if len(values) > 1 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


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
