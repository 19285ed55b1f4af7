"""Reports as runs, cross-validations and evaluations leave them: figures of scored articles, and the outcomes they come from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nghiquyet.errors import InputError
from nghiquyet_training.outcomes import Evaluation, outcomes_from_json

_POINT: Final = ("share", "articles", "seed")


def read(path: Path) -> Mapping[str, Any]:
    """The report of a run (`run`), a cross-validation (`crossval`) or an evaluation (`evaluate --output`).

    Args:
        path: the file, or the folder of a run, which holds it as report.json.

    Raises:
        InputError: if the file is missing, is not JSON, or holds no scores.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read as a report: {error}") from error
    scores = content.get("scores") if isinstance(content, dict) else None
    if not scores or not isinstance(scores, dict) or not all(isinstance(part, dict) for part in scores.values()):
        raise InputError(f"{file}: holds no scores; give the report.json of a run that scored held-out articles")
    return dict(content)


def evaluation(path: Path, report: Mapping[str, Any], part: str) -> Evaluation:
    """What a part of the scores in the report at `path` comes from.

    Raises:
        InputError: if the report does not say, as those of older versions do not.
    """
    scores = report["scores"][part]
    try:
        return Evaluation(tuple(scores["by_label"]), outcomes_from_json(scores["outcomes"]))
    except KeyError as error:
        message = f"{path}: scores {part!r} hold no {error}, as reports of older versions do; score the model again"
        raise InputError(f"{message} with nghiquyet-train evaluate --output") from error
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: scores {part!r} cannot be read: {error}") from error


def curve(path: Path) -> list[dict[str, Any]]:
    """The points of a learning curve (`learning-curve`), at least one.

    Raises:
        InputError: if the file is missing, is not JSON, or holds something else.
    """
    try:
        points = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a learning curve: {error}") from error
    try:
        labels = {_labels(point) for point in points}
    except (AttributeError, KeyError, TypeError, ValueError):
        labels = set()
    if len(labels) != 1:
        raise InputError(f"{path}: holds no learning curve; give the curve.json that nghiquyet-train learning-curve wrote")
    return list(points)


def _labels(point: Mapping[str, Any]) -> frozenset[str]:
    """The labels of a point of a learning curve that has all its figures; else some error of the form."""
    by_label = point["scores"]["by_label"]
    for figure in (*(point[key] for key in _POINT), *(counts["f1"] for counts in (point["scores"]["micro"], *by_label.values()))):
        float(figure)
    return frozenset(by_label)
