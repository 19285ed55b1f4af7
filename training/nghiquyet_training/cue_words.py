"""Cue words: what announces a span, what carries it on, and what ends it, learnt by counting, whatever the labels are called.

So "ông" comes to announce a PERSON, "Ban Thường vụ" to begin an ORG and a name of a place to carry it on, "phấn đấu", "chỉ tiêu"
or "đến năm 2025" to announce a TARGET, and "đã" to speak against one.
"""

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nghiquyet_training.labelled_sentences import Forms, LabelledSentence, Mention

# How often a cue must have been seen: beside a place where a span could begin, and within some words of one.
_FEWEST: Final = 2
_FEWEST_AROUND: Final = 10
_AROUND: Final = 12
# Words around a place say much the same thing, so each counts in part.
_AROUND_WEIGHT: Final = 0.3
# What the words beside a place must leave open (log-odds) for the words around it to be asked.
_OPEN: Final = -3.0
# How far the odds must be above even (log-odds): cues that go together are counted as if each were news, which makes them too sure.
_MARGIN: Final = 2.5
# The share of a label's spans that hold a number from which on every one must.
_NUMERIC_SHARE: Final = 0.8

Cue = tuple[str | bool, ...]
Weights = Mapping[Cue, float]


@dataclass(frozen=True)
class Cues:
    """What is known of one label: log-odds of a span beginning, before any cue and by cue, and whether a span goes on by cue.

    `numeric` says that its spans hold a number; `around` is empty for labels without: names do not depend on the words around.
    """

    prior: float
    beside: Weights
    around: Weights
    goes_on: Mapping[Cue, bool]
    numeric: bool


class CueWords:
    """Finds spans of each label by its cues: naive Bayes (Maron 1961) for where one begins, the most special cue for its end."""

    def __init__(self, cues: Mapping[str, Cues]) -> None:
        self.cues = dict(cues)

    @classmethod
    def learn(cls, sentences: Sequence[LabelledSentence]) -> "CueWords":
        total: Counter[Cue] = Counter()
        beside: defaultdict[str, Counter[Cue]] = defaultdict(Counter)
        inside: defaultdict[str, defaultdict[Cue, list[bool]]] = defaultdict(lambda: defaultdict(list))
        numeric: Counter[str] = Counter()
        spans: Counter[str] = Counter()
        places = 0
        for item in sentences:
            words = item.words
            places += len(words.forms)
            at = [[cue for group in _beside(words, position) for cue in group] for position in range(len(words.forms))]
            for cues in at:
                total.update(cues)
            for span in item.spans:
                spans[span.label] += 1
                numeric[span.label] += _has_number(words, span.first, span.stop)
                beside[span.label].update(at[span.first])
                for position in range(span.first + 1, min(span.stop + 1, len(words.forms))):
                    for cue in _onward(words, span.first, position):
                        inside[span.label][cue].append(position < span.stop)
        result = {}
        for label, count in sorted(spans.items()):
            prior, weights = _log_odds(beside[label], total, count, places, _FEWEST)
            goes_on = {cue: 2 * sum(seen) > len(seen) for cue, seen in inside[label].items() if len(seen) >= _FEWEST}
            known = Cues(prior, weights, {}, goes_on, numeric[label] >= _NUMERIC_SHARE * count)
            result[label] = _with_words_around(known, label, sentences) if known.numeric else known
        return cls(result)

    def __call__(self, words: Forms) -> Iterator[Mention]:
        """The mentions of a sentence; some may overlap."""
        for label, cues in self.cues.items():
            for first, odds in _open_places(cues, words):
                surplus = odds - _MARGIN
                if cues.around:
                    surplus += _AROUND_WEIGHT * math.fsum(cues.around.get(cue, 0.0) for cue in _around(words, first))
                if surplus > 0:
                    stop = _stop(cues, words, first)
                    if not cues.numeric or _has_number(words, first, stop):
                        yield Mention(first, stop, label, 1 / (1 + math.exp(-surplus)))


def _beside(words: Forms, at: int) -> tuple[tuple[Cue, ...], ...]:
    """The cues at a place where a span may begin, in groups that tell of different things, the most special first."""
    shape = words.shapes[at]
    before, word, after = words.form(at - 1), words.forms[at], words.form(at + 1)
    return (
        (("before", words.form(at - 2), before, shape), ("before", before, shape)),
        (("from", word, after, words.form(at + 2)), ("from", word, after, shape), ("from", word, shape)),
        (("shapes", words.shape(at - 1), shape, words.shape(at + 1)),),
    )


def _around(words: Forms, at: int) -> set[Cue]:
    """The words before and from a place on, whatever their order."""
    before = {("left", form) for form in words.forms[max(0, at - _AROUND) : at]}
    return {*before, *(("right", form) for form in words.forms[at : at + _AROUND])}


def _onward(words: Forms, first: int, at: int) -> tuple[Cue, ...]:
    """The cues that tell whether a span from `first` on holds the word at `at`, the most special first."""
    before, shape, number = words.shapes[at - 1], words.shapes[at], _has_number(words, first, at)
    word = words.forms[at]
    return (
        ("pair", words.forms[at - 1], word, shape, number),
        ("next", before, word, words.form(at + 1), shape, number),
        ("word", before, word, shape, number),
        ("alone", word, shape, number),
        ("shapes", before, shape, number),
    )


def _has_number(words: Forms, first: int, stop: int) -> bool:
    return "9" in words.shapes[first:stop]


def _open_places(cues: Cues, words: Forms) -> Iterator[tuple[int, float]]:
    """The places where the words beside let a span begin, and its log-odds by these words."""
    for position in range(len(words.forms)):
        odds = cues.prior
        for group in _beside(words, position):
            odds += next((cues.beside[cue] for cue in group if cue in cues.beside), 0.0)
        if odds > _OPEN:
            yield position, odds


def _stop(cues: Cues, words: Forms, first: int) -> int:
    stop = first + 1
    while stop < len(words.forms) and next(
        (cues.goes_on[cue] for cue in _onward(words, first, stop) if cue in cues.goes_on), False
    ):
        stop += 1
    return stop


def _with_words_around(cues: Cues, label: str, sentences: Iterable[LabelledSentence]) -> Cues:
    """The same with the words around: how often each stands where a span begins, of the places that the words beside leave open."""
    hits: Counter[Cue] = Counter()
    total: Counter[Cue] = Counter()
    starts = places = 0
    for item in sentences:
        beginnings = {span.first for span in item.spans if span.label == label}
        for position, _ in _open_places(cues, item.words):
            found = _around(item.words, position)
            total.update(found)
            places += 1
            if position in beginnings:
                hits.update(found)
                starts += 1
    _, weights = _log_odds(hits, total, starts, places, _FEWEST_AROUND)
    return dataclasses.replace(cues, around=weights)


def _log_odds(hits: Counter[Cue], total: Counter[Cue], starts: int, places: int, fewest: int) -> tuple[float, dict[Cue, float]]:
    """Log-odds of a start at a place without knowing of it, and by how much each cue seen often enough shifts them.

    Each cue is counted as seen once more, in the way of all places, so that no share is 0 or 1.
    """
    share = (starts + 0.5) / (places + 1)
    prior = math.log(share / (1 - share))
    return prior, {
        cue: math.log((hits[cue] + share) / (count - hits[cue] + 1 - share)) - prior
        for cue, count in total.items()
        if count >= fewest
    }
