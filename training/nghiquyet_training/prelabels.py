"""A model's suggestions for annotators to correct, the articles that teach it most first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.progress import track

from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet_training import formats
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.formats import Format, Notes, labelstudio

# How unsure an article without a single entity is held to be: perhaps there is none, perhaps the model is blind to them.
NONE_FOUND: Final = 0.5


@dataclass(frozen=True)
class Suggestion:
    """An article with the spans that a model found, the score of each, and how unsure the model is of the whole, in 0..1."""

    article: Article
    scores: tuple[float, ...]
    uncertainty: float


def rank(extractor: Extractor, articles: Sequence[Article]) -> list[Suggestion]:
    """What the model finds in each article, most uncertain first; ties stay in the order given.

    Spans that the articles have are not looked at; their other keys are kept.
    """
    predictions = extractor.stream(article.text for article in articles)
    result: list[Suggestion] = []
    for article, prediction in zip(articles, track(predictions, "suggesting", total=len(articles), transient=True), strict=True):
        spans = tuple(Span(entity.start, entity.end, entity.label) for entity in prediction.entities)
        scores = tuple(entity.score for entity in prediction.entities)
        result.append(Suggestion(Article(article.id, article.text, spans, article.more), scores, uncertainty(scores)))
    return sorted(result, key=lambda suggestion: -suggestion.uncertainty)


def uncertainty(scores: Sequence[float]) -> float:
    """How unsure a model is of an article with entities of these scores.

    Least confidence, 1 - score (Settles and Craven 2008, "An analysis of active learning strategies for sequence labeling tasks"),
    as the mean over entities, so that long articles are not preferred for their length alone (as Shen et al. 2018, "Deep active
    learning for named entity recognition", normalise by it); `NONE_FOUND` where there is no entity.

    >>> round(uncertainty([0.9, 0.5]), 2), uncertainty([])
    (0.3, 0.5)
    """
    return sum(1 - score for score in scores) / len(scores) if scores else NONE_FOUND


def write(
    path: Path, suggestions: Iterable[Suggestion], form: Format, model_version: str = "nghiquyet", notes: Notes | None = None
) -> None:
    """Write suggestions for annotators, in the order given; whole or not at all.

    Label Studio gets predictions with scores: that of a task is 1 - uncertainty, so that its Data Manager, sorted by prediction
    score, begins where the model is least sure. doccano has no predictions: it gets the spans as labels. What comes back is read
    by `formats.read`.

    Raises:
        InputError: for any other format.
    """
    if form is Format.doccano:
        formats.write(path, [suggestion.article for suggestion in suggestions], form, notes)
    elif form is Format.labelstudio:
        labelstudio.write_tasks(path, (_task(suggestion, model_version) for suggestion in suggestions))
    else:
        raise InputError(f"{form}: suggestions can be written for {Format.labelstudio} or {Format.doccano}")


def _task(suggestion: Suggestion, model_version: str) -> dict[str, object]:
    prediction = {
        "model_version": model_version,
        "score": round(1 - suggestion.uncertainty, 4),
        "result": labelstudio.regions(suggestion.article, suggestion.scores),
    }
    return {**labelstudio.task(suggestion.article), "predictions": [prediction]}
