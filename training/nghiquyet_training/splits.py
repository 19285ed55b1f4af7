"""Parting a corpus into training, development and test articles."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nghiquyet.errors import InputError
from nghiquyet_training import near_duplicates
from nghiquyet_training.articles import Article

# What a group of articles is weighed by: articles, spans of a label, articles of a source and the like.
_Kind = tuple[str, str]
_ARTICLES: _Kind = ("", "")


def split(
    articles: Sequence[Article],
    shares: Mapping[str, float],
    seed: int = 13,
    similarity: float = near_duplicates.SIMILARITY,
    spread: Sequence[str] = (),
) -> dict[str, list[Article]]:
    """Part articles so that each part has about its share of the articles and of the spans of every label.

    Near-duplicates stay in one part. The same articles, shares and seed give the same parts, in whatever order the articles come;
    a part keeps the order that they came in. After iterative stratification (Sechidis et al. 2011, "On the stratification of
    multi-label data"): groups that have the rarest labels are dealt out first, each to the part that is furthest behind.

    Args:
        articles: their ids must be unique.
        shares: the share of each part by its name, above 0, together 1.
        seed: decides where the shares leave a choice.
        similarity: the share of word runs from which on two articles are near-duplicates.
        spread: keys of `Article.more`; each part has its share of the articles of every value, and of those without one.

    Raises:
        InputError: if there are fewer groups of near-duplicates than parts.
    """
    pairs = near_duplicates.near_duplicates((article.text for article in articles), similarity)
    groups = near_duplicates.groups(len(articles), pairs)
    if len(groups) < len(shares):
        raise InputError(
            f"{len(articles)} articles in {len(groups)} groups of near-duplicates cannot be parted into {len(shares)}; label more"
        )
    weights = [_weight([articles[position] for position in group], spread) for group in groups]
    totals = sum(weights, Counter[_Kind]())
    order = sorted(
        range(len(groups)),
        key=lambda i: (
            min((totals[kind] for kind in weights[i] if kind != _ARTICLES), default=math.inf),
            _draw(groups[i], articles, seed),
        ),
    )
    filled = {part: Counter[_Kind]() for part in shares}
    part_of: dict[int, str] = {}
    for done, i in enumerate(order):
        empty = [part for part in shares if not filled[part]]
        open_parts = empty if len(order) - done == len(empty) else list(shares)
        chosen = min(open_parts, key=lambda part: _excess(filled[part], weights[i], totals, shares[part]))
        filled[chosen] += weights[i]
        part_of |= dict.fromkeys(groups[i], chosen)
    return {part: [article for position, article in enumerate(articles) if part_of[position] == part] for part in shares}


def _weight(group: Iterable[Article], spread: Sequence[str]) -> Counter[_Kind]:
    result: Counter[_Kind] = Counter()
    for article in group:
        result[_ARTICLES] += 1
        result.update(("", span.label) for span in article.entities)
        result.update((key, json.dumps(article.more.get(key))) for key in spread)
    return result


def _draw(group: Sequence[int], articles: Sequence[Article], seed: int) -> str:
    """A place in the queue that depends on nothing but the seed and the ids."""
    name = min(articles[position].id for position in group)
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()


def _excess(filled: Counter[_Kind], weight: Counter[_Kind], totals: Counter[_Kind], share: float) -> float:
    """How much the squared distances from a part's shares, relative to them, grow when it takes `weight`."""
    wanted = {kind: share * totals[kind] for kind in weight}
    # An exact sum: the order of the articles, and so of the labels, must not matter.
    return math.fsum(
        ((filled[kind] + number - wanted[kind]) ** 2 - (filled[kind] - wanted[kind]) ** 2) / (wanted[kind] * totals[kind])
        for kind, number in weight.items()
    )
