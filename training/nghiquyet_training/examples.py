"""Articles to training examples: the windows that serving would make, with a tag at the first piece of each core word."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.extractor import prepare
from nghiquyet.windows import WindowInput
from nghiquyet.words import Word, breaks_line
from nghiquyet_training.articles import Article, Span

# What the loss of torch leaves out.
IGNORED = -100
# One span in a hundred may be shorter than the least length of its label. Where that is none of 300, it is fewer than one in a
# hundred of all with a probability of 95% (the rule of three).
_RARE: Final = 0.01
_ENOUGH: Final = 300


@dataclass(frozen=True, slots=True)
class Example:
    """One window: piece ids, and a tag index or `IGNORED` for each."""

    input_ids: list[int]
    labels: list[int]


@dataclass
class Alignment:
    """How spans fell on words: all spans; those that cannot come back, because a word straddles their border or they cross a
    line break, where every entity ends; and where these are. `lengths` counts spans by their label and number of words.
    """

    spans: int = 0
    straddled: int = 0
    places: list[str] = field(default_factory=list)
    lengths: Counter[tuple[str, int]] = field(default_factory=Counter)

    def least_words(self, known: Mapping[str, int]) -> dict[str, int]:
        """How many words an entity has at least, by label, where that is more than one: hardly any span has fewer.

        A label with too few spans to tell is not among them, unless it is `known`, as from the articles that a model learnt from
        before; then spans can only show that less is enough.
        """
        by_label: dict[str, Counter[int]] = {label: Counter() for label in known}
        for (label, words), number in self.lengths.items():
            by_label.setdefault(label, Counter())[words] += number
        least = {
            label: min(known.get(label, math.inf), _least(lengths))
            for label, lengths in by_label.items()
            if label in known or lengths.total() >= _ENOUGH
        }
        return {label: int(words) for label, words in sorted(least.items()) if words > 1}


def _least(lengths: Counter[int]) -> float:
    """The greatest length that fewer than one in a hundred fall short of; infinite if there is none at all."""
    as_short = 0
    for words, number in sorted(lengths.items()):
        as_short += number
        if as_short >= _RARE * lengths.total():
            return words
    return math.inf


def examples(articles: Iterable[Article], model: Checkpoint) -> tuple[list[Example], Alignment]:
    """The examples of some articles, and how their spans fell on words."""
    alignment = Alignment()
    return [example for article in articles for example in examples_of(article, model, alignment)], alignment


def examples_of(article: Article, model: Checkpoint, alignment: Alignment) -> list[Example]:
    """The examples of one article; how its spans fell on words is added to `alignment`.

    A span whose border lies inside a word is widened to the words it touches, counted and reported, as is one that crosses a line
    break; words are never cut by looking at the gold.
    """
    windows = list(prepare(article.text, model))
    words = [word for window in windows for word in window.words]
    tags = model.tags.encode(len(words), word_spans(article, words, alignment))
    return _examples(windows, tags)


def word_spans(article: Article, words: Sequence[Word], alignment: Alignment) -> list[tuple[int, int, str]]:
    """The article's spans in half-open word positions; a word belongs to the first span that it touches."""
    result: list[tuple[int, int, str]] = []
    position = 0
    for span in article.entities:
        while position < len(words) and words[position].end <= span.start:
            position += 1
        first = position
        while position < len(words) and words[position].start < span.end:
            position += 1
        alignment.spans += 1
        cut = first == position or words[first].start != span.start or words[position - 1].end != span.end
        if cut or breaks_line(article.text[span.start : span.end]):
            alignment.straddled += 1
            alignment.places.append(f"{article.id}: {_context(article.text, span)}")
        if first < position:
            alignment.lengths[span.label, position - first] += 1
            result.append((first, position, span.label))
    return result


def _context(text: str, span: Span) -> str:
    return f"{text[max(0, span.start - 15) : span.start]}[{text[span.start : span.end]}]{text[span.end : span.end + 15]}".replace(
        "\n", "⏎"
    )


def _examples(windows: Iterable[WindowInput], tags: Sequence[int]) -> list[Example]:
    result: list[Example] = []
    word = 0
    for window in windows:
        labels = [IGNORED] * len(window.ids)
        for first_piece in window.first_pieces:
            labels[first_piece] = tags[word]
            word += 1
        result.append(Example(list(window.ids), labels))
    return result
