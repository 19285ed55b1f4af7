import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nghiquyet.entities import Calibration, best_path, decode, log_softmax, span_log_odds
from nghiquyet.tags import TagSet
from nghiquyet.words import sentences

TAGS = TagSet(("ORG", "PERSON"))
SCORES = st.integers(0, 5).flatmap(
    lambda n: arrays(np.float32, (n, 5), elements=st.integers(-20, 20).map(lambda i: np.float32(i / 4)))
)


def _total(scores: np.ndarray, path: tuple[int, ...]) -> float:
    return float(sum(scores[i, tag] for i, tag in enumerate(path)))


def _legal_paths(length: int) -> list[tuple[int, ...]]:
    def legal(path: tuple[int, ...]) -> bool:
        starts = not path or bool(TAGS.may_start[path[0]])
        return starts and all(TAGS.may_follow[a, b] for a, b in itertools.pairwise(path))

    return [path for path in itertools.product(range(5), repeat=length) if legal(path)]


def _all_spans(length: int) -> list[tuple[int, int, str]]:
    return [(first, stop, label) for first in range(length) for stop in range(first + 1, length + 1) for label in TAGS.labels]


@given(SCORES)
def test_the_best_path_is_the_best_of_all_legal_paths(scores: np.ndarray) -> None:
    paths = _legal_paths(len(scores))
    found = tuple(best_path(scores, TAGS))
    assert found in paths
    assert _total(scores, found) == pytest.approx(max(_total(scores, path) for path in paths))


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
    before, after = (decode(text, sentences(text), log_softmax(scores), TAGS, each) for each in (Calibration(), calibration))
    assert [(e.label, e.start, e.end) for e in after] == [(e.label, e.start, e.end) for e in before]
    for one, other in zip(before, after, strict=True):
        assert other.score == pytest.approx(calibration.probability(math.log(one.score / (1 - one.score))))


def test_oracle_scores_give_the_gold_back() -> None:
    text = "Ông Huấn ở Huyện ủy.\nBà Lan"
    split = sentences(text)
    tags = [0, 3, 0, 1, 2, 0, 0, 3]
    scores = np.log(np.eye(5, dtype=np.float32)[tags] * 0.9 + 0.02)
    found = decode(text, split, scores, TAGS)
    assert [(e.label, e.text) for e in found] == [("PERSON", "Huấn"), ("ORG", "Huyện ủy"), ("PERSON", "Lan")]
    assert all(text[e.start : e.end] == e.text for e in found)
    assert all(0.9 < e.score < 1 for e in found)


def test_no_entity_crosses_a_line_but_one_may_cross_a_full_stop() -> None:
    tags = TagSet(("ORG",))
    everything_inside = np.log(np.array([[0.01, 0.09, 0.9]], dtype=np.float32))
    text = "TT. Ba\nTơ"
    split = sentences(text)
    scores = np.repeat(everything_inside, sum(map(len, split)), axis=0)
    assert [e.text for e in decode(text, split, scores, tags)] == ["TT. Ba", "Tơ"]


def test_log_softmax_sums_to_one() -> None:
    assert np.exp(log_softmax(np.array([[1e4, 0, -1e4], [1, 1, 1]], dtype=np.float32))).sum(axis=1) == pytest.approx([1, 1])
