"""Tag scores to entities with character offsets: the best legal tag path, and how sure the model is of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nghiquyet.tags import TagSet
from nghiquyet.words import Word, breaks_line


@dataclass(frozen=True, slots=True)
class Entity:
    """A labelled span: `text == document[start:end]`, half-open code points; `score` in 0..1, that of its least sure word."""

    label: str
    start: int
    end: int
    text: str
    score: float

    def to_dict(self) -> dict[str, str | int | float]:
        return {"label": self.label, "start": self.start, "end": self.end, "text": self.text, "score": round(self.score, 4)}


def log_softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)


def best_path(scores: npt.NDArray[np.float32], tags: TagSet) -> list[int]:
    """The legal tag sequence with the highest sum of `scores` (words, tags): Viterbi (1967) over the BIO automaton.

    Where the best tag of every word already makes a legal sequence, that is it, and no search is needed.
    """
    greedy = scores.argmax(axis=1)
    if len(greedy) == 0 or (tags.may_start[greedy[0]] and tags.may_follow[greedy[:-1], greedy[1:]].all()):
        return [int(tag) for tag in greedy]
    forbidden = np.where(tags.may_follow, np.float32(0), np.float32(-np.inf))
    best = scores[0] + np.where(tags.may_start, np.float32(0), np.float32(-np.inf))
    came_from = np.zeros(scores.shape, dtype=np.int64)
    for i in range(1, len(scores)):
        through = best[:, None] + forbidden
        came_from[i] = through.argmax(axis=0)
        best = through.max(axis=0) + scores[i]
    path = [int(best.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        path.append(int(came_from[i, path[-1]]))
    return path[::-1]


def decode(
    text: str, sentences: Sequence[Sequence[Word]], log_probabilities: npt.NDArray[np.float32], tags: TagSet
) -> list[Entity]:
    """Entities of `text` from one row of log-probabilities a word, in text order, none crossing a line break.

    Sentences of one line are decoded together, because a full stop inside a name or number can be mistaken for the end of one.
    """
    entities: list[Entity] = []
    row = 0
    for line in _lines(text, sentences):
        scores = log_probabilities[row : row + len(line)]
        path = best_path(scores, tags)
        chosen = scores[np.arange(len(path)), path]
        for first, stop, label in tags.decode(path):
            start, end = line[first].start, line[stop - 1].end
            score = float(np.exp(chosen[first:stop].min()))
            entities.append(Entity(label, start, end, text[start:end], min(score, 1.0)))
        row += len(line)
    return entities


def _lines(text: str, sentences: Sequence[Sequence[Word]]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for sentence in sentences:
        if lines and not breaks_line(text[lines[-1][-1].end : sentence[0].start]):
            lines[-1].extend(sentence)
        else:
            lines.append(list(sentence))
    return lines
