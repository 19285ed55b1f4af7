"""The named entities of underthesea: a public system that knows nothing of our articles, and has two of our labels.

Its conditional random fields (Vu Anh et al.) tag words with their parts of speech, and these with names. They are called through
its compiled core on our own words, as in `nghiquyet.segment`, so that offsets are exact; importing underthesea for it would load
torch and transformers. What its network of the same name finds is not meant here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from underthesea_core import CRFTagger

from nghiquyet.entities import Entity
from nghiquyet.prediction import Prediction
from nghiquyet.segment import segmenter
from nghiquyet.words import Sentence, sentences
from nghiquyet_training.segmentation import of_underthesea

_SPEECH_MODEL: Final = "pipeline/pos_tag/pos_crf_2017_10_11.bin"
_NAME_MODEL: Final = "pipeline/ner/ner_crf_2017_10_12.bin"
_LABELS: Final = {"PER": "PERSON", "ORG": "ORG"}
# The tag of a word when its features are computed, before any tag is known.
_UNKNOWN: Final = "X"
# The feature templates that the models were trained with: T[i] is the word i places on, T[i][1] its part of speech.
_WORDS: Final = [
    *(f"T[{at}].lower" for at in range(-2, 3)),
    *(f"T[{at}].istitle" for at in range(-1, 2)),
    *(f"T[{at}]" for at in ("-2", "-1", "0", "1", "2", "-2,-1", "-1,0", "0,1", "1,2")),
]
_SPEECH_TEMPLATES: Final = [*_WORDS, *(f"T[{at}][1]" for at in ("-3", "-2", "-1", "-3,-2", "-2,-1"))]
_NAME_TEMPLATES: Final = [
    *_WORDS,
    *(f"T[{at}].istitle" for at in (-2, 2)),
    *(f"T[{at}][1]" for at in ("-2", "-1", "0", "1", "2", "-2,-1", "-1,0", "0,1", "1,2")),
    *(f"T[{at}][3]" for at in (-3, -2, -1)),
]
_TEMPLATE: Final = re.compile(r"T\[(?P<first>-?\d)(?:,(?P<last>-?\d))?\](?:\[(?P<column>\d)\])?(?:\.(?P<function>\w+))?")


class _Template(NamedTuple):
    """A feature of a word: the values of a column from `first` to `last` places on, both included, or a function of them."""

    name: str
    first: int
    last: int
    column: int
    function: str | None

    @classmethod
    def parse(cls, name: str) -> "_Template":
        found = _TEMPLATE.fullmatch(name)
        assert found
        first = int(found["first"])
        return cls(name, first, int(found["last"] or first), int(found["column"] or 0), found["function"])

    def feature(self, columns: Mapping[int, Sequence[str]], at: int) -> str:
        column = columns[self.column]
        if at + self.first < 0:
            return f"{self.name}=BOS"
        if at + self.last >= len(column):
            return f"{self.name}=EOS"
        value = " ".join(column[at + self.first : at + self.last + 1])
        if self.function == "lower":
            value = value.lower()
        elif self.function == "istitle":
            value = str(all(syllable[:1].istitle() for syllable in value.split(" ")))
        return f"{self.name}={value}"


class _Tagger:
    """One of the conditional random fields, with its templates."""

    def __init__(self, model: str, templates: Iterable[str]) -> None:
        self._templates = [_Template.parse(name) for name in templates]
        self._crf = CRFTagger()
        self._crf.load(str(of_underthesea(model)))
        self._labels: list[str] = self._crf.labels()

    def __call__(self, columns: Mapping[int, Sequence[str]]) -> tuple[list[str], list[float]]:
        """The tag of each word, and the probability of it."""
        features = [[template.feature(columns, at) for template in self._templates] for at in range(len(columns[0]))]
        tags: list[str] = self._crf.tag(features)
        marginals = self._crf.marginals(features)
        return tags, [row[self._labels.index(tag)] for row, tag in zip(marginals, tags, strict=True)]


class UndertheseaNer:
    """Finds PERSON and ORG; places and other names that underthesea finds are dropped.

    Raises:
        NghiquyetError: if the model files of underthesea are missing.
    """

    def __init__(self) -> None:
        self._segment = segmenter("underthesea-crf")
        self._speech = _Tagger(_SPEECH_MODEL, _SPEECH_TEMPLATES)
        self._names = _Tagger(_NAME_MODEL, _NAME_TEMPLATES)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted(_LABELS.values()))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction a text, in order; the score of an entity is the probability of its least sure tag."""
        for text in texts:
            found = (entity for sentence in sentences(text) for entity in self._entities(text, self._segment(sentence)))
            yield Prediction(text, tuple(found))

    def tags(self, forms: Sequence[str]) -> tuple[list[str], list[float]]:
        """The tags (B-PER, I-PER, ..., O) of the words of a sentence, whose syllables are parted by a space, with probabilities."""
        unknown = [_UNKNOWN] * len(forms)
        speech, _ = self._speech({0: forms, 1: unknown})
        return self._names({0: forms, 1: speech, 3: unknown})

    def _entities(self, text: str, sentence: Sentence) -> Iterator[Entity]:
        tags, sure = self.tags([word.form.replace("_", " ") for word in sentence])
        for first, stop, kind in _spans(tags):
            if kind in _LABELS:
                start, end = sentence[first].start, sentence[stop - 1].end
                yield Entity(_LABELS[kind], start, end, text[start:end], min(1.0, *sure[first:stop]))


def _spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Half-open word spans and their kinds; an I- that follows nothing of its kind begins one, as such models may emit it."""
    spans: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if prefix == "I" and spans and spans[-1][1:] == (at, kind):
            spans[-1] = (spans[-1][0], at + 1, kind)
        elif kind:
            spans.append((at, at + 1, kind))
    return spans
