"""Cross-validation: every article is scored by a model that never saw it, one article left out at a time or a fold of them."""

import dataclasses
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nghiquyet.errors import InputError
from nghiquyet_training import bases, report, series, splits, train
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config
from nghiquyet_training.outcomes import Evaluation, pooled


@dataclass(frozen=True)
class Spread:
    """The exact F1 of a label over folds, those left out where nothing is and nothing was found; 0..1."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values)

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation; None of a single fold.

        It says how much folds differ. It is no standard error of the mean: the models share most of their training articles, and
        no estimator of that is unbiased (Bengio and Grandvalet 2004).
        """
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        deviation = None if self.deviation is None else round(self.deviation, 4)
        return {"folds": len(self.values), "mean": round(self.mean, 4), "deviation": deviation}


@dataclass(frozen=True)
class CrossValidation:
    """What was found in the articles of each fold by a model trained on the others."""

    folds: tuple[Evaluation, ...]

    @cached_property
    def pooled(self) -> Evaluation:
        return pooled(self.folds)

    @property
    def spread(self) -> dict[str, Spread]:
        """F1 over folds for each label and, as "micro", for all; a label that no fold has is left out."""
        counts = {label: [fold.by_label[label] for fold in self.folds] for label in self.pooled.labels}
        counts["micro"] = [fold.micro for fold in self.folds]
        return {
            name: Spread(values)
            for name, group in counts.items()
            if (values := tuple(fold.f1 for fold in group if fold.gold or fold.predicted))
        }


def folds(articles: Sequence[Article], number: int, spread: Sequence[str] = ()) -> list[list[Article]]:
    """Articles in folds of like size that have a like share of every label and of every value of the `spread` keys.

    The same articles give the same folds, whatever else is configured, so that configurations can be compared fold by fold.

    Raises:
        InputError: if there are fewer groups of near-duplicates, which stay together, than folds; or fewer than two folds.
    """
    if number < 2:
        raise InputError(f"--folds must be 2 or more, found {number}")
    return list(splits.split(articles, {str(fold): 1 / number for fold in range(number)}, spread=spread).values())


def one_by_one(articles: Sequence[Article]) -> list[list[Article]]:
    """A fold for each article.

    Raises:
        InputError: if there is nothing to leave out.
    """
    if not articles:
        raise InputError("there is no article to leave out")
    return [[article] for article in articles]


def cross_validate(config: Config, left_out: Sequence[Sequence[Article]], console: Console, name: str = "test") -> CrossValidation:
    """Train once for each fold of `left_out`, on everything else that the configuration names, and score the fold.

    Writes report.json and report.html to `output`, where `name` says what was scored; the runs stand in `output/fold-N`. Started
    again, it goes on with the first fold that is not finished.

    Raises:
        InputError: if cross-validation of another configuration or other data stands in `output`.
    """
    output = Path(config.output)
    evaluations: list[Evaluation] = []
    trained_on: list[list[Article]] = []
    for number, fold in enumerate(left_out, 1):
        console.rule(f"{number} of {len(left_out)}: without {fold[0].id if len(fold) == 1 else f'{len(fold)} articles'}")
        settings = dataclasses.replace(config, output=str(output / f"fold-{number}"))
        parts = train.split(settings, fold)
        evaluations.append(series.scored_once(settings, parts, console))
        trained_on.append(parts.train)
    # A label that the configuration does not name may occur in one fold alone.
    labels = tuple(sorted({label for evaluation in evaluations for label in evaluation.labels}))
    result = CrossValidation(tuple(Evaluation(labels, evaluation.outcomes) for evaluation in evaluations))
    scored = [report.Scored(*part) for part in zip(result.folds, left_out, trained_on, strict=True)]
    content = {
        "method": f"cross-validation by article, {len(left_out)} folds",
        "config": train.shareable(config),
        "scores": {name: report.analyse(scored, train.untrained(config, bases.fetch(config.base), labels))},
        "folds": [{"ids": [outcome.id for outcome in fold.outcomes], **fold.to_dict()} for fold in result.folds],
        "spread": {label: spread.to_dict() for label, spread in result.spread.items()},
    }
    report.write(output, content, chain.from_iterable(left_out))
    return result


def table(result: CrossValidation) -> Table:
    """How much the folds differ, for a terminal."""
    drawn = Table("label", "mean F1", "deviation", "lowest", "highest", "folds", title=f"F1 over {len(result.folds)} folds")
    for label, spread in result.spread.items():
        figures = (spread.mean, spread.deviation, min(spread.values), max(spread.values))
        drawn.add_row(label, *("" if figure is None else f"{100 * figure:.1f}" for figure in figures), str(len(spread.values)))
    return drawn
