import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.articles import Span
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.thresholds import above, threshold_curve

GOLD = (Span(0, 2, "ORG"), Span(4, 6, "ORG"), Span(8, 10, "PERSON"))
FOUND = (Span(0, 2, "ORG"), Span(4, 7, "ORG"), Span(8, 10, "PERSON"), Span(12, 14, "PERSON"))
EVALUATION = Evaluation(
    ("ORG", "PERSON"), (Outcome("a", GOLD, FOUND, (0.9, 0.5, 0.7, 0.2)), Outcome("b", (Span(0, 1, "ORG"),), (), ()))
)


def test_at_zero_all_are_kept() -> None:
    assert above(EVALUATION, 0) == EVALUATION
    curve = threshold_curve(EVALUATION)
    assert curve.thresholds[0] == 0
    assert curve.micro[0] == EVALUATION.micro
    assert {label: counts[0] for label, counts in curve.by_label.items()} == EVALUATION.by_label


def test_the_curve_by_hand() -> None:
    curve = threshold_curve(EVALUATION, (0.0, 0.5, 0.6, 0.91))
    assert [(counts.predicted, counts.exact, counts.gold) for counts in curve.micro] == [(4, 2, 4), (3, 2, 4), (2, 2, 4), (0, 0, 4)]
    content = json.loads(json.dumps(curve.to_dict()))
    assert content["thresholds"] == [0, 0.5, 0.6, 0.91]
    assert content["micro"]["precision"] == pytest.approx([0.5, 2 / 3, 1, 0], abs=1e-4)
    assert content["by_label"]["ORG"]["recall"] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=1e-4)
    assert content["by_label"]["PERSON"]["f1"] == pytest.approx([2 / 3, 1, 1, 0], abs=1e-4)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(0, 1))
def test_what_is_kept_is_what_reaches_the_threshold(scores: list[float], threshold: float) -> None:
    (outcome,) = above(Evaluation(("ORG", "PERSON"), (Outcome("a", GOLD, FOUND, tuple(scores)),)), threshold).outcomes
    assert outcome.gold == GOLD
    pairs = [(span, score) for span, score in zip(FOUND, scores, strict=True) if score >= threshold]
    assert list(zip(outcome.predicted, outcome.confidence, strict=True)) == pairs
