import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.text import model_form, new_tone_marks


@given(st.text())
def test_composed_and_decomposed_spellings_have_one_form(word: str) -> None:
    assert model_form(unicodedata.normalize("NFD", word)) == model_form(unicodedata.normalize("NFC", word))


@given(st.text())
def test_the_form_of_a_form_is_itself(word: str) -> None:
    assert model_form(model_form(word)) == model_form(word)


@given(st.text())
def test_new_tone_marks_keep_the_length(text: str) -> None:
    assert len(new_tone_marks(text)) == len(text)


def test_every_old_tone_mark_has_a_new_one() -> None:
    old = "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy"
    new = "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ"
    assert new_tone_marks(old) == new
    assert new_tone_marks(old.upper()) == new.upper()
    assert new_tone_marks("Ủy Hòa") == "Uỷ Hoà"
    assert new_tone_marks("toàn quốc, quý, thuyền") == "toàn quốc, quý, thuyền"


def test_invisible_characters_and_the_look_alike_d_are_not_read() -> None:
    assert model_form("\ufeffH\u00adu\u200byện") == "Huyện"
    assert model_form("\u00d0ảng") == "\u0110ảng"
