"""Articles to training examples: the windows that serving would make, with a tag at the first piece of each core word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.extractor import prepare
from nghiquyet.windows import WindowInput
from nghiquyet.words import Word, breaks_line
from nghiquyet_training.articles import Article, Span

# What the loss of torch leaves out.
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Example:
    """One window: piece ids, and a tag index or `IGNORED` for each."""

    input_ids: list[int]
    labels: list[int]


@dataclass
class Alignment:
    """How spans fell on words: all spans; those that cannot come back, because a word straddles their border or they cross a
    line break, where every entity ends; and where these are.
    """

    spans: int = 0
    straddled: int = 0
    places: list[str] = field(default_factory=list)


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
