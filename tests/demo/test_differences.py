from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Entity
from nghiquyet_demo.differences import Kind, pairs


def entity(start: int, end: int, label: str = "ORG") -> Entity:
    return Entity(label, start, end, "x" * (end - start), 0.9)


@st.composite
def readings(draw: st.DrawFn) -> list[Entity]:
    borders = sorted(draw(st.sets(st.integers(0, 40), max_size=12)))
    labels = st.sampled_from(["ORG", "PERSON"])
    return [entity(start, end, draw(labels)) for start, end in zip(borders[::2], borders[1::2], strict=False)]


@given(readings(), readings())
def test_every_entity_stands_in_exactly_one_pair_in_text_order(first: list[Entity], second: list[Entity]) -> None:
    found = pairs(first, second)
    assert sorted((pair.first for pair in found if pair.first), key=lambda one: one.start) == first
    assert sorted((pair.second for pair in found if pair.second), key=lambda one: one.start) == second
    assert [pair.start for pair in found] == sorted(pair.start for pair in found)
    assert all(pair.first is None or pair.second is None or pair.first.start < pair.second.end for pair in found)


@given(readings())
def test_a_reading_does_not_differ_from_itself(reading: list[Entity]) -> None:
    assert {pair.kind for pair in pairs(reading, reading)} <= {Kind.SAME}


def test_kinds() -> None:
    first = [entity(0, 5), entity(10, 15), entity(20, 25), entity(30, 35), entity(40, 45)]
    second = [entity(0, 5), entity(10, 15, "PERSON"), entity(21, 25), entity(31, 36, "PERSON"), entity(50, 55)]
    kinds = [pair.kind for pair in pairs(first, second)]
    assert kinds == [Kind.SAME, Kind.LABEL, Kind.BORDERS, Kind.BOTH, Kind.FIRST_ONLY, Kind.SECOND_ONLY]


def test_the_widest_overlap_makes_the_pair() -> None:
    wide, left, right = entity(0, 10), entity(0, 2), entity(3, 10)
    assert {(pair.first, pair.second) for pair in pairs([wide], [left, right])} == {(wide, right), (None, left)}
