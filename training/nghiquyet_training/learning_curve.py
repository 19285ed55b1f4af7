"""How the figures grow with the number of articles trained on, which says whether labelling more of them would help."""

import dataclasses
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training import series, splits, train
from nghiquyet_training.articles import Article, labels_of
from nghiquyet_training.config import Config
from nghiquyet_training.outcomes import Evaluation


@dataclass(frozen=True)
class Point:
    """A model trained on a share of the articles, drawn by `seed`: how many they are, their spans, and what it found."""

    share: float
    articles: int
    spans: int
    seed: int
    evaluation: Evaluation

    def to_dict(self) -> dict[str, Any]:
        return {
            "share": self.share,
            "articles": self.articles,
            "spans": self.spans,
            "seed": self.seed,
            "scores": self.evaluation.to_dict(),
        }


def subsets(articles: Sequence[Article], shares: Sequence[float], seed: int) -> list[list[Article]]:
    """For each share, about that share of the articles and of the spans of every label; each subset holds those before it.

    Args:
        articles: in the order that each subset keeps.
        shares: above 0 and at most 1, each larger than the one before.
        seed: decides which articles come first.

    Raises:
        InputError: if the shares are not of that kind, or there are too few articles for so many.
    """
    if not shares or not all(one < other for one, other in pairwise((0, *shares, 1 + 1e-9))):
        raise InputError(f"--sizes must be above 0, at most 1, and each larger than the one before, found {list(shares)}")
    steps = {str(number): high - low for number, (low, high) in enumerate(pairwise((0, *shares, 1))) if high > low}
    parts = splits.split(articles, steps, seed)
    result: list[list[Article]] = []
    taken: set[str] = set()
    for number in range(len(shares)):
        taken |= {article.id for article in parts[str(number)]}
        result.append([article for article in articles if article.id in taken])
    return result


def learning_curve(
    config: Config, test: Sequence[Article], shares: Sequence[float], seeds: Sequence[int], console: Console
) -> list[Point]:
    """Train on growing shares of the articles that the configuration names, once a seed, and score each model on the same test.

    What is set aside for early stopping is the same for all shares of a seed, and not counted. Epochs are as configured, so that
    fewer articles also mean fewer steps. After each point all that are there are written to `output/curve.json`; the runs stand in
    `output/SHARE-seed-SEED`. Started again, it goes on with the first point that is not finished.

    Raises:
        InputError: as `subsets`; or if there is nothing to test on, or a curve of another configuration or other data in `output`.
    """
    if not test:
        raise InputError("there is no article to score; name labelled files with --test")
    output = Path(config.output)
    seeded_configs = [dataclasses.replace(config, training=dataclasses.replace(config.training, seed=seed)) for seed in seeds]
    for seeded in seeded_configs:
        seeded.training.check()
    points: list[Point] = []
    for seed, seeded in zip(seeds, seeded_configs, strict=True):
        parts = train.split(seeded, test)
        # A rare label may not occur in a small share, which is to be scored on it all the same.
        labels = config.data.labels or labels_of([*parts.train, *parts.dev])
        for share, chosen in zip(shares, subsets(parts.train, shares, seed), strict=True):
            console.rule(f"{len(points) + 1} of {len(seeds) * len(shares)}: {len(chosen)} articles, seed {seed}")
            settings = dataclasses.replace(
                seeded,
                output=str(output / f"{share:g}-seed-{seed}"),
                data=dataclasses.replace(seeded.data, labels=labels),
            )
            evaluation = series.scored_once(settings, dataclasses.replace(parts, train=chosen), console)
            spans = sum(len(article.entities) for article in chosen)
            points.append(Point(share, len(chosen), spans, seed, evaluation))
            curve = json.dumps([point.to_dict() for point in points], ensure_ascii=False, indent=2)
            write_text(output / "curve.json", curve + "\n")
    return points


def table(points: Sequence[Point]) -> Table:
    """Exact F1 a share, the mean over seeds, for a terminal."""
    labels = points[0].evaluation.labels
    drawn = Table("share", "articles", "spans", "seeds", *labels, "micro", title="exact F1 by articles trained on")
    for share in sorted({point.share for point in points}):
        group = [point for point in points if point.share == share]
        by_label = [[point.evaluation.by_label[label].f1 for point in group] for label in labels]
        micro = [point.evaluation.micro.f1 for point in group]
        sizes = (statistics.fmean(point.articles for point in group), statistics.fmean(point.spans for point in group))
        drawn.add_row(
            f"{share:g}", *(f"{size:.0f}" for size in sizes), str(len(group)), *(_mean(values) for values in [*by_label, micro])
        )
    return drawn


def _mean(values: Sequence[float]) -> str:
    deviation = f" ± {100 * statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{100 * statistics.fmean(values):.1f}{deviation}"
