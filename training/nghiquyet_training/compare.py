"""Two models on the same articles: what differs, and whether chance would do as much."""

from collections.abc import Iterator
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
    """Two evaluations of the same articles, `a` and `b`, and how much larger each measure is in `b`."""

    articles: int
    differences: Figures[Difference]

    @property
    def verdict(self) -> str:
        """Which is better in exact F1 over all labels, in words."""
        found = self.differences.micro["f1"]
        if found.interval is None or found.p is None:
            return "Nothing can be said: fewer than two of the articles have any span."
        figures = (
            f"exact F1 over all labels is {100 * found.a:.1f} for A and {100 * found.b:.1f} for B, a difference of "
            f"{100 * found.value:+.1f} (95% interval {_interval(found)}, p = {found.p:.4f})."
        )
        if found.p >= _SIGNIFICANT:
            return f"These {self.articles:,} articles do not show which is better: {figures}"
        hint = f" On fewer than {_FEW} articles p comes out too small: take it as a hint." if self.articles < _FEW else ""
        return f"{'B' if found.value > 0 else 'A'} is better on these {self.articles:,} articles: {figures}{hint}"

    def to_dict(self) -> dict[str, Any]:
        return {"articles": self.articles, "verdict": self.verdict, **self.differences.to_dict()}


@dataclass(frozen=True)
class Comparisons:
    """Two reports compared, part by part by its name; parts of one report alone are named and not compared."""

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


def compare_reports(a: Path, b: Path, name: str | None = None) -> Comparisons:
    """Compare the parts of the scores that two reports share, or one of them.

    Args:
        a: a report, or the folder of a run.
        b: another one, of the same articles.
        name: the part to compare; None compares all that are shared.

    Raises:
        InputError: if a report cannot be used, no part is shared, or the articles or their gold spans differ.
    """
    reports = {path: run_reports.read(path) for path in (a, b)}
    parts_a, parts_b = (tuple(reports[path]["scores"]) for path in (a, b))
    shared = [part for part in parts_a if part in parts_b and name in (None, part)]
    if not shared:
        wanted = "no scores in common" if name is None else f"no scores {name!r} in common"
        message = f"{a} and {b} have {wanted}: the first holds {_list(parts_a)}, the second {_list(parts_b)}"
        raise InputError(f"{message}; name them alike with nghiquyet-train evaluate --name")
    compared = {}
    for part in shared:
        one, other = (run_reports.evaluation(path, reports[path], part) for path in (a, b))
        if difference := next(_gold_differences(one, other), None):
            message = f"scores {part!r} of {a} and {b} are not of the same gold: {difference}"
            raise InputError(f"{message}; score both models on the same files and labels")
        compared[part] = compare(one, other)
    if name is not None:
        return Comparisons(compared, (), ())
    return Comparisons(
        compared,
        tuple(part for part in parts_a if part not in parts_b),
        tuple(part for part in parts_b if part not in parts_a),
    )


def compare(a: Evaluation, b: Evaluation, samples: int = SAMPLES) -> Comparison:
    """Compare two evaluations of the same articles with the same gold spans, on the labels of either."""
    labels = tuple(sorted({*a.labels, *b.labels}))
    one, other = (Evaluation(labels, evaluation.outcomes) for evaluation in (a, b))
    return Comparison(len(a.outcomes), differences(one, other, samples))


def table(name: str, comparison: Comparison) -> Table:
    """The differences for a terminal, per cent."""
    result = Table(
        "measure", "label", "A", "B", "B - A", "95% interval", "p", title=escape(f"{name}: {comparison.articles:,} articles")
    )
    for measure, title in _SHOWN.items():
        scopes = [*comparison.differences.by_label.items(), ("micro", comparison.differences.micro)]
        for number, (label, figures) in enumerate(scopes, 1):
            found = figures[measure]
            values = f"{100 * found.a:.1f}", f"{100 * found.b:.1f}", f"{100 * found.value:+.1f}"
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


def _interval(found: Difference) -> str:
    return f"{100 * found.interval.low:+.1f} to {100 * found.interval.high:+.1f}" if found.interval else ""


def _list(parts: tuple[str, ...]) -> str:
    return ", ".join(map(repr, parts))
