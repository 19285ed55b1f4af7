import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor, prepare
from nghiquyet.words import Word
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.evaluate import evaluate
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.slices import CUT, NO_BORDER, NO_WORD, Slicing, pooled, slices

Labelled = Callable[[str, str], Article]
BINS = {0: "0–3", 4: "4–7", 8: "8–15", 16: "16–31", 32: "32–63", 64: "64+"}


def _scored(articles: Sequence[Article], predicted: Sequence[tuple[Span, ...]] = ()) -> Evaluation:
    """By default as if nothing had been found."""
    found = predicted or [()] * len(articles)
    outcomes = tuple(
        Outcome(item.id, item.entities, spans, (0.5,) * len(spans)) for item, spans in zip(articles, found, strict=True)
    )
    return Evaluation(("ORG", "PERSON", "TARGET"), outcomes)


def _golds(slicing: Slicing) -> dict[str, int]:
    return {part.value: part.all.gold for part in slicing.slices}


def _named(found: Sequence[Slicing]) -> dict[str, Slicing]:
    return {slicing.name: slicing for slicing in found}


def test_the_slices_of_each_property_add_up_to_the_whole(model: Checkpoint, seeds: list[Article]) -> None:
    evaluation = evaluate(Extractor.load(model.path, threads=1), seeds)
    found = slices(evaluation, seeds, model, trained_on=seeds[:2])
    assert [slicing.name for slicing in found] == ["wording", "length", "position"]
    for slicing in found:
        assert len(slicing.slices) > 1
        for label, counts in evaluation.by_label.items():
            recalls = [part.by_label[label] for part in slicing.slices if label in part.by_label]
            assert sum(recall.gold for recall in recalls) == counts.gold
            assert sum(recall.found for recall in recalls) == counts.exact
            assert sum(recall.hit for recall in recalls) == counts.gold_hit


def test_slices_article_by_article_are_those_of_all(model: Checkpoint, seeds: list[Article]) -> None:
    evaluation = _scored(seeds, [article.entities[1:] for article in seeds])
    parts = [slices(Evaluation(evaluation.labels, (outcome,)), seeds, model, seeds[:2]) for outcome in evaluation.outcomes]
    assert pooled(parts) == slices(evaluation, seeds, model, seeds[:2])
    assert pooled([slices(evaluation, seeds, model)]) == slices(evaluation, seeds, model)


def test_recall_is_exact_or_by_overlap_within_the_label(model: Checkpoint, labelled: Labelled) -> None:
    item = labelled("a", "[ORG Huyện ủy], [ORG Đảng ủy xã], [ORG Tỉnh ủy], [ORG Sở Y tế] và ông [PERSON Bường]")
    right, long, other, *_ = item.entities
    predicted = (right, Span(long.start, long.end - 3, "ORG"), Span(other.start, other.end, "TARGET"))
    (part,) = _named(slices(_scored([item], [predicted]), [item], model))["position"].slices
    assert part.value == NO_BORDER
    assert {label: (recall.exact, recall.overlap) for label, recall in part.by_label.items()} == {
        "ORG": (0.25, 0.5),
        "PERSON": (0, 0),
    }
    assert (part.all.exact, part.all.overlap) == (0.2, 0.4)


def test_wording_is_compared_in_any_case_and_spelling(model: Checkpoint, labelled: Labelled) -> None:
    trained_on = [labelled("t", "[ORG Huyện ủy Hòa An] và [TARGET 2 xã], [ORG Hoa Ban], Tỉnh ủy")]
    item = labelled("a", "[ORG HUYỆN  UỶ HOÀ AN], [PERSON Hoa Ban], [ORG Huyện ủy], [ORG Tỉnh ủy], [TARGET 2 xã]")
    found = _named(slices(_scored([item]), [item], model, trained_on))["wording"]
    assert {part.value: {label: recall.gold for label, recall in part.by_label.items()} for part in found.slices} == {
        "seen under its label": {"ORG": 1, "TARGET": 1},
        "seen under another label only": {"PERSON": 1},
        "never seen": {"ORG": 2},
    }
    assert [slicing.name for slicing in slices(_scored([item]), [item], model)] == ["length", "position"]


@pytest.mark.parametrize(
    ("words", "value"),
    [(1, "1"), (2, "2"), (3, "3–4"), (4, "3–4"), (5, "5–8"), (16, "9–16"), (17, "17–32"), (33, "33+"), (70, "33+")],
)
def test_length_is_in_words_without_signs(model: Checkpoint, words: int, value: str) -> None:
    text = " , ".join(["xã"] * words)
    item = Article("a", text, (Span(0, len(text), "TARGET"),))
    assert _golds(_named(slices(_scored([item]), [item], model))["length"]) == {value: 1}


def test_position_is_the_distance_to_the_nearest_border_inside_the_text(model: Checkpoint, seeds: list[Article]) -> None:
    found = _words(seeds[0], model)
    borders = _borders(seeds[0], model)
    item = Article("a", seeds[0].text, tuple(Span(word.start, word.end, "ORG") for word in found))
    expected = Counter(_bin(place, borders) for place in range(len(found)))
    assert len(expected) > 2
    assert _golds(_named(slices(_scored([item]), [item], model))["position"]) == expected


def test_spans_over_a_border_are_a_slice_of_their_own(model: Checkpoint, seeds: list[Article]) -> None:
    found = _words(seeds[0], model)
    spans = [Span(found[border - 1].start, found[border].end, "TARGET") for border in _borders(seeds[0], model)]
    item = Article("a", seeds[0].text, tuple(spans))
    assert _golds(_named(slices(_scored([item]), [item], model))["position"]) == {CUT: len(spans)}


def test_a_span_of_no_word_is_in_no_place(model: Checkpoint) -> None:
    item = Article("a", "họp \u0001 xong", (Span(4, 5, "ORG"),))
    assert [_golds(slicing) for slicing in slices(_scored([item]), [item], model)] == [{NO_WORD: 1}, {NO_WORD: 1}]


def test_other_articles_than_those_scored_are_refused(model: Checkpoint, labelled: Labelled) -> None:
    item = labelled("a", "Ông [PERSON Bường] nói.")
    with pytest.raises(InputError, match="article 'a' was scored and is missing"):
        slices(_scored([item]), [Article("b", item.text, ())], model)
    with pytest.raises(InputError, match="article 'a': a scored span ends at 9, outside of its text of 3 characters"):
        slices(_scored([item]), [Article("a", "Ông", ())], model)


def test_json_has_the_figures_of_each_slice_and_no_text(model: Checkpoint, labelled: Labelled) -> None:
    item = labelled("a", "Ông [PERSON Bường] và bà [PERSON Lê Lan] ở [ORG Huyện ủy]")
    length, _ = slices(_scored([item], [item.entities[:1]]), [item], model)
    content = length.to_dict()
    assert json.loads(json.dumps(content)) == content
    none = {"gold": 1, "exact": 0.0, "overlap": 0.0}
    assert content == {
        "name": "length",
        "slices": [
            {
                "value": "1",
                "all": {"gold": 1, "exact": 1.0, "overlap": 1.0},
                "by_label": {"PERSON": {"gold": 1, "exact": 1.0, "overlap": 1.0}},
            },
            {"value": "2", "all": none | {"gold": 2}, "by_label": {"ORG": none, "PERSON": none}},
        ],
    }


def _words(item: Article, model: Checkpoint) -> list[Word]:
    return [word for window in prepare(item.text, model) for word in window.words]


def _borders(item: Article, model: Checkpoint) -> list[int]:
    """The words that begin a core, from the windows themselves; without the first of the text."""
    words = _words(item, model)
    return [words.index(window.words[0]) for window in prepare(item.text, model)][1:]


def _bin(place: int, borders: Sequence[int]) -> str:
    distance = min(place - border if place >= border else border - 1 - place for border in borders)
    return BINS[sorted(BINS)[bisect_right(sorted(BINS), distance) - 1]]
