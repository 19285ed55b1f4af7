import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import InputError
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.splits import split

SHARES = {"train": 0.7, "dev": 0.1, "test": 0.2}


def _corpus(size: int, seed: int = 1) -> list[Article]:
    """Unlike texts, in which ORG is common, PERSON comes in some and RESULT in one of ten."""
    rng = random.Random(seed)
    result = []
    for number in range(size):
        found = [f"w{rng.randrange(10**9)}" for _ in range(40)]
        labels = ["ORG"] * rng.randrange(1, 8) + ["PERSON"] * rng.choice([0, 0, 3]) + ["RESULT"] * (number % 10 == 0)
        text, spans = "", []
        for word, label in zip(found, labels + [""] * (len(found) - len(labels)), strict=True):
            if label:
                spans.append(Span(len(text), len(text) + len(word), label))
            text += word + " "
        result.append(Article(f"a{number}", text, tuple(spans), {"number": number}))
    return result


def _labels(articles: Sequence[Article]) -> Counter[str]:
    return Counter(span.label for article in articles for span in article.entities)


@given(st.permutations(range(30)), st.integers(0, 3))
def test_the_order_of_the_articles_makes_no_difference(order: list[int], seed: int) -> None:
    corpus = _corpus(24)
    corpus += [Article(f"copy{i}", corpus[i].text, ()) for i in range(6)]
    expected = split(corpus, SHARES, seed)
    found = split([corpus[i] for i in order], SHARES, seed)
    assert {part: {a.id for a in found[part]} for part in SHARES} == {part: {a.id for a in expected[part]} for part in SHARES}
    for part, articles in found.items():
        assert [a.id for a in articles] == [corpus[i].id for i in order if corpus[i] in expected[part]]


@pytest.mark.parametrize("seed", range(4))
def test_every_part_has_its_share_of_articles_and_labels(seed: int) -> None:
    corpus = _corpus(200, seed)
    total = _labels(corpus)
    for part, articles in split(corpus, SHARES, seed).items():
        assert len(articles) == pytest.approx(200 * SHARES[part], abs=3)
        for label, number in _labels(articles).items():
            assert number == pytest.approx(total[label] * SHARES[part], abs=max(1.5, 0.05 * total[label] * SHARES[part]))


def test_nothing_is_lost_or_changed_and_another_seed_parts_otherwise() -> None:
    corpus = _corpus(60)
    parts = {seed: split(corpus, SHARES, seed) for seed in range(3)}
    for found in parts.values():
        assert sorted((a for articles in found.values() for a in articles), key=corpus.index) == corpus
    assert len({frozenset(a.id for a in found["test"]) for found in parts.values()}) == 3


@pytest.mark.parametrize("seed", range(5))
def test_near_duplicates_stay_together(seed: int) -> None:
    corpus = _corpus(40)
    copies = [Article(f"copy-of-{a.id}", a.text[len(a.text) // 2 :].upper(), ()) for a in corpus[:20]]
    part_of = {a.id: part for part, articles in split([*corpus, *copies], SHARES, seed).items() for a in articles}
    assert all(part_of[a.id] == part_of[f"copy-of-{a.id}"] for a in corpus[:20])


def test_no_part_is_empty(labelled: Callable[[str, str], Article]) -> None:
    few = [
        labelled("a", "Một [ORG Huyện ủy] ở xa."),
        labelled("b", "Trời hôm nay mưa to."),
        labelled("c", "Chị [PERSON Lan] đi chợ sớm."),
    ]
    assert {part: len(articles) for part, articles in split(few, SHARES).items()} == dict.fromkeys(SHARES, 1)
    with pytest.raises(InputError, match=r"2 articles in 2 groups of near-duplicates cannot be parted into 3"):
        split(few[:2], SHARES)
    twins = [*few[:2], Article("d", few[0].text, ())]
    with pytest.raises(InputError, match=r"3 articles in 2 groups"):
        split(twins, SHARES)
