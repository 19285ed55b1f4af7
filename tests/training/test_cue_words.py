from collections.abc import Iterable

import pytest

from nghiquyet.words import sentences
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.cue_words import CueWords
from nghiquyet_training.labelled_sentences import Forms, labelled_sentences

_PEOPLE = ("Lê Ba", "Trần Văn Tư", "Đỗ Năm", "Hồ Thị Sáu")
_PLACES = ("Ba Tơ", "Khánh Sơn", "Hương Khê", "Krông Nô")


def _article(number: int, marked: str) -> Article:
    """Of "Ông {PERSON|Lê Ba} nói.": the text with its spans."""
    text, spans = "", []
    for part in marked.replace("}", "{").split("{"):
        label, bar, surface = part.partition("|")
        if bar:
            spans.append(Span(len(text), len(text) + len(surface), label))
        text += surface if bar else part
    return Article(str(number), text, tuple(spans))


def _corpus() -> Iterable[str]:
    for turn in range(40):
        person, place, number = _PEOPLE[turn % 4], _PLACES[turn // 2 % 4], turn + 10
        yield f"Hôm qua ông {{PERSON|{person}}} thăm {{ORG|Huyện ủy {place}}} và huyện {place}."
        yield f"Tại {place}, bà {{PERSON|{person}}} cho biết {{ORG|Ban Tổ chức Huyện ủy {place}}} đã họp {number} lần."
        yield f"Phấn đấu đến năm 2030, {{TARGET|tỷ lệ hộ nghèo giảm còn {number}%}}, thu hút đầu tư."
        yield f"Năm qua đã có kết quả, tỷ lệ hộ nghèo giảm còn {number}%, theo báo cáo."


@pytest.fixture(scope="module")
def cues() -> CueWords:
    articles = [_article(number, marked) for number, marked in enumerate(_corpus())]
    return CueWords.learn([sentence for article in articles for sentence in labelled_sentences(article)])


def _find(cues: CueWords, text: str) -> list[tuple[str, str]]:
    (sentence,) = sentences(text)
    found = sorted(cues(Forms.of(sentence)))
    assert all(0.5 < mention.score <= 1 for mention in found)
    return [(text[sentence[m.first].start : sentence[m.stop - 1].end], m.label) for m in found]


def test_names_never_seen_are_found_by_what_stands_beside_them(cues: CueWords) -> None:
    assert _find(cues, "Sáng nay ông Vũ Quang Minh thăm trường.") == [("Vũ Quang Minh", "PERSON")]
    assert _find(cues, "Sáng nay trường Vũ Quang Minh mở cửa.") == []


def test_what_a_name_goes_on_with_is_learnt(cues: CueWords) -> None:
    assert _find(cues, "Hôm qua ông Lý Hoa gặp Huyện ủy Sa Pa và huyện Sa Pa.") == [
        ("Lý Hoa", "PERSON"),
        ("Huyện ủy Sa Pa", "ORG"),
    ]
    assert ("Ban Tổ chức Huyện ủy Sa Pa", "ORG") in _find(cues, "Hôm qua Ban Tổ chức Huyện ủy Sa Pa đã họp.")


def test_words_around_tell_a_plan_from_a_result(cues: CueWords) -> None:
    assert _find(cues, "Phấn đấu đến năm 2035, tỷ lệ hộ nghèo giảm còn 7,5%, thu hút đầu tư.") == [
        ("tỷ lệ hộ nghèo giảm còn 7,5%", "TARGET")
    ]
    assert _find(cues, "Năm qua đã có kết quả, tỷ lệ hộ nghèo giảm còn 7,5%, theo báo cáo.") == []


def test_a_label_whose_spans_hold_numbers_gets_none_without(cues: CueWords) -> None:
    assert {label: known.numeric for label, known in cues.cues.items()} == {"ORG": False, "PERSON": False, "TARGET": True}
    assert _find(cues, "Phấn đấu đến năm 2035, tỷ lệ hộ nghèo giảm còn ít, thu hút đầu tư.") == []


def test_a_label_seen_once_has_no_cues(cues: CueWords) -> None:
    articles = [_article(0, "Cầu {BRIDGE|Long Biên} đẹp."), *(_article(n + 1, f"Sông {n} dài, cầu lớn.") for n in range(20))]
    learnt = CueWords.learn([sentence for article in articles for sentence in labelled_sentences(article)])
    assert _find(learnt, "Cầu Bãi Cháy dài.") == []
