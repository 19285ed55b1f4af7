"""Articles in which other names and numbers stand, so that a model learns them by their context and not by heart.

Mention replacement, as in Dai and Adel (2020, arXiv:2010.11683): a mention gives way to another one of its label.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import regex

from nghiquyet_training.articles import Article
from nghiquyet_training.perturbations import mapped

Draw = Callable[[Article], Article]

_NUMBER: Final = regex.compile(r"\d+")
_YEAR: Final = regex.compile(r"(19|20)\d\d")


def substitution(articles: Iterable[Article], random_numbers: random.Random) -> Draw:
    """What draws an article with other mentions, out of those of `articles`, the same for the same text throughout.

    In a mention with numbers the digits change, but not years. Another gives way to one that begins with the same word or, if there
    is none, has as many words ("Bộ Y tế": "Bộ Công an"; "Hà": "Lan").
    """
    pool: dict[tuple[str, str | int], list[str]] = {}
    for article in articles:
        for mention, label in _mentions(article):
            if not _NUMBER.search(mention) and "\n" not in mention:
                for kind in _kinds(mention):
                    pool.setdefault((label, kind), []).append(mention)
    pool = {kind: mentions for kind, mentions in pool.items() if len(set(mentions)) > 1}

    def draw(article: Article) -> Article:
        chosen: dict[tuple[str, str], str] = {}
        for mention, label in _mentions(article):
            if (mention, label) not in chosen:
                chosen[mention, label] = _other(mention, label, pool, random_numbers)
        return _with(article, chosen)

    return draw


def _mentions(article: Article) -> list[tuple[str, str]]:
    return [(article.text[span.start : span.end], span.label) for span in article.entities]


def _kinds(mention: str) -> tuple[str, int]:
    words = mention.split()
    # What stands in capitals throughout, as in a headline, is replaced by its like.
    return words[0] if mention.isupper() else words[0].casefold(), len(words)


def _other(mention: str, label: str, pool: Mapping[tuple[str, str | int], Sequence[str]], random_numbers: random.Random) -> str:
    if _NUMBER.search(mention):
        return _NUMBER.sub(lambda number: _other_number(number[0], random_numbers), mention)
    candidates = (pool[label, kind] for kind in _kinds(mention) if (label, kind) in pool)
    return random_numbers.choice(next(candidates, [mention]))


def _other_number(number: str, random_numbers: random.Random) -> str:
    if _YEAR.fullmatch(number):
        return number
    return "".join(random_numbers.choice("123456789" if place == 0 else "0123456789") for place in range(len(number)))


def _with(article: Article, chosen: Mapping[tuple[str, str], str]) -> Article:
    parts = list(article.text)
    for span, mention in zip(article.entities, _mentions(article), strict=True):
        parts[span.start : span.end] = [chosen[mention], *[""] * (span.end - span.start - 1)]
    return mapped(article, parts)
