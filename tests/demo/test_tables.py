import re

from nghiquyet import Entity
from nghiquyet_demo.tables import Cell, Row, figures, percent, said, table
from nghiquyet_demo.wording import Words

ENTITY = Entity("ORG", 3, 7, "UBND", 0.5)


def test_cells_of_an_article_are_escaped_and_sorted_by_their_words() -> None:
    rows = [Row((said('<img src="x">'), Cell("7", 7.0), percent(0.5)), (ENTITY, ENTITY), 0.5)]
    html = table("bodies", Words.ORGANISATIONS, (Words.NAME, Words.MENTIONS, Words.SCORE), rows, Words.NO_ORGANISATIONS)
    assert "<img" not in html
    assert 'data-places="3-7 3-7"' in html
    assert re.findall(r'data-sort="([^"]*)"', html) == ["&lt;img src=&quot;x&quot;&gt;", "7.0", "0.5"]
    assert html.count('aria-sort="none"') == 3


def test_an_empty_table_is_a_sentence() -> None:
    html = table("bodies", Words.ORGANISATIONS, (Words.NAME,), [], Words.NO_ORGANISATIONS)
    assert "<table" not in html
    assert Words.NO_ORGANISATIONS.vi in html


def test_figures_are_written_in_both_languages_where_they_differ() -> None:
    assert figures("12") == "12"
    assert "1.234,5" in figures("1.234,5")
    assert "1,234.5" in figures("1.234,5")
