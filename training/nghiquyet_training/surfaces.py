"""Where the same words are labelled in one place and bare, or labelled otherwise, in another."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nghiquyet.words import Word, words
from nghiquyet_training.articles import Article, Span

# Single words (UBND, Hùng) stand for too many things to be worth a look each.
_FEWEST_WORDS: Final = 2

Forms = tuple[str, ...]


@dataclass(frozen=True)
class Surface:
    """A wording: its first labelled text, how often it has each label, and where it stands bare: `(article, start)`.

    `article` is a position in the articles given, `start` a code point of its text.
    """

    text: str
    first: tuple[int, int]
    labels: Mapping[str, int]
    bare: tuple[tuple[int, int], ...]

    @property
    def labelled(self) -> int:
        return sum(self.labels.values())


@dataclass
class _Uses:
    text: str
    first: tuple[int, int]
    labels: Counter[str] = field(default_factory=Counter)
    bare: list[tuple[int, int]] = field(default_factory=list)


def uneven(articles: Sequence[Article]) -> list[Surface]:
    """The wordings of two words and more that are labelled and bare, or have several labels; the most often labelled share first.

    Whole words are compared, in their case, by the form that models read. A wording inside a longer labelled one is not bare, and
    of two that overlap only the longer is looked at.
    """
    cut = [list(words(article.text)) for article in articles]
    uses: dict[Forms, _Uses] = {}
    for position, (article, found) in enumerate(zip(articles, cut, strict=True)):
        for span, covered in _by_span(article.entities, found):
            if len(covered) >= _FEWEST_WORDS:
                place = (position, span.start)
                entry = uses.setdefault(_forms(covered), _Uses(article.text[span.start : span.end], place))
                entry.labels[span.label] += 1
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for forms in uses:
        lengths[forms[0]].add(len(forms))
    longest_first = {form: sorted(found, reverse=True) for form, found in lengths.items()}
    for position, (article, found) in enumerate(zip(articles, cut, strict=True)):
        for stretch in _bare(article.entities, found):
            for start, forms in _matches(stretch, uses, longest_first):
                uses[forms].bare.append((position, start))
    result = [
        Surface(entry.text, entry.first, dict(entry.labels), tuple(entry.bare))
        for entry in uses.values()
        if entry.bare or len(entry.labels) > 1
    ]
    return sorted(result, key=lambda surface: (len(surface.bare) / surface.labelled, -surface.labelled, surface.first))


def _forms(found: Sequence[Word]) -> Forms:
    return tuple(word.form for word in found)


def _by_span(spans: Sequence[Span], found: Sequence[Word]) -> Iterator[tuple[Span, Sequence[Word]]]:
    """Each span with the words that lie in it whole; spans in text order, without overlap."""
    position = 0
    for span in spans:
        while position < len(found) and found[position].start < span.start:
            position += 1
        first = position
        while position < len(found) and found[position].end <= span.end:
            position += 1
        yield span, found[first:position]


def _bare(spans: Sequence[Span], found: Sequence[Word]) -> Iterator[list[Word]]:
    """The stretches of words that touch no span."""
    remaining = iter(spans)
    span = next(remaining, None)
    stretch: list[Word] = []
    for word in found:
        while span is not None and span.end <= word.start:
            span = next(remaining, None)
        if span is not None and span.start < word.end:
            yield stretch
            stretch = []
        else:
            stretch.append(word)
    yield stretch


def _matches(
    stretch: Sequence[Word], wanted: Mapping[Forms, object], lengths: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, Forms]]:
    position = 0
    while position < len(stretch):
        for length in lengths.get(stretch[position].form, ()):
            forms = _forms(stretch[position : position + length])
            if len(forms) == length and forms in wanted:
                yield stretch[position].start, forms
                position += length
                break
        else:
            position += 1
