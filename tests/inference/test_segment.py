from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import NghiquyetError
from nghiquyet.segment import CrfSegmenter, segmenter
from nghiquyet.words import sentences, words


def _segmented(text: str) -> str:
    return " ".join(word.form for sentence in sentences(text) for word in segmenter("underthesea-crf")(sentence))


@given(st.text(alphabet=st.sampled_from("Hà Nội ủy ban thường vụ 0123 . - Đ ê\nÁ%")) | st.text())
def test_joining_keeps_every_syllable_in_order(text: str) -> None:
    join = segmenter("underthesea-crf")
    for sentence in sentences(text):
        joined = join(sentence)
        assert "_".join(word.form for word in joined).split("_") == "_".join(word.form for word in sentence).split("_")
        assert joined[0].start == sentence[0].start
        assert joined[-1].end == sentence[-1].end
        borders = {word.start for word in sentence}
        assert all(word.start in borders for word in joined)
        assert all(before.end <= after.start for before, after in pairwise(joined))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tỷ lệ hộ nghèo giảm còn 30%", "tỷ_lệ hộ nghèo giảm còn 30 %"),
        ("Ban Thường vụ Huyện ủy Đakrông yêu cầu", "Ban Thường_vụ Huyện_uỷ Đakrông yêu_cầu"),
        ("bà Trưởng Ban Tuyên giáo", "bà Trưởng Ban Tuyên_giáo"),
        ("Chánh Văn phòng Tỉnh ủy", "Chánh Văn_phòng Tỉnh_uỷ"),
        ("ông Cao Văn Bường", "ông Cao_Văn_Bường"),
    ],
)
def test_words_that_phobert_knows(text: str, expected: str) -> None:
    assert _segmented(text) == expected


def test_never_across_a_line_and_never_with_a_number() -> None:
    assert "_" not in _segmented("kinh\ntế")
    assert all(
        "_" not in form or not any(char.isdigit() for char in form) for form in _segmented("xã 135 và 30 a nghìn 5 tỷ").split()
    )


def test_syllables_stay_for_models_that_read_them() -> None:
    sentence = list(words("tỷ lệ hộ nghèo"))
    assert segmenter("none")(sentence) == sentence


def test_an_unknown_segmenter_is_refused() -> None:
    with pytest.raises(NghiquyetError, match="unknown segmenter 'rdr'"):
        segmenter("rdr")


def test_sentences_in_any_order_and_again_are_segmented_alike(seed_texts: list[str]) -> None:
    every = [sentence for text in seed_texts for sentence in sentences(text)]
    one, other = CrfSegmenter(), CrfSegmenter()
    assert [one(sentence) for sentence in every] == [other(sentence) for sentence in every[::-1]][::-1]
    assert [one(sentence) for sentence in every] == [one(sentence) for sentence in every]
