import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.text import model_form
from nghiquyet.words import sentences, words

VIETNAMESE = st.text(alphabet="aăâeêioôơuưyđbcghnt ÀÁẢÃẠĐHKT àáảãạớợủũ0123456789.,;:-–/%()\"“”\n\u00a0\u200b\u0301\u0323'’")


@given(st.text() | VIETNAMESE)
def test_words_lie_in_the_text_in_order_and_do_not_overlap(text: str) -> None:
    found = list(words(text))
    for word in found:
        assert 0 <= word.start < word.end <= len(text)
        assert word.form == model_form(text[word.start : word.end])
        assert word.form
        assert not text[word.start].isspace()
        assert not text[word.end - 1].isspace()
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(st.text() | VIETNAMESE)
def test_no_letter_digit_or_sign_is_lost(text: str) -> None:
    covered = {i for word in words(text) for i in range(word.start, word.end)}
    for i, char in enumerate(text):
        if unicodedata.category(char)[0] in "LNPSM":
            assert i in covered


@given(st.text() | VIETNAMESE)
def test_sentences_hold_every_word_once_and_never_cross_a_line(text: str) -> None:
    found = list(sentences(text))
    assert [word for sentence in found for word in sentence] == list(words(text))
    for sentence in found:
        assert sentence
        assert "\n" not in text[sentence[0].start : sentence[-1].end]


@given(VIETNAMESE)
def test_decomposed_text_has_the_same_words(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert [w.form for w in words(decomposed)] == [w.form for w in words(composed)]
    assert [len(s) for s in sentences(decomposed)] == [len(s) for s in sentences(composed)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("đạt 1.234,5 tỷ đồng", "đạt|1.234,5|tỷ|đồng"),
        ("14-15%/năm", "14-15|%|/|năm"),
        ("<p>Huyện&nbsp;ủy <b class='x'>Sơn</b> Tây<br/>&#8220;A&rdquo;</P>", "Huyện|uỷ|Sơn|Tây|A"),
        ("<5% a&b; R&D &copy", "<|5|%|a|&|b|;|R|&|D|&|copy"),
        ("03 - 04 xã", "03|-|04|xã"),
        ("KT-XH, NN-PTNT", "KT-XH|,|NN-PTNT"),
        ("kinh tế-xã hội", "kinh|tế|-|xã|hội"),
        ("H'Mông và Ê-đê", "H'Mông|và|Ê|-|đê"),
        ("HĐND/UBND ngày 12/10/2020", "HĐND|/|UBND|ngày|12/10/2020"),
        ("đề ra.Thường xuyên", "đề|ra|.|Thường|xuyên"),
        ("Ảnh: Phạm HùngTại VnExpress", "Ảnh|:|Phạm|Hùng|Tại|VnExpress"),
        ("lúc 21h, 30ha", "lúc|21h|,|30ha"),
        ("12/10/2020Khánh Sơn", "12/10/2020|Khánh|Sơn"),
        ("COVID-19 ... v.v…", "COVID-19|...|v|.|v|…"),
        ("snake_case 🎉", "snake|_|case|🎉"),
        ("  \u00a0\n ", ""),
        ("", ""),
    ],
)
def test_words_of(text: str, expected: str) -> None:
    assert "|".join(word.form for word in words(text)) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Một câu. Hai câu.", 2),
        ("Ở TP. Hồ Chí Minh. Năm 2025.", 2),
        ("Ông N. T. Bình nói.", 1),
        ("1. Xác định. 2. Quán triệt.", 2),
        ("“Cố gắng!” Ông nói.", 2),
        ("dòng một\ndòng hai\r\ndòng ba", 3),
        ("giảm 1,5 lần. và", 1),
        ("Một câu.</p><p>Hai câu.&nbsp;Ba câu.", 3),
    ],
)
def test_sentence_ends(text: str, count: int) -> None:
    assert len(list(sentences(text))) == count


def test_a_run_without_white_space_is_read_in_slices() -> None:
    text = "ấ" * 1050
    assert [len(word.form) for word in words(text)] == [100] * 10 + [50]
    decomposed = unicodedata.normalize("NFD", text)
    assert [word.form for word in words(decomposed)] == [word.form for word in words(text)]
