import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Entity, display


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\0")), st.text(alphabet="<>&\"'ab", min_size=1))
def test_no_text_or_label_becomes_markup(text: str, label: str) -> None:
    entities = [Entity(label, 0, len(text), text, 0.5)] if text else []
    reader = _Reader()
    reader.feed(display.html_fragment(text, entities))
    reader.close()
    assert reader.text == text
    assert reader.tags <= {"div", "mark"}


def test_a_page_lists_targets_and_needs_no_network() -> None:
    text = "<script>alert(1)</script> giảm còn 30%"
    documents = [("<b>", text, [Entity("TARGET", 26, 38, "giảm còn 30%", 0.9)], ["giảm còn 30%"])]
    page = "".join(display.html_page(documents, ("<i>", "TARGET")))
    assert "<script" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<li>giảm còn 30%</li>" in page
    assert "Chỉ tiêu" in page
    assert not re.search(r"https?://|src=|@import", page)


def test_conll_has_a_word_a_line() -> None:
    text = "Ông Huấn nói. Huyện ủy,Huyện đoàn\n"
    spans = [(4, 8, "PERSON"), (14, 22, "ORG"), (23, 33, "ORG")]
    assert display.conll(text, spans, ("ORG", "PERSON")) == (
        "Ông\t0\t3\tO\nHuấn\t4\t8\tB-PERSON\nnói\t9\t12\tO\n.\t12\t13\tO\n\n"
        "Huyện\t14\t19\tB-ORG\nủy\t20\t22\tI-ORG\n,\t22\t23\tO\nHuyện\t23\t28\tB-ORG\nđoàn\t29\t33\tI-ORG\n\n"
    )
    assert display.conll("", [], ("ORG",)) == ""


def test_colours_differ_and_are_steady() -> None:
    assert len({display.colour(label) for label in ("TARGET", "PERSON", "ORG", "RESULT")}) == 4
    assert display.colour("RESULT") == display.colour("RESULT")
