import json
from pathlib import Path
from typing import Any

import pytest

from nghiquyet.errors import InputError
from nghiquyet_training import run_reports
from nghiquyet_training.articles import Span
from nghiquyet_training.outcomes import Evaluation, Outcome, outcomes_to_json

EVALUATION = Evaluation(("ORG",), (Outcome("a", (Span(0, 4, "ORG"),), (Span(0, 3, "ORG"),), (0.5,)),))


def _write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_an_evaluation_comes_back_from_the_file_and_from_its_folder(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "report.json", {"scores": {"dev": {**EVALUATION.to_dict(), "outcomes": outcomes_to_json(EVALUATION.outcomes)}}}
    )
    for given in (path, tmp_path):
        assert run_reports.evaluation(given, run_reports.read(given), "dev") == EVALUATION


@pytest.mark.parametrize("content", [[], {}, {"scores": {}}, {"scores": []}, {"scores": {"dev": 1}}])
def test_what_holds_no_scores_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(InputError, match=r"r\.json: holds no scores; give the report\.json of a run"):
        run_reports.read(_write(tmp_path / "r.json", content))


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    for path in (tmp_path / "broken.json", tmp_path / "missing.json", tmp_path):
        with pytest.raises(InputError, match=r"\.json: cannot be read as a report: "):
            run_reports.read(path)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({"by_label": {}, "by_article": {}}, "r.json: scores 'dev' hold no 'outcomes', as reports of older versions do"),
        ({"outcomes": {}}, "hold no 'by_label'"),
        ({"by_label": {}, "outcomes": {"a": []}}, "scores 'dev' cannot be read: no outcomes"),
        ({"by_label": 1, "outcomes": {}}, "scores 'dev' cannot be read"),
    ],
)
def test_scores_without_their_outcomes_are_refused(scores: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        run_reports.evaluation(Path("r.json"), {"scores": {"dev": scores}}, "dev")
    assert message in str(caught.value)


def _point(**changes: Any) -> dict[str, Any]:
    scores = {"micro": {"f1": 0.5}, "by_label": {"ORG": {"f1": 0.5}}}
    return {"share": 0.5, "articles": 10, "seed": 13, "scores": scores, **changes}


def test_a_learning_curve_comes_back_from_its_file(tmp_path: Path) -> None:
    points = [_point(), _point(share=1, articles=20)]
    assert run_reports.curve(_write(tmp_path / "curve.json", points)) == points


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"scores": {}},
        [1],
        [_point(articles="many")],
        [_point(scores={"micro": {"f1": 0.5}})],
        [_point(scores={"micro": {}, "by_label": {}})],
        [_point(), _point(scores={"micro": {"f1": 0.5}, "by_label": {}})],
    ],
)
def test_what_is_no_learning_curve_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(InputError, match=r"r\.json: holds no learning curve; give the curve\.json"):
        run_reports.curve(_write(tmp_path / "r.json", content))


def test_a_learning_curve_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.json: cannot be read as a learning curve: "):
        run_reports.curve(tmp_path / "missing.json")
