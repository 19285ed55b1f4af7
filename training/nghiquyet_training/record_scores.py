"""Scoring records: how often each slot of targets and people is right, and whether mentions are joined as they should be."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Final

from rich.table import Table

from nghiquyet.entities import Entity
from nghiquyet.prediction import Prediction
from nghiquyet_training.bootstrap import Interval, share_interval
from nghiquyet_training.gold_records import PERSON_SLOTS, TARGET_SLOTS, GoldArticle, Place
from nghiquyet_training.scores import ratio

# How alike found and expected indicators are, in 0..1, letter by letter.
SIMILARITY: Final = "indicator similarity"
FOUND_TARGETS: Final = "targets found"
FOUND_MENTIONS: Final = "mentions found"
# B-cubed (Bagga and Baldwin 1998), over the mentions that both sides have.
B_CUBED_PRECISION: Final = "mentions B-cubed precision"
B_CUBED_RECALL: Final = "mentions B-cubed recall"
SAME_MENTIONS: Final = "mentions exact"
FIGURES: Final = (
    FOUND_TARGETS,
    *TARGET_SLOTS,
    SIMILARITY,
    FOUND_MENTIONS,
    B_CUBED_PRECISION,
    B_CUBED_RECALL,
    SAME_MENTIONS,
    *PERSON_SLOTS,
)
_DECIMALS: Final = frozenset({"value_min", "value_max", "value"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found in one slot beside what should have been; `right` is 1 or 0, or a share of what is counted in parts.

    `start` and `end` are the half-open span of the target, or of the first mention of the person, in the article.
    """

    article: str
    start: int
    end: int
    figure: str
    expected: Any
    found: Any
    right: float


@dataclass(frozen=True, slots=True)
class Share:
    """The sum of `right` over `of` judgements, with the interval of 95% over articles, if more than one bears on it."""

    right: float
    of: int
    interval: Interval | None

    @property
    def value(self) -> float:
        return ratio(self.right, self.of)

    def to_dict(self) -> dict[str, Any]:
        interval = self.interval and self.interval.to_dict()
        return {"value": round(self.value, 4), "right": round(self.right, 4), "of": self.of, "interval": interval}


def gold_prediction(gold: GoldArticle) -> Prediction:
    """What a model would return that finds exactly the labelled spans, and is sure."""
    article = gold.article
    spans = sorted(article.entities)
    return Prediction(
        article.text, tuple(Entity(span.label, span.start, span.end, article.text[span.start : span.end], 1.0) for span in spans)
    )


def judge(gold: GoldArticle, prediction: Prediction) -> Iterator[Judgement]:
    """Every slot of the article's targets and people.

    Targets are matched by their exact span, a gold person with the found one that shares most mentions; of what is not found,
    only that it is missing is judged.
    """
    yield from _targets(gold, prediction)
    yield from _people(gold, prediction)


def shares(judgements: Iterable[Judgement]) -> dict[str, Share]:
    """Each figure over all articles, in the order of `FIGURES`; those that nothing was judged by are left out."""
    by_figure: dict[str, dict[str, list[float]]] = {}
    for judgement in judgements:
        by_figure.setdefault(judgement.figure, {}).setdefault(judgement.article, []).append(judgement.right)
    return {figure: _share(list(by_figure[figure].values())) for figure in FIGURES if figure in by_figure}


def mistakes(judgements: Iterable[Judgement]) -> list[Judgement]:
    """The slots that are not right. The similarity and the parts of B-cubed only count again what other figures have."""
    counted_again = {SIMILARITY, B_CUBED_PRECISION, B_CUBED_RECALL}
    return [judgement for judgement in judgements if judgement.right < 1 and judgement.figure not in counted_again]


def table(title: str, scored: Mapping[str, Mapping[str, Share]]) -> Table:
    """Figures for a terminal, per cent; a group of columns for each of `scored`."""
    result = Table("figure", *(column for name in scored for column in (name, "95%", "of")), title=title)
    for figure in FIGURES:
        cells: list[str] = []
        for found in scored.values():
            cells += _cells(found[figure]) if figure in found else ("", "", "")
        if any(cells):
            result.add_row(figure, *cells, end_section=figure == SIMILARITY)
    return result


def _cells(share: Share) -> tuple[str, str, str]:
    interval = f"{100 * share.interval.low:.1f}–{100 * share.interval.high:.1f}" if share.interval else ""
    return f"{100 * share.value:.1f}", interval, str(share.of)


def _share(by_article: Sequence[Sequence[float]]) -> Share:
    rights = [sum(article) for article in by_article]
    return Share(sum(rights), sum(map(len, by_article)), share_interval(rights, [len(article) for article in by_article]))


def _targets(gold: GoldArticle, prediction: Prediction) -> Iterator[Judgement]:
    by_place = {(target.entity.start, target.entity.end): target for target in prediction.targets}
    for wanted in gold.targets:
        found = by_place.get(wanted.place)
        name, (start, end) = gold.article.id, wanted.place
        text = gold.article.text[start:end]
        yield Judgement(name, start, end, FOUND_TARGETS, text, found and text, float(found is not None))
        if found is None:
            continue
        slots = found.to_dict()
        for slot in TARGET_SLOTS:
            right = _folded(slot, wanted.slots[slot]) == _folded(slot, slots[slot])
            yield Judgement(name, start, end, slot, wanted.slots[slot], slots[slot], float(right))
        expected, indicator = wanted.slots["indicator"], found.indicator
        yield Judgement(name, start, end, SIMILARITY, expected, indicator, _similarity(expected, indicator))


def _people(gold: GoldArticle, prediction: Prediction) -> Iterator[Judgement]:
    name, text = gold.article.id, gold.article.text
    found = {frozenset((mention.start, mention.end) for mention in person.mentions): person for person in prediction.people}
    found_of = {mention: mentions for mentions in found for mention in mentions}
    both = frozenset(found_of) & {mention for person in gold.people for mention in person.mentions}
    for wanted in gold.people:
        for start, end in sorted(wanted.mentions):
            surface = text[start:end]
            is_found = (start, end) in found_of
            yield Judgement(name, start, end, FOUND_MENTIONS, surface, surface if is_found else None, float(is_found))
            if is_found:
                right, other = wanted.mentions & both, found_of[start, end] & both
                common = len(right & other)
                for figure, whole in ((B_CUBED_PRECISION, other), (B_CUBED_RECALL, right)):
                    yield Judgement(name, start, end, figure, len(right), len(other), common / len(whole))
        if not wanted.mentions & both:
            continue
        best = max(found, key=lambda mentions: (len(mentions & wanted.mentions), -min(mentions)[0]))
        start, end = min(wanted.mentions)
        expected, joined = _surfaces(text, wanted.mentions), _surfaces(text, best)
        yield Judgement(name, start, end, SAME_MENTIONS, expected, joined, float(wanted.mentions & both == best & both))
        slots = found[best].to_dict()
        for slot in PERSON_SLOTS:
            same = _folded(slot, wanted.slots[slot]) == _folded(slot, slots[slot])
            yield Judgement(name, start, end, slot, wanted.slots[slot], slots[slot], float(same))


def _surfaces(text: str, mentions: Iterable[Place]) -> list[str]:
    return [text[start:end] for start, end in sorted(mentions)]


def _folded(slot: str, value: Any) -> Any:
    """A slot in one spelling: numbers as such, words composed, in small letters and with single spaces."""
    if isinstance(value, Mapping):
        return {part: _folded(part, content) for part, content in value.items()}
    if isinstance(value, str):
        return Decimal(value) if slot in _DECIMALS else " ".join(unicodedata.normalize("NFC", value).casefold().split())
    return value


def _similarity(expected: str | None, found: str | None) -> float:
    if expected is None or found is None:
        return float(expected is found)
    return SequenceMatcher(None, _folded("", expected), _folded("", found), autojunk=False).ratio()
