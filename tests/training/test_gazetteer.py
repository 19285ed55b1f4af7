from collections.abc import Callable

from nghiquyet.words import sentences
from nghiquyet_training.articles import Article
from nghiquyet_training.gazetteer import Gazetteer
from nghiquyet_training.labelled_sentences import Forms, labelled_sentences

Labelled = Callable[[str, str], Article]


def _find(gazetteer: Gazetteer, text: str) -> list[tuple[str, str]]:
    (sentence,) = sentences(text)
    found = gazetteer(Forms.of(sentence))
    return [(text[sentence[m.first].start : sentence[m.stop - 1].end], m.label) for m in found]


def _learn(*articles: Article) -> Gazetteer:
    return Gazetteer.learn([sentence for article in articles for sentence in labelled_sentences(article)])


def test_the_longest_wording_is_found_in_any_case_and_spelling(labelled: Labelled) -> None:
    gazetteer = _learn(labelled("a", "[ORG Huyện ủy] và [ORG Huyện ủy Ba Tơ] gặp ông [PERSON Lê Hòa]."))
    assert _find(gazetteer, "LÊ HOÀ thăm huyện uỷ Ba Tơ, Huyện ủy; Lê Hòan thì không.") == [
        ("LÊ HOÀ", "PERSON"),
        ("huyện uỷ Ba Tơ", "ORG"),
        ("Huyện ủy", "ORG"),
    ]


def test_only_wordings_that_mostly_bear_their_label_are_kept(labelled: Labelled) -> None:
    gazetteer = _learn(
        labelled("a", "[ORG Chi bộ Một] họp; chi bộ một, Chi bộ Một."),
        labelled("b", "[ORG Đảng bộ xã] họp; [ORG đảng bộ xã], đảng bộ xã."),
        labelled("c", "[PERSON Hoa Ban] hát, [ORG Hoa Ban] diễn, [ORG Hoa Ban] múa."),
    )
    assert gazetteer.names == {("đảng", "bộ", "xã"): ("ORG", 3 / 5), ("hoa", "ban"): ("ORG", 3 / 5)}


def test_a_wording_inside_a_longer_labelled_one_is_not_bare(labelled: Labelled) -> None:
    gazetteer = _learn(labelled("a", "[ORG Tỉnh ủy] họp. [ORG Ban Tổ chức Tỉnh ủy] và [ORG Văn phòng Tỉnh ủy] dự."))
    assert _find(gazetteer, "Theo Tỉnh ủy") == [("Tỉnh ủy", "ORG")]


def test_a_single_word_must_be_seen_twice(labelled: Labelled) -> None:
    gazetteer = _learn(labelled("a", "[ORG UBND] họp. [PERSON Hùng] nói."), labelled("b", "[ORG UBND] họp."))
    assert set(gazetteer.names) == {("ubnd",)}
