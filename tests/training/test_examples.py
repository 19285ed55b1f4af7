import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nghiquyet import checkpoint
from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.entities import decode, log_softmax
from nghiquyet.extractor import prepare
from nghiquyet.windows import WindowSize
from nghiquyet.words import Word, breaks_line
from nghiquyet_training import articles as articles_module
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.examples import IGNORED, Alignment, Example, examples, word_spans

SYLLABLES = re.findall(
    r"\S+", "Ban Thường vụ Huyện ủy Đakrông phấn đấu đến năm 2025 , giảm 30% . Ông Cao Văn Bường ( KT-XH ) H'Mông hòa 1.234,5 tỷ"
)
SPACES = [" ", " ", " ", "\n", "  ", "\u00a0", ""]
LABELS = ("ORG", "PERSON", "TARGET")


@st.composite
def article(draw: st.DrawFn) -> Article:
    """An article whose spans begin and end anywhere but on white space, so also inside words and across line breaks."""
    rng = random.Random(draw(st.integers()))
    text = "xã " + "".join(rng.choice(SYLLABLES) + rng.choice(SPACES) for _ in range(draw(st.integers(0, 60))))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    pieces = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False) if text[start:end] == text[start:end].strip()]
    return Article("a", text, tuple(Span(start, end, rng.choice(LABELS)) for start, end in pieces))


def _words(item: Article, model: Checkpoint) -> list[Word]:
    return [word for window in prepare(item.text, model) for word in window.words]


def _oracle(item: Article, model: Checkpoint) -> list[Span]:
    """What comes back from the network that gives each core word the tag of its example."""
    made, _ = examples([item], model)
    scores = (log_softmax(_sure(example, len(model.tags.tags))) for example in made)
    parts = zip((window.words for window in prepare(item.text, model)), scores, strict=True)
    found = decode(item.text, parts, model.tags, joined=model.syllable_joiner)
    return [Span(entity.start, entity.end, entity.label) for entity in found]


def _sure(example: Example, tags: int) -> npt.NDArray[np.float32]:
    chosen = [tag for tag in example.labels if tag != IGNORED]
    return np.float32(9) * np.eye(tags, dtype=np.float32)[chosen]


def _can_come_back(item: Article, span: Span, words: Sequence[Word]) -> bool:
    """Whether the span begins where a word begins, ends where one ends, shares no word with another and stays in its line."""
    borders = any(word.start == span.start for word in words) and any(word.end == span.end for word in words)
    touched = [word for word in words if word.start < span.end and span.start < word.end]
    alone = not any(
        word.start < other.end and other.start < word.end for word in touched for other in item.entities if other != span
    )
    return borders and alone and not breaks_line(item.text[span.start : span.end])


def test_training_windows_are_serving_windows(seeds: list[Article], model: Checkpoint) -> None:
    made, _ = examples(seeds, model)
    served = [window.ids for item in seeds for window in prepare(item.text, model)]
    assert [tuple(example.input_ids) for example in made] == served
    assert len(served) > 50


@hypothesis_settings(max_examples=50)
@given(items=st.lists(article(), max_size=3))
def test_every_word_has_one_label_at_its_first_piece(model: Checkpoint, items: list[Article]) -> None:
    made, alignment = examples(items, model)
    windows = [window for item in items for window in prepare(item.text, model)]
    assert alignment.spans == sum(len(item.entities) for item in items)
    assert sum(tag != IGNORED for example in made for tag in example.labels) == sum(len(_words(item, model)) for item in items)
    for example, window in zip(made, windows, strict=True):
        assert tuple(example.input_ids) == window.ids
        assert len(example.labels) == len(example.input_ids)
        assert tuple(place for place, tag in enumerate(example.labels) if tag != IGNORED) == window.first_pieces
        assert all(tag == IGNORED or 0 <= tag < len(model.tags.tags) for tag in example.labels)


def test_with_oracle_scores_the_gold_of_the_seeds_comes_back(seeds: list[Article], model: Checkpoint) -> None:
    for item in seeds:
        words = _words(item, model)
        expected = [span for span in item.entities if _can_come_back(item, span, words)]
        alignment = Alignment()
        word_spans(item, words, alignment)
        assert alignment.straddled == len(alignment.places) == len(item.entities) - len(expected)
        found = _oracle(item, model)
        assert [span for span in found if span in item.entities] == expected
        assert len(found) == len(item.entities)
    _, alignment = examples(seeds, model)
    assert alignment.spans == 162
    assert alignment.straddled <= 2


@hypothesis_settings(max_examples=100)
@given(item=article())
def test_with_oracle_scores_every_gold_comes_back_but_those_that_are_counted(model: Checkpoint, item: Article) -> None:
    words = _words(item, model)
    sure = [span for span in item.entities if _can_come_back(item, span, words)]
    found = _oracle(item, model)
    assert [span for span in sure if span in found] == sure
    lost = [span for span in item.entities if span not in found]
    _, alignment = examples([item], model)
    assert len(lost) <= alignment.straddled <= len(item.entities) - len(sure)
    assert {span.start for span in found} <= {word.start for word in words}
    assert {span.end for span in found} <= {word.end for word in words}


@pytest.mark.parametrize(
    ("marked", "expected", "place"),
    [
        ("họp [ORG Ban Thường vụ] xã", [(1, 3, "ORG")], None),
        ("họp [ORG Ban Thường] vụ xã", [(1, 3, "ORG")], "a: họp [Ban Thường] vụ xã"),
        ("họp Ban Thường [ORG vụ] xã", [(2, 3, "ORG")], "a: họp Ban Thường [vụ] xã"),
        ("họp [ORG Ban Thường] [PERSON vụ xã]", [(1, 3, "ORG"), (3, 4, "PERSON")], "a: họp [Ban Thường] vụ xã"),
        ("họp [ORG Ban]\n[ORG Thường] vụ", [(1, 2, "ORG"), (2, 3, "ORG")], "a: họp Ban⏎[Thường] vụ"),
        ("họ[ORG p Ban]", [(0, 2, "ORG")], "a: họ[p Ban]"),
    ],
)
def test_a_word_that_straddles_a_border_is_counted_and_never_split(
    phobert_model: Path,
    labelled: Callable[[str, str], Article],
    marked: str,
    expected: list[tuple[int, int, str]],
    place: str | None,
) -> None:
    item = labelled("a", marked)
    alignment = Alignment()
    words = _words(item, checkpoint.read(phobert_model))
    assert word_spans(item, words, alignment) == expected
    assert alignment.places[:1] == ([place] if place else [])
    assert alignment.straddled == len(alignment.places)


@pytest.mark.parametrize(
    ("lengths", "known", "expected"),
    [
        ({3: 300}, {}, {"TARGET": 3}),
        ({3: 299}, {}, {}),
        ({1: 2, 2: 1, 3: 297}, {}, {"TARGET": 2}),
        ({1: 2, 3: 298}, {}, {"TARGET": 3}),
        ({1: 3, 4: 297}, {}, {}),
        ({9: 1000, 2: 5, 4: 6}, {}, {"TARGET": 4}),
        ({}, {"TARGET": 3}, {"TARGET": 3}),
        ({5: 400}, {"TARGET": 3}, {"TARGET": 3}),
        ({5: 9, 2: 1}, {"TARGET": 3}, {"TARGET": 2}),
        ({5: 9, 1: 1}, {"TARGET": 3}, {}),
    ],
)
def test_an_entity_has_as_many_words_as_99_in_100_of_the_spans(
    lengths: dict[int, int], known: dict[str, int], expected: dict[str, int]
) -> None:
    alignment = Alignment(lengths=Counter({("TARGET", words): number for words, number in lengths.items()}))
    assert alignment.least_words(known) == expected
    alignment.lengths["ORG", 1] = 300
    assert alignment.least_words(known) == expected


@hypothesis_settings(max_examples=50)
@given(item=article())
def test_every_span_with_words_is_counted_by_its_length(model: Checkpoint, item: Article) -> None:
    alignment = Alignment()
    spans = word_spans(item, _words(item, model), alignment)
    assert alignment.lengths == Counter((label, stop - first) for first, stop, label in spans)


def test_a_span_across_a_line_break_is_counted(model: Checkpoint, labelled: Callable[[str, str], Article]) -> None:
    item = labelled("a", "Ông [PERSON Cao\nVăn Bường] họp.")
    _, alignment = examples([item], model)
    assert (alignment.spans, alignment.straddled) == (1, 1)
    assert alignment.places == ["a: Ông [Cao⏎Văn Bường] họp."]


def test_a_span_of_no_word_is_counted(model: Checkpoint, labelled: Callable[[str, str], Article]) -> None:
    item = labelled("a", "Ông [PERSON \u0001] họp.")
    made, alignment = examples([item], model)
    assert (alignment.spans, alignment.straddled) == (1, 1)
    assert {tag for example in made for tag in example.labels} == {IGNORED, 0}


def test_labels_beyond_the_three_are_labels(native_base: Path, few_articles: dict[str, Article]) -> None:
    labels = articles_module.labels_of(few_articles.values())
    assert labels == ("ORG", "PERSON", "RESULT", "TARGET")
    model = Checkpoint(native_base, Manifest(labels, "none", WindowSize(40, 4)))
    assert all(tuple(_oracle(item, model)) == item.entities for item in few_articles.values())
