"""What can be had without a network: systems to hold a model's figures against."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Self

from rich.progress import track

from nghiquyet.entities import Entity
from nghiquyet.errors import InputError
from nghiquyet.prediction import Prediction
from nghiquyet.words import sentences
from nghiquyet_training.articles import Article, labels_of
from nghiquyet_training.cue_words import CueWords
from nghiquyet_training.evaluate import evaluate
from nghiquyet_training.gazetteer import Gazetteer
from nghiquyet_training.labelled_sentences import Forms, Mention, labelled_sentences
from nghiquyet_training.outcomes import Evaluation
from nghiquyet_training.underthesea_ner import UndertheseaNer

COUNTED: Final = "gazetteer and cue words"
UNDERTHESEA: Final = "underthesea CRF (PERSON and ORG alone)"


class CountedBaseline:
    """Names seen in training articles, and what cue words learnt there announce: `predict` without a network.

    A label for which training shows no cues is found by its wordings alone.
    """

    def __init__(self, labels: tuple[str, ...], names: Gazetteer, cues: CueWords) -> None:
        self.labels = labels
        self._names = names
        self._cues = cues

    @classmethod
    def learn(cls, articles: Sequence[Article]) -> Self:
        """Count in labelled articles: some seconds for some hundreds."""
        read = track(articles, "counting words", transient=True)
        found = [sentence for article in read for sentence in labelled_sentences(article)]
        return cls(labels_of(articles), Gazetteer.learn(found), CueWords.learn(found))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction a text, in order."""
        for text in texts:
            entities: list[Entity] = []
            for sentence in sentences(text):
                words = Forms.of(sentence)
                for mention in apart([*self._names(words), *self._cues(words)]):
                    start, end = sentence[mention.first].start, sentence[mention.stop - 1].end
                    entities.append(Entity(mention.label, start, end, text[start:end], mention.score))
            yield Prediction(text, tuple(entities))


def baselines(trained_on: Sequence[Article], articles: Sequence[Article]) -> dict[str, Evaluation]:
    """What the baselines find in some articles, by name.

    All labels that occur are scored, so that folds of the same articles have the same; but underthesea's on its own alone, PERSON
    and ORG, as its name and its evaluation say, and it is left out where neither occurs.

    Args:
        trained_on: what the model was trained on; of it is learnt from what is `unseen` in the articles.
        articles: those to score.

    Raises:
        InputError: if nothing is left to learn from.
    """
    labels = labels_of([*trained_on, *articles])
    result = {COUNTED: evaluate(CountedBaseline.learn(unseen(trained_on, articles)), articles, labels)}
    other = UndertheseaNer()
    if shared := [label for label in labels if label in other.labels]:
        result[UNDERTHESEA] = evaluate(other, articles, shared)
    return result


def unseen(trained_on: Sequence[Article], articles: Iterable[Article]) -> list[Article]:
    """Those of the first articles that are none of the others by id or text: a gazetteer that holds the answers is no baseline.

    Raises:
        InputError: if there is none with a labelled span.
    """
    away = {key for article in articles for key in (article.id, article.text)}
    left = [article for article in trained_on if article.id not in away and article.text not in away]
    if not labels_of(left):
        raise InputError("no article with a labelled span is left to learn a baseline from, besides those to score")
    return left


def apart(mentions: Iterable[Mention]) -> list[Mention]:
    """Of mentions that overlap the longest, of these the surest, in order."""
    result: list[Mention] = []
    for mention in sorted(mentions, key=lambda found: (found.first - found.stop, -found.score, found)):
        if all(mention.stop <= other.first or other.stop <= mention.first for other in result):
            result.append(mention)
    return sorted(result)
