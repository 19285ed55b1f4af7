from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator
from nervaluate.strategies import StrictEvaluation

from nghiquyet_training.articles import Span
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.schemes import Pairs, entities, pairs, scheme_scores
from nghiquyet_training.scores import count

LABELS = ("ORG", "TARGET")
LENGTH = 12


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Spans over a text of `LENGTH` characters, in order, without overlap, some of them touching."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH))))
    chosen = [pair for pair in pairwise(cuts) if draw(st.booleans())]
    return tuple(Span(start, end, draw(st.sampled_from(LABELS))) for start, end in chosen)


def _evaluation(*sides: tuple[tuple[Span, ...], tuple[Span, ...]]) -> Evaluation:
    outcomes = [Outcome(str(i), gold, found, (1.0,) * len(found)) for i, (gold, found) in enumerate(sides)]
    return Evaluation(LABELS, tuple(outcomes))


def _mirrored(side: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(Span(LENGTH - span.end, LENGTH - span.start, span.label) for span in reversed(side))


@given(gold=spans(), predicted=spans())
def test_the_strict_scheme_of_nervaluate_counts_what_is_exact(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> None:
    strict, _ = StrictEvaluation().evaluate(entities(gold), entities(predicted), list(LABELS))
    counts = count(gold, predicted, LABELS).values()
    assert strict.correct == sum(one.exact for one in counts)
    assert (strict.possible, strict.actual) == (len(gold), len(predicted))


@given(first=st.tuples(spans(), spans()), second=st.tuples(spans(), spans()))
def test_a_label_has_the_partial_score_of_nervaluate_and_at_least_its_type_score(
    first: tuple[tuple[Span, ...], tuple[Span, ...]], second: tuple[tuple[Span, ...], tuple[Span, ...]]
) -> None:
    sides = [
        [[{"label": e.label, "start": e.start, "end": e.end} for e in entities(pair[side])] for pair in (first, second)]
        for side in (0, 1)
    ]
    theirs = Evaluator(*sides, tags=list(LABELS), loader="dict").evaluate()["entities"]
    ours = scheme_scores(_evaluation(first, second)).by_label
    for label, figures in theirs.items():
        assert ours[label].partial_f1 == pytest.approx(figures["partial"].f1)
        assert ours[label].type_f1 >= figures["ent_type"].f1 - 1e-12
    assert all(ours[label] == Pairs() for label in set(LABELS) - set(theirs))


@given(gold=spans(), predicted=spans())
def test_scores_rise_with_what_they_forgive(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> None:
    evaluation = _evaluation((gold, predicted))
    for label, found in scheme_scores(evaluation).by_label.items():
        counts = evaluation.by_label[label]
        assert (found.gold, found.predicted, found.same) == (counts.gold, counts.predicted, counts.exact)
        assert counts.f1 <= found.partial_f1 <= found.type_f1 <= 1
        assert found.same + found.partial <= min(counts.gold_hit, counts.predicted_hit)


@given(gold=spans(), predicted=spans())
def test_scores_do_not_depend_on_the_side_nor_on_the_order(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> None:
    found = scheme_scores(_evaluation((gold, predicted)))
    swapped = scheme_scores(_evaluation((predicted, gold)))
    assert (found.micro.same, found.micro.partial) == (swapped.micro.same, swapped.micro.partial)
    assert scheme_scores(_evaluation((_mirrored(gold), _mirrored(predicted)))) == found


@pytest.mark.parametrize(
    ("gold", "predicted", "partial", "whole"),
    [
        ([(0, 5)], [(0, 5)], 1, 1),
        ([(0, 5)], [(0, 4)], 0.5, 1),
        ([(0, 5)], [(5, 9)], 0, 0),  # half-open: they touch and share nothing
        ([(0, 5)], [(4, 5)], 0.5, 1),
        ([(0, 9)], [(0, 2), (3, 5)], 1 / 3, 2 / 3),
        ([(0, 2), (3, 10)], [(0, 8), (9, 12)], 0.5, 1),  # by the nearest borders, the first would take the second's
        ([(0, 5), (6, 9)], [(0, 5)], 2 / 3, 2 / 3),
        ([(0, 300)], [(297, 310)], 0.5, 1),
        ([(0, 300)], [(298, 310)], 0, 0),  # less than one in a hundred
        ([(0, 5)], [], 0, 0),
        ([], [], 0, 0),
    ],
)
def test_scores_by_hand(gold: list[tuple[int, int]], predicted: list[tuple[int, int]], partial: float, whole: float) -> None:
    sides = [[Span(start, end, "ORG") for start, end in side] for side in (gold, predicted)]
    found = pairs(*sides)
    assert [found.partial_f1, found.type_f1] == pytest.approx([partial, whole])


def test_a_wrong_label_takes_no_gold_span_away() -> None:
    gold = (Span(0, 10, "ORG"),)
    found = scheme_scores(_evaluation((gold, (Span(0, 2, "TARGET"), Span(3, 10, "ORG")))))
    assert found.by_label == {"ORG": Pairs(1, 1, 0, 1), "TARGET": Pairs(0, 1, 0, 0)}
    assert found.to_dict() == {
        "micro": {"partial_f1": 0.3333, "type_f1": 0.6667},
        "by_label": {"ORG": {"partial_f1": 0.5, "type_f1": 1.0}, "TARGET": {"partial_f1": 0.0, "type_f1": 0.0}},
    }


def test_no_article_has_no_score() -> None:
    assert scheme_scores(_evaluation()).micro.to_dict() == {"partial_f1": 0.0, "type_f1": 0.0}
