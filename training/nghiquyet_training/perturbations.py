"""Labelled articles as they also come: other spellings, marks or line breaks lost, misread by a scanner, copied with markup.

A perturbation says for each character of a text what stands for it afterwards; spans go along.
"""

import random
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Final

import regex

from nghiquyet.text import TONE_PAIRS, new_tone_marks
from nghiquyet_training.articles import Article, Span

Perturbation = Callable[[Article], Article]

_OLD_TONES: Final = {new: old for old, new in TONE_PAIRS.items()}
# Where another letter follows, both styles write the mark on the second vowel; and the u of "quý" is no vowel.
_NEW_TONE: Final = regex.compile(rf"(?<![qQ])(?:{'|'.join(_OLD_TONES)})(?!\p{{L}})")

# What optical character recognition takes for what, and how often it errs: a character in fifty is a poor scan, well cleaned.
_MISREAD: Final = {"l": "1", "1": "l", "0": "O", "O": "0", "m": "rn", "c": "e", "h": "b", "I": "l", "5": "S", "B": "8", ",": "."}
_MISREADINGS: Final = 0.02
_LOST_SPACES: Final = 0.005

_MARKUP: Final = {"\n": "</p>\n<p>", "&": "&amp;", '"': "&quot;", "“": "&ldquo;", "”": "&rdquo;", "\u00a0": "&nbsp;"}
_HARD_SPACES: Final = 0.02


def decomposed(article: Article) -> Article:
    """Accents as characters of their own (NFD), as some systems write them."""
    return mapped(article, (unicodedata.normalize("NFD", char) for char in article.text))


def old_tone_marks(article: Article) -> Article:
    """Hòa, khỏe, ủy."""
    return mapped(article, _NEW_TONE.sub(lambda match: _OLD_TONES[match[0]], article.text))


def newer_tone_marks(article: Article) -> Article:
    """Hoà, khoẻ, uỷ."""
    return mapped(article, new_tone_marks(article.text))


def without_diacritics(article: Article) -> Article:
    """As typed without a Vietnamese keyboard."""
    return mapped(article, map(_plain, article.text))


def upper_case(article: Article) -> Article:
    return mapped(article, map(str.upper, article.text))


def lower_case(article: Article) -> Article:
    """As hasty messages are typed, and some databases keep texts."""
    return mapped(article, map(str.lower, article.text))


def misread(article: Article) -> Article:
    """As from a scanner: marks lost, look-alikes, spaces lost; the same each time."""
    draw = random.Random(article.id)  # noqa: S311 - no secret

    def read(char: str) -> str:
        chance = draw.random()
        if char == " ":
            return "" if chance < _LOST_SPACES else char
        return _MISREAD.get(char, _plain(char)) if chance < _MISREADINGS else char

    return mapped(article, map(read, article.text))


def one_line(article: Article) -> Article:
    """Without line breaks, as some forms and databases keep texts."""
    return mapped(article, (" " if char in "\r\n" else char for char in article.text))


def with_markup(article: Article) -> Article:
    """With what hasty extraction from a web page leaves."""
    draw = random.Random(article.id)  # noqa: S311 - no secret

    def mark(char: str) -> str:
        if char == " " and draw.random() < _HARD_SPACES:
            return "&nbsp;"
        return _MARKUP.get(char, char)

    return mapped(article, map(mark, article.text))


PERTURBATIONS: Final[Mapping[str, Perturbation]] = {
    "NFD": decomposed,
    "old tone marks": old_tone_marks,
    "new tone marks": newer_tone_marks,
    "no diacritics": without_diacritics,
    "upper case": upper_case,
    "lower case": lower_case,
    "OCR noise": misread,
    "one line": one_line,
    "HTML residue": with_markup,
}


def mapped(article: Article, characters: Iterable[str]) -> Article:
    """The article with a string, perhaps empty, for each of its characters."""
    parts = list(characters)
    places = [0, *accumulate(map(len, parts))]
    spans = (Span(places[span.start], places[span.end], span.label) for span in article.entities)
    return replace(article, text="".join(parts), entities=tuple(span for span in spans if span.start < span.end))


def _plain(char: str) -> str:
    if char in "đĐ":
        return "d" if char == "đ" else "D"
    return "".join(part for part in unicodedata.normalize("NFD", char) if not unicodedata.combining(part))
