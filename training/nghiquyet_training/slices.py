"""How many gold spans are found, by what could make one easy or hard: words met in training, length, place in the window."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any, Final

from rich.progress import track

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import InputError
from nghiquyet.extractor import prepare
from nghiquyet.words import words
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.corpus_statistics import length
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.scores import count
from nghiquyet_training.surfaces import Forms

SEEN: Final = "seen under its label"
SEEN_OTHERWISE: Final = "seen under another label only"
NEVER_SEEN: Final = "never seen"
CUT: Final = "cut by a border"
NO_BORDER: Final = "text of one window"
NO_WORD: Final = "no word"
# Where each range of lengths and of distances begins, in words; it reaches to the next, the last one on and on.
_LENGTHS: Final = (1, 2, 3, 5, 9, 17, 33)
_DISTANCES: Final = (0, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Recall:
    """Gold spans; those found with the same borders and label; those that share a character with a prediction of their label.

    Shares of no spans at all are undefined.
    """

    gold: int = 0
    found: int = 0
    hit: int = 0

    def __add__(self, other: "Recall") -> "Recall":
        return Recall(self.gold + other.gold, self.found + other.found, self.hit + other.hit)

    @property
    def exact(self) -> float:
        return self.found / self.gold

    @property
    def overlap(self) -> float:
        return self.hit / self.gold

    def to_dict(self) -> dict[str, float]:
        return {"gold": self.gold, "exact": round(self.exact, 4), "overlap": round(self.overlap, 4)}


@dataclass(frozen=True)
class Slice:
    """The gold spans that have one value (a range of lengths, say): at least one; labels without any are left out."""

    value: str
    by_label: Mapping[str, Recall]

    @property
    def all(self) -> Recall:
        return sum(self.by_label.values(), Recall())

    def to_dict(self) -> dict[str, Any]:
        by_label = {label: recall.to_dict() for label, recall in self.by_label.items()}
        return {"value": self.value, "all": self.all.to_dict(), "by_label": by_label}


@dataclass(frozen=True)
class Slicing:
    """All gold spans by one property, each in one slice; the slices in their natural order, without empty ones."""

    name: str
    slices: tuple[Slice, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "slices": [part.to_dict() for part in self.slices]}


# By the name of the slicing, the value and the label.
_Recalls = defaultdict[tuple[str, str, str], Recall]


@dataclass(frozen=True, slots=True)
class _Case:
    """A gold span: its label, whether it was found, and its value in each slicing by name."""

    label: str
    recall: Recall
    values: Mapping[str, str]


def slices(
    evaluation: Evaluation, articles: Iterable[Article], model: Checkpoint, trained_on: Sequence[Article] = ()
) -> list[Slicing]:
    """Recall of the gold spans by wording, by length and by position.

    "wording" says whether the words of the span, in whatever case, had a label in training. "length" is in words that have a letter
    or digit. "position" is the distance, in words as the model reads them, of the span's first word from the nearest border of the
    core of the window in which its scores are read; 0 is the first or last word of a core. The beginning and the end of a text are
    no borders, because nothing is hidden behind them.

    Args:
        evaluation: what was found.
        articles: those that were scored, for their texts; others are left alone.
        model: the one whose windows count.
        trained_on: what the model was trained on; without any, "wording" is left out.

    Raises:
        InputError: if an article that was scored is missing, or has spans that do not lie in its text.
    """
    texts = {article.id: article.text for article in articles}
    seen = _wordings(trained_on)
    cases: list[_Case] = []
    for outcome in track(evaluation.outcomes, "slicing", transient=True):
        text = _text(outcome, texts)
        for span, position in zip(outcome.gold, _positions(text, outcome.gold, model), strict=True):
            surface = text[span.start : span.end]
            values = {"wording": _familiarity(surface, span.label, seen), "length": _length(surface), "position": position}
            cases.append(_Case(span.label, _recall(span, outcome.predicted), values))
    recalls: _Recalls = defaultdict(Recall)
    for case in cases:
        for name, value in case.values.items():
            recalls[name, value, case.label] += case.recall
    return _slicings(recalls, [name for name in _VALUES if name != "wording" or trained_on])


def pooled(parts: Iterable[Iterable[Slicing]]) -> list[Slicing]:
    """The slicings of several evaluations of different articles in one, as of the folds of a cross-validation."""
    recalls: _Recalls = defaultdict(Recall)
    for slicing in chain.from_iterable(parts):
        for part in slicing.slices:
            for label, recall in part.by_label.items():
                recalls[slicing.name, part.value, label] += recall
    found = {name for name, _, _ in recalls}
    return _slicings(recalls, [name for name in _VALUES if name in found])


def _ranges(starts: Sequence[int]) -> list[str]:
    """The names of the ranges that begin at `starts`: "1", "2", "3–4", "5+"."""
    return [*(str(one) if one == other - 1 else f"{one}–{other - 1}" for one, other in pairwise(starts)), f"{starts[-1]}+"]


# The slices of each slicing, in the order in which they are shown.
_VALUES: Final = {
    "wording": (SEEN, SEEN_OTHERWISE, NEVER_SEEN),
    "length": (*_ranges(_LENGTHS), NO_WORD),
    "position": (CUT, *_ranges(_DISTANCES), NO_BORDER, NO_WORD),
}


def _slicings(recalls: _Recalls, names: Iterable[str]) -> list[Slicing]:
    labels = sorted({label for _, _, label in recalls})

    def part(name: str, value: str) -> Slice:
        return Slice(value, {label: recalls[name, value, label] for label in labels if (name, value, label) in recalls})

    parts = {name: [part(name, value) for value in _VALUES[name]] for name in names}
    return [Slicing(name, tuple(item for item in group if item.by_label)) for name, group in parts.items()]


def _recall(span: Span, predicted: Sequence[Span]) -> Recall:
    counts = count([span], predicted, [span.label])[span.label]
    return Recall(counts.gold, counts.exact, counts.gold_hit)


def _text(outcome: Outcome, texts: Mapping[str, str]) -> str:
    text = texts.get(outcome.id)
    if text is None:
        raise InputError(f"article {outcome.id!r} was scored and is missing; give the files that were scored")
    if outcome.gold and outcome.gold[-1].end > len(text):
        raise InputError(
            f"article {outcome.id!r}: a scored span ends at {outcome.gold[-1].end}, outside of its text of {len(text)} characters; "
            "give the files that were scored, as they were then"
        )
    return text


def _wordings(articles: Iterable[Article]) -> dict[Forms, set[str]]:
    """The labels of each wording."""
    result: defaultdict[Forms, set[str]] = defaultdict(set)
    for article in articles:
        for span in article.entities:
            result[_forms(article.text[span.start : span.end])].add(span.label)
    return dict(result)


def _forms(surface: str) -> Forms:
    return tuple(word.form.casefold() for word in words(surface))


def _familiarity(surface: str, label: str, seen: Mapping[Forms, set[str]]) -> str:
    labels = seen.get(_forms(surface))
    if labels is None:
        return NEVER_SEEN
    return SEEN if label in labels else SEEN_OTHERWISE


def _length(surface: str) -> str:
    number = length(surface)
    return _ranges(_LENGTHS)[bisect_right(_LENGTHS, number) - 1] if number else NO_WORD


def _positions(text: str, spans: Iterable[Span], model: Checkpoint) -> Iterator[str]:
    """Where each span lies in its window."""
    windows = list(prepare(text, model))
    found = [word for window in windows for word in window.words]
    starts, ends = [word.start for word in found], [word.end for word in found]
    # The first words of all cores but the first: where one core ends, the next begins.
    borders = list(accumulate(len(window.first_pieces) for window in windows))[:-1]
    for span in spans:
        first, stop = bisect_right(ends, span.start), bisect_left(starts, span.end)
        yield NO_WORD if first == stop else _position(first, stop - 1, borders)


def _position(first: int, last: int, borders: Sequence[int]) -> str:
    """Where a span of these words lies; `borders` are the first words of all cores but the first."""
    core = bisect_right(borders, first)
    if core != bisect_right(borders, last):
        return CUT
    if not borders:
        return NO_BORDER
    before = [first - border for border in borders[:core][-1:]]
    behind = [border - 1 - first for border in borders[core : core + 1]]
    return _ranges(_DISTANCES)[bisect_right(_DISTANCES, min(before + behind)) - 1]
