import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.articles import Span
from nghiquyet_training.confusion import confusion, matched
from nghiquyet_training.outcomes import Evaluation, Outcome

LABELS = ("ORG", "PERSON", "TARGET")
LENGTH = 14
Pairs = list[tuple[int, int]]


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Spans over a text of `LENGTH` characters, in order, without overlap, some of them touching."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH))))
    chosen = [pair for pair in pairwise(cuts) if draw(st.booleans())]
    return tuple(Span(start, end, draw(st.sampled_from(LABELS))) for start, end in chosen)


def _outcome(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> Outcome:
    return Outcome("a", gold, predicted, (0.5,) * len(predicted))


def _matrix(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> list[list[int]]:
    return confusion(Evaluation(LABELS, (_outcome(gold, predicted),))).matrix


@given(gold=spans(), predicted=spans())
def test_rows_add_up_to_the_gold_and_columns_to_the_predictions(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> None:
    matrix = _matrix(gold, predicted)
    for place, label in enumerate(LABELS):
        assert sum(matrix[place]) == sum(span.label == label for span in gold)
        assert sum(row[place] for row in matrix) == sum(span.label == label for span in predicted)
    assert matrix[-1][-1] == 0


@given(gold=spans(), predicted=spans())
def test_the_matrix_is_turned_over_when_the_sides_change_places(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> None:
    turned = [list(column) for column in zip(*_matrix(gold, predicted), strict=True)]
    assert _matrix(predicted, gold) == turned


@given(first=st.tuples(spans(), spans()), second=st.tuples(spans(), spans()))
def test_the_counts_of_two_articles_add_up(
    first: tuple[tuple[Span, ...], tuple[Span, ...]], second: tuple[tuple[Span, ...], tuple[Span, ...]]
) -> None:
    both = confusion(Evaluation(LABELS, (_outcome(*first), _outcome(*second)))).matrix
    rows = zip(_matrix(*first), _matrix(*second), strict=True)
    assert both == [[one + other for one, other in zip(*pair, strict=True)] for pair in rows]


@given(gold=spans(), predicted=spans())
def test_no_overlap_is_passed_over_for_a_smaller_one(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> None:
    pairs = list(matched(_outcome(gold, predicted)))
    partner = {one: other for one, other in pairs if one is not None}
    back = {other: one for one, other in pairs if other is not None}
    assert sorted(partner) == list(gold)
    assert sorted(back) == list(predicted)
    for one in gold:
        for other in predicted:
            shared = _shared(one, other)
            if partner[one] == other:
                assert shared > 0
            else:
                assert shared <= max(_shared(one, partner[one]), _shared(back[other], other))


def _shared(one: Span | None, other: Span | None) -> int:
    if one is None or other is None:
        return 0
    return len(set(range(one.start, one.end)) & set(range(other.start, other.end)))


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([(0, 9)], [(0, 3), (3, 9)], [((0, 9), (3, 9)), (None, (0, 3))]),
        ([(0, 4), (4, 9)], [(2, 9)], [((4, 9), (2, 9)), ((0, 4), None)]),
        ([(0, 4)], [(0, 2), (2, 4)], [((0, 4), (0, 2)), (None, (2, 4))]),
        ([(0, 4)], [(4, 8)], [((0, 4), None), (None, (4, 8))]),
    ],
)
def test_pairs_by_hand(gold: Pairs, predicted: Pairs, expected: list[tuple[tuple[int, int] | None, ...]]) -> None:
    sides = [tuple(Span(start, end, "ORG") for start, end in side) for side in (gold, predicted)]
    pairs = matched(_outcome(sides[0], sides[1]))
    assert [tuple(span and (span.start, span.end) for span in pair) for pair in pairs] == expected


def test_of_equal_overlaps_the_one_within_the_label_counts() -> None:
    predicted = (Span(0, 2, "ORG"), Span(2, 4, "TARGET"))
    matrix = _matrix((Span(0, 4, "TARGET"),), predicted)
    assert (matrix[2][2], matrix[3][0]) == (1, 1)


def test_json_is_a_square_with_no_span_at_its_end() -> None:
    gold = (Span(0, 2, "ORG"), Span(3, 5, "ORG"), Span(6, 8, "PERSON"))
    predicted = (Span(0, 1, "ORG"), Span(3, 5, "TARGET"), Span(9, 10, "PERSON"))
    content = confusion(Evaluation(LABELS, (_outcome(gold, predicted),))).to_dict()
    assert json.loads(json.dumps(content)) == {
        "labels": ["ORG", "PERSON", "TARGET"],
        "matrix": [[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]],
    }
