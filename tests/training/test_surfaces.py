import unicodedata
from collections.abc import Callable

from nghiquyet_training.articles import Article
from nghiquyet_training.surfaces import uneven

Labelled = Callable[[str, str], Article]


def test_a_wording_is_bare_only_outside_of_all_spans(labelled: Labelled) -> None:
    one = labelled("a", "[ORG Huyện ủy] họp. Bí thư [ORG Huyện ủy Ba Tơ] nói. Hôm qua Huyện ủy ra văn bản.")
    two = labelled("b", "Huyện ủy Ba Tơ và huyện ủy khác; [ORG Thường trực Huyện ủy] ở lại.")
    found = {surface.text: (surface.labels, surface.bare) for surface in uneven([one, two])}
    assert found == {
        "Huyện ủy": ({"ORG": 1}, ((0, one.text.rindex("Huyện ủy")),)),
        # Of two wordings at one place only the longer counts; another case is another wording.
        "Huyện ủy Ba Tơ": ({"ORG": 1}, ((1, 0),)),
    }


def test_spelling_makes_no_difference_and_parts_of_words_do_not_count(labelled: Labelled) -> None:
    one = labelled("a", "Ông [PERSON Hòa Bình] tới. Hoà Bình đi. Hòa Bìnhx thì không.")
    two = Article("b", unicodedata.normalize("NFD", "Rồi Hòa  Bình về."), ())
    (surface,) = uneven([one, two])
    assert surface.bare == ((0, one.text.index("Hoà")), (1, two.text.index("H")))


def test_single_words_are_left_alone_and_two_labels_are_told(labelled: Labelled) -> None:
    one = labelled("a", "[ORG UBND] họp, UBND về. [ORG Hoa Ban] diễn, [PERSON Hoa Ban] hát.")
    (surface,) = uneven([one])
    assert (surface.text, surface.labels, surface.bare) == ("Hoa Ban", {"ORG": 1, "PERSON": 1}, ())
    assert surface.first == (0, one.text.index("Hoa Ban"))


def test_the_most_often_labelled_share_comes_first(labelled: Labelled) -> None:
    one = labelled("a", "Sở Y tế, Sở Y tế, [ORG Sở Y tế]; [ORG Sở Nội vụ], [ORG Sở Nội vụ], Sở Nội vụ.")
    assert [surface.text for surface in uneven([one])] == ["Sở Nội vụ", "Sở Y tế"]
