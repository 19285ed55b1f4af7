import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import InputError
from nghiquyet_training.agreement import compare, disagreements, kappa
from nghiquyet_training.articles import Article, Span

Labelled = Callable[[str, str], Article]
TEXT = "Ông Bường và bà Lan dự họp ở Huyện ủy Ba Tơ."
CONFUSIONS = st.dictionaries(
    st.tuples(st.sampled_from(["O", "ORG", "PERSON"]), st.sampled_from(["O", "ORG", "PERSON"])), st.integers(1, 50), min_size=1
)


@st.composite
def _articles(draw: st.DrawFn) -> Article:
    borders = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=12)))
    spans = [
        Span(start, end, draw(st.sampled_from(["ORG", "PERSON"])))
        for start, end in zip(borders[::2], borders[1::2], strict=False)
        if TEXT[start:end].strip()
    ]
    return Article("a", TEXT, tuple(spans))


@pytest.fixture
def pair(labelled: Labelled) -> tuple[Article, Article]:
    first = "Ông [PERSON Bường] và bà [PERSON Lan] ở\n[ORG Huyện ủy] Ba Tơ, [ORG Tỉnh ủy] và [ORG UBND xã]; có [TARGET 2 xã]."
    second = "[PERSON Ông Bường] và bà Lan ở\n[ORG Huyện ủy Ba Tơ], [ORG Tỉnh ủy] và [TARGET UBND xã]; [ORG có] [TARGET 2 xã]."
    one, two = labelled("a", first), labelled("a", second)
    return one, two


def test_each_disagreement_is_told_with_its_kind_and_both_sides_in_context(pair: tuple[Article, Article]) -> None:
    found = [(each.kind, each.in_context(each.first), each.in_context(each.second)) for each in disagreements(*pair)]
    assert found == [
        ("border", "Ông [Bường]PERSON và bà Lan ở⏎Huyện ủy Ba Tơ, T", "[Ông Bường]PERSON và bà Lan ở⏎Huyện ủy Ba Tơ, T"),
        (
            "only first",
            "Ông Bường và bà [Lan]PERSON ở⏎Huyện ủy Ba Tơ, Tỉnh ủy và ",
            "Ông Bường và bà Lan ở⏎Huyện ủy Ba Tơ, Tỉnh ủy và ",
        ),
        (
            "border",
            "Ông Bường và bà Lan ở⏎[Huyện ủy]ORG Ba Tơ, Tỉnh ủy và UBND xã; có 2 xã.",
            "Ông Bường và bà Lan ở⏎[Huyện ủy Ba Tơ]ORG, Tỉnh ủy và UBND xã; có 2 xã.",
        ),
        (
            "label",
            " ở⏎Huyện ủy Ba Tơ, Tỉnh ủy và [UBND xã]ORG; có 2 xã.",
            " ở⏎Huyện ủy Ba Tơ, Tỉnh ủy và [UBND xã]TARGET; có 2 xã.",
        ),
        ("only second", "ủy Ba Tơ, Tỉnh ủy và UBND xã; có 2 xã.", "ủy Ba Tơ, Tỉnh ủy và UBND xã; [có]ORG 2 xã."),
    ]


def test_one_span_against_two_is_one_disagreement(labelled: Labelled) -> None:
    one = labelled("a", "[ORG HĐND, UBND huyện] họp.")
    two = labelled("a", "[ORG HĐND], [ORG UBND huyện] họp.")
    (found,) = disagreements(one, two)
    assert (found.kind, len(found.first), len(found.second), found.start, found.end) == ("border", 1, 2, 0, 16)
    (found,) = disagreements(one, labelled("a", "[PERSON HĐND], UBND huyện họp."))
    assert found.kind == "label and border"


def test_the_figures_are_those_of_the_definition(pair: tuple[Article, Article]) -> None:
    agreement = compare(*([article] for article in pair))
    org = agreement.counts["ORG"]
    assert (org.gold, org.predicted, org.exact) == (3, 3, 1)
    assert org.f1 == pytest.approx(1 / 3)
    assert org.overlap_f1 == pytest.approx(2 / 3)
    # Words of A by B's label: PERSON 1/2 also PERSON; ORG 4/6 also ORG, 2/6 TARGET; TARGET 2/2; of 10 others 1 is PERSON, 3 ORG.
    assert agreement.confusion == {
        ("PERSON", "PERSON"): 1,
        ("PERSON", "O"): 1,
        ("ORG", "ORG"): 4,
        ("ORG", "TARGET"): 2,
        ("TARGET", "TARGET"): 2,
        ("O", "PERSON"): 1,
        ("O", "ORG"): 3,
        ("O", "O"): 7,
    }
    by_chance = (2 * 2 + 6 * 7 + 2 * 4 + 11 * 8) / 21**2
    assert agreement.kappa() == pytest.approx((14 / 21 - by_chance) / (1 - by_chance))
    by_chance = (2 * 4 + 19 * 17) / 21**2
    assert agreement.kappa("TARGET") == pytest.approx((19 / 21 - by_chance) / (1 - by_chance))


@given(_articles(), _articles())
def test_disagreements_are_what_is_not_in_common_and_sides_swap(one: Article, two: Article) -> None:
    found = list(disagreements(one, two))
    assert {span for each in found for span in each.first} == set(one.entities) - set(two.entities)
    assert {span for each in found for span in each.second} == set(two.entities) - set(one.entities)
    swapped = list(disagreements(two, one))
    assert [(each.second, each.first) for each in swapped] == [(each.first, each.second) for each in found]
    assert all(before.end <= after.start for before, after in pairwise(found))
    straight, turned = compare([one], [two]), compare([two], [one])
    assert straight.kappa() == pytest.approx(turned.kappa())
    assert straight.micro.f1 == turned.micro.f1
    assert (straight.micro.f1 == 1) == (not found and bool(one.entities))


@given(_articles())
def test_an_annotation_agrees_with_itself(article: Article) -> None:
    agreement = compare([article], [article])
    assert agreement.disagreements == ()
    assert agreement.kappa() == 1
    assert all(agreement.kappa(label) == counts.f1 == counts.overlap_f1 == 1 for label, counts in agreement.counts.items())


@given(CONFUSIONS)
def test_kappa_is_at_most_one_and_one_for_agreement_alone(confusion: dict[tuple[str, str], int]) -> None:
    found = kappa(confusion)
    assert -1 - 1e-9 <= found <= 1
    assert (found == pytest.approx(1)) == all(first == second for first, second in confusion)


def test_independent_annotators_have_a_kappa_of_zero() -> None:
    assert kappa({("O", "O"): 81, ("O", "ORG"): 9, ("ORG", "O"): 9, ("ORG", "ORG"): 1}) == pytest.approx(0)


def test_articles_of_one_side_are_named_and_texts_must_be_the_same(labelled: Labelled) -> None:
    one, two, three = (labelled(name, "Bà [PERSON Lan] nói.") for name in "abc")
    agreement = compare([one, two], [three, two])
    assert (agreement.articles, agreement.only_first, agreement.only_second) == (1, ("a",), ("c",))
    with pytest.raises(InputError, match="no article id in common"):
        compare([one], [two])
    with pytest.raises(InputError, match=r"article 'a': the texts differ from character 7 on: 'nói\.' and 'cười\.'"):
        compare([one], [labelled("a", "Bà [PERSON Lan] cười.")])
    with pytest.raises(InputError, match=r"from character 11 on: '' and ' Hết"):
        compare([one], [Article("a", one.text + " Hết.", ())])


def test_json_has_every_figure(pair: tuple[Article, Article]) -> None:
    content = compare(*([article] for article in pair)).to_dict()
    assert json.loads(json.dumps(content)) == content
    assert content["articles"] == 1
    assert content["words"] == 21
    assert content["by_label"]["ORG"] == {"f1": 0.3333, "overlap_f1": 0.6667, "kappa": 0.4444, "first": 3, "second": 3, "same": 1}
    assert len(content["disagreements"]) == 5
    assert content["disagreements"][3] | {"context": ""} == {
        "article": "a",
        "kind": "label",
        "start": pair[0].text.index("UBND"),
        "end": pair[0].text.index(";"),
        "first": [{"start": 49, "end": 56, "label": "ORG"}],
        "second": [{"start": 49, "end": 56, "label": "TARGET"}],
        "context": "",
    }
