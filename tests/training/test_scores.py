import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from nghiquyet.tags import TagSet
from nghiquyet_training.articles import Span
from nghiquyet_training.scores import MEASURES, Counts, count

LABELS = ("ORG", "TARGET")
LENGTH = 12


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Spans over a text of `LENGTH` characters, in order, without overlap, some of them touching."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH))))
    chosen = [pair for pair in pairwise(cuts) if draw(st.booleans())]
    return [Span(start, end, draw(st.sampled_from(LABELS))) for start, end in chosen]


def _all(gold: list[Span], predicted: list[Span]) -> Counts:
    return sum(count(gold, predicted, LABELS).values(), Counts())


@given(gold=spans())
def test_gold_against_gold_is_perfect(gold: list[Span]) -> None:
    for label, counts in count(gold, gold, LABELS).items():
        wanted = sum(span.label == label for span in gold)
        assert counts == Counts(*[wanted] * 7)
        assert {getattr(counts, name) for name in MEASURES} == {1.0 if wanted else 0.0}


@given(gold=spans(), predicted=spans())
def test_exact_hits_are_hits_and_hits_are_spans(gold: list[Span], predicted: list[Span]) -> None:
    for counts in count(gold, predicted, LABELS).values():
        assert 0 <= counts.exact <= counts.gold_hit <= counts.gold
        assert counts.exact <= counts.predicted_hit <= counts.predicted
        assert counts.exact <= counts.gold_boundary <= counts.gold
        assert counts.exact <= counts.predicted_boundary <= counts.predicted
        assert (counts.gold_hit == 0) == (counts.predicted_hit == 0)
        assert 0 <= counts.f1 <= counts.overlap_f1 + 1e-12
        assert counts.overlap_f1 <= 1
        assert counts.f1 <= counts.boundary_f1 + 1e-12
        assert counts.boundary_f1 <= 1
        assert min(counts.precision, counts.recall) - 1e-12 <= counts.f1 <= max(counts.precision, counts.recall) + 1e-12


@given(gold=spans(), predicted=spans())
def test_precision_is_recall_seen_from_the_other_side(gold: list[Span], predicted: list[Span]) -> None:
    one, other = _all(gold, predicted), _all(predicted, gold)
    assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)
    assert one.overlap_f1 == pytest.approx(other.overlap_f1)
    assert one.gold_boundary == other.predicted_boundary
    assert one.boundary_f1 == pytest.approx(other.boundary_f1)


@given(first=st.tuples(spans(), spans()), second=st.tuples(spans(), spans()))
def test_counts_of_two_articles_add_up_to_those_of_both(
    first: tuple[list[Span], list[Span]], second: tuple[list[Span], list[Span]]
) -> None:
    joined = [one + [Span(s.start + LENGTH, s.end + LENGTH, s.label) for s in two] for one, two in zip(first, second, strict=True)]
    assert _all(*joined) == _all(*first) + _all(*second) == _all(*second) + _all(*first)


@given(gold=spans(), predicted=spans())
def test_a_label_is_scored_by_its_own_spans_alone_but_for_its_borders(gold: list[Span], predicted: list[Span]) -> None:
    for label, counts in count(gold, predicted, LABELS).items():
        mine = [[span for span in side if span.label == label] for side in (gold, predicted)]
        borders = {"gold_boundary": counts.exact, "predicted_boundary": counts.exact}
        assert count(mine[0], mine[1], [label]) == {label: dataclasses.replace(counts, **borders)}


@given(gold=spans(), predicted=spans())
def test_boundary_f1_is_exact_f1_when_all_labels_are_one(gold: list[Span], predicted: list[Span]) -> None:
    one_label = [[Span(span.start, span.end, "ORG") for span in side] for side in (gold, predicted)]
    blind, counts = _all(*one_label), _all(gold, predicted)
    assert counts.gold_boundary == counts.predicted_boundary == blind.exact
    assert counts.boundary_f1 == pytest.approx(blind.f1)


@given(gold=spans(), predicted=spans())
def test_exact_figures_are_those_of_seqeval(gold: list[Span], predicted: list[Span]) -> None:
    tags = TagSet(LABELS)
    rows = [[[tags.tags[i] for i in tags.encode(LENGTH, [(s.start, s.end, s.label) for s in side])]] for side in (gold, predicted)]
    counts = _all(gold, predicted)
    strict = {"mode": "strict", "scheme": IOB2, "zero_division": 0}
    if gold or predicted:  # of nothing, seqeval makes no average
        assert counts.precision == pytest.approx(precision_score(*rows, average="micro", **strict))
        assert counts.recall == pytest.approx(recall_score(*rows, average="micro", **strict))
        assert counts.f1 == pytest.approx(f1_score(*rows, average="micro", **strict))


@pytest.mark.parametrize(
    ("gold", "predicted", "exact_f1", "overlap_f1"),
    [
        ([(0, 5)], [(0, 5)], 1, 1),
        ([(0, 5)], [(0, 4)], 0, 1),
        ([(0, 5)], [(4, 9)], 0, 1),
        ([(0, 5)], [(5, 9)], 0, 0),  # half-open: they touch and share nothing
        ([(0, 9)], [(0, 2), (3, 5)], 0, 1),
        ([(0, 2), (3, 5)], [(0, 9)], 0, 1),
        ([(0, 5), (6, 9)], [(0, 5)], 2 / 3, 2 / 3),
        ([(0, 5)], [(0, 3), (6, 9)], 0, 2 / 3),
        ([(0, 2), (3, 5), (6, 9)], [(0, 2), (4, 5)], 2 / 5, 4 / 5),
        ([], [], 0, 0),
        ([(0, 5)], [], 0, 0),
        ([], [(0, 5)], 0, 0),
    ],
)
def test_f1_by_hand(gold: list[tuple[int, int]], predicted: list[tuple[int, int]], exact_f1: float, overlap_f1: float) -> None:
    sides = [[Span(start, end, "ORG") for start, end in side] for side in (gold, predicted)]
    counts = count(sides[0], sides[1], ["ORG"])["ORG"]
    assert counts.f1 == pytest.approx(exact_f1)
    assert counts.overlap_f1 == pytest.approx(overlap_f1)


def test_another_label_is_no_hit_and_may_have_the_right_borders() -> None:
    counts = count([Span(0, 5, "ORG"), Span(6, 9, "ORG")], [Span(0, 5, "TARGET"), Span(6, 8, "TARGET")], LABELS)
    assert counts == {"ORG": Counts(gold=2, gold_boundary=1), "TARGET": Counts(predicted=2, predicted_boundary=1)}
    assert sum(counts.values(), Counts()).boundary_f1 == 0.5


def test_the_dictionary_gives_the_figures() -> None:
    counts = Counts(gold=4, predicted=3, exact=2, gold_hit=3, predicted_hit=3, gold_boundary=3, predicted_boundary=2)
    assert counts.to_dict() == {
        "precision": 0.6667,
        "recall": 0.5,
        "f1": 0.5714,
        "overlap_f1": 0.8571,
        "boundary_f1": 0.7059,
        "gold": 4,
        "predicted": 3,
    }
