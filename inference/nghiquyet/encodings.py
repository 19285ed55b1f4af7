"""Bytes to text by evidence: UTF-8, UTF-16 and UTF-32, Windows-1258; older Vietnamese encodings are told by name.

A byte order mark says how to read what follows and is no part of the text.
"""

import codecs
import unicodedata
from typing import Final

import regex

from nghiquyet.errors import InputError
from nghiquyet.text import is_unicode

UTF_8: Final = "utf-8"
WINDOWS_1258: Final = "cp1258"

# The mark of UTF-32 begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The upper bytes of the letters, signs and spaces of Vietnamese text in UTF-16.
_UPPER_BYTES: Final = frozenset({0x00, 0x01, 0x03, 0x1E, 0x20})
_MOSTLY: Final = 0.95
_VIETNAMESE: Final = frozenset(
    unicodedata.normalize("NFC", base + tone)
    for letter in "aăâeêioôơuưy"
    for base in (letter, letter.upper())
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | {"đ", "Đ"}


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# How the most frequent words look where their bytes are taken for Western European letters: và, của, được, các, người ...
_OLD: Final = {
    "TCVN3 (ABC fonts such as .VnTime)": _words(
        "vµ cña ®\xadîc c¸c ng\xadêi nh÷ng lµ víi ®· kh«ng n¨m nµy ®Ó ®Õn t¹i vÒ x· tØnh huyÖn HuyÖn ®¶ng §¶ng ñy ®ång thø"
    ),
    "VNI (fonts such as VNI-Times)": _words(
        "vaø cuûa ñöôïc caùc ngöôøi nhöõng laø vôùi ñaõ khoâng naêm naøy ñeå ñeán taïi veà xaõ tænh huyeän Huyeän ñaûng Ñaûng "
        "uûy ñoàng thöù"
    ),
}
_MODERN: Final = _words(
    "và của được các người những là với đã không năm này để đến tại về xã tỉnh huyện Huyện đảng Đảng ủy đồng thứ"
)
_WORD: Final = regex.compile(r"""[^\s.,;:()"'!?/]+""")
# Enough words to tell an encoding by, and how many of them must look old in what is Unicode already.
_SAMPLE_CHARACTERS: Final = 20_000
_OLD_WORDS: Final = 3


def decode(content: bytes, place: str) -> str:
    """The text of some bytes; `place` names them in errors.

    Raises:
        InputError: if they are no text, or in an encoding that cannot be read, which is named where it is known.
    """
    try:
        text = content.decode(codec(content, place))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{place}:{line}: not UTF-8 text (byte {error.start}), and not UTF-16 or Windows-1258 either; "
            "convert it first, for example with iconv"
        ) from error
    require_text(text, place)
    return text


def codec(sample: bytes, place: str, *, is_whole: bool = True) -> str:
    """The Python codec that reads the bytes of which `sample` is the beginning or the whole; UTF-8 if nothing speaks for another.

    Raises:
        InputError: if they are no text, or in an encoding that is known and cannot be read.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if b"\0" in sample:
        if (utf_16 := _utf_16(sample)) is None:
            raise InputError(f"{place}: holds NUL bytes, so it is not a text; a document of another kind needs its own suffix")
        return utf_16
    try:
        codecs.getincrementaldecoder(UTF_8)().decode(sample, final=is_whole)
    except UnicodeDecodeError:
        pass
    else:
        return UTF_8
    if _is_damaged_utf_8(sample):
        return UTF_8
    if _is_windows_1258(sample):
        return WINDOWS_1258
    _refuse_old(sample.decode("cp1252", errors="replace"), place, enough=1)
    return UTF_8


def require_text(text: str, place: str) -> None:
    """Refuse what is no Vietnamese text in Unicode, though it is a string: documents set in old fonts come as such.

    Raises:
        InputError: if it holds half of a surrogate pair or a NUL, or is letter by letter in TCVN3 or VNI.
    """
    if not is_unicode(text):
        raise InputError(f"{place}: holds half of a surrogate pair, so it is not Unicode text")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{place}:{line}: holds a NUL character, so it is not a text")
    if not text.isascii():
        _refuse_old(text, place, enough=_OLD_WORDS)


def _refuse_old(text: str, place: str, enough: int) -> None:
    words = _WORD.findall(text[:_SAMPLE_CHARACTERS])
    modern = sum(word in _MODERN for word in words)
    for name, frequent in _OLD.items():
        if sum(word in frequent for word in words) >= max(enough, modern + 1):
            raise InputError(
                f"{place}: is in the old encoding {name}; convert it to Unicode first, for example with UniKey's toolkit"
                + (", or iconv -f TCVN -t UTF-8 for plain text" if name.startswith("TCVN3") else "")
            )


def _utf_16(sample: bytes) -> str | None:
    """By which of each two bytes are those that upper bytes of Vietnamese letters can be."""
    for name, upper, lower in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if (
            sum(byte in _UPPER_BYTES for byte in upper) > _MOSTLY * len(upper)
            and lower.count(0) == 0
            and sum(byte in _UPPER_BYTES - {0x20} for byte in lower) < len(lower) / 2
        ):
            return name
    return None


def _is_damaged_utf_8(content: bytes) -> bool:
    """Whether most bytes beyond ASCII are in whole UTF-8 characters: other encodings seldom look so, even for one character."""
    whole = "".join(char for char in content.decode(UTF_8, errors="ignore") if not char.isascii())
    multiple = len(whole.encode(UTF_8))
    return multiple > sum(byte > 0x7F for byte in content) - multiple


def _is_windows_1258(content: bytes) -> bool:
    try:
        text = unicodedata.normalize("NFC", content.decode(WINDOWS_1258))
    except UnicodeDecodeError:
        return False
    letters = [char for char in text if not char.isascii() and (char.isalpha() or unicodedata.combining(char))]
    return sum(char in _VIETNAMESE for char in letters) > _MOSTLY * len(letters)
