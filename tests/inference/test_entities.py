import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nghiquyet.entities import (
    CLOSE_BEHIND,
    INSIDE_WORD,
    UNCALIBRATED,
    Calibration,
    Entity,
    best_path,
    decode,
    log_softmax,
    span_log_odds,
)
from nghiquyet.segment import segmenter
from nghiquyet.tags import TagSet
from nghiquyet.words import words

TAGS = TagSet(("ORG", "PERSON"))
SCORES = st.integers(0, 5).flatmap(
    lambda n: arrays(np.float32, (n, 5), elements=st.integers(-20, 20).map(lambda i: np.float32(i / 4)))
)


def _decoded(text: str, scores: np.ndarray, tags: TagSet, calibration: Calibration = UNCALIBRATED, parts: int = 1) -> list[Entity]:
    """The entities of a text whose words come in so many parts."""
    places = np.array_split(np.arange(len(scores)), parts)
    every = list(words(text))
    return list(decode(text, (([every[i] for i in place], scores[place]) for place in places), tags, calibration))


def _total(scores: np.ndarray, path: tuple[int, ...]) -> float:
    return float(sum(scores[i, tag] for i, tag in enumerate(path)))


def _legal_paths(length: int) -> list[tuple[int, ...]]:
    def legal(path: tuple[int, ...]) -> bool:
        starts = not path or bool(TAGS.may_start[path[0]])
        return starts and all(TAGS.may_follow[a, b] for a, b in itertools.pairwise(path))

    return [path for path in itertools.product(range(5), repeat=length) if legal(path)]


def _all_spans(length: int) -> list[tuple[int, int, str]]:
    return [(first, stop, label) for first in range(length) for stop in range(first + 1, length + 1) for label in TAGS.labels]


@given(SCORES, st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_best_path_is_the_best_of_all_legal_paths(scores: np.ndarray, joined: list[bool]) -> None:
    paths = _legal_paths(len(scores))
    goes_on = [i > 0 and joined[i] for i in range(len(scores))]
    found = tuple(best_path(scores, TAGS, lambda: goes_on))
    assert found in paths
    assert _gain(scores, found, goes_on) == pytest.approx(max(_gain(scores, path, goes_on) for path in paths))


def _gain(scores: np.ndarray, path: tuple[int, ...], goes_on: list[bool]) -> float:
    spans = TAGS.decode(path)
    close = sum(one[1:] == (other[0], other[2]) for one, other in itertools.pairwise(spans))
    borders = {border for first, stop, _ in spans for border in (first, stop)}
    within = sum(border < len(path) and goes_on[border] for border in borders)
    return _total(scores, path) - CLOSE_BEHIND * close - INSIDE_WORD * within


def test_an_entity_ends_behind_a_word_rather_than_inside_it() -> None:
    text = "xây khu nhà ở tập trung cho công nhân"
    scores = np.log(np.full((9, 5), 0.02, dtype=np.float32))
    for i, tag in enumerate([0, 1, 2, 2, 2, 0, 0, 0, 0]):
        scores[i, tag] = np.log(0.92)
    scores[5] = np.log([0.55, 0.02, 0.39, 0.02, 0.02])
    (cut,) = decode(text, [(list(words(text)), scores)], TAGS)
    (whole,) = decode(text, [(list(words(text)), scores)], TAGS, joined=segmenter("underthesea-crf"))
    assert (cut.text, whole.text) == ("khu nhà ở tập", "khu nhà ở tập trung")


@given(SCORES, st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]))
def test_what_is_less_sure_is_left_out_and_nothing_else_changes(scores: np.ndarray, min_score: float) -> None:
    text = "a " * len(scores)
    parts = [(list(words(text)), log_softmax(scores))]
    expected = [entity for entity in decode(text, parts, TAGS) if entity.score >= min_score]
    assert list(decode(text, parts, TAGS, min_score=min_score)) == expected


@given(SCORES, st.integers(1, 3))
def test_what_has_too_few_words_is_left_out_and_nothing_else_changes(scores: np.ndarray, least: int) -> None:
    text = "a " * len(scores)
    parts = [(list(words(text)), log_softmax(scores))]
    expected = [e for e in decode(text, parts, TAGS) if e.label != "ORG" or len(e.text.split()) >= least]
    assert list(decode(text, parts, TAGS, least_words={"ORG": least})) == expected


@given(SCORES.filter(lambda scores: len(scores) <= 4))
def test_a_span_is_as_probable_as_the_legal_paths_that_have_it(scores: np.ndarray) -> None:
    log_probabilities = log_softmax(scores)
    weights = {path: math.exp(_total(log_probabilities, path)) for path in _legal_paths(len(scores))}
    spans = _all_spans(len(scores))
    for span, log_odds in zip(spans, span_log_odds(log_probabilities, spans, TAGS), strict=True):
        having = sum(weight for path, weight in weights.items() if span in TAGS.decode(path))
        assert math.exp(log_odds) == pytest.approx(having / (sum(weights.values()) - having))


@given(st.lists(st.sampled_from([-1e4, -60.0, 0.0, 1e4]), min_size=20, max_size=20))
def test_there_are_odds_however_sure_the_network_is(logits: list[float]) -> None:
    log_probabilities = log_softmax(np.array(logits, dtype=np.float32).reshape(4, 5))
    assert all(map(math.isfinite, span_log_odds(log_probabilities, _all_spans(4), TAGS)))


LOG_ODDS = st.floats(-40, 40)
CALIBRATIONS = st.builds(Calibration, st.floats(0.1, 10), st.floats(-10, 10))


@given(CALIBRATIONS, LOG_ODDS, LOG_ODDS)
def test_a_calibration_keeps_the_order_of_scores(calibration: Calibration, one: float, other: float) -> None:
    low, high = (calibration.probability(log_odds) for log_odds in sorted((one, other)))
    assert 0 <= low <= high <= 1


def test_a_calibration_divides_and_moves_log_odds() -> None:
    assert Calibration().probability(math.log(9)) == pytest.approx(0.9)
    assert Calibration(temperature=2).probability(math.log(81)) == pytest.approx(0.9)
    assert Calibration(temperature=2, bias=-math.log(3)).probability(math.log(81)) == pytest.approx(0.75)


@pytest.mark.parametrize("values", [(0, 0), (-1, 0), (math.nan, 0), (math.inf, 0), (1, math.nan), (1, -math.inf)])
def test_what_is_no_calibration_is_refused(values: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no calibration"):
        Calibration(*values)


@given(SCORES, CALIBRATIONS)
def test_a_calibration_changes_scores_and_nothing_else(scores: np.ndarray, calibration: Calibration) -> None:
    text = "một hai\nba bốn năm"[: [0, 3, 7, 10, 14, 18][len(scores)]]
    before, after = (_decoded(text, log_softmax(scores), TAGS, each) for each in (Calibration(), calibration))
    assert [(e.label, e.start, e.end) for e in after] == [(e.label, e.start, e.end) for e in before]
    for one, other in zip(before, after, strict=True):
        assert other.score == pytest.approx(calibration.probability(math.log(one.score / (1 - one.score))))


def test_oracle_scores_give_the_gold_back() -> None:
    text = "Ông Huấn ở Huyện ủy.\nBà Lan"
    tags = [0, 3, 0, 1, 2, 0, 0, 3]
    scores = np.log(np.eye(5, dtype=np.float32)[tags] * 0.9 + 0.02)
    found = _decoded(text, scores, TAGS)
    assert [(e.label, e.text) for e in found] == [("PERSON", "Huấn"), ("ORG", "Huyện ủy"), ("PERSON", "Lan")]
    assert all(text[e.start : e.end] == e.text for e in found)
    assert all(0.9 < e.score < 1 for e in found)


def test_no_entity_crosses_a_line_but_one_may_cross_a_full_stop() -> None:
    tags = TagSet(("ORG",))
    everything_inside = np.log(np.array([[0.01, 0.09, 0.9]], dtype=np.float32))
    text = "TT. Ba\nTơ"
    scores = np.repeat(everything_inside, len(list(words(text))), axis=0)
    assert [e.text for e in _decoded(text, scores, tags)] == ["TT. Ba", "Tơ"]


def test_log_softmax_sums_to_one() -> None:
    assert np.exp(log_softmax(np.array([[1e4, 0, -1e4], [1, 1, 1]], dtype=np.float32))).sum(axis=1) == pytest.approx([1, 1])


LINES = st.lists(st.sampled_from(["một", "hai ba", "\n", " . ", "\u2028"]), max_size=30).map(" ".join)


@given(LINES, st.integers(1, 9), st.data())
def test_words_may_come_in_any_parts(text: str, parts: int, data: st.DataObject) -> None:
    count = len(list(words(text)))
    scores = log_softmax(data.draw(arrays(np.float32, (count, 5), elements=st.integers(-9, 9).map(np.float32))))
    assert _decoded(text, scores, TAGS, parts=parts) == _decoded(text, scores, TAGS)


def test_a_line_without_end_is_cut_outside_entities() -> None:
    count = 20_000
    text = "xã " * count
    tags = [0, 3, 4, 4, 0, 1, 2] * (count // 7 + 1)
    scores = np.log(np.eye(5, dtype=np.float32)[tags[:count]] * 0.9 + 0.02)
    found = _decoded(text, scores, TAGS, parts=100)
    assert [(e.label, e.start // 3, (e.end + 1) // 3) for e in found] == [
        (label, first, stop) for first, stop, label in TAGS.decode(tags[:count])
    ]
    always = np.repeat(np.log(np.array([[0.01, 0.01, 0.01, 0.01, 0.96]])), count, axis=0)
    assert {e.label for e in _decoded(text, always, TAGS, parts=100)} == {"PERSON"}
