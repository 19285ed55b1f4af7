"""The articles on offer as examples, and what makes a text from outside unfit to read."""

import unicodedata
from importlib.resources import files
from typing import Final

import regex

from nghiquyet import InputError
from nghiquyet_demo.wording import Words

MAX_CHARACTERS: Final = 200_000

# The first line of an article is often a date or a by-line, so the titles are given here. The last three are invented articles.
_TITLES: Final = {
    "000_f708e6c68b8ac192.txt": "Khánh Sơn (Khánh Hòa)",
    "001_9ff04f2eb14f6f33.txt": "Mỹ Xuyên (Sóc Trăng)",
    "002_e2e31ed5ab3668c2.txt": "Đakrông (Quảng Trị)",
    "003_a7e691a7e3a19e0d.txt": "Ba Tơ (Quảng Ngãi)",
    "004_244fb73881d2e008.txt": "Hương Khê (Hà Tĩnh)",
    "w031.txt": "Tỉnh Khánh Hòa (hư cấu)",
    "w035.txt": "Cảng Quy Nhơn (hư cấu)",
    "w151.txt": "Xã Tương Dương (hư cấu)",
}
_LAYOUT: Final = frozenset("\t\n\v\f\r\x85")

# Letters that Vietnamese writes with a mark, composed; seven in ten words of an article have one, five in ten of a Hungarian one.
_MARKED: Final = regex.compile("[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", regex.IGNORECASE)
_WORD: Final = regex.compile(r"\p{L}+")
_FEW_WORDS: Final = 12
_LEAST_SHARE: Final = 0.6


class Refused(InputError):  # noqa: N818 - it is caught to be shown, not reported
    """Something from outside cannot be read; `str()` says why in both languages, `html()` as the page shows it."""

    def __init__(self, words: Words, **values: object) -> None:
        super().__init__(words.both(**values))
        self._words = words
        self._values = values

    def html(self) -> str:
        return self._words.html(**self._values)


def examples() -> dict[str, str]:
    """Title to text, as the package carries them; read as bytes so that no line end is changed."""
    folder = files("nghiquyet_demo") / "examples"
    return {title: (folder / name).read_bytes().decode("utf-8") for name, title in _TITLES.items()}


def readable(text: str | None) -> str:
    """The text itself, untouched.

    Raises:
        Refused: if the text is empty, too long, or not text at all.
    """
    if text is None or not text.strip():
        raise Refused(Words.EMPTY)
    if len(text) > MAX_CHARACTERS:
        raise Refused(Words.TOO_LONG, length=len(text), limit=MAX_CHARACTERS)
    for at, char in enumerate(text, 1):
        # A lone surrogate (Cs) cannot be written as UTF-8; the other control characters (Cc) mean a file that is not text.
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in _LAYOUT:
            raise Refused(Words.NOT_TEXT, at=at, code=f"U+{ord(char):04X}")
    return text


def vietnamese(text: str) -> bool:
    """Whether enough words have a letter that Vietnamese marks; a text of a few words passes.

    >>> vietnamese("Ủy ban nhân dân huyện phấn đấu đến năm 2025 giảm tỷ lệ hộ nghèo còn 5 phần trăm")
    True
    >>> vietnamese("The district aims to bring the share of poor households down to 5 per cent by the year 2025")
    False
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return len(words) < _FEW_WORDS or sum(bool(_MARKED.search(word)) for word in words) >= _LEAST_SHARE * len(words)
