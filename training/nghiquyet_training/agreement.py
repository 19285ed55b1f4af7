"""How far two annotations of the same texts agree, and where they do not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nghiquyet.errors import InputError
from nghiquyet.tags import OUTSIDE
from nghiquyet.words import words
from nghiquyet_training.articles import Article, Span, labels_of
from nghiquyet_training.examples import Alignment, word_spans
from nghiquyet_training.scores import Counts, count

_CONTEXT: Final = 30

# Words by their label in the first and in the second annotation.
Confusion = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Spans of one article that overlap and are not the same; either side may be empty."""

    article: Article
    first: tuple[Span, ...]
    second: tuple[Span, ...]

    @property
    def start(self) -> int:
        return min(span.start for span in (*self.first, *self.second))

    @property
    def end(self) -> int:
        return max(span.end for span in (*self.first, *self.second))

    @property
    def kind(self) -> str:
        """What differs: "only first", "only second", "label", "border" (also one span against two), or "label and border"."""
        if not self.second:
            return "only first"
        if not self.first:
            return "only second"
        if [(span.start, span.end) for span in self.first] == [(span.start, span.end) for span in self.second]:
            return "label"
        same_labels = {span.label for span in self.first} == {span.label for span in self.second}
        return "border" if same_labels else "label and border"

    def in_context(self, spans: Iterable[Span]) -> str:
        """The place on one line with some text around it, and the spans of one side in brackets."""
        text = self.article.text
        parts: list[str] = []
        last = max(0, self.start - _CONTEXT)
        for span in spans:
            parts += [text[last : span.start], "[", text[span.start : span.end], f"]{span.label}"]
            last = span.end
        parts.append(text[last : self.end + _CONTEXT])
        return "".join(parts).replace("\r", "").replace("\n", "⏎")

    def to_dict(self) -> dict[str, Any]:
        sides = {
            side: [{"start": span.start, "end": span.end, "label": span.label} for span in spans]
            for side, spans in (("first", self.first), ("second", self.second))
        }
        around = self.article.text[max(0, self.start - _CONTEXT) : self.end + _CONTEXT]
        return {"article": self.article.id, "kind": self.kind, "start": self.start, "end": self.end, **sides, "context": around}


@dataclass(frozen=True)
class Agreement:
    """Two annotations compared; in `counts`, the first one stands as gold and the second as predicted."""

    articles: int
    counts: Mapping[str, Counts]
    confusion: Confusion
    disagreements: tuple[Disagreement, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def micro(self) -> Counts:
        return sum(self.counts.values(), Counts())

    def kappa(self, label: str | None = None) -> float:
        """Cohen's kappa over words, signs among them: of all labels and none, or of one label against everything else."""
        if label is None:
            return kappa(self.confusion)
        one_label: Counter[tuple[str, str]] = Counter()
        for (first, second), number in self.confusion.items():
            one_label[label if first == label else OUTSIDE, label if second == label else OUTSIDE] += number
        return kappa(one_label)

    def to_dict(self) -> dict[str, Any]:
        return {
            "articles": self.articles,
            "words": sum(self.confusion.values()),
            "all": _figures(self.micro, self.kappa()),
            "by_label": {label: _figures(counts, self.kappa(label)) for label, counts in self.counts.items()},
            "disagreements": [disagreement.to_dict() for disagreement in self.disagreements],
            "only_first": list(self.only_first),
            "only_second": list(self.only_second),
        }


def compare(first: Sequence[Article], second: Sequence[Article]) -> Agreement:
    """Compare two annotations, article by article, by id; articles of one side alone are named and not scored.

    Raises:
        InputError: if an article has two texts, or no article is on both sides.
    """
    others = {article.id: article for article in second}
    pairs = [(article, others[article.id]) for article in first if article.id in others]
    if not pairs:
        raise InputError("the two annotations have no article id in common, so there is nothing to compare")
    for one, other in pairs:
        if one.text != other.text:
            raise InputError(f"article {one.id!r}: {text_change(one.text, other.text)}; annotate the same text on both sides")
    labels = labels_of(article for pair in pairs for article in pair)
    by_label = dict.fromkeys(labels, Counts())
    confusion: Counter[tuple[str, str]] = Counter()
    for one, other in pairs:
        for label, counts in count(one.entities, other.entities, labels).items():
            by_label[label] += counts
        confusion.update(zip(_word_labels(one), _word_labels(other), strict=True))
    ids = {article.id for article in first}
    return Agreement(
        articles=len(pairs),
        counts=by_label,
        confusion=confusion,
        disagreements=tuple(found for one, other in pairs for found in disagreements(one, other)),
        only_first=tuple(article.id for article in first if article.id not in others),
        only_second=tuple(article.id for article in second if article.id not in ids),
    )


def disagreements(one: Article, other: Article) -> Iterator[Disagreement]:
    """The places where two annotations of one text differ, in text order."""
    sides = [(span, side) for side, article in enumerate((one, other)) for span in article.entities]
    group: list[tuple[Span, int]] = []
    end = 0
    for span, side in sorted(sides):
        if group and span.start >= end:
            yield from _disagreement(one, group)
            group = []
        group.append((span, side))
        end = max(end, span.end) if len(group) > 1 else span.end
    yield from _disagreement(one, group)


def kappa(confusion: Confusion) -> float:
    """Agreement above chance (Cohen 1960, "A coefficient of agreement for nominal scales"); 1 where all is one label on both sides.

    >>> round(kappa({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}), 6)
    0.4
    """
    total = sum(confusion.values())
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (first, second), number in confusion.items():
        rows[first] += number
        columns[second] += number
    by_chance = sum(number * columns[label] for label, number in rows.items())
    if by_chance == total * total:
        return 1.0
    expected = by_chance / total**2
    observed = sum(number for (first, second), number in confusion.items() if first == second) / total
    return (observed - expected) / (1 - expected)


def text_change(before: str, after: str) -> str:
    """Where two different texts part."""
    pairs = enumerate(zip(before, after, strict=False))
    same = next((i for i, (one, other) in pairs if one != other), min(len(before), len(after)))
    return f"the texts differ from character {same} on: {before[same : same + 20]!r} and {after[same : same + 20]!r}"


def _disagreement(article: Article, group: Sequence[tuple[Span, int]]) -> Iterator[Disagreement]:
    first, second = (tuple(span for span, side in group if side == wanted) for wanted in (0, 1))
    if first != second:
        yield Disagreement(article, first, second)


def _word_labels(article: Article) -> list[str]:
    cut = list(words(article.text))
    result = [OUTSIDE] * len(cut)
    for first, stop, label in word_spans(article, cut, Alignment()):
        result[first:stop] = [label] * (stop - first)
    return result


def _figures(counts: Counts, agreement: float) -> dict[str, float]:
    return {
        "f1": round(counts.f1, 4),
        "overlap_f1": round(counts.overlap_f1, 4),
        "kappa": round(agreement, 4),
        "first": counts.gold,
        "second": counts.predicted,
        "same": counts.exact,
    }
