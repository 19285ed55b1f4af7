import json
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nghiquyet_training.articles import Span
from nghiquyet_training.bootstrap import Difference, Interval, differences, intervals, share_interval
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.scores import MEASURES

FOUND = st.lists(st.lists(st.booleans(), max_size=4), max_size=6)


def _evaluation(found: Iterable[Sequence[bool]], label: str = "ORG", labels: tuple[str, ...] = ("ORG",)) -> Evaluation:
    """Articles of gold spans that are each found (True) or predicted one character too short (False)."""
    outcomes = []
    for name, hits in enumerate(found):
        gold = tuple(Span(10 * i, 10 * i + 5, label) for i in range(len(hits)))
        predicted = tuple(Span(span.start, span.end - (not hit), label) for span, hit in zip(gold, hits, strict=True))
        outcomes.append(Outcome(str(name), gold, predicted, (1.0,) * len(hits)))
    return Evaluation(labels, tuple(outcomes))


def _without_prediction(number: int) -> Evaluation:
    return Evaluation(("ORG",), tuple(Outcome(str(i), (Span(0, 5, "ORG"),), (), ()) for i in range(number)))


@given(found=FOUND)
def test_a_share_has_the_interval_of_the_recall_that_it_is(found: list[list[bool]]) -> None:
    share = share_interval([sum(article) for article in found], [len(article) for article in found], samples=50)
    assert share == intervals(_evaluation(found), samples=50).micro["recall"]


def _width(interval: Interval | None) -> float:
    assert interval is not None
    return interval.high - interval.low


def test_an_interval_is_that_of_the_binomial_distribution_when_each_article_has_one_span() -> None:
    found = intervals(_evaluation([[True]] * 10 + [[False]] * 10))
    # Of 20 fair coins, 6 to 14 are heads with at least 95%: P(X <= 5) = 0.021, P(X <= 6) = 0.058.
    for measure in ("f1", "precision", "recall", "boundary_f1"):
        assert found.micro[measure] == Interval(0.3, 0.7)
    assert found.micro["overlap_f1"] == Interval(1.0, 1.0)


def test_p_is_that_of_the_binomial_distribution_when_each_article_has_one_span() -> None:
    found = differences([_evaluation([[False]] * 20)], [_evaluation([[True]] * 6 + [[False]] * 14)]).micro["f1"]
    # 20 articles are drawn from 20 of which 6 differ: P(X = 0) + P(X >= 12) = 0.0008 + 0.0051.
    assert found.value == 0.3
    assert found.p == pytest.approx(0.0059, abs=0.0025)
    # P(X <= 1) = 0.008, P(X <= 2) = 0.035; P(X <= 9) = 0.952, P(X <= 10) = 0.983.
    assert found.interval == Interval(0.1, 0.5)


def test_spans_of_one_article_are_drawn_together() -> None:
    together = intervals(_evaluation([[True] * 16] * 20 + [[False] * 16] * 20), samples=2000).micro["f1"]
    apart = intervals(_evaluation([[True]] * 320 + [[False]] * 320), samples=2000).micro["f1"]
    assert _width(together) == pytest.approx(4 * _width(apart), rel=0.1)


@settings(max_examples=25)
@given(found=FOUND)
def test_every_interval_lies_in_0_to_1_and_can_be_written(found: list[list[bool]]) -> None:
    figures = intervals(_evaluation(found, labels=("ORG", "TARGET")), samples=50)
    json.dumps(figures.to_dict(), allow_nan=False)
    assert figures.micro == figures.by_label["ORG"]
    assert set(figures.by_label["TARGET"].values()) == {None}
    several = sum(map(bool, found)) > 1
    for interval in figures.micro.values():
        assert (interval is not None) == several
        assert interval is None or 0 <= interval.low <= interval.high <= 1


@settings(max_examples=25)
@given(pairs=st.lists(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=4), max_size=6))
def test_exchanging_the_models_exchanges_the_sides(pairs: list[list[tuple[bool, bool]]]) -> None:
    one, other = (_evaluation([[pair[side] for pair in article] for article in pairs]) for side in (0, 1))
    there, back = differences([one], [other], samples=50), differences([other], [one], samples=50)
    json.dumps(there.to_dict(), allow_nan=False)
    for measure in MEASURES:
        first, second = there.micro[measure], back.micro[measure]
        assert (first.a, first.b, first.p) == (second.b, second.a, second.p)
        if first.interval and second.interval:
            assert first.interval.low == pytest.approx(-second.interval.high)


def test_a_model_does_not_differ_from_itself() -> None:
    evaluation = _evaluation([[True, False], [True], [False]])
    for figure in differences([evaluation], [evaluation]).micro.values():
        assert (figure.value, figure.interval, figure.p) == (0, Interval(0, 0), 1)


def test_a_difference_that_every_article_has_is_no_chance() -> None:
    worse, better = _evaluation([[True, False]] * 30), _evaluation([[True, True]] * 30)
    assert differences([worse], [better], samples=999).micro["f1"] == Difference(0.5, 1.0, Interval(0.5, 0.5), 0.001)


@settings(max_examples=25)
@given(found=FOUND, times=st.integers(2, 4))
def test_runs_that_found_the_same_are_as_one(found: list[list[bool]], times: int) -> None:
    one, other = _evaluation(found), _evaluation([[True] * len(article) for article in found])
    alone, repeated = differences([one], [other], samples=50), differences([one] * times, [other], samples=50)
    for measure in MEASURES:
        first, second = alone.micro[measure], repeated.micro[measure]
        assert first.spread_a is None
        assert second.spread_a == pytest.approx(0)
        assert second.a == pytest.approx(first.a)
        assert second.p == first.p
        assert (first.interval is None) == (second.interval is None)
        if first.interval and second.interval:
            assert (second.interval.low, second.interval.high) == pytest.approx((first.interval.low, first.interval.high))


def test_seeds_that_differ_widen_the_interval() -> None:
    articles = [[True, False]] * 30
    good, bad = _evaluation([[True, True]] * 30), _evaluation([[False, False]] * 30)
    found = differences([_evaluation(articles)], [good, bad]).micro["f1"]
    assert found.value == 0
    assert found.spread_b == pytest.approx(0.7071, abs=1e-4)
    # The articles are alike, so that seeds alone differ: both good, both bad, or one of each.
    assert found.interval == Interval(-0.5, 0.5)


def test_articles_are_paired_by_id() -> None:
    one, other = _evaluation([[True], [False], [True, True]]), _evaluation([[False], [True], [True, False]])
    shuffled = Evaluation(other.labels, other.outcomes[::-1])
    assert differences([one], [shuffled]) == differences([one], [other])


def test_draws_without_a_label_say_nothing_about_it() -> None:
    rare = _evaluation([[True], [True]], "TARGET").outcomes
    common = _evaluation([[True, False]] * 18).outcomes
    outcomes = (
        *rare,
        *(Outcome(f"more {outcome.id}", *(outcome.gold, outcome.predicted, outcome.confidence)) for outcome in common),
    )
    figures = intervals(Evaluation(("ORG", "TARGET"), outcomes))
    assert set(figures.by_label["TARGET"].values()) == {Interval(1.0, 1.0)}


def test_what_is_a_share_of_nothing_has_no_interval() -> None:
    figures = intervals(_without_prediction(3)).micro
    assert (figures["precision"], figures["recall"], figures["f1"]) == (None, Interval(0, 0), Interval(0, 0))
    found = differences([_without_prediction(3)], [_evaluation([[True]] * 3)]).micro
    assert found["precision"] == Difference(0.0, 1.0, None, None)
    assert found["recall"].p == pytest.approx(0.0001, abs=1e-6)


def test_many_articles_are_drawn_in_parts_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluation = _evaluation([[True, False], [True], [False]])
    whole = intervals(evaluation, samples=100)
    monkeypatch.setattr("nghiquyet_training.bootstrap._AT_ONCE", 21)
    assert intervals(evaluation, samples=100) == whole
    assert intervals(evaluation, samples=100, seed=1) != whole
