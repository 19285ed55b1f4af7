"""A text in the one spelling that the grammars of records know, with the way back to the text's own offsets.

The grammars are written once, in composed lower-case letters with new tone marks and single spaces.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from nghiquyet.text import new_tone_marks

BLANK: Final = "¤"
# One character to one, so that places stay where they are.
_FOLDED: Final = str.maketrans(
    {**dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n"), **dict.fromkeys("‐‑‒–—―−", "-"), "²": "2", "³": "3", "ð": "đ"}
)
_BREAK: Final = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# More accents on one letter are none; composing a long run of them would take quadratic time.
_MARKS: Final = 20
_IRREGULAR: Final = regex.compile(rf"[^\p{{M}}\p{{Cf}}{_BREAK}]?+[\p{{M}}\p{{Cf}}]{{1,{_MARKS}}}+|(?:(?![{_BREAK}])\s){{2,}}+")
_SPACE: Final = regex.compile(rf"(?![{_BREAK}])\s")
_INVISIBLE: Final = regex.compile(r"\p{Cf}++")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and its form for the grammars: `form[i]` comes from the character at `starts[i]`; `starts` ends where the text read
    does.

    Places are positions in `form`, half-open; offsets are code points of `text`.
    """

    text: str
    form: str
    starts: Sequence[int]

    @classmethod
    def of(cls, text: str) -> "Reading":
        r"""Read a text: composed, lower case, new tone marks, one space for a run of spaces, "-" for every dash.

        >>> reading = Reading.of("Hộ  NGHE\u0300O 2\u00a0–\u00a03%")
        >>> reading.form, reading.quote(3, 8)
        ('hộ nghèo 2 - 3%', 'NGHÈO')
        """
        forms: list[str] = []
        starts: list[int] = []
        last = 0
        for irregular in _IRREGULAR.finditer(text):
            _append(text, last, irregular.start(), forms, starts)
            form = _spelling(_INVISIBLE.sub("", irregular[0]))
            form = " " if form.isspace() else form
            forms.append(form)
            starts.extend([irregular.start()] * len(form))
            last = irregular.end()
        _append(text, last, len(text), forms, starts)
        starts.append(len(text))
        return cls(text, new_tone_marks("".join(forms)), starts)

    def place(self, offset: int) -> int:
        """The first place at or behind an offset of the text."""
        return bisect_left(self.starts, offset)

    def quote(self, start: int, end: int) -> str:
        """The text's own letters between two places, composed, without white space around and with single spaces inside."""
        return unicodedata.normalize("NFC", " ".join(self.text[self.starts[start] : self.starts[end]].split()))

    def part(self, start: int, end: int) -> "Reading":
        """The reading between two places, whose own places count from the first."""
        return Reading(self.text, self.form[start:end], self.starts[start : end + 1])

    def without(self, spans: Iterable[tuple[int, int]]) -> "Reading":
        """The same reading in which no grammar reads the places of some spans."""
        return Reading(self.text, blank(self.form, spans), self.starts)

    def is_capital(self, place: int) -> bool:
        return place < len(self.form) and self.text[self.starts[place]].isupper()


def _append(text: str, start: int, end: int, forms: list[str], starts: list[int]) -> None:
    form = _spelling(text[start:end])
    if len(form) == end - start:
        forms.append(form)
        starts.extend(range(start, end))
        return
    for at in range(start, end):
        form = _spelling(text[at])
        forms.append(form)
        starts.extend([at] * len(form))


def _spelling(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).translate(_FOLDED))


def blank(form: str, spans: Iterable[tuple[int, int]]) -> str:
    """A form in which the places of some spans hold a sign that no grammar knows; nothing else moves.

    >>> blank("đến 2025 đạt 5", [(0, 8)])
    '¤¤¤¤¤¤¤¤ đạt 5'
    """
    parts: list[str] = []
    last = 0
    for start, end in sorted(spans):
        begin, stop = max(start, last), max(end, last)
        parts += (form[last:begin], BLANK * (stop - begin))
        last = stop
    return "".join(parts) + form[last:]


def phrases(table: str) -> tuple[str, ...]:
    """The phrases of a table, which are written with commas between them, as `Reading.form` spells them.

    >>> phrases("xóa hết, không còn")
    ('xoá hết', 'không còn')
    """
    return tuple(_in_form(" ".join(phrase.split())) for phrase in table.split(","))


def one_of(table: str | Iterable[str]) -> str:
    """The part of a `grammar` that matches any phrase of a table as whole words, the longest first.

    >>> grammar(one_of("trên, trên dưới")).findall("trên dưới 5, trên 7, đồng trênh")
    ['trên dưới', 'trên']
    """
    longest_first = sorted(phrases(table) if isinstance(table, str) else table, key=len, reverse=True)
    return r"(?<!\w)(?:" + "|".join(regex.escape(phrase) for phrase in longest_first) + r")(?!\w)"


def grammar(pattern: str) -> regex.Pattern[str]:
    """A pattern over `Reading.form` in verbose syntax, whose words may be written with old or new tone marks."""
    return regex.compile(_in_form(pattern), regex.VERBOSE)


def _in_form(words: str) -> str:
    return new_tone_marks(unicodedata.normalize("NFC", words))
