import dataclasses
import json
from collections.abc import Callable

import pytest

from nghiquyet.errors import InputError
from nghiquyet_training.articles import Article
from nghiquyet_training.corpus_statistics import Lengths, describe


@pytest.fixture
def corpus(labelled: Callable[[str, str], Article]) -> list[Article]:
    keys = [
        {"kind": "short", "level": 1, "checked": True, "tags": ["x"]},
        {"kind": "short", "level": 2, "checked": True, "tags": ["x"]},
        {"kind": "long", "checked": True, "tags": ["x"]},
    ]
    texts = [
        "Ông [PERSON Cao Văn Bường] tới [ORG Huyện ủy].",
        "Bà [PERSON Lan], ông [PERSON Cao Văn Bường].",
        "Đạt [TARGET 95,5% (cao nhất tỉnh)]; [ORG huyện ủy] nói.",
    ]
    return [dataclasses.replace(labelled(str(i), text), more=more) for i, (text, more) in enumerate(zip(texts, keys, strict=True))]


def test_words_have_a_letter_or_digit_and_signs_are_none(corpus: list[Article]) -> None:
    figures = describe(corpus)
    assert (figures.whole.articles, figures.whole.words) == (3, 7 + 6 + 8)
    assert figures.characters == sum(len(article.text) for article in corpus)
    assert figures.lengths == Lengths(6, 7, 7.0, 8)
    assert figures.labels["TARGET"].lengths == Lengths(4, 4, 4.0, 4)


def test_labels_are_counted_by_span_article_and_text(corpus: list[Article]) -> None:
    labels = describe(corpus).labels
    assert list(labels) == ["ORG", "PERSON", "TARGET"]
    assert [(found.spans, found.articles, found.texts) for found in labels.values()] == [(2, 2, 2), (3, 2, 2), (1, 1, 1)]


def test_groups_are_plain_keys_with_several_values(corpus: list[Article]) -> None:
    groups = describe(corpus).groups
    assert {key: {value: found.articles for value, found in by.items()} for key, by in groups.items()} == {
        "kind": {"short": 2, "long": 1},
        "level": {"1": 1, "2": 1, "–": 1},
    }
    assert groups["kind"]["short"].spans == {"PERSON": 3, "ORG": 1}
    assert groups["kind"]["short"].words == 13
    assert describe(corpus, ["checked"]).groups["checked"]["true"].articles == 3
    with pytest.raises(InputError, match="no article has the key 'region'; there are checked, kind, level"):
        describe(corpus, ["region"])


def test_parts_of_a_key_add_up_to_the_whole(corpus: list[Article]) -> None:
    figures = describe(corpus)
    for by in figures.groups.values():
        assert sum(found.words for found in by.values()) == figures.whole.words
        for label, number in figures.whole.spans.items():
            assert sum(found.spans.get(label, 0) for found in by.values()) == number


def test_articles_without_spans_or_keys_have_figures_too() -> None:
    figures = describe([Article("a", "Trời mưa.", ())])
    assert (figures.labels, figures.groups) == ({}, {})
    assert json.loads(json.dumps(figures.to_dict()))["whole"] == {"articles": 1, "words": 2, "spans": {}}
