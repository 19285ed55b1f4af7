import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nghiquyet.entities import best_path, decode, log_softmax
from nghiquyet.tags import TagSet
from nghiquyet.words import sentences

TAGS = TagSet(("ORG", "PERSON"))
SCORES = st.integers(0, 5).flatmap(
    lambda n: arrays(np.float32, (n, 5), elements=st.integers(-20, 20).map(lambda i: np.float32(i / 4)))
)


@given(SCORES)
def test_the_best_path_is_the_best_of_all_legal_paths(scores: np.ndarray) -> None:
    def total(path: tuple[int, ...]) -> float:
        return float(sum(scores[i, tag] for i, tag in enumerate(path)))

    def legal(path: tuple[int, ...]) -> bool:
        starts = not path or bool(TAGS.may_start[path[0]])
        return starts and all(TAGS.may_follow[a, b] for a, b in itertools.pairwise(path))

    paths = [path for path in itertools.product(range(5), repeat=len(scores)) if legal(path)]
    found = tuple(best_path(scores, TAGS))
    assert legal(found)
    assert total(found) == pytest.approx(max(map(total, paths)))


def test_oracle_scores_give_the_gold_back() -> None:
    text = "Ông Huấn ở Huyện ủy.\nBà Lan"
    split = sentences(text)
    tags = [0, 3, 0, 1, 2, 0, 0, 3]
    scores = np.log(np.eye(5, dtype=np.float32)[tags] * 0.9 + 0.02)
    found = decode(text, split, scores, TAGS)
    assert [(e.label, e.text) for e in found] == [("PERSON", "Huấn"), ("ORG", "Huyện ủy"), ("PERSON", "Lan")]
    assert all(text[e.start : e.end] == e.text for e in found)
    assert all(e.score == pytest.approx(0.92) for e in found)


def test_no_entity_crosses_a_line_but_one_may_cross_a_full_stop() -> None:
    tags = TagSet(("ORG",))
    everything_inside = np.log(np.array([[0.01, 0.09, 0.9]], dtype=np.float32))
    text = "TT. Ba\nTơ"
    split = sentences(text)
    scores = np.repeat(everything_inside, sum(map(len, split)), axis=0)
    assert [e.text for e in decode(text, split, scores, tags)] == ["TT. Ba", "Tơ"]


def test_log_softmax_sums_to_one() -> None:
    assert np.exp(log_softmax(np.array([[1e4, 0, -1e4], [1, 1, 1]], dtype=np.float32))).sum(axis=1) == pytest.approx([1, 1])
