import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet_training.examples import IGNORED
from nghiquyet_training.masking import HIDDEN, REPLACED, Ids, Masking

MASK = 9_999
REPLACEMENTS = np.arange(5_000, 6_000)


def window(words: list[int]) -> tuple[Ids, Ids]:
    """A window of words of so many pieces each, whose ids count up from 10 between the signs 0 and 2; and where words start."""
    pieces = sum(words)
    return np.array([0, *range(10, 10 + pieces), 2]), 1 + np.cumsum([0, *words[:-1]])


@given(words=st.lists(st.integers(1, 4), min_size=1, max_size=60), share=st.floats(0.01, 0.99), seed=st.integers(0, 2**32))
def test_words_are_chosen_whole_and_the_rest_is_left_alone(words: list[int], share: float, seed: int) -> None:
    ids, starts = window(words)
    seen, labels = Masking(share, MASK, REPLACEMENTS)(ids, starts, np.random.default_rng(seed))
    assert len(seen) == len(labels) == len(ids)
    asked = labels != IGNORED
    assert not asked[0]
    assert not asked[-1]
    assert (labels[asked] == ids[asked]).all()
    assert (seen[~asked] == ids[~asked]).all()
    chosen = 0
    for start, length in zip(starts, words, strict=True):
        span = slice(start, start + length)
        assert len(set(asked[span])) == 1
        if asked[start]:
            chosen += 1
            fates = {"mask" if a == MASK else "kept" if a == b else "replaced" for a, b in zip(seen[span], ids[span], strict=True)}
            assert len(fates) == 1
            assert fates != {"replaced"} or np.isin(seen[span], REPLACEMENTS).all()
    assert chosen in {max(1, int(share * len(words))), int(share * len(words)) + 1}


def test_shares_and_fates_are_those_of_the_paper() -> None:
    ids, starts = window([1, 2] * 40)
    masking, draw = Masking(0.15, MASK, REPLACEMENTS), np.random.default_rng(0)
    drawn = [masking(ids, starts, draw) for _ in range(800)]
    asked = np.concatenate([labels for _, labels in drawn]) != IGNORED
    seen, true = np.concatenate([seen for seen, _ in drawn])[asked], np.tile(ids, len(drawn))[asked]
    assert asked.sum() / (len(drawn) * (len(ids) - 2)) == pytest.approx(0.15, abs=0.005)
    assert (seen == MASK).mean() == pytest.approx(HIDDEN, abs=0.015)
    assert np.isin(seen, REPLACEMENTS).mean() == pytest.approx(REPLACED, abs=0.01)
    assert (seen == true).mean() == pytest.approx(1 - HIDDEN - REPLACED, abs=0.01)


def test_the_same_draw_masks_the_same() -> None:
    ids, starts = window([1, 3, 2, 1, 1, 1, 2])
    masking = Masking(0.4, MASK, REPLACEMENTS)
    one, again, other = (masking(ids, starts, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
