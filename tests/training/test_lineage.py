import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

from nghiquyet import checkpoint
from nghiquyet_training import lineage


def _run(name: str, **links: Any) -> dict[str, Any]:
    return {"config": {"base": name}, "train_seconds": 10.0, **links}


FIRST = _run("encoder")
SECOND = _run("model", began_from=FIRST)
THIRD = _run("again", began_from=SECOND)
MEAN = {**SECOND, "mean_of": [SECOND, THIRD]}


def test_one_training_is_alone() -> None:
    assert lineage.trainings(FIRST) == [FIRST]
    assert lineage.shares(FIRST) == [(FIRST, Fraction(1))]


def test_a_training_stands_behind_what_it_went_on_from() -> None:
    assert lineage.trainings(THIRD) == [FIRST, SECOND, THIRD]
    assert lineage.shares(THIRD) == [(THIRD, Fraction(1))]


def test_what_several_models_have_in_common_is_counted_once() -> None:
    assert lineage.trainings(MEAN) == [FIRST, SECOND, THIRD]
    assert lineage.shares(MEAN) == [(SECOND, Fraction(1, 2)), (THIRD, Fraction(1, 2))]
    assert lineage.seconds(MEAN) == 30


def test_what_goes_on_from_a_mean_comes_behind_all_of_it() -> None:
    further = _run("mean", began_from=MEAN)
    assert lineage.trainings(further) == [FIRST, SECOND, THIRD, further]
    mean_of_means = {**MEAN, "mean_of": [MEAN, further]}
    assert lineage.shares(mean_of_means) == [(SECOND, Fraction(1, 4)), (THIRD, Fraction(1, 4)), (further, Fraction(1, 2))]
    again = {**SECOND, "mean_of": [mean_of_means, SECOND]}
    assert lineage.shares(again) == [(SECOND, Fraction(5, 8)), (THIRD, Fraction(1, 8)), (further, Fraction(1, 4))]


def test_figures_are_not_passed_on() -> None:
    figures = {"metrics": {"dev": {}}, "calibration": {"bias": 0}}
    assert lineage.described({**FIRST, **figures}) == FIRST
    assert lineage.trainings({**THIRD, **figures}) == [FIRST, SECOND, THIRD]


def test_a_base_that_is_a_model_says_what_it_is(native_model: Path, native_base: Path, tmp_path: Path) -> None:
    model = checkpoint.read(native_model)
    manifest = dataclasses.replace(model.manifest, facts={**FIRST, "metrics": {}})
    assert lineage.of_base(checkpoint.rewrite(model, manifest, tmp_path / "model").path) == FIRST
    assert lineage.of_base(native_base) == {}


def test_a_base_that_was_trained_by_others_has_no_trainings(native_model: Path, tmp_path: Path) -> None:
    model = checkpoint.read(native_model)
    manifest = dataclasses.replace(model.manifest, facts={"exported_from": "somebody/ner"})
    assert lineage.of_base(checkpoint.rewrite(model, manifest, tmp_path / "model").path) == {}
