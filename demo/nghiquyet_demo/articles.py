"""The articles on offer as examples, and what makes a text from outside unfit to read."""

import unicodedata
from importlib.resources import files
from typing import Final

from nghiquyet import InputError

MAX_CHARACTERS: Final = 200_000

# The first line of an article is often a date or a by-line, so the titles are given here.
_TITLES: Final = {
    "000_f708e6c68b8ac192.txt": "Khánh Sơn (Khánh Hòa)",
    "001_9ff04f2eb14f6f33.txt": "Mỹ Xuyên (Sóc Trăng)",
    "002_e2e31ed5ab3668c2.txt": "Đakrông (Quảng Trị)",
    "003_a7e691a7e3a19e0d.txt": "Ba Tơ (Quảng Ngãi)",
    "004_244fb73881d2e008.txt": "Hương Khê (Hà Tĩnh)",
}
_LAYOUT: Final = frozenset("\t\n\v\f\r\x85")


def examples() -> dict[str, str]:
    """Title to text, as the package carries them; read as bytes so that no line end is changed."""
    folder = files("nghiquyet_demo") / "examples"
    return {title: (folder / name).read_bytes().decode("utf-8") for name, title in _TITLES.items()}


def readable(text: str | None) -> str:
    """The text itself, untouched.

    Raises:
        InputError: in Vietnamese and English, if the text is empty, too long, or not text at all.
    """
    if text is None or not text.strip():
        raise InputError(
            "Chưa có văn bản: hãy dán một bài báo hoặc chọn một ví dụ. · There is no text: paste an article or pick an example."
        )
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"Văn bản dài {_vietnamese(len(text))} ký tự, quá giới hạn {_vietnamese(MAX_CHARACTERS)}: hãy chia nhỏ ra. · "
            f"The text has {len(text):,} characters, over the limit of {MAX_CHARACTERS:,}: split it."
        )
    for at, char in enumerate(text, 1):
        # A lone surrogate (Cs) cannot be written as UTF-8; the other control characters (Cc) mean a file that is not text.
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in _LAYOUT:
            raise InputError(
                f"Đây không phải văn bản thuần: ký tự thứ {_vietnamese(at)} là U+{ord(char):04X}. Hãy chép chữ, đừng dán tệp. · "
                f"This is not plain text: character {at:,} is U+{ord(char):04X}. Copy the words instead of the file."
            )
    return text


def _vietnamese(number: int) -> str:
    return f"{number:,}".replace(",", ".")
