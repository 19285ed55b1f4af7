"""Scoring a model by what serving returns, on characters, exactly."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from rich.progress import track
from rich.table import Table

from nghiquyet.prediction import Prediction
from nghiquyet_training.articles import Article, Span, labels_of
from nghiquyet_training.outcomes import Evaluation, Outcome


class Labeller(Protocol):
    """Whatever finds entities as serving returns them: an `Extractor`, or a baseline."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction a text, in order."""
        ...


def evaluate(labeller: Labeller, articles: Sequence[Article], labels: Sequence[str] | None = None) -> Evaluation:
    """Predict each article's text as serving would and compare the spans with its own, by default on all labels of both."""
    wanted = tuple(labels or sorted({*labeller.labels, *labels_of(articles)}))
    predictions = labeller.stream(article.text for article in articles)
    outcomes = []
    for article, prediction in zip(articles, track(predictions, "scoring", total=len(articles), transient=True), strict=True):
        gold = tuple(span for span in article.entities if span.label in wanted)
        found = [entity for entity in prediction.entities if entity.label in wanted]
        predicted = tuple(Span(entity.start, entity.end, entity.label) for entity in found)
        outcomes.append(Outcome(article.id, gold, predicted, tuple(entity.score for entity in found)))
    return Evaluation(wanted, tuple(outcomes))


def table(title: str, evaluation: Evaluation) -> Table:
    """The figures for a terminal."""
    result = Table("label", "precision", "recall", "F1", "overlap F1", "gold", "predicted", title=title)
    for label, counts in [*evaluation.by_label.items(), ("micro", evaluation.micro)]:
        figures = (counts.precision, counts.recall, counts.f1, counts.overlap_f1)
        result.add_row(label, *(f"{100 * figure:.1f}" for figure in figures), str(counts.gold), str(counts.predicted))
    return result
