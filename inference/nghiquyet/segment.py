"""Joining syllables into Vietnamese words, for models that were pre-trained on segmented text (PhoBERT).

The conditional random field of underthesea (Vu Anh et al., trained on VLSP 2013) proposes the words, on our own words, so that
offsets stay exact. Guards then undo the joins in which it differs from RDRSegmenter, PhoBERT's own segmenter, on names and numbers,
and those that would hide where an organisation or a name begins ("Trưởng | Ban Tuyên giáo", "VCCI | Vũ Tiến Lộc").
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, Protocol

from nghiquyet.errors import NghiquyetError
from nghiquyet.words import Sentence, Word

# Features are named by template: the words so many places on, joined by spaces, or something about them. One that reaches beyond
# the sentence has the value BOS or EOS.
_ONE: Final = ("-2", "-1", "0", "1", "2")
_TWO: Final = ("-2,-1", "-1,0", "0,1", "1,2")
_THREE: Final = ("-2,0", "-1,1", "0,2")
_GREATEST_INT: Final = 2**31
# Of each kind, words and pairs of words: 99% and 53% of those in news are found there, and the memos stay below 15 MB.
_MEMO: Final = 20_000

_HEADED: Final = {"trưởng": frozenset({"ban", "phòng", "đoàn", "khoa"}), "chánh": frozenset({"văn"})}
_ADDRESS: Final = frozenset({"ông", "bà", "anh", "chị", "bác", "cụ"})


class Segmenter(Protocol):
    """Joins the words of a sentence or a line into longer ones; offsets span the joined words, in order, none lost."""

    def __call__(self, sentence: Sentence) -> Sentence: ...


def keep_syllables(sentence: Sentence) -> Sentence:
    """The segmenter of models that read plain syllables."""
    return sentence


class _Template:
    """The weights of all features of one template."""

    def __init__(self, name: str, weights: Mapping[str, Mapping[str, float]]) -> None:
        self.of_form, self.of_lower, *flags = (
            weights.get(name + kind, {}) for kind in ("", ".lower", ".isdigit", ".istitle", ".is_in_dict")
        )
        kinds = (self.of_form, self.of_lower, *flags)
        self.before, self.behind = (sum(kind.get(edge, 0.0) for kind in kinds) for edge in ("BOS", "EOS"))
        # By what holds: 4 for a number, 2 for a title, 1 for a word of the dictionary.
        self.of_flags = [
            sum(flag.get(str(bool(held & bit)), 0.0) for flag, bit in zip(flags, (4, 2, 1), strict=True)) for held in range(8)
        ]


class Field:
    """A linear conditional random field with two tags, "begins a word" and "goes on": what speaks for the second, minus the first.

    Args:
        weights: the content of `segmentation.tsv`, which `nghiquyet_training.segmentation` writes and describes.
        dictionary: known words in lower case, their syllables parted by spaces.
    """

    def __init__(self, weights: str, dictionary: frozenset[str]) -> None:
        head, *lines = weights.rstrip("\n").split("\n")
        self._transitions = tuple(float(weight) for weight in head.split("\t"))
        features: dict[str, dict[str, float]] = {}
        for line in lines:
            template, value, weight = line.split("\t")
            features.setdefault(template, {})[value] = float(weight)
        self._templates = [[_Template(name, features) for name in names] for names in (_ONE, _TWO, _THREE)]
        self._before = [tuple(template.before for template in templates) for templates in self._templates]
        self._behind = [tuple(template.behind for template in templates) for templates in self._templates]
        self._dictionary = dictionary
        self._one = lru_cache(_MEMO)(self._of_one)
        self._two = lru_cache(_MEMO)(self._of_two)

    def goes_on(self, forms: Sequence[str]) -> list[bool]:
        """Whether each of two or more words goes on the one before, in the most probable tagging."""
        groups = (
            map(self._one, forms),
            (self._two(*two) for two in pairwise(forms)),
            map(self._of_three, forms, forms[1:], forms[2:]),
        )
        ones, twos, threes = (
            [before, before, *group, behind, behind]
            for before, group, behind in zip(self._before, groups, self._behind, strict=True)
        )
        return self._best(
            [
                a[0] + b[1] + c[2] + d[3] + e[4] + f[0] + g[1] + h[2] + i[3] + j[0] + k[1] + m[2]
                for a, b, c, d, e, f, g, h, i, j, k, m in zip(
                    *(ones, ones[1:], ones[2:], ones[3:], ones[4:]),
                    *(twos, twos[1:], twos[2:], twos[3:]),
                    *(threes, threes[1:], threes[2:]),
                    strict=False,
                )
            ]
        )

    def _best(self, scores: Sequence[float]) -> list[bool]:
        """The tagging with the highest sum of scores and transitions (Viterbi 1967)."""
        begin_begin, begin_on, on_begin, on_on = self._transitions
        begins, goes_on = 0.0, scores[0]
        came_from: list[tuple[bool, bool]] = []
        for score in scores[1:]:
            to_begin, to_on = begins + begin_begin, begins + begin_on
            from_on_to_begin, from_on_to_on = goes_on + on_begin, goes_on + on_on
            came_from.append((from_on_to_begin > to_begin, from_on_to_on > to_on))
            begins = max(to_begin, from_on_to_begin)
            goes_on = max(to_on, from_on_to_on) + score
        path = [goes_on > begins]
        for pointers in reversed(came_from):
            path.append(pointers[path[-1]])
        return path[::-1]

    def _of_one(self, form: str) -> tuple[float, ...]:
        return self._features(0, form, _is_title(form), _is_integer(form))

    def _of_two(self, first: str, second: str) -> tuple[float, ...]:
        return self._features(1, f"{first} {second}", _is_title(first) and _is_title(second))

    def _of_three(self, first: str, second: str, third: str) -> tuple[float, ...]:
        return self._features(2, f"{first} {second} {third}", _is_title(first) and _is_title(second) and _is_title(third))

    def _features(self, group: int, form: str, is_title: bool, is_integer: bool = False) -> tuple[float, ...]:
        lower = form.lower()
        held = 4 * is_integer + 2 * is_title + (lower in self._dictionary)
        return tuple(
            [each.of_form.get(form, 0.0) + each.of_lower.get(lower, 0.0) + each.of_flags[held] for each in self._templates[group]]
        )


def _is_title(form: str) -> bool:
    return form[0] == form[0].upper()


def _is_integer(form: str) -> bool:
    """Whether it is a whole number that fits 32 bits, as the model was trained."""
    digits = form[1:] if form[0] in "+-" else form
    return digits.isascii() and digits.isdigit() and -_GREATEST_INT <= int(form) < _GREATEST_INT


class CrfSegmenter:
    """Segmentation by a conditional random field with guards."""

    def __init__(self) -> None:
        package = files("nghiquyet")
        self._dictionary = frozenset(package.joinpath("dictionary.txt").read_text(encoding="utf-8").splitlines())
        self._field = Field(package.joinpath("segmentation.tsv").read_text(encoding="utf-8"), self._dictionary)

    def __call__(self, sentence: Sentence) -> Sentence:
        if len(sentence) < 2:
            return sentence
        groups: list[Sentence] = []
        for word, goes_on in zip(sentence, self._field.goes_on([word.form for word in sentence]), strict=True):
            if goes_on and groups and self._may_join(groups[-1], word):
                groups[-1].append(word)
            else:
                groups.append([word])
        return [_joined(part) for group in groups for part in self._peel(group)]

    def _may_join(self, group: Sentence, word: Word) -> bool:
        before, after = group[-1].form, word.form
        if not (_is_syllable(before) and _is_syllable(after)) or _is_acronym(before) != _is_acronym(after):
            return False
        if after.lower() in _HEADED.get(before.lower(), ()) or after in {"Ông", "Bà"}:
            return False
        if after[0].isupper() and before.lower() in _ADDRESS:
            return False
        if after[0].isupper():
            return before[0].isupper()
        return not before[0].isupper() or self._knows([*group, word])

    def _peel(self, group: Sentence) -> list[Sentence]:
        """Take the first or last syllable off an unknown all-lower-case word of three or more if the rest is a known word."""
        if len(group) > 2 and not self._knows(group) and all(word.form.islower() for word in group):
            if self._knows(group[1:]):
                return [group[:1], group[1:]]
            if self._knows(group[:-1]):
                return [group[:-1], group[-1:]]
        return [group]

    def _knows(self, group: Sentence) -> bool:
        return " ".join(word.form for word in group).lower() in self._dictionary


def _is_acronym(form: str) -> bool:
    return len(form) > 1 and form.isupper()


def _is_syllable(form: str) -> bool:
    return any(char.isalpha() for char in form) and not any(char.isdigit() for char in form)


def _joined(group: Sentence) -> Word:
    if len(group) == 1:
        return group[0]
    return Word(group[0].start, group[-1].end, "_".join(word.form for word in group))


@lru_cache(maxsize=1)
def _crf() -> CrfSegmenter:
    return CrfSegmenter()


def segmenter(name: str) -> Segmenter:
    """The segmenter that a checkpoint names: "underthesea-crf" or "none".

    Raises:
        NghiquyetError: for any other name.
    """
    if name == "underthesea-crf":
        return _crf()
    if name == "none":
        return keep_syllables
    raise NghiquyetError(f"unknown segmenter {name!r}; known are 'underthesea-crf' and 'none'")
