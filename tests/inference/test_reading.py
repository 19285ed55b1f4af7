import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.reading import BLANK, Reading, blank, grammar, one_of, phrases

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
VIETNAMESE = st.text("ăâđêôơưaáàảãạẹềệỷủòoaeuyHÒAỦY 0123456789.,%-–\u00a0\n", max_size=60)


@given(TEXTS)
def test_every_place_has_an_offset(text: str) -> None:
    reading = Reading.of(text)
    assert len(reading.starts) == len(reading.form) + 1
    assert list(reading.starts) == sorted(reading.starts)
    assert all(0 <= start <= len(text) for start in reading.starts)
    assert reading.starts[-1] == len(text)


@given(TEXTS, st.data())
def test_quotes_are_the_text_composed_with_single_spaces(text: str, data: st.DataObject) -> None:
    reading = Reading.of(text)
    first = data.draw(st.integers(0, len(reading.form)))
    last = data.draw(st.integers(first, len(reading.form)))
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    assert reading.quote(first, last) in plain or not unicodedata.is_normalized("NFC", text)


@given(VIETNAMESE)
def test_form_is_the_same_for_composed_and_decomposed_text(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert Reading.of(composed).form == Reading.of(decomposed).form


@given(VIETNAMESE)
def test_form_is_the_same_for_doubled_spaces(text: str) -> None:
    assert Reading.of(text).form == Reading.of(text.replace(" ", " \u00a0")).form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Hòa, thủy, khỏe", "hoà, thuỷ, khoẻ"),
        ("13 – 14%", "13 - 14%"),
        ("100\u00a0m²", "100 m2"),
        ("phấn\u200bđấu", "phấnđấu"),
        ("một\r\nhai", "một\n\nhai"),
        ("Ðảng", "đảng"),
    ],
)
def test_forms(text: str, form: str) -> None:
    assert Reading.of(text).form == form


@given(TEXTS, st.data())
def test_a_part_counts_from_its_own_first_place(text: str, data: st.DataObject) -> None:
    reading = Reading.of(text)
    first = data.draw(st.integers(0, len(reading.form)))
    last = data.draw(st.integers(first, len(reading.form)))
    part = reading.part(first, last)
    assert part.form == reading.form[first:last]
    assert part.quote(0, last - first) == reading.quote(first, last)


@given(st.text("ab ", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5))
def test_blanking_moves_nothing(form: str, spans: list[tuple[int, int]]) -> None:
    spans = [(min(a, b, len(form)), min(max(a, b), len(form))) for a, b in spans]
    hidden = {place for start, end in spans for place in range(start, end)}
    assert blank(form, spans) == "".join(BLANK if place in hidden else char for place, char in enumerate(form))


def test_phrases_match_as_whole_words_the_longest_first() -> None:
    assert phrases("xóa,\n không  còn") == ("xoá", "không còn")
    assert grammar(one_of("trên, trên dưới")).findall("trên dưới 5, trên 7, bề trên, đồng trênh") == ["trên dưới", "trên", "trên"]
