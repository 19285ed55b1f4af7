from collections.abc import Sequence
from datetime import date

from nghiquyet_demo import collection_view as view
from nghiquyet_demo.collection import Article, Choice, rows
from nghiquyet_demo.wording import Words


def test_what_could_not_be_read_is_listed_with_the_reason(collected: Sequence[Article]) -> None:
    html = view.done(collected, 4)
    assert Words.COLLECTION_DONE.html(articles=3, targets=4) in html
    assert Words.ZIP_DAMAGED.html() in html
    assert "&lt;i&gt;hỏng" in html
    assert view.unread(collected[:2]) == ""


def test_the_indicator_of_the_most_localities_is_compared_first(collected: Sequence[Article]) -> None:
    assert view.comparable(rows(collected)) == "tỷ lệ hộ nghèo"
    assert view.comparable([]) is None


def test_a_table_that_is_cut_says_so(collected: Sequence[Article]) -> None:
    table = rows(collected)
    assert view.combined(table, 4, 3).count("<tr data-order") == 3
    assert Words.COLLECTION_CUT.html(limit=3, all=4) in view.combined(table, 4, 3)
    assert Words.COLLECTION_SHOWN.html(shown=2, all=4) in view.combined(table[:2], 4)
    assert "nq-hint" not in view.combined(table, 4)


def test_nothing_of_an_article_becomes_markup(collected: Sequence[Article]) -> None:
    table = rows(collected)
    page = view.report(
        collected, table, len(table), Choice(localities=frozenset({"<b>x</b>"})), "tỷ lệ hộ nghèo", date(2026, 11, 22)
    )
    for html in (view.combined(table, 4), view.overview(table, table[2].indicator), page):
        assert "<b>" not in html
        assert "<i>hỏng" not in html


def test_the_report_stands_alone_and_says_what_it_leaves_out(collected: Sequence[Article]) -> None:
    table = rows(collected)
    choice = Choice(localities=frozenset({"huyện Ba Tơ", None}), years=frozenset({2030}))
    page = view.report(collected, table[3:], len(table), choice, None, date(2026, 11, 22))
    assert "22/11/2026" in page
    assert "chưa rõ, huyện Ba Tơ; 2030" in page
    assert Words.ZIP_DAMAGED.html() in page
    assert "<script" not in page
    assert not any(word in page for word in ("http:", "https:", "url(", "src=", "@import"))
