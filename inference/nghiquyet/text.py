"""How a word is written for a model: the maps between spellings that mean the same.

Nothing here touches the text that offsets refer to. Words are cut from the raw text (see `words`), and only the form that
is fed to a model goes through `model_form`, so that composed and decomposed accents, old and new tone marks, and invisible
characters make no difference to what is found.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import regex

# PhoBERT was pre-trained on text with the tone mark on the second vowel of open oa, oe, uy (hoà, khoẻ, uỷ). Most newspapers
# write hòa, khỏe, ủy. Each pair is two characters on both sides.
_TONES = "\u0300\u0301\u0309\u0303\u0323"


def _tone_pairs() -> Mapping[str, str]:
    pairs = {}
    for first, second in ("oa", "oe", "uy"):
        for tone in _TONES:
            for a, b in ((first, second), (first.upper(), second), (first.upper(), second.upper())):
                old = unicodedata.normalize("NFC", a + tone) + b
                pairs[old] = a + unicodedata.normalize("NFC", b + tone)
    return pairs


# Old to new.
TONE_PAIRS: Final = _tone_pairs()
_OLD_TONE_PATTERN = regex.compile("|".join(TONE_PAIRS))
_HALF_PAIR = regex.compile(r"\p{Cs}")
_INVISIBLE = regex.compile(r"\p{Cf}+")


def is_unicode(text: str) -> bool:
    r"""Whether the text can be written as UTF-8: JSON can hold half of a surrogate pair, and no encoding takes it.

    >>> is_unicode("Đảng"), is_unicode("\ud800")
    (True, False)
    """
    return _HALF_PAIR.search(text) is None


def new_tone_marks(text: str) -> str:
    """Write the tone of open oa, oe, uy on the second vowel, as PhoBERT's training text did; expects NFC.

    >>> new_tone_marks("Huyện ủy, khỏe, hòa, toàn")
    'Huyện uỷ, khoẻ, hoà, toàn'
    """
    return str(_OLD_TONE_PATTERN.sub(lambda match: TONE_PAIRS[match[0]], text))


@lru_cache(maxsize=30_000)
def model_form(word: str) -> str:
    r"""The spelling of a word that models read: NFC, new tone marks, no invisible characters, Đ for the look-alike Ð.

    >>> model_form("H\u00aduye\u0323\u0302n"), model_form("ủy"), model_form("\u00d0ảng")
    ('Huyện', 'uỷ', 'Đảng')
    """
    visible = _INVISIBLE.sub("", word)
    return new_tone_marks(unicodedata.normalize("NFC", visible).replace("\u00d0", "\u0110"))
