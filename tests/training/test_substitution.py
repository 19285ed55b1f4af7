import random

import regex
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.articles import Article, Span
from nghiquyet_training.substitution import substitution


def _article(text: str, *mentions: tuple[str, str]) -> Article:
    """An article whose mentions stand in this order in the text."""
    spans, position = [], 0
    for mention, label in mentions:
        position = text.index(mention, position)
        spans.append(Span(position, position + len(mention), label))
        position += len(mention)
    return Article("a", text, tuple(spans))


ONE = _article(
    "Ông Cao Văn Bường, Bộ Y tế: giảm 15% năm 2025. Bà Hà và ông Cao Văn Bường.",
    ("Cao Văn Bường", "PERSON"),
    ("Bộ Y tế", "ORG"),
    ("giảm 15% năm 2025", "TARGET"),
    ("Hà", "PERSON"),
    ("Cao Văn Bường", "PERSON"),
)
TWO = _article("Lan, Đinh Ngọc Vỹ và Bộ Công an, Sở Y tế", ("Lan", "PERSON"), ("Đinh Ngọc Vỹ", "PERSON"), ("Bộ Công an", "ORG"))


def _around(article: Article) -> list[str]:
    edges = [0, *(edge for span in article.entities for edge in (span.start, span.end)), len(article.text)]
    return [article.text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


@given(seed=st.integers(0, 1000))
def test_what_stands_around_the_mentions_stays_and_they_are_of_their_kind(seeds: list[Article], seed: int) -> None:
    draw = substitution(seeds, random.Random(seed))
    known = {(article.text[span.start : span.end], span.label) for article in seeds for span in article.entities}
    for article in seeds:
        other = draw(article)
        assert _around(other) == _around(article)
        assert [span.label for span in other.entities] == [span.label for span in article.entities]
        for span, before in zip(other.entities, article.entities, strict=True):
            mention, old = other.text[span.start : span.end], article.text[before.start : before.end]
            if regex.search(r"\d", old):
                assert regex.sub(r"\d", "0", mention) == regex.sub(r"\d", "0", old)
            else:
                assert (mention, span.label) in known


def test_a_name_has_one_substitute_in_an_article_and_years_stay() -> None:
    draw = substitution([ONE, TWO], random.Random(1))
    met = set()
    for _ in range(50):
        other = draw(ONE)
        first, ministry, target, short, again = (other.text[span.start : span.end] for span in other.entities)
        assert first == again
        assert target.endswith("% năm 2025")
        met |= {first, ministry, short}
    assert met == {"Cao Văn Bường", "Đinh Ngọc Vỹ", "Bộ Y tế", "Bộ Công an", "Hà", "Lan"}


def test_the_same_random_numbers_give_the_same_article(seeds: list[Article]) -> None:
    one, two = (substitution(seeds, random.Random(3)) for _ in range(2))
    assert [one(article) for article in seeds] == [two(article) for article in seeds]


def test_an_article_without_mentions_is_itself() -> None:
    article = Article("a", "Không có gì.", ())
    assert substitution([article], random.Random(1))(article) == article
