"""Joining syllables into Vietnamese words, for models that were pre-trained on segmented text (PhoBERT).

The conditional random field of underthesea (Vu Anh et al., trained on VLSP 2013) proposes the words; it is called directly
through its compiled core on our own words, so that offsets stay exact and nothing else of underthesea is imported. Guards then
undo the joins in which it differs from RDRSegmenter, PhoBERT's own segmenter, on names and numbers, and those that would hide
where an organisation or a name begins ("Trưởng | Ban Tuyên giáo", "VCCI | Vũ Tiến Lộc").
"""

from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from underthesea_core import CRFFeaturizer, CRFTagger

from nghiquyet.errors import NghiquyetError
from nghiquyet.words import Sentence, Word

_MODEL: Final = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727/models.bin"
# The feature templates that the model was trained with: T[i] is the word i places on.
_UNIGRAMS: Final = ("-2", "-1", "0", "1", "2")
_PAIRS: Final = ("-2,-1", "-1,0", "0,1", "1,2", "-2,0", "-1,1", "0,2")
_TEMPLATES: Final = [
    *(f"T[{at}]" for at in (*_UNIGRAMS, *_PAIRS)),
    *(f"T[{at}].lower" for at in (*_UNIGRAMS, *_PAIRS[:4])),
    *(f"T[{at}].isdigit" for at in ("-1", "0", "1")),
    *(f"T[{at}].istitle" for at in (*_UNIGRAMS, "0,1", "0,2")),
    *(f"T[{at}].is_in_dict" for at in (*_UNIGRAMS, *_PAIRS)),
]

_HEADED: Final = {"trưởng": frozenset({"ban", "phòng", "đoàn", "khoa"}), "chánh": frozenset({"văn"})}
_ADDRESS: Final = frozenset({"ông", "bà", "anh", "chị", "bác", "cụ"})


class Segmenter(Protocol):
    """Joins the words of one sentence into longer ones; offsets span the joined words, in order, none lost."""

    def __call__(self, sentence: Sentence) -> Sentence: ...


def keep_syllables(sentence: Sentence) -> Sentence:
    """The segmenter of models that read plain syllables."""
    return sentence


class CrfSegmenter:
    """Segmentation by underthesea's conditional random field with guards; about 0.2 s and 30 MB to load."""

    def __init__(self) -> None:
        spec = find_spec("underthesea")
        folder = Path(spec.origin).parent if spec and spec.origin else Path()
        model = folder / _MODEL
        if not model.is_file():
            raise NghiquyetError(
                f"the word segmentation model {model} is missing; reinstall it: pip install --force-reinstall underthesea==9.5.0"
            )
        dictionary = files("nghiquyet").joinpath("dictionary.txt").read_text(encoding="utf-8").splitlines()
        self._dictionary = frozenset(dictionary)
        self._featurizer = CRFFeaturizer(_TEMPLATES, self._dictionary)
        self._tagger = CRFTagger()
        self._tagger.load(str(model))

    def __call__(self, sentence: Sentence) -> Sentence:
        if len(sentence) < 2:
            return sentence
        features = self._featurizer.process([[[word.form] for word in sentence]])[0]
        groups: list[Sentence] = []
        for word, tag in zip(sentence, self._tagger.tag(features), strict=True):
            if tag == "I-W" and groups and self._may_join(groups[-1], word):
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
