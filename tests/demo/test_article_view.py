from nghiquyet import Entity, Prediction
from nghiquyet_demo import article_view
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.wording import Words


def test_what_is_found_is_told_in_the_order_in_which_one_reads() -> None:
    text = "Ông Lê Huấn, Bí thư Huyện ủy Ba Tơ: đến năm 2030 giảm 5% hộ nghèo."
    phrases = {"Lê Huấn": "PERSON", "Huyện ủy Ba Tơ": "ORG", "giảm 5% hộ nghèo": "TARGET"}
    entities = tuple(Entity(label, text.index(p), text.index(p) + len(p), p, 0.9) for p, label in phrases.items())
    summary, html = article_view.article(Prediction(text, entities), "<b>.txt")
    assert "Tìm thấy 1 chỉ tiêu, 1 người, 1 tổ chức." in summary
    assert "&lt;b&gt;.txt" in summary
    parts = [html.index(f'class="{name}') for name in ("nq-filter", "nq-section nq-targets", "nq-section nq-years", "nq-text")]
    parts += [html.index(f"nq-section nq-{name}") for name in ("people", "organisations")]
    assert parts == sorted(parts)
    assert "Bí thư" in html


def test_nothing_found_is_said_too() -> None:
    summary, html = article_view.article(Prediction("Trời đẹp.", ()))
    assert Words.NOTHING.vi in summary
    assert Words.NO_TARGETS.vi in html
    assert "Trời đẹp." in html


def test_a_refusal_without_a_reason_says_that_the_server_failed() -> None:
    assert Words.FAILED.vi in article_view.refused(None)
    assert "&lt;i&gt;" in article_view.refused(Refused(Words.BAD_FILE, name="<i>"))
