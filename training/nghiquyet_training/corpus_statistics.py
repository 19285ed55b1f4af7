"""What a labelled corpus holds: articles, words, spans a label, and the same for each value of its other keys."""

import dataclasses
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from nghiquyet.errors import InputError
from nghiquyet.words import words
from nghiquyet_training.articles import Article, labels_of

# A key with more values (an address, a date) would fill the screen; it is shown when asked for.
_MOST_VALUES: Final = 20
_NO_VALUE: Final = "–"


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long some texts are, in words that have a letter or digit; all 0 if there are none."""

    shortest: int = 0
    median: float = 0.0
    mean: float = 0.0
    longest: int = 0

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "Lengths":
        if not lengths:
            return cls()
        return cls(min(lengths), float(statistics.median(lengths)), round(statistics.fmean(lengths), 1), max(lengths))


@dataclass(frozen=True, slots=True)
class LabelStatistics:
    """Spans of a label, in how many articles, how many different texts they have (case counts), and how long these are."""

    spans: int
    articles: int
    texts: int
    lengths: Lengths


@dataclass(frozen=True, slots=True)
class Group:
    """Some articles: how many, their words (with a letter or digit), and their spans a label."""

    articles: int
    words: int
    spans: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """The figures of a corpus; `groups` by key and value, where "–" stands for articles without the key."""

    whole: Group
    characters: int
    lengths: Lengths
    labels: Mapping[str, LabelStatistics]
    groups: Mapping[str, Mapping[str, Group]]

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def describe(articles: Sequence[Article], keys: Sequence[str] | None = None) -> CorpusStatistics:
    """The figures of some articles.

    Args:
        articles: at least one.
        keys: the further keys to group by; None takes those that have 2 to 20 values, all of them plain.

    Raises:
        InputError: if no article has one of the keys.
    """
    values = _values(articles)
    for key in keys or ():
        if key not in values:
            raise InputError(f"no article has the key {key!r}; there are {', '.join(sorted(values)) or 'none'}")
    chosen = [key for key, by in values.items() if 2 <= len(by) <= _MOST_VALUES] if keys is None else keys
    lengths = {article.id: length(article.text) for article in articles}
    texts: defaultdict[str, list[str]] = defaultdict(list)
    holders: Counter[str] = Counter()
    for article in articles:
        for span in article.entities:
            texts[span.label].append(article.text[span.start : span.end])
        holders.update({span.label for span in article.entities})
    return CorpusStatistics(
        whole=group(articles, lengths),
        characters=sum(len(article.text) for article in articles),
        lengths=Lengths.of(list(lengths.values())),
        labels={
            label: LabelStatistics(
                len(texts[label]), holders[label], len(set(texts[label])), Lengths.of([length(text) for text in texts[label]])
            )
            for label in labels_of(articles)
        },
        groups={
            key: {value: group(found, lengths) for value, found in sorted(values[key].items(), key=lambda item: -len(item[1]))}
            for key in chosen
        },
    )


def group(articles: Sequence[Article], lengths: Mapping[str, int]) -> Group:
    """The figures of some articles; `lengths` has the words of each by id."""
    spans = Counter(span.label for article in articles for span in article.entities)
    return Group(len(articles), sum(lengths[article.id] for article in articles), dict(spans))


def length(text: str) -> int:
    """The words of a text that have a letter or digit."""
    return sum(any(char.isalnum() for char in word.form) for word in words(text))


def tables(figures: CorpusStatistics) -> list[Table]:
    """The figures for a terminal: the labels, then one table a key."""
    columns = ("label", "spans", "articles", "different texts", "words: shortest", "median", "mean", "longest")
    by_label = Table(*columns, title="labels")
    for label, found in figures.labels.items():
        by_label.add_row(escape(label), *_row(found.spans, found.articles, found.texts, *dataclasses.astuple(found.lengths)))
    whole = _row(figures.whole.articles, *dataclasses.astuple(figures.lengths))
    by_label.add_row("[dim]whole articles[/dim]", "", whole[0], "", *whole[1:])
    return [by_label, *(group_table(key, groups) for key, groups in figures.groups.items())]


def group_table(title: str, groups: Mapping[str, Group]) -> Table:
    """Groups of articles side by side: articles, words, and spans a label."""
    labels = sorted({label for found in groups.values() for label in found.spans})
    result = Table(escape(title), "articles", "words", *map(escape, labels))
    for value, found in groups.items():
        result.add_row(escape(value), *_row(found.articles, found.words, *(found.spans.get(label, 0) for label in labels)))
    return result


def _row(*numbers: float) -> list[str]:
    return [f"{number:,}" for number in numbers]


def _values(articles: Iterable[Article]) -> dict[str, dict[str, list[Article]]]:
    """The articles by value by key, for keys whose values are all strings, numbers, true or false, in the order met."""
    found = list(articles)
    result: dict[str, dict[str, list[Article]]] = {}
    for key in dict.fromkeys(key for article in found for key in article.more):
        values = [article.more.get(key, _NO_VALUE) for article in found]
        if all(isinstance(value, str | int | float) for value in values):
            by: defaultdict[str, list[Article]] = defaultdict(list)
            for article, value in zip(found, values, strict=True):
                by[value if isinstance(value, str) else str(value).lower()].append(article)
            result[key] = dict(by)
    return result
