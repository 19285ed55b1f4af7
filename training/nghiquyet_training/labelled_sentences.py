"""Sentences of an article as the baselines that count words read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from nghiquyet.words import Sentence, sentences
from nghiquyet_training.articles import Article
from nghiquyet_training.examples import Alignment, word_spans

# The word before the first of a sentence, and after its last.
OUTSIDE: Final = "\n"


class Mention(NamedTuple):
    """A span in half-open word positions of a sentence; `score`, in 0..1, says how sure it is."""

    first: int
    stop: int
    label: str
    score: float = 1.0


@dataclass(frozen=True)
class Forms:
    """The words of a sentence: the form of each without case, and its shape."""

    forms: tuple[str, ...]
    shapes: tuple[str, ...]

    @classmethod
    def of(cls, sentence: Sentence) -> "Forms":
        return cls(tuple(word.form.casefold() for word in sentence), tuple(shape(word.form) for word in sentence))

    def form(self, at: int) -> str:
        return self.forms[at] if 0 <= at < len(self.forms) else OUTSIDE

    def shape(self, at: int) -> str:
        return self.shapes[at] if 0 <= at < len(self.shapes) else OUTSIDE


@dataclass(frozen=True)
class LabelledSentence:
    """A sentence and the spans of its article that lie in it whole."""

    words: Forms
    spans: tuple[Mention, ...]


def shape(form: str) -> str:
    """What kind of word it is.

    >>> [shape(form) for form in ("Huyện", "UBND", "xã", "KT-XH", "12/10", "%", "H'Mông")]
    ['Xx', 'XX', 'x', 'XX', '9', '.', 'Xx']
    """
    if any(char.isdigit() for char in form):
        return "9"
    if not any(char.isalpha() for char in form):
        return "."
    if len(form) > 1 and form.isupper():
        return "XX"
    return "Xx" if form[0].isupper() else "x"


def labelled_sentences(article: Article) -> Iterator[LabelledSentence]:
    """The sentences of an article with their spans; a span whose border lies inside a word takes the whole word."""
    found = list(sentences(article.text))
    spans = word_spans(article, list(chain.from_iterable(found)), Alignment())
    offset = 0
    for sentence in found:
        stop = offset + len(sentence)
        inside = (Mention(a - offset, b - offset, label) for a, b, label in spans if offset <= a and b <= stop)
        yield LabelledSentence(Forms.of(sentence), tuple(inside))
        offset = stop
