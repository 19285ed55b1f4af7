"""A gazetteer: the wordings that were labelled in training articles, found again."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from nghiquyet_training.labelled_sentences import Forms, LabelledSentence, Mention

# How often a single word (UBND, Hùng) must have been labelled: one alone stands for too many things.
_FEWEST_SINGLE: Final = 2

Wording = tuple[str, ...]


class Gazetteer:
    """Finds wordings as whole words without regard to case, of those that overlap the first, and of those the longest.

    `names` gives each wording its label and how sure it is, in 0..1.
    """

    def __init__(self, names: Mapping[Wording, tuple[str, float]]) -> None:
        self.names = dict(names)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for wording in names:
            lengths[wording[0]].add(len(wording))
        self._lengths = {form: sorted(found, reverse=True) for form, found in lengths.items()}

    @classmethod
    def learn(cls, sentences: Sequence[LabelledSentence]) -> "Gazetteer":
        """The wordings that bear their most frequent label in most of the places where the gazetteer of all wordings finds them.

        How sure one is, is the share of these places by the rule of succession (Laplace 1814).
        """
        labels: defaultdict[Wording, Counter[str]] = defaultdict(Counter)
        for words, spans in ((item.words, item.spans) for item in sentences):
            for span in spans:
                labels[words.forms[span.first : span.stop]][span.label] += 1
        every = cls({wording: (max(sorted(seen), key=seen.__getitem__), 1.0) for wording, seen in labels.items()})
        right: Counter[Wording] = Counter()
        places: Counter[Wording] = Counter()
        for words, spans in ((item.words, item.spans) for item in sentences):
            gold = set(spans)
            for mention in every(words):
                wording = words.forms[mention.first : mention.stop]
                places[wording] += 1
                right[wording] += mention in gold
        return cls(
            {
                wording: (label, (right[wording] + 1) / (places[wording] + 2))
                for wording, (label, _) in every.names.items()
                if 2 * right[wording] > places[wording] and (len(wording) > 1 or right[wording] >= _FEWEST_SINGLE)
            }
        )

    def __call__(self, words: Forms) -> Iterator[Mention]:
        """The mentions of a sentence, in order, without overlap."""
        position = 0
        while position < len(words.forms):
            for length in self._lengths.get(words.forms[position], ()):
                name = self.names.get(words.forms[position : position + length])
                if name and position + length <= len(words.forms):
                    yield Mention(position, position + length, *name)
                    position += length
                    break
            else:
                position += 1
