import unicodedata
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.near_duplicates import Pair, groups, near_duplicates

TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=14).map(" ".join), max_size=6)


def _runs(text: str) -> set[tuple[str, ...]]:
    found = text.split()
    return {tuple(found[i : i + 4]) for i in range(max(1, len(found) - 3))}


@given(TEXTS, st.sampled_from([0.1, 0.3, 0.5, 0.75, 1.0]))
def test_the_same_pairs_as_by_comparing_all(texts: list[str], threshold: float) -> None:
    runs = [_runs(text) for text in texts]
    expected = []
    for (i, one), (j, other) in combinations(enumerate(runs), 2):
        similarity = len(one & other) / min(len(one), len(other))
        if similarity >= threshold:
            expected.append(Pair(i, j, similarity))
    assert near_duplicates(texts, threshold) == expected


def test_spelling_makes_no_difference_and_excerpts_count(seed_texts: list[str]) -> None:
    text = seed_texts[0]
    variants = [
        text.upper(),
        unicodedata.normalize("NFD", text),
        text.replace(" ", "\u00a0").replace(",", " -"),
        text[len(text) // 4 : len(text) // 2],
    ]
    pairs = near_duplicates([*seed_texts, *variants])
    first = {pair.second: pair.similarity for pair in pairs if pair.first == 0}
    assert sorted(first) == [5, 6, 7, 8]
    assert min(first.values()) > 0.9
    assert all(pair.first in (0, 5, 6, 7) and pair.second >= 5 for pair in pairs)


@st.composite
def _sizes_and_links(draw: st.DrawFn) -> tuple[int, set[tuple[int, int]]]:
    size = draw(st.integers(1, 8))
    position = st.integers(0, size - 1)
    return size, draw(st.sets(st.tuples(position, position), max_size=8))


@given(_sizes_and_links())
def test_groups_part_the_positions_and_hold_pairs_together(case: tuple[int, set[tuple[int, int]]]) -> None:
    size, links = case
    pairs = [Pair(min(link), max(link), 1.0) for link in links]
    found = groups(size, pairs)
    assert sorted(position for group in found for position in group) == list(range(size))
    assert found == sorted(found)
    group_of = {position: i for i, group in enumerate(found) for position in group}
    assert all(group_of[pair.first] == group_of[pair.second] for pair in pairs)
    # A group is connected: with k members it needs k - 1 links between different ones.
    assert all(len({p for p in pairs if p.first in group and p.first != p.second}) >= len(group) - 1 for group in found)
