import unicodedata
from collections.abc import Callable

from nghiquyet_training.articles import Article, Span
from nghiquyet_training.labelled_sentences import Forms, LabelledSentence, labelled_sentences

Labelled = Callable[[str, str], Article]


def test_each_span_stands_in_its_sentence(labelled: Labelled) -> None:
    article = labelled("a", "Ông [PERSON Tư] tới [ORG Huyện ủy]. Rồi về.\nBà [PERSON Lê Ba] hỏi.")
    found = [
        [(sentence.words.forms[span.first : span.stop], span.label) for span in sentence.spans]
        for sentence in labelled_sentences(article)
    ]
    assert found == [[(("tư",), "PERSON"), (("huyện", "uỷ"), "ORG")], [], [(("lê", "ba"), "PERSON")]]


def test_spelling_makes_no_difference(labelled: Labelled) -> None:
    one = labelled("a", "[ORG Huyện ủy Hòa Bình] họp.")
    text = unicodedata.normalize("NFD", "Huyện uỷ\u00a0Hoà Bình họp.")
    other = Article("b", text, (Span(0, text.rindex(" "), "ORG"),))
    assert list(labelled_sentences(one)) == list(labelled_sentences(other))


def test_a_span_across_a_line_break_is_left_out() -> None:
    article = Article("a", "Huyện ủy\nBa Tơ họp.", (Span(0, 14, "ORG"),))
    assert list(labelled_sentences(article)) == [
        LabelledSentence(Forms(("huyện", "uỷ"), ("Xx", "x")), ()),
        LabelledSentence(Forms(("ba", "tơ", "họp", "."), ("Xx", "Xx", "x", ".")), ()),
    ]


def test_beyond_a_sentence_stands_a_line_break() -> None:
    words = Forms(("ông", "tư"), ("Xx", "Xx"))
    assert [words.form(at) for at in range(-1, 3)] == ["\n", "ông", "tư", "\n"]
    assert [words.shape(at) for at in range(-1, 3)] == ["\n", "Xx", "Xx", "\n"]
