"""Tag scores to entities with character offsets: the best legal tag path, and how probable each entity on it is."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from nghiquyet.segment import Segmenter, keep_syllables
from nghiquyet.tags import TagSet
from nghiquyet.words import Word, breaks_line

# What the network holds for less probable than this (2e-22) is taken for as probable: products stay within floating point.
_LEAST_LOG_PROBABILITY: Final = -50.0
# What a path of tags loses, in nats, where an entity begins directly behind one of its own label, without even a comma. One in
# 1,500 entities of our articles does, most of them cells of tables; a network that judges word by word would else cut long
# targets in two. Anything from 2 to 8 gives the same figures.
CLOSE_BEHIND: Final = 2.0
# What it loses where an entity begins or ends between the syllables of one word ("nhà ở tập | trung"): one border in 2,000 of our
# articles lies there. Anything from 1 to 4 gives the same figures.
INSIDE_WORD: Final = 2.0
_ANY_LENGTH: Final[Mapping[str, int]] = MappingProxyType({})
# Words of a line that are decoded together; no line of an article comes near it.
_LONGEST_LINE: Final = 4000


@dataclass(frozen=True, slots=True)
class Entity:
    """A labelled span: `text == document[start:end]`, half-open code points.

    `score`, in 0..1, is the probability that label, start and end are all right.
    """

    label: str
    start: int
    end: int
    text: str
    score: float

    def to_dict(self) -> dict[str, str | int | float]:
        return {"label": self.label, "start": self.start, "end": self.end, "text": self.text, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Calibration:
    """From how sure the network is of an entity to how often it is right: log-odds / `temperature` + `bias`.

    That is Platt scaling (Platt 1999) with the slope written as a temperature (Guo et al. 2017). It keeps the order of scores.

    Raises:
        ValueError: if the temperature is not above 0, or either is not finite.
    """

    temperature: float = 1.0
    bias: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.temperature < math.inf and math.isfinite(self.bias)):
            raise ValueError(f"no calibration: temperature {self.temperature}, bias {self.bias}")

    def probability(self, log_odds: float) -> float:
        return (1 + math.tanh((log_odds / self.temperature + self.bias) / 2)) / 2


UNCALIBRATED: Final = Calibration()


def log_softmax(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Log-probabilities over the last axis, in float64, which tells 0.99999999 from 1."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def best_path(scores: npt.NDArray[np.floating], tags: TagSet, goes_on: Callable[[], Sequence[bool]]) -> list[int]:
    """The legal tag sequence with the highest sum of `scores` (words, tags), less `CLOSE_BEHIND` for each entity that begins
    directly behind one of its own label and `INSIDE_WORD` for each border inside a word: Viterbi (1967) over the BIO automaton.

    Where the best tag of every word already makes such a sequence without a loss, that is it, and no search is needed.

    Args:
        scores: of the words of a line.
        tags: of the columns.
        goes_on: for each of the words, whether it goes on the one before it; asked for where there is an entity.
    """
    greedy = scores.argmax(axis=1)
    within = np.zeros(len(greedy), dtype=np.intp)
    if greedy.any():
        within[:] = goes_on()
    transitions = _transitions(tags)
    if len(greedy) == 0 or (tags.may_start[greedy[0]] and not transitions[within[1:], greedy[:-1], greedy[1:]].any()):
        return [int(tag) for tag in greedy]
    best = scores[0] + np.where(tags.may_start, np.float32(0), np.float32(-np.inf))
    came_from = np.zeros(scores.shape, dtype=np.int64)
    for i in range(1, len(scores)):
        through = best[:, None] + transitions[within[i]]
        came_from[i] = through.argmax(axis=0)
        best = through.max(axis=0) + scores[i]
    path = [int(best.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        path.append(int(came_from[i, path[-1]]))
    return path[::-1]


@cache
def _transitions(tags: TagSet) -> npt.NDArray[np.float32]:
    """Array [whether inside a word, tag, next tag] of what a path gains: nothing, or loses."""
    between = np.where(tags.may_follow, np.float32(0), np.float32(-np.inf))
    for begin in range(1, len(tags.tags), 2):
        between[[begin, begin + 1], begin] = -CLOSE_BEHIND
    within = between.copy()
    within[:, 1::2] -= INSIDE_WORD
    within[1:, 0] -= INSIDE_WORD
    return np.stack([between, within])


def decode(
    text: str,
    parts: Iterable[tuple[Sequence[Word], npt.NDArray[np.floating]]],
    tags: TagSet,
    calibration: Calibration = UNCALIBRATED,
    min_score: float = 0.0,
    least_words: Mapping[str, int] = _ANY_LENGTH,
    joined: Segmenter = keep_syllables,
) -> Iterator[Entity]:
    """Entities of `text`, in text order, none crossing a line break.

    Sentences of one line are decoded together, because a full stop inside a name or number can be mistaken for the end of one.

    Args:
        text: as given.
        parts: all words in order, with a row of log-probabilities for each; no more than a line of them is held.
        tags: of the columns.
        calibration: of the scores.
        min_score: entities with a lower score are left out.
        least_words: entities of these labels with fewer words are left out.
        joined: tells which words are syllables of one, in which an entity hardly ever begins or ends.
    """
    for words, scores in _lines(text, parts):
        spans = tags.decode(best_path(scores, tags, partial(_go_on, words, joined)))
        for (first, stop, label), log_odds in zip(spans, span_log_odds(scores, spans, tags), strict=True):
            score = calibration.probability(log_odds)
            if score >= min_score and stop - first >= least_words.get(label, 1):
                start, end = words[first].start, words[stop - 1].end
                yield Entity(label, start, end, text[start:end], score)


def _go_on(words: Sequence[Word], joined: Segmenter) -> list[bool]:
    """For each word of a line, whether it goes on the one before it."""
    begins = {word.start for word in joined(list(words))}
    return [word.start not in begins for word in words]


def span_log_odds(log_probabilities: npt.NDArray[np.floating], spans: Sequence[tuple[int, int, str]], tags: TagSet) -> list[float]:
    """The log-odds that each word span `(first, stop, label)` of a line is an entity, neither shorter nor longer.

    Its probability is that of all legal tag sequences with just this entity there, out of all legal tag sequences, if tags were
    drawn word by word: summed by the forward-backward algorithm (Baum et al. 1970) over the BIO automaton.
    """
    if not spans:
        return []
    scores = np.maximum(log_probabilities, _LEAST_LOG_PROBABILITY, dtype=np.float64)
    legal, closed = _legal_shares(np.exp(scores))
    gains = scores - np.log(legal)[:, None]
    result: list[float] = []
    for first, stop, label in spans:
        begin = tags.index["B-" + label]
        log_probability = gains[first, begin] + gains[first + 1 : stop, begin + 1].sum() + np.log(closed[stop])
        # Rounding may leave it at 0 or a little above, where there are no odds.
        log_probability = min(float(log_probability), -np.finfo(np.float64).eps)
        result.append(log_probability - math.log(-math.expm1(log_probability)))
    return result


def _legal_shares(probabilities: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Forward and backward over a line, from the probability of each tag at each of its words.

    Returns:
        `legal[i]`, the probability that the tag of word i is legal, given that those before are; and `closed[i]`, for each word
        and behind the last, the probability that the tags from i on are legal if no entity goes on there, over the product of
        `legal[i:]`.
    """
    words, labels = len(probabilities), probabilities.shape[1] // 2
    # From each state to each at each word; the states: no entity is open, or one of the first label, of the second ...
    steps = np.empty((words, 1 + labels, 1 + labels))
    steps[:, :, 0] = probabilities[:, :1]
    steps[:, :, 1:] = probabilities[:, None, 1::2]
    steps[:, range(1, 1 + labels), range(1, 1 + labels)] += probabilities[:, 2::2]
    legal = np.empty(words)
    state = np.eye(1 + labels)[0]
    for i in range(words):
        state = state @ steps[i]
        legal[i] = state.sum()
        state /= legal[i]
    steps /= legal[:, None, None]
    rest = np.ones((words + 1, 1 + labels))
    for i in reversed(range(words)):
        rest[i] = steps[i] @ rest[i + 1]
    return legal, rest[:, 0]


def _lines(
    text: str, parts: Iterable[tuple[Sequence[Word], npt.NDArray[np.floating]]]
) -> Iterator[tuple[Sequence[Word], npt.NDArray[np.floating]]]:
    """The parts put together by line; one that is too long is cut, where it can be before a word that is in no entity."""
    line: list[Word] = []
    rows: list[npt.NDArray[np.floating]] = []
    for words, scores in parts:
        first = 0
        for i, word in enumerate(words):
            before = words[i - 1] if i else line[-1] if line else None
            if before is not None and breaks_line(text[before.end : word.start]):
                yield [*line, *words[first:i]], np.concatenate([*rows, scores[first:i]])
                line, rows, first = [], [], i
        line.extend(words[first:])
        rows.append(scores[first:])
        if len(line) > _LONGEST_LINE:
            together = np.concatenate(rows)
            outside = np.flatnonzero(together[1:].argmax(axis=1) == 0)
            cut = int(outside[-1]) + 1 if len(outside) else len(line)
            yield line[:cut], together[:cut]
            line, rows = line[cut:], [together[cut:]]
    if line:
        yield line, np.concatenate(rows)
