import unicodedata

import pytest

from nghiquyet import encodings
from nghiquyet.errors import InputError

# In the bytes of TCVN3, written as the Western European letters that have the same bytes.
_TCVN3 = "§¶ng ñy x· S¬n Trung cho biÕt: ®Õn n¨m 2025, tû lÖ hé nghÌo cña huyÖn gi¶m cßn 30%; c¸c x· ®­îc hç trî."
_VNI = "Ñaûng uûy xaõ Sôn Trung cho bieát: ñeán naêm 2025, tyû leä hoä ngheøo cuûa huyeän giaûm coøn 30%; caùc xaõ ñöôïc hoã trôï."
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> bytes:
    """The text as Vietnamese editions of Windows stored it: a letter, then its tone, unless the code page has both in one."""
    parts = []
    for char in unicodedata.normalize("NFC", text):
        try:
            parts.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", char)
            tone = "".join(mark for mark in marks if mark in _TONES)
            letter = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
            parts.append((letter + tone).encode("cp1258"))
    return b"".join(parts)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_of_the_seeds_gives_the_same_text(seed_texts: list[str], codec: str) -> None:
    for text in seed_texts:
        assert encodings.decode(text.encode(codec), "a.txt") == text
        assert encodings.decode(text[:40].encode(codec), "a.txt") == text[:40]


def test_windows_1258_is_told_by_its_letters(seed_texts: list[str]) -> None:
    for text in (*seed_texts, "Huyện ủy Đakrông", "xã nghèo"):
        content = windows_1258(text)
        assert encodings.codec(content, "a.txt") == "cp1258"
        assert unicodedata.normalize("NFC", encodings.decode(content, "a.txt")) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(("text", "name"), [(_TCVN3, "TCVN3"), (_VNI, "VNI")])
def test_old_encodings_are_named_in_bytes_and_in_letters(text: str, name: str) -> None:
    for content in (text.encode("cp1252"), text.encode("utf-8"), text.encode("utf-16")):
        with pytest.raises(InputError, match=rf"^a\.txt: is in the old encoding {name}.*; convert it to Unicode first.*UniKey"):
            encodings.decode(content, "a.txt")


def test_a_modern_text_may_quote_old_letters(seed_texts: list[str]) -> None:
    for quoted in (_TCVN3[:20], _VNI[:20], "© 2025 ® µ"):
        encodings.require_text(seed_texts[0] + quoted, "a.txt")


def test_a_text_whose_beginning_is_cut_inside_a_letter_is_utf_8(seed_texts: list[str]) -> None:
    content = seed_texts[0].encode()
    for end in range(300, 330):
        assert encodings.codec(content[:end], "a.txt", is_whole=False) == "utf-8"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"m\xe1\xbb\x99t\n\nhai \xff", r"^a\.txt:3: not UTF-8 text \(byte 11\)"),
        ("Grüße aus Köln".encode("cp1252"), r"^a\.txt:1: not UTF-8 text \(byte 2\)"),
        (b"\x7fELF\x02\x01\0\0", "holds NUL bytes, so it is not a text"),
        (b"PK\x03\x04\n\0\0", "holds NUL bytes, so it is not a text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "holds NUL bytes, so it is not a text"),
        ("một\n\0".encode("utf-16"), r"^a\.txt:2: holds a NUL character"),
        (b"\xff\xfem", "not UTF-8 text"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        encodings.decode(content, "a.txt")
