"""Two models, or two ways to train one, on the same articles: what differs, and whether chance would do as much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from nghiquyet.errors import InputError
from nghiquyet_training import run_reports
from nghiquyet_training.bootstrap import SAMPLES, SEED, Difference, Figures, differences
from nghiquyet_training.outcomes import Evaluation

_SIGNIFICANT: Final = 0.05
# Simulated with two equal models, p was below 0.05 for 16 in 100 pairs on 5 articles, 11 on 10, 7 on 20 and on 40.
_FEW: Final = 20
_SHOWN: Final = {"f1": "exact F1", "overlap_f1": "overlap F1", "boundary_f1": "boundary F1"}


@dataclass(frozen=True)
class Comparison:
    """Evaluations of the same articles on two sides, `a` and `b`, and how much larger each measure is in `b`.

    A side is one run, or `runs_a` and `runs_b` of them, that differ in their seed: then each measure is their mean.
    """

    articles: int
    differences: Figures[Difference]
    runs_a: int = 1
    runs_b: int = 1

    @property
    def verdict(self) -> str:
        """Which is better in exact F1 over all labels, in words."""
        found = self.differences.micro["f1"]
        if found.interval is None or found.p is None:
            return "Nothing can be said: fewer than two of the articles have any span."
        figures = (
            f"exact F1 over all labels is {_side(found.a, found.spread_a, self.runs_a)} for A and "
            f"{_side(found.b, found.spread_b, self.runs_b)} for B, a difference of "
            f"{100 * found.value:+.1f} (95% interval {_interval(found)}, p = {found.p:.4f})."
        )
        if found.p >= _SIGNIFICANT:
            return f"These {self.articles:,} articles do not show which is better: {figures}"
        hint = f" On fewer than {_FEW} articles p comes out too small: take it as a hint." if self.articles < _FEW else ""
        return f"{'B' if found.value > 0 else 'A'} is better on these {self.articles:,} articles: {figures}{hint}"

    def to_dict(self) -> dict[str, Any]:
        runs = {"runs_a": self.runs_a, "runs_b": self.runs_b}
        return {"articles": self.articles, **runs, "verdict": self.verdict, **self.differences.to_dict()}


@dataclass(frozen=True)
class Comparisons:
    """Reports of two sides compared, part by part by its name; parts that one side alone has are named and not compared."""

    parts: dict[str, Comparison]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "samples": SAMPLES,
            "seed": SEED,
            "parts": {name: comparison.to_dict() for name, comparison in self.parts.items()},
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
        }


def compare_reports(a: Sequence[Path], b: Sequence[Path], name: str | None = None) -> Comparisons:
    """Compare the parts of the scores that all reports share, or one of them.

    Args:
        a: a report, or the folder of a run; or several of runs that differ in their seed.
        b: others, of the same articles.
        name: the part to compare; None compares all that are shared.

    Raises:
        InputError: if a report cannot be used or is named twice on a side, no part is shared, or the articles or their gold spans
            differ.
    """
    for side in (a, b):
        if repeated := next((path for path in side if side.count(path) > 1), None):
            raise InputError(f"{repeated}: named twice on one side; name each run once")
    reports = {path: run_reports.read(path) for path in (*a, *b)}
    parts_a, parts_b = (_parts([reports[path] for path in side]) for side in (a, b))
    shared = [part for part in parts_a if part in parts_b and name in (None, part)]
    if not shared:
        wanted = "no scores in common" if name is None else f"no scores {name!r} in common"
        message = f"{_paths(a)} and {_paths(b)} have {wanted}: the first holds {_list(parts_a)}, the second {_list(parts_b)}"
        raise InputError(f"{message}; name them alike with nghiquyet-train evaluate --name")
    compared = {}
    for part in shared:
        first, *others = (*a, *b)
        evaluations = {path: run_reports.evaluation(path, reports[path], part) for path in (first, *others)}
        for path in others:
            if difference := next(_gold_differences(evaluations[first], evaluations[path]), None):
                message = f"scores {part!r} of {first} and {path} are not of the same gold: {difference}"
                raise InputError(f"{message}; score both models on the same files and labels")
        compared[part] = compare([evaluations[path] for path in a], [evaluations[path] for path in b])
    if name is not None:
        return Comparisons(compared, (), ())
    return Comparisons(
        compared,
        tuple(part for part in parts_a if part not in parts_b),
        tuple(part for part in parts_b if part not in parts_a),
    )


def compare(a: Sequence[Evaluation], b: Sequence[Evaluation], samples: int = SAMPLES) -> Comparison:
    """Compare evaluations of the same articles with the same gold spans, one a run, on the labels of any."""
    labels = tuple(sorted({label for evaluation in (*a, *b) for label in evaluation.labels}))
    one, other = ([Evaluation(labels, evaluation.outcomes) for evaluation in side] for side in (a, b))
    return Comparison(len(a[0].outcomes), differences(one, other, samples), len(a), len(b))


def table(name: str, comparison: Comparison) -> Table:
    """The differences for a terminal, per cent."""
    result = Table(
        "measure", "label", "A", "B", "B - A", "95% interval", "p", title=escape(f"{name}: {comparison.articles:,} articles")
    )
    for measure, title in _SHOWN.items():
        scopes = [*comparison.differences.by_label.items(), ("micro", comparison.differences.micro)]
        for number, (label, figures) in enumerate(scopes, 1):
            found = figures[measure]
            values = _spread(found.a, found.spread_a), _spread(found.b, found.spread_b), f"{100 * found.value:+.1f}"
            p = "" if found.p is None else f"{found.p:.4f}"
            result.add_row(title, escape(label), *values, _interval(found), p, end_section=number == len(scopes))
    return result


def _gold_differences(a: Evaluation, b: Evaluation) -> Iterator[str]:
    others = {outcome.id: outcome for outcome in b.outcomes}
    for outcome in a.outcomes:
        if outcome.id not in others:
            yield f"article {outcome.id!r} is only in the first"
        elif spans := set(outcome.gold) ^ set(others[outcome.id].gold):
            span = min(spans)
            side = "first" if span in outcome.gold else "second"
            yield f"article {outcome.id!r} has {span.label} {span.start}..{span.end} only in the {side}"
    ids = {outcome.id for outcome in a.outcomes}
    yield from (f"article {name!r} is only in the second" for name in others if name not in ids)


def _side(value: float, spread: float | None, runs: int) -> str:
    return f"{100 * value:.1f}" if spread is None else f"{100 * value:.1f} ({runs} runs, standard deviation {100 * spread:.1f})"


def _spread(value: float, spread: float | None) -> str:
    return f"{100 * value:.1f}" if spread is None else f"{100 * value:.1f} ± {100 * spread:.1f}"


def _interval(found: Difference) -> str:
    return f"{100 * found.interval.low:+.1f} to {100 * found.interval.high:+.1f}" if found.interval else ""


def _parts(reports: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The parts that every one of the reports holds."""
    return tuple(part for part in reports[0]["scores"] if all(part in report["scores"] for report in reports))


def _paths(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths))


def _list(parts: tuple[str, ...]) -> str:
    return ", ".join(map(repr, parts))
