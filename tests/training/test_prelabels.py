import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Entity, Extractor, InputError, Prediction
from nghiquyet_training import formats, prelabels
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.formats import Format
from nghiquyet_training.prelabels import NONE_FOUND, rank, uncertainty


class Scripted(Extractor):
    """Finds each digit as a SCORE, as sure as the digit says: 9 is 0.9."""

    def __init__(self) -> None:
        pass

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        for text in texts:
            found = (Entity("SCORE", i, i + 1, char, int(char) / 10) for i, char in enumerate(text) if char.isdigit())
            yield Prediction(text, tuple(found))


ARTICLES = [
    Article("sure", "😀 9 9", (), {"source": "x"}),
    Article("none", "không", ()),
    Article("torn", "9 1", (Span(0, 3, "OLD"),)),
    Article("unsure", "3", ()),
    Article("blank", "có", ()),
]


def test_the_least_sure_come_first_and_ties_stay_in_order() -> None:
    ranked = rank(Scripted(), ARTICLES)
    assert [suggestion.article.id for suggestion in ranked] == ["unsure", "none", "torn", "blank", "sure"]
    assert [round(suggestion.uncertainty, 4) for suggestion in ranked] == [0.7, 0.5, 0.5, 0.5, 0.1]
    assert ranked[2].article.entities == (Span(0, 1, "SCORE"), Span(2, 3, "SCORE"))
    assert ranked[4].article.more == {"source": "x"}
    assert ranked[4].scores == (0.9, 0.9)


@given(st.lists(st.floats(0, 1)))
def test_uncertainty_is_a_share_and_falls_with_every_score(scores: list[float]) -> None:
    assert 0 <= uncertainty(scores) <= 1 + 1e-9
    if scores:
        assert uncertainty([*scores[1:], 1.0]) <= uncertainty(scores) + 1e-9
        assert uncertainty(scores * 3) == pytest.approx(uncertainty(scores))
    else:
        assert uncertainty(scores) == NONE_FOUND


def test_label_studio_gets_predictions_whose_correction_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    ranked = rank(Scripted(), ARTICLES)
    prelabels.write(path, ranked, Format.labelstudio, "mine-2")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    scores = [task["predictions"][0]["score"] for task in tasks]
    assert scores == sorted(scores)
    last = tasks[-1]["predictions"][0]
    assert last["model_version"] == "mine-2"
    assert last["result"][0] == {
        "id": "e1",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 2, "end": 3, "text": "9", "labels": ["SCORE"]},
        "score": 0.9,
    }
    with pytest.raises(InputError, match="none of 5 tasks has a submitted annotation"):
        formats.read(path)
    for task in tasks:
        task["annotations"] = [{"result": task["predictions"][0]["result"], "was_cancelled": False}]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    assert formats.read(path) == [suggestion.article for suggestion in ranked]


def test_doccano_gets_labels_in_the_same_order(tmp_path: Path) -> None:
    path = tmp_path / "suggested.jsonl"
    ranked = rank(Scripted(), ARTICLES)
    prelabels.write(path, ranked, Format.doccano)
    assert formats.read(path) == [suggestion.article for suggestion in ranked]


def test_other_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="suggestions can be written for labelstudio or doccano"):
        prelabels.write(tmp_path / "a.conll", [], Format.conll)
    assert not list(tmp_path.iterdir())


def test_a_real_model_ranks_the_seeds(native_model: Path, seed_texts: list[str], tmp_path: Path) -> None:
    articles = [Article(str(number), text, ()) for number, text in enumerate(seed_texts[:2])]
    ranked = rank(Extractor.load(native_model, backend="torch"), articles)
    prelabels.write(tmp_path / "a.jsonl", ranked, Format.doccano)
    assert sum(len(article.entities) for article in formats.read(tmp_path / "a.jsonl")) == sum(len(s.scores) for s in ranked) > 0
