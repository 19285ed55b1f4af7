"""Where a model went wrong: every span that is not exactly right, in one mistake with the spans it overlaps."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nghiquyet_training.agreement import disagreements
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.outcomes import Outcome


class Kind(StrEnum):
    """What is wrong with the prediction, as seen from the gold."""

    MISSED = "missed"
    SPURIOUS = "spurious"
    STARTS_EARLY = "starts too early"
    STARTS_LATE = "starts too late"
    ENDS_EARLY = "ends too early"
    ENDS_LATE = "ends too late"
    BOTH_BORDERS = "both borders wrong"
    SPLIT = "split"  # one gold span, several predicted
    MERGED = "merged"  # several gold spans, one predicted
    REGROUPED = "regrouped"  # several gold spans, several predicted, each overlapping the next
    LABEL = "wrong label"
    LABEL_AND_BORDER = "wrong label and border"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Gold and predicted spans of one article, each in text order, that overlap and are not the same; one side may be empty.

    `confidence`, in 0..1, is the score of the least sure predicted span; None where nothing was predicted.
    """

    article: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]
    confidence: float | None

    @property
    def label(self) -> str:
        """That of the first gold span, or of the first predicted one where there is no gold."""
        return (self.gold or self.predicted)[0].label

    @property
    def start(self) -> int:
        return min(span.start for span in (*self.gold, *self.predicted))

    @property
    def end(self) -> int:
        return max(span.end for span in (*self.gold, *self.predicted))

    @property
    def kind(self) -> Kind:
        if not self.predicted:
            return Kind.MISSED
        if not self.gold:
            return Kind.SPURIOUS
        if [(span.start, span.end) for span in self.gold] == [(span.start, span.end) for span in self.predicted]:
            return Kind.LABEL
        if {span.label for span in self.gold} != {span.label for span in self.predicted}:
            return Kind.LABEL_AND_BORDER
        if len(self.gold) > 1:
            return Kind.REGROUPED if len(self.predicted) > 1 else Kind.MERGED
        return Kind.SPLIT if len(self.predicted) > 1 else _border(self.gold[0], self.predicted[0])

    def to_dict(self) -> dict[str, Any]:
        return {
            "article": self.article,
            "label": self.label,
            "kind": str(self.kind),
            "gold": [[span.start, span.end, span.label] for span in self.gold],
            "predicted": [[span.start, span.end, span.label] for span in self.predicted],
            "confidence": None if self.confidence is None else round(self.confidence, 4),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """All mistakes of a kind on a label, in the order of the articles."""

    label: str
    kind: Kind
    mistakes: tuple[Mistake, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"label": self.label, "kind": str(self.kind), "count": len(self.mistakes)}


def mistakes(outcomes: Iterable[Outcome]) -> list[Mistake]:
    """Every gold and predicted span that is not exactly right, each in one mistake with those it overlaps, in text order.

    Spans hang together if they overlap, directly or through others, as connected components of a graph. No right span gets into a
    mistake, because the spans of a side do not overlap: what overlaps one of two equal spans would overlap the other.
    """
    return [mistake for outcome in outcomes for mistake in _in_article(outcome)]


def frequent(found: Iterable[Mistake]) -> list[Group]:
    """Mistakes by label and kind, the most frequent first; of equally frequent ones, in the order of labels, then of kinds."""
    groups: defaultdict[tuple[str, Kind], list[Mistake]] = defaultdict(list)
    for mistake in found:
        groups[mistake.label, mistake.kind].append(mistake)
    kinds = list(Kind)
    ranking = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0][0], kinds.index(item[0][1])))
    return [Group(label, kind, tuple(members)) for (label, kind), members in ranking]


def _in_article(outcome: Outcome) -> Iterable[Mistake]:
    score = dict(zip(outcome.predicted, outcome.confidence, strict=True))
    # Outcomes keep no text, and what overlaps does not depend on it.
    sides = (Article(outcome.id, "", spans) for spans in (outcome.gold, outcome.predicted))
    for found in disagreements(*sides):
        confidence = min((score[span] for span in found.second), default=None)
        yield Mistake(outcome.id, found.first, found.second, confidence)


def _border(gold: Span, predicted: Span) -> Kind:
    """What is wrong with the borders of one span against another, at least one of which differs."""
    if gold.start != predicted.start and gold.end != predicted.end:
        return Kind.BOTH_BORDERS
    if gold.start != predicted.start:
        return Kind.STARTS_EARLY if predicted.start < gold.start else Kind.STARTS_LATE
    return Kind.ENDS_EARLY if predicted.end < gold.end else Kind.ENDS_LATE
