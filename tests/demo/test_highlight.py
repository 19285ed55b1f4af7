import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Entity
from nghiquyet_demo.highlight import legend, marked

PARAGRAPH = re.compile(r'<p(?: class="nq-gap")? data-start="(\d+)">(.*?)</p>', re.DOTALL)
MARK = re.compile(r'<mark [^>]*data-start="(\d+)" data-end="(\d+)"[^>]*>(.*?)</mark>', re.DOTALL)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    text = draw(st.text("ab <>&\"'\n\r{}$ệ\u0301🌾", min_size=1, max_size=60))
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    labels = st.sampled_from(["TARGET", "PERSON", "ORG", 'X"<'])
    return text, [
        Entity(draw(labels), start, end, text[start:end], draw(st.floats(0, 1)))
        for start, end in zip(borders[::2], borders[1::2], strict=False)
    ]


@given(texts())
def test_every_line_that_is_not_blank_comes_back_at_its_place(given: tuple[str, list[Entity]]) -> None:
    text, entities = given
    found = PARAGRAPH.findall(marked(text, entities))
    paragraphs = [(int(start), unescape(re.sub(r"<[^>]*>", "", body))) for start, body in found]
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    assert [line for _, line in paragraphs] == [line for line in lines if line.strip()]
    assert all(text[start : start + len(line)] == line for start, line in paragraphs)


@given(texts())
def test_marks_hold_the_text_of_their_entities(given: tuple[str, list[Entity]]) -> None:
    text, entities = given
    found: dict[tuple[int, int], str] = {}
    for start, end, body in MARK.findall(marked(text, entities)):
        found[int(start), int(end)] = found.get((int(start), int(end)), "") + unescape(body)
    for entity in entities:
        lines = [line.removesuffix("\r") for line in entity.text.split("\n")]
        if len(lines) == 1 and "\r" not in entity.text and entity.text.strip():
            assert found[entity.start, entity.end] == entity.text


@given(texts())
def test_nothing_of_a_text_becomes_markup(given: tuple[str, list[Entity]]) -> None:
    tags = re.findall(r"<(/?\w+)", marked(*given))
    assert set(tags) <= {"p", "/p", "mark", "/mark"}
    assert tags.count("mark") == tags.count("/mark")


def test_a_mark_over_a_line_end_goes_on_in_the_next_line() -> None:
    html = marked("một hai\nba", [Entity("TARGET", 4, 10, "hai\nba", 0.5)])
    assert [body for _, _, body in MARK.findall(html)] == ["hai", "ba"]
    assert {(start, end) for start, end, _ in MARK.findall(html)} == {("4", "10")}


def test_paragraphs_after_a_blank_line_stand_apart() -> None:
    assert marked("a\nb\n\nc", []) == '<p data-start="0">a</p><p data-start="2">b</p><p class="nq-gap" data-start="5">c</p>'


def test_the_legend_counts_and_names_every_label() -> None:
    html = legend([Entity("PLACE<b>", 0, 6, "Hà Nội", 0.5), Entity("ORG", 7, 8, "b", 0.5)])
    counts = dict(re.findall(r'data-of="([^"]+)">(\d+)<', html))
    assert counts == {"TARGET": "0", "PERSON": "0", "ORG": "1", "PLACE&lt;b&gt;": "1"}
    assert html.count('aria-pressed="true"') == 4
    assert "<b>" not in html
