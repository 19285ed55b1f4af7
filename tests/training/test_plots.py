import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from nghiquyet_training.plots import Bars, Line, Point, chart, hue

LINES = [
    Line("ORG", [Point(0.1, 0.2, 0.1, 0.3), Point(0.9, 0.8, 0.8, 0.8)], hue("ORG")),
    Line("ideal", [Point(0, 0, 0, 0), Point(1, 1, 1, 1)], dashed=True),
]
BARS = Bars("how many", [(0, 0.1, 0.3), (0.9, 1, 0.7)])


class _Elements(HTMLParser):
    """The tags, with their attributes, and the text of a fragment."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_same_lines_give_the_same_bytes() -> None:
    assert chart("a", LINES, "x", "y", behind=BARS) == chart("a", LINES, "x", "y", behind=BARS)


def test_colours_are_those_of_the_page_and_nothing_is_fetched() -> None:
    svg = chart("a", LINES, "x", "y", behind=BARS)
    assert svg.startswith("<svg")
    assert not re.search(r"#[0-9a-f]{6}|font-family|<style|<metadata", svg)
    assert f"hsl({hue('ORG')} 85% var(--depth))" in svg
    links = {value for _, attributes in _Elements(svg).tags for name, value in attributes.items() if name.endswith("href")}
    assert links
    assert all(link and link.startswith("#") for link in links)


def test_charts_of_one_page_share_no_id() -> None:
    ids = [re.findall(r' id="([^"]+)"', chart(title, LINES, "x", "y", behind=BARS)) for title in ("a", "b")]
    assert ids[0]
    assert len({*ids[0], *ids[1]}) == len(ids[0]) + len(ids[1])


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a & b", "$x^{", "Mục tiêu"])
def test_names_are_text(name: str) -> None:
    found = _Elements(chart(f'"{name}"', [Line(name, LINES[0].points)], name, name, shares_across=False))
    assert found.text.count(name) == 3
    assert found.tags[0][1]["aria-label"] == f'"{name}"'
    assert "script" not in {tag for tag, _ in found.tags}


def test_hues_tell_the_labels_apart() -> None:
    hues = sorted(hue(label) for label in ("TARGET", "PERSON", "ORG"))
    assert min(other - one for one, other in pairwise(hues)) >= 45
