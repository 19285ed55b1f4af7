import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.articles import Span
from nghiquyet_training.mistakes import Kind, frequent, mistakes
from nghiquyet_training.outcomes import Outcome

LENGTH = 14
MIRRORED = {
    Kind.MISSED: Kind.SPURIOUS,
    Kind.STARTS_EARLY: Kind.STARTS_LATE,
    Kind.ENDS_EARLY: Kind.ENDS_LATE,
    Kind.SPLIT: Kind.MERGED,
}
MIRRORED |= {other: kind for kind, other in MIRRORED.items()}
Triples = list[tuple[int, int, str]]


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """Both sides over a text of `LENGTH` characters, some spans touching, some the same on both sides."""
    sides = []
    for _ in range(2):
        cuts = sorted(draw(st.sets(st.integers(0, LENGTH))))
        chosen = [pair for pair in pairwise(cuts) if draw(st.booleans())]
        sides.append(tuple(Span(start, end, draw(st.sampled_from(["ORG", "TARGET"]))) for start, end in chosen))
    confidence = tuple(draw(st.floats(0, 1)) for _ in sides[1])
    return Outcome("a", sides[0], sides[1], confidence)


def _outcome(gold: Triples, predicted: Triples, name: str = "a") -> Outcome:
    sides = [tuple(Span(*triple) for triple in side) for side in (gold, predicted)]
    return Outcome(name, sides[0], sides[1], tuple(round(0.9 - 0.1 * place, 1) for place in range(len(predicted))))


@given(outcome=outcomes())
def test_every_span_that_is_not_right_is_in_one_mistake_and_no_right_one_in_any(outcome: Outcome) -> None:
    found = mistakes([outcome])
    right = set(outcome.gold) & set(outcome.predicted)
    assert [span for mistake in found for span in mistake.gold] == [span for span in outcome.gold if span not in right]
    assert [span for mistake in found for span in mistake.predicted] == [span for span in outcome.predicted if span not in right]


@given(outcome=outcomes())
def test_what_overlaps_is_one_mistake_and_what_does_not_is_two(outcome: Outcome) -> None:
    found = mistakes([outcome])
    assert all(one.end <= other.start for one, other in pairwise(found))
    for mistake in found:
        joined, *others = sorted((*mistake.gold, *mistake.predicted))
        reach = joined.end
        for span in others:
            assert span.start < reach
            reach = max(reach, span.end)
        assert (mistake.start, mistake.end) == (joined.start, reach)


@given(outcome=outcomes())
def test_kinds_are_mirrored_when_the_sides_change_places(outcome: Outcome) -> None:
    straight = mistakes([outcome])
    turned = mistakes([Outcome("a", outcome.predicted, outcome.gold, (0.5,) * len(outcome.gold))])
    assert [mistake.kind for mistake in turned] == [MIRRORED.get(mistake.kind, mistake.kind) for mistake in straight]


@given(outcome=outcomes())
def test_confidence_is_that_of_the_least_sure_prediction(outcome: Outcome) -> None:
    score = dict(zip(outcome.predicted, outcome.confidence, strict=True))
    for mistake in mistakes([outcome]):
        assert (mistake.confidence is None) == (mistake.kind is Kind.MISSED)
        assert mistake.confidence is None or mistake.confidence == min(score[span] for span in mistake.predicted)


@pytest.mark.parametrize(
    ("gold", "predicted", "kind", "label"),
    [
        ([(2, 6, "ORG")], [], Kind.MISSED, "ORG"),
        ([], [(2, 6, "ORG")], Kind.SPURIOUS, "ORG"),
        ([(2, 6, "ORG")], [(1, 6, "ORG")], Kind.STARTS_EARLY, "ORG"),
        ([(2, 6, "ORG")], [(3, 6, "ORG")], Kind.STARTS_LATE, "ORG"),
        ([(2, 6, "ORG")], [(2, 5, "ORG")], Kind.ENDS_EARLY, "ORG"),
        ([(2, 6, "ORG")], [(2, 7, "ORG")], Kind.ENDS_LATE, "ORG"),
        ([(2, 6, "ORG")], [(3, 5, "ORG")], Kind.BOTH_BORDERS, "ORG"),
        ([(2, 6, "ORG")], [(5, 9, "ORG")], Kind.BOTH_BORDERS, "ORG"),
        ([(2, 6, "ORG")], [(2, 3, "ORG"), (4, 6, "ORG")], Kind.SPLIT, "ORG"),
        ([(2, 3, "ORG"), (4, 6, "ORG")], [(2, 6, "ORG")], Kind.MERGED, "ORG"),
        ([(2, 5, "ORG"), (5, 9, "ORG")], [(2, 4, "ORG"), (4, 9, "ORG")], Kind.REGROUPED, "ORG"),
        ([(2, 6, "ORG")], [(2, 6, "TARGET")], Kind.LABEL, "ORG"),
        ([(2, 6, "ORG")], [(2, 7, "TARGET")], Kind.LABEL_AND_BORDER, "ORG"),
        ([(2, 6, "TARGET")], [(2, 3, "TARGET"), (4, 6, "ORG")], Kind.LABEL_AND_BORDER, "TARGET"),
        ([(2, 3, "ORG"), (4, 6, "TARGET")], [(2, 6, "TARGET")], Kind.LABEL_AND_BORDER, "ORG"),
    ],
)
def test_each_kind_by_hand(gold: Triples, predicted: Triples, kind: Kind, label: str) -> None:
    (mistake,) = mistakes([_outcome(gold, predicted)])
    assert (mistake.article, mistake.kind, mistake.label) == ("a", kind, label)


def test_spans_that_only_touch_are_two_mistakes() -> None:
    found = mistakes([_outcome([(0, 4, "ORG")], [(4, 8, "ORG")])])
    assert [mistake.kind for mistake in found] == [Kind.MISSED, Kind.SPURIOUS]


def test_the_most_frequent_label_and_kind_comes_first_with_its_mistakes() -> None:
    one = _outcome([(0, 2, "TARGET"), (4, 6, "ORG"), (8, 9, "ORG")], [(10, 12, "ORG")], "one")
    two = _outcome([(0, 2, "TARGET"), (4, 6, "ORG")], [(4, 6, "ORG")], "two")
    found = mistakes([one, two])
    ranking = frequent(found)
    assert [(group.label, group.kind, len(group.mistakes)) for group in ranking] == [
        ("ORG", Kind.MISSED, 2),
        ("TARGET", Kind.MISSED, 2),
        ("ORG", Kind.SPURIOUS, 1),
    ]
    assert [mistake.article for mistake in ranking[1].mistakes] == ["one", "two"]
    assert ranking[1].to_dict() == {"label": "TARGET", "kind": "missed", "count": 2}
    assert frequent([]) == []


@given(outcome=outcomes())
def test_each_mistake_is_in_the_group_of_its_label_and_kind(outcome: Outcome) -> None:
    found = mistakes([outcome])
    ranking = frequent(found)
    assert sorted(m.start for group in ranking for m in group.mistakes) == [mistake.start for mistake in found]
    assert all((m.label, m.kind) == (group.label, group.kind) for group in ranking for m in group.mistakes)
    assert all(len(one.mistakes) >= len(other.mistakes) for one, other in pairwise(ranking))


def test_json_has_offsets_labels_and_scores() -> None:
    missed, split = mistakes([_outcome([(0, 2, "ORG"), (4, 9, "ORG")], [(4, 5, "ORG"), (6, 9, "ORG")])])
    assert json.loads(json.dumps([missed.to_dict(), split.to_dict()])) == [
        {"article": "a", "label": "ORG", "kind": "missed", "gold": [[0, 2, "ORG"]], "predicted": [], "confidence": None},
        {
            "article": "a",
            "label": "ORG",
            "kind": "split",
            "gold": [[4, 9, "ORG"]],
            "predicted": [[4, 5, "ORG"], [6, 9, "ORG"]],
            "confidence": 0.8,
        },
    ]
