"""Scoring a model by what serving returns, on characters, exactly."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.progress import track
from rich.table import Table

from nghiquyet.extractor import Extractor
from nghiquyet_training.articles import Article, Span, labels_of
from nghiquyet_training.scores import Counts, count


@dataclass(frozen=True)
class Evaluation:
    """Counts of each label for each article, by article id."""

    labels: tuple[str, ...]
    articles: Mapping[str, Mapping[str, Counts]]

    @property
    def by_label(self) -> dict[str, Counts]:
        return {label: sum((counts[label] for counts in self.articles.values()), Counts()) for label in self.labels}

    @property
    def micro(self) -> Counts:
        return sum(self.by_label.values(), Counts())

    def to_dict(self) -> dict[str, Any]:
        return {
            "articles": len(self.articles),
            "micro": self.micro.to_dict(),
            "by_label": {label: counts.to_dict() for label, counts in self.by_label.items()},
        }


def evaluate(extractor: Extractor, articles: Sequence[Article], labels: Sequence[str] | None = None) -> Evaluation:
    """Predict each article's text as serving would and compare the spans with its own, by default on all labels of both."""
    wanted = tuple(labels or sorted({*extractor.labels, *labels_of(articles)}))
    predictions = extractor.stream(article.text for article in articles)
    counts = {}
    for article, prediction in zip(articles, track(predictions, "scoring", total=len(articles), transient=True), strict=True):
        found = [Span(entity.start, entity.end, entity.label) for entity in prediction.entities]
        counts[article.id] = count(article.entities, found, wanted)
    return Evaluation(wanted, counts)


def to_report(evaluation: Evaluation) -> dict[str, Any]:
    """The figures, and the counts of each article that they come from."""
    by_article = {
        name: {label: dataclasses.asdict(counts) for label, counts in by_label.items()}
        for name, by_label in evaluation.articles.items()
    }
    return {**evaluation.to_dict(), "by_article": by_article}


def pooled(evaluations: Iterable[Evaluation]) -> Evaluation:
    """One evaluation of several that scored different articles."""
    parts = list(evaluations)
    return Evaluation(parts[0].labels, {name: counts for part in parts for name, counts in part.articles.items()})


def table(title: str, evaluation: Evaluation) -> Table:
    """The figures for a terminal."""
    result = Table("label", "precision", "recall", "F1", "overlap F1", "gold", "predicted", title=title)
    for label, counts in [*evaluation.by_label.items(), ("micro", evaluation.micro)]:
        figures = (counts.precision, counts.recall, counts.f1, counts.overlap_f1)
        result.add_row(label, *(f"{100 * figure:.1f}" for figure in figures), str(counts.gold), str(counts.predicted))
    return result
