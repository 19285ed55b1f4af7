"""What a model finds in the same articles when they come in other spellings or damaged."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table

from nghiquyet_training.articles import Article
from nghiquyet_training.evaluate import Labeller, evaluate
from nghiquyet_training.outcomes import Evaluation
from nghiquyet_training.perturbations import PERTURBATIONS

AS_GIVEN: Final = "as given"


def robustness(labeller: Labeller, articles: Sequence[Article]) -> dict[str, Evaluation]:
    """The evaluation of the articles as given, and of each perturbation of them, by name."""
    found = {AS_GIVEN: evaluate(labeller, articles)}
    for name, perturb in PERTURBATIONS.items():
        found[name] = evaluate(labeller, [perturb(article) for article in articles])
    return found


def table(title: str, evaluations: Mapping[str, Evaluation]) -> Table:
    """Exact F1 of each, for a terminal; `change` is that of the micro average, in points."""
    plain = evaluations[AS_GIVEN]
    result = Table("articles", *plain.labels, "micro F1", "change", title=title)
    for name, evaluation in evaluations.items():
        f1 = [counts.f1 for counts in [*evaluation.by_label.values(), evaluation.micro]]
        result.add_row(name, *(f"{100 * figure:.1f}" for figure in f1), f"{100 * (f1[-1] - plain.micro.f1):+.1f}")
    return result
