"""Whether entities with a score of 0.9 are right nine times in ten: measured, and mended with articles a model has not seen."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rich.table import Table
from scipy.optimize import minimize
from scipy.special import expit, logit

from nghiquyet.entities import UNCALIBRATED, Calibration
from nghiquyet_training.config import TrainingConfig
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.scores import ratio

_BINS: Final = 10
_FOLDS: Final = 5
# Where temperature and bias are looked for. Few or only right entities would carry them away without end.
_TEMPERATURES: Final = (0.1, 10.0)
_BIASES: Final = (-10.0, 10.0)
_CURVE: Final = tuple(float(temperature) for temperature in np.geomspace(0.25, 4, 17))
# Scores nearer to 0 or 1 are taken for as near: at the ends there are no odds.
_LEAST: Final = 1e-12

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """The entities with scores from `low` to `high`: how many, their mean score, and the share of them that is exactly right."""

    low: float
    high: float
    entities: int
    confidence: float
    right: float

    def to_dict(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in dataclasses.asdict(self).items()}


@dataclass(frozen=True)
class Reliability:
    """Scores of predicted entities, and whether each is exactly right; the figures do not depend on their order."""

    confidence: tuple[float, ...]
    right: tuple[bool, ...]

    @property
    def equal_width(self) -> list[Bin]:
        """Bins that each span a tenth of 0..1; those without an entity are left out."""
        return self._bins(np.linspace(0, 1, _BINS + 1))

    @property
    def equal_mass(self) -> list[Bin]:
        """Bins that each hold a tenth of the entities, or as near to that as equal scores, which stay together, allow."""
        edges = np.unique(np.quantile(self.confidence or (0, 1), np.linspace(0, 1, _BINS + 1)))
        return self._bins(edges if len(edges) > 1 else edges.repeat(2))

    @property
    def ece(self) -> float:
        """Expected calibration error (Naeini et al. 2015) over ten bins of equal width (Guo et al. 2017)."""
        return self._error(self.equal_width)

    @property
    def equal_mass_ece(self) -> float:
        """The same over ten bins of equal mass (Nguyen and O'Connor 2015), which tell the many high scores apart."""
        return self._error(self.equal_mass)

    @property
    def chance_ece(self) -> float:
        """About what `equal_mass_ece` would be by chance alone, with so few entities, if every score were the very probability.

        It is the mean distance of each bin's number of right entities from the expected one, as of a normal distribution.
        """
        variances = [entries.entities * entries.confidence * (1 - entries.confidence) for entries in self.equal_mass]
        return ratio(sum(math.sqrt(2 / math.pi * variance) for variance in variances), len(self.confidence))

    @property
    def brier(self) -> float:
        """Mean squared distance of the scores from 1 where right and from 0 where wrong (Brier 1950)."""
        return _mean(np.subtract(self.confidence, self.right, dtype=np.float64) ** 2)

    @property
    def log_loss(self) -> float:
        """Mean negative logarithm of the probability given to what is the case."""
        return _mean(_losses(_log_odds(self.confidence), np.array(self.right, dtype=np.float64)))

    def to_dict(self) -> dict[str, Any]:
        figures = {
            "confidence": _mean(np.array(self.confidence)),
            "right": _mean(np.array(self.right)),
            "ece": self.ece,
            "equal_mass_ece": self.equal_mass_ece,
            "chance_ece": self.chance_ece,
            "brier": self.brier,
            "log_loss": self.log_loss,
        }
        return {
            "entities": len(self.confidence),
            **{name: round(value, 4) for name, value in figures.items()},
            "equal_width": [entries.to_dict() for entries in self.equal_width],
            "equal_mass": [entries.to_dict() for entries in self.equal_mass],
        }

    def _bins(self, edges: _Floats) -> list[Bin]:
        confidence, right = np.array(self.confidence), np.array(self.right)
        chosen = np.searchsorted(edges[1:-1], confidence, side="right")
        return [
            Bin(float(low), float(high), int(here.sum()), float(confidence[here].mean()), float(right[here].mean()))
            for number, (low, high) in enumerate(pairwise(edges))
            if (here := chosen == number).any()
        ]

    def _error(self, bins: Sequence[Bin]) -> float:
        return ratio(sum(entries.entities * abs(entries.confidence - entries.right) for entries in bins), len(self.confidence))


def reliability(evaluation: Evaluation, label: str | None = None) -> Reliability:
    """The predicted entities of one label, or of all."""
    pairs = [
        (score, span in gold)
        for outcome in evaluation.outcomes
        for gold in [set(outcome.gold)]
        for span, score in zip(outcome.predicted, outcome.confidence, strict=True)
        if label in (None, span.label)
    ]
    return Reliability(tuple(score for score, _ in pairs), tuple(right for _, right in pairs))


def to_report(evaluation: Evaluation) -> dict[str, Any]:
    """Reliability over all entities and for each label, and how it would change with the temperature."""
    return {
        "micro": reliability(evaluation).to_dict(),
        "by_label": {label: reliability(evaluation, label).to_dict() for label in evaluation.labels},
        "temperatures": temperature_curve(evaluation),
    }


def fit(evaluation: Evaluation, temperatures: tuple[float, float] = _TEMPERATURES) -> Calibration:
    """What brings the scores of an evaluation nearest to the share that is exactly right, by log loss; it comes on top of them.

    The targets are those of Platt (1999), a little off 0 and 1, so that few entities, or only right ones, give no certainty.

    Args:
        evaluation: of articles that the model was not trained on.
        temperatures: the least and the highest that may be chosen; in between, the problem has one minimum.

    Returns:
        Temperature and bias to four places; of no entity, what leaves scores as they are.
    """
    found = reliability(evaluation)
    if not found.right:
        return UNCALIBRATED
    log_odds, right = _log_odds(found.confidence), np.array(found.right)
    targets = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2))

    def loss(parameters: _Floats) -> tuple[float, _Floats]:
        slope, bias = parameters
        adjusted = slope * log_odds + bias
        residuals = expit(adjusted) - targets
        return _mean(_losses(adjusted, targets)), np.array([_mean(residuals * log_odds), _mean(residuals)])

    slopes = (1 / temperatures[1], 1 / temperatures[0])
    start = (min(max(1.0, slopes[0]), slopes[1]), 0.0)
    slope, bias = minimize(loss, start, jac=True, bounds=(slopes, _BIASES), method="L-BFGS-B", options={"ftol": 1e-12}).x
    return Calibration(round(1 / float(slope), 4), round(float(bias), 4))


def calibrated(evaluation: Evaluation, calibration: Calibration) -> Evaluation:
    """The same outcomes with the scores that a further calibration makes of theirs."""
    return dataclasses.replace(evaluation, outcomes=tuple(_calibrated(outcome, calibration) for outcome in evaluation.outcomes))


def cross_fitted(evaluation: Evaluation) -> Evaluation:
    """The same outcomes, the scores of each article calibrated by the other four fifths: what to expect of new articles."""
    outcomes = evaluation.outcomes
    fitted = [
        fit(dataclasses.replace(evaluation, outcomes=tuple(outcome for i, outcome in enumerate(outcomes) if i % _FOLDS != fold)))
        for fold in range(_FOLDS)
    ]
    return dataclasses.replace(
        evaluation, outcomes=tuple(_calibrated(outcome, fitted[i % _FOLDS]) for i, outcome in enumerate(outcomes))
    )


def temperature_curve(evaluation: Evaluation) -> dict[str, list[float]]:
    """Log loss and ECE of the scores of an evaluation at further temperatures, each with the bias that suits it best."""
    found = [reliability(calibrated(evaluation, fit(evaluation, (temperature, temperature)))) for temperature in _CURVE]
    return {
        "temperature": [round(temperature, 4) for temperature in _CURVE],
        "log_loss": [round(entries.log_loss, 4) for entries in found],
        "ece": [round(entries.ece, 4) for entries in found],
    }


@dataclass(frozen=True)
class Fitted:
    """A calibration that was fitted on the `before` scores of a model; `after` are those to expect of it, cross-fitted."""

    calibration: Calibration
    before: Evaluation
    after: Evaluation

    def facts(self) -> dict[str, Any]:
        """For a manifest; both errors are `Reliability.ece`."""
        before = reliability(self.before)
        fitted_on = {
            "articles": len(self.before.outcomes),
            "entities": len(before.right),
            "ece_before": round(before.ece, 4),
            "ece_after": round(reliability(self.after).ece, 4),
        }
        return {**dataclasses.asdict(self.calibration), "fitted_on": fitted_on}


def refit(evaluation: Evaluation, earlier: Calibration = UNCALIBRATED) -> Fitted:
    """The calibration to take the place of the `earlier` one that the scores of `evaluation` were made with."""
    undone = calibrated(evaluation, Calibration(1 / earlier.temperature, -earlier.bias * earlier.temperature))
    return Fitted(fit(undone), evaluation, cross_fitted(undone))


def of_run(
    settings: TrainingConfig, dev: Evaluation | None, base: Calibration = UNCALIBRATED
) -> tuple[Calibration, dict[str, Any]]:
    """The calibration of a model just trained, and what to record of it: the one given, else fitted on dev, else the base's."""
    if settings.temperature:
        given = Calibration(settings.temperature, settings.bias)
        return given, dataclasses.asdict(given)
    if dev is None:
        return base, dataclasses.asdict(base)
    fitted = refit(dev)
    return fitted.calibration, fitted.facts()


def table(fitted: Fitted) -> Table:
    """Scores before and after beside the share that is right, for a terminal."""
    columns = ("label", "entities", "right", "mean score", "after", "ECE", "after", "Brier", "after")
    result = Table(*columns, title="scores before and after calibration (after: each article calibrated by others)")
    for label in (*fitted.before.labels, None):
        before, after = reliability(fitted.before, label), reliability(fitted.after, label)
        figures = [figure for name in ("confidence", "ece", "brier") for figure in (before.to_dict()[name], after.to_dict()[name])]
        result.add_row(
            label or "micro",
            str(len(before.right)),
            f"{_mean(np.array(before.right)):.3f}",
            *(f"{figure:.3f}" for figure in figures),
        )
    return result


def _calibrated(outcome: Outcome, calibration: Calibration) -> Outcome:
    scores = (calibration.probability(float(log_odds)) for log_odds in _log_odds(outcome.confidence))
    return dataclasses.replace(outcome, confidence=tuple(scores))


def _log_odds(confidence: Sequence[float]) -> _Floats:
    return np.asarray(logit(np.clip(np.array(confidence, dtype=np.float64), _LEAST, 1 - _LEAST)))


def _losses(log_odds: _Floats, targets: _Floats) -> _Floats:
    return np.asarray(np.logaddexp(0, log_odds) - targets * log_odds)


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if values.size else 0.0
