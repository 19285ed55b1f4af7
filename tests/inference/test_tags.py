from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import NghiquyetError
from nghiquyet.tags import TagSet

TAGS = TagSet(("ORG", "PERSON"))


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, str]]]:
    length = draw(st.integers(0, 30))
    borders = sorted(draw(st.sets(st.integers(0, length), max_size=10)))
    pairs = list(zip(borders[::2], borders[1::2], strict=False))
    return length, [(first, stop, draw(st.sampled_from(TAGS.labels))) for first, stop in pairs]


@given(spans())
def test_gold_in_gold_out(case: tuple[int, list[tuple[int, int, str]]]) -> None:
    length, gold = case
    tags = TAGS.encode(length, gold)
    assert TAGS.decode(tags) == gold
    assert not tags or TAGS.may_start[tags[0]]
    assert all(TAGS.may_follow[before, after] for before, after in pairwise(tags))


def test_which_tag_may_follow_which() -> None:
    o, b_org, i_org, b_person, i_person = range(5)
    assert TAGS.tags == ("O", "B-ORG", "I-ORG", "B-PERSON", "I-PERSON")
    assert TAGS.may_follow[b_org, i_org]
    assert TAGS.may_follow[i_org, i_org]
    assert TAGS.may_follow[i_org, b_person]
    assert not TAGS.may_follow[o, i_org]
    assert not TAGS.may_follow[b_person, i_org]
    assert list(TAGS.may_start) == [True, True, False, True, False]
    assert i_person == 4


def test_unknown_and_repeated_labels_are_refused() -> None:
    with pytest.raises(NghiquyetError, match="unknown label 'RESULT'; the labels are ORG, PERSON"):
        TAGS.encode(3, [(0, 1, "RESULT")])
    with pytest.raises(NghiquyetError, match="distinct"):
        TagSet(("ORG", "ORG"))
