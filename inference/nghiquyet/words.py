"""Raw text to words with exact offsets, in sentences.

A word here is a syllable, number, abbreviation or sign: what white space and punctuation leave. `segment` joins syllables
into the longer words that PhoBERT reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from nghiquyet.text import model_form

# A longer run without white space is no word; it is read in slices, so that none is longer than a window.
_LONGEST = 100
# A longer sentence is none, but a text without stops and line breaks; in slices it needs no more memory than others.
_LONGEST_SENTENCE = 1000

_END = r"(?![\p{L}\p{N}\p{M}])"
_ALNUM = r"[\p{L}\p{N}](?:\p{M}|\p{Cf}+(?=[\p{L}\p{N}\p{M}]))*"
_CAPITALS = r"(?:\p{Lu}\p{M}*){1,5}"
_TAGS = "a|article|b|blockquote|br|div|em|figcaption|figure|font|h[1-6]|i|img|li|ol|p|section|span|strong|table|tbody|td|th|tr|u|ul"
_SIGNS = "nbsp|amp|quot|apos|lt|gt|[lr][ds]quo|[nm]dash|hellip|bull|middot"
_WORD = regex.compile(
    rf"""
      \p{{Nd}}+(?:[.,/:\-]\p{{Nd}}+){{0,20}}(?:(?:\p{{Ll}}\p{{M}}*){{1,3}}{_END})?+  # 1.234,5  12/10  37-38  21h
    | {_CAPITALS}(?:-{_CAPITALS}){{1,3}}{_END}                                       # KT-XH  NN-PTNT
    | [A-Za-z]{{1,20}}-[0-9]{{1,3}}{_END} | [A-Z][a-z]{{1,20}}-[a-z]{{1,9}}{_END}    # Covid-19  Jong-un
    | (?:{_ALNUM}){{1,{_LONGEST}}}+(?:['’](?:{_ALNUM}){{1,30}}+){{0,2}}+             # Huyện  H'Mông
    | </?+(?i:{_TAGS})\b[^<>]{{0,500}}> | &(?:{_SIGNS}|\#[0-9]{{1,6}});                # <br/>  &nbsp;
    | \.{{2,9}} | [^\s\p{{L}}\p{{N}}\p{{M}}\p{{C}}]\p{{M}}* | \p{{M}}{{1,{_LONGEST}}}  # ...  %  a stray accent
    """,
    regex.VERBOSE,
)
# "HùngTại": a lost line break or space. Names written so on purpose (VnExpress) are in plain letters.
_GLUED = regex.compile(r"(?<=\p{Ll}\p{M}*)(?=\p{Lu})")

_SENTENCE_END = frozenset({".", "!", "?", "…", "..."})
_CLOSERS = frozenset("\"'”’»)]}")
_OPENERS = frozenset("\"'“‘«([{-–+*•")
_ABBREVIATIONS = frozenset({"TP", "Tp", "TS", "ThS", "Ths", "PGS", "GS", "BS", "KS", "TX", "Mr", "Mrs", "Dr", "St", "No", "v"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]`, half-open code points, and `form`, the spelling that models read.

    In a segmented word the syllables of `form` are joined by "_".
    """

    start: int
    end: int
    form: str


Sentence = list[Word]


def words(text: str) -> Iterator[Word]:
    """Cut `text` into words, in order, without overlap; white space, control and unassigned characters belong to none.

    Nor does the markup that hasty copying from a web page leaves: to a model it is as if it were not there.

    >>> [text_word.form for text_word in words("Tỷ lệ hộ nghèo: 1,5-2% (KT-XH)")]
    ['Tỷ', 'lệ', 'hộ', 'nghèo', ':', '1,5-2', '%', '(', 'KT-XH', ')']
    """
    for match in _WORD.finditer(text):
        # Of all that is matched, only markup ends so.
        if len(match[0]) > 2 and match[0][-1] in ">;":
            continue
        form = model_form(match[0])
        start = match.start()
        if not form.isascii():
            for gap in _GLUED.finditer(match[0]):
                end = match.start() + gap.start()
                yield Word(start, end, model_form(text[start:end]))
                start = end
        yield Word(start, match.end(), form if start == match.start() else model_form(text[start : match.end()]))


def sentences(text: str) -> Iterator[Sentence]:
    r"""Cut `text` into sentences of words, one after the other; a sentence never crosses a line break.

    A full stop ends a sentence when white space and then an upper-case letter, a digit or an opening sign follow, except after
    a title (TP., TS.), a single capital (N. T.) or the number that heads a list item (1.). A sentence has at most 1,000 words.

    >>> [len(sentence) for sentence in sentences("Ông A. Tuấn nói. Năm 2025, TP. Vinh có 2 xã.\n1. Một")]
    [6, 10, 3]
    """
    current: Sentence = []
    for word in words(text):
        if current and (len(current) == _LONGEST_SENTENCE or _starts_sentence(text, current, word)):
            yield current
            current = []
        current.append(word)
    if current:
        yield current


def breaks_line(gap: str) -> bool:
    """Whether the text between two words holds a line break, of which Unicode knows several."""
    return gap != " " and any(char in gap for char in "\n\r\u2028\u2029\v\f\x85")


def _starts_sentence(text: str, before: Sentence, word: Word) -> bool:
    gap = text[before[-1].end : word.start]
    if not gap:
        return False
    if breaks_line(gap):
        return True
    last = len(before) - 1
    while last > 0 and before[last].form in _CLOSERS:
        last -= 1
    # Markup ends in one of the two signs.
    if before[last].form not in _SENTENCE_END or not any(char.isspace() or char in ";>" for char in gap):
        return False
    first = word.form[0]
    if not (first.isupper() or first.isdigit() or first in _OPENERS):
        return False
    if before[last].form != "." or last == 0:
        return True
    head = before[last - 1].form
    single_capital = len(head) == 1 and head.isupper()
    list_number = last == 1 and head.isdigit()
    return not (head in _ABBREVIATIONS or single_capital or list_number)
