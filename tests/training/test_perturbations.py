import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.articles import Article, Span
from nghiquyet_training.perturbations import PERTURBATIONS

TEXT = "Ông Hoà, Bí thư Huyện uỷ Quỳ Hợp:\nHộ nghèo còn 5% & thuý quý khoản."


def _article(text: str, *surfaces: str) -> Article:
    places = [(text.index(surface), surface) for surface in surfaces]
    return Article("a", text, tuple(Span(start, start + len(surface), "ORG") for start, surface in places))


@pytest.mark.parametrize("name", PERTURBATIONS)
@given(text=st.text(max_size=40), cuts=st.lists(st.integers(0, 40), max_size=8))
def test_spans_go_with_their_text(name: str, text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    spans = tuple(Span(a, b, "ORG") for a, b in zip(places[::2], places[1::2], strict=False))
    changed = PERTURBATIONS[name](Article("a", text, spans))
    assert changed == PERTURBATIONS[name](Article("a", text, spans))
    borders = [0, *(place for span in changed.entities for place in (span.start, span.end)), len(changed.text)]
    assert borders == sorted(borders)
    assert len(changed.entities) <= len(spans)


@pytest.mark.parametrize(
    ("name", "text", "surfaces"),
    [
        ("NFD", unicodedata.normalize("NFD", TEXT), [unicodedata.normalize("NFD", "Huyện uỷ Quỳ Hợp"), "5%"]),
        ("old tone marks", "Ông Hòa, Bí thư Huyện ủy Quỳ Hợp:\nHộ nghèo còn 5% & thúy quý khoản.", ["Huyện ủy Quỳ Hợp", "5%"]),
        ("new tone marks", TEXT, ["Huyện uỷ Quỳ Hợp", "5%"]),
        ("no diacritics", "Ong Hoa, Bi thu Huyen uy Quy Hop:\nHo ngheo con 5% & thuy quy khoan.", ["Huyen uy Quy Hop", "5%"]),
        ("upper case", TEXT.upper(), ["HUYỆN UỶ QUỲ HỢP", "5%"]),
        ("lower case", TEXT.lower(), ["huyện uỷ quỳ hợp", "5%"]),
        ("one line", TEXT.replace("\n", " "), ["Huyện uỷ Quỳ Hợp", "5%"]),
    ],
)
def test_a_text_comes_as_it_is_called(name: str, text: str, surfaces: list[str]) -> None:
    changed = PERTURBATIONS[name](_article(TEXT, "Huyện uỷ Quỳ Hợp", "5%"))
    assert changed.text == text
    assert [text[span.start : span.end] for span in changed.entities] == surfaces


def test_new_tone_marks_come_back_from_old_ones() -> None:
    old = PERTURBATIONS["old tone marks"](_article(TEXT))
    assert PERTURBATIONS["new tone marks"](old).text == TEXT


def test_markup_stands_between_lines_and_for_signs() -> None:
    changed = PERTURBATIONS["HTML residue"](_article('xã A\n"huyện & B"', "xã A", "huyện & B"))
    assert changed.text.replace("&nbsp;", " ") == "xã A</p>\n<p>&quot;huyện &amp; B&quot;"
    assert [changed.text[span.start : span.end].replace("&nbsp;", " ") for span in changed.entities] == ["xã A", "huyện &amp; B"]


def test_a_scanner_errs_now_and_then() -> None:
    text = "Huyện ủy phấn đấu giảm tỷ lệ hộ nghèo còn 10%. " * 40
    changed = PERTURBATIONS["OCR noise"](_article(text)).text
    assert changed != text
    assert 0.97 < len(changed) / len(text) <= 1.01
    assert PERTURBATIONS["OCR noise"](Article("b", text, ())).text != changed
