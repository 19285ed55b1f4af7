"""The report on a model: its figures as JSON without any text of articles, and a page that also shows every mistake in context."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.files import write_text
from nghiquyet_training import bootstrap, calibration, proportions, slices
from nghiquyet_training.articles import Article
from nghiquyet_training.confusion import confusion
from nghiquyet_training.mistakes import frequent, mistakes
from nghiquyet_training.outcomes import Evaluation, outcomes_to_json, pooled
from nghiquyet_training.page import render
from nghiquyet_training.schemes import scheme_scores
from nghiquyet_training.thresholds import threshold_curve


@dataclass(frozen=True)
class Scored:
    """What one model found in some articles, and what it was trained on (as far as it is known, else nothing).

    `baselines` are, by name, what other systems found in the same articles.
    """

    evaluation: Evaluation
    articles: Sequence[Article]
    trained_on: Sequence[Article] = ()
    baselines: Mapping[str, Evaluation] = field(default_factory=dict)


def analyse(parts: Sequence[Scored], model: Checkpoint) -> dict[str, Any]:
    """All figures, and the outcomes that they come from: offsets, labels, scores and counts, ready for JSON.

    Args:
        parts: one, or the folds of a cross-validation, with the same labels and baselines.
        model: whose windows the articles were read in.

    Raises:
        InputError: if an article that was scored is missing, or has spans that do not lie in its text.
    """
    evaluation = pooled(part.evaluation for part in parts)
    found = slices.pooled(slices.slices(part.evaluation, part.articles, model, part.trained_on) for part in parts)
    baselines = {name: pooled(part.baselines[name] for part in parts) for name in parts[0].baselines}
    return {
        **_figures(evaluation),
        "baselines": {name: _figures(other) for name, other in baselines.items()},
        "scored_again": sum(_scored_again(part) for part in parts),
        "slices": [_slicing(slicing) for slicing in found],
        "calibration": calibration.to_report(evaluation),
        "thresholds": threshold_curve(evaluation).to_dict(),
        "confusion": confusion(evaluation).to_dict(),
        "mistakes": [group.to_dict() for group in frequent(mistakes(evaluation.outcomes))],
        "outcomes": outcomes_to_json(evaluation.outcomes),
    }


def to_json(report: Mapping[str, Any]) -> str:
    """A report as the text of its file."""
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def write(folder: Path, report: Mapping[str, Any], articles: Iterable[Article]) -> None:
    """Write report.json and report.html; the same errors as `render`."""
    write_text(folder / "report.html", render(report, articles))
    write_text(folder / "report.json", to_json(report))


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    schemes, margins = scheme_scores(evaluation).to_dict(), bootstrap.intervals(evaluation)
    figures = evaluation.to_dict()

    def merged(counts: Mapping[str, float], pairs: Mapping[str, float], ends: Mapping[str, bootstrap.Interval | None]) -> Any:
        return {**counts, **pairs, "intervals": {name: interval and interval.to_dict() for name, interval in ends.items()}}

    return {
        "articles": figures["articles"],
        "micro": merged(figures["micro"], schemes["micro"], margins.micro),
        "by_label": {
            label: merged(counts, schemes["by_label"][label], margins.by_label[label])
            for label, counts in figures["by_label"].items()
        },
    }


def _scored_again(part: Scored) -> int:
    """Articles that the model had seen when it was scored on them."""
    seen = {article.text for article in part.trained_on}
    return sum(article.text in seen for article in part.articles)


def _slicing(slicing: slices.Slicing) -> dict[str, Any]:
    def figures(recall: slices.Recall) -> dict[str, Any]:
        return {**recall.to_dict(), "interval": proportions.interval(recall.found, recall.gold).to_dict()}

    return {
        "name": slicing.name,
        "slices": [
            {
                "value": part.value,
                "all": figures(part.all),
                "by_label": {label: figures(recall) for label, recall in part.by_label.items()},
            }
            for part in slicing.slices
        ],
    }
