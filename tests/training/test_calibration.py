import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Extractor, checkpoint
from nghiquyet.entities import UNCALIBRATED, Calibration
from nghiquyet_training import articles, calibration
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.calibration import Reliability, calibrated, cross_fitted, fit, of_run, refit, reliability, temperature_curve
from nghiquyet_training.config import TrainingConfig
from nghiquyet_training.evaluate import evaluate
from nghiquyet_training.outcomes import Evaluation, Outcome

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40)


def _outcome(name: str, scored: Sequence[tuple[float, bool]], label: str = "ORG") -> Outcome:
    spans = tuple(Span(2 * i, 2 * i + 1, label) for i in range(len(scored)))
    gold = tuple(span for span, (_, right) in zip(spans, scored, strict=True) if right)
    return Outcome(name, gold, spans, tuple(score for score, _ in scored))


def _evaluation(*groups: Sequence[tuple[float, bool]]) -> Evaluation:
    return Evaluation(("ORG",), tuple(_outcome(str(i), scored) for i, scored in enumerate(groups)))


@pytest.fixture(scope="module")
def overconfident() -> Evaluation:
    """Fifty articles of a hundred entities each, right as often as a temperature of 2 and a bias of -1 would say."""
    numbers = np.random.default_rng(1)
    log_odds = numbers.normal(3, 2, (50, 100))
    truth, said = Calibration(2, -1), Calibration()
    return _evaluation(
        *([(said.probability(odds), numbers.random() < truth.probability(odds)) for odds in row] for row in log_odds.tolist())
    )


def test_the_figures_by_hand() -> None:
    found = Reliability((0.95, 0.95, 0.95, 0.95, 0.15), (True, True, True, False, False))
    assert [(entries.low, entries.entities, entries.right) for entries in found.equal_width] == [(0.1, 1, 0), (0.9, 4, 0.75)]
    assert found.ece == pytest.approx((4 * 0.2 + 0.15) / 5)
    assert found.equal_mass_ece == pytest.approx(found.ece)
    assert found.brier == pytest.approx((3 * 0.05**2 + 0.95**2 + 0.15**2) / 5)
    assert found.log_loss == pytest.approx(-(3 * np.log(0.95) + np.log(0.05) + np.log(0.85)) / 5)


@given(SCORED)
def test_bins_hold_every_entity_once_and_between_their_ends(scored: list[tuple[float, bool]]) -> None:
    found = reliability(_evaluation(scored))
    for bins in (found.equal_width, found.equal_mass):
        assert sum(entries.entities for entries in bins) == len(scored)
        assert sum(entries.entities * entries.right for entries in bins) == pytest.approx(sum(right for _, right in scored))
        for entries in bins:
            assert entries.low - 1e-12 <= entries.confidence <= entries.high + 1e-12
    assert 0 <= found.ece <= 1
    assert 0 <= found.equal_mass_ece <= 1


@given(SCORED, st.randoms(use_true_random=False))
def test_the_order_of_entities_changes_nothing(scored: list[tuple[float, bool]], chance: random.Random) -> None:
    shuffled = chance.sample(scored, len(scored))
    one, other = (reliability(_evaluation(pairs)) for pairs in (scored, shuffled))
    for name in ("ece", "equal_mass_ece", "chance_ece", "brier", "log_loss"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


def test_without_entities_every_figure_is_zero() -> None:
    content = reliability(_evaluation([], [])).to_dict()
    assert (content.pop("equal_width"), content.pop("equal_mass")) == ([], [])
    assert set(content.values()) == {0}


def test_each_label_has_its_own() -> None:
    spans = (Span(0, 1, "ORG"), Span(2, 3, "PERSON"))
    evaluation = Evaluation(("ORG", "PERSON"), (Outcome("a", spans[:1], spans, (0.9, 0.8)),))
    assert reliability(evaluation, "ORG") == Reliability((0.9,), (True,))
    assert reliability(evaluation, "PERSON") == Reliability((0.8,), (False,))
    assert reliability(evaluation) == Reliability((0.9, 0.8), (True, False))
    content = json.loads(json.dumps(calibration.to_report(evaluation)))
    assert content["by_label"]["PERSON"] == reliability(evaluation, "PERSON").to_dict()
    assert content["micro"]["entities"] == 2


def test_true_probabilities_show_the_error_that_chance_explains() -> None:
    numbers = np.random.default_rng(2)
    errors, expected = [], []
    for _ in range(30):
        found = reliability(_evaluation([(score, numbers.random() < score) for score in numbers.beta(5, 1, 1000).tolist()]))
        errors.append(found.equal_mass_ece)
        expected.append(found.chance_ece)
    assert np.mean(errors) == pytest.approx(np.mean(expected), rel=0.15)


def test_the_truth_behind_overconfident_scores_is_found(overconfident: Evaluation) -> None:
    found = fit(overconfident)
    assert (found.temperature, found.bias) == pytest.approx((2, -1), abs=0.25)
    before, after = reliability(overconfident), reliability(calibrated(overconfident, found))
    assert before.ece > 0.1
    assert after.ece < 0.03
    assert after.brier < before.brier
    assert after.log_loss < before.log_loss


def test_calibrating_what_is_calibrated_changes_nothing(overconfident: Evaluation) -> None:
    first = refit(overconfident)
    again = refit(calibrated(overconfident, first.calibration), first.calibration)
    assert (again.calibration.temperature, again.calibration.bias) == pytest.approx(
        (first.calibration.temperature, first.calibration.bias), abs=1e-3
    )
    assert reliability(again.before).ece == pytest.approx(reliability(again.after).ece, abs=5e-3)


@given(SCORED)
def test_whatever_is_fitted_keeps_the_order_of_scores(scored: list[tuple[float, bool]]) -> None:
    evaluation = _evaluation(scored)
    (outcome,) = calibrated(evaluation, fit(evaluation)).outcomes
    by_score = [score for _, score in sorted(zip(evaluation.outcomes[0].confidence, outcome.confidence, strict=True))]
    assert by_score == sorted(by_score)
    assert all(0 <= score <= 1 for score in by_score)


def test_few_right_entities_make_no_certainty() -> None:
    scored = [(0.9, True), (0.99, True), (0.999, True)]
    (outcome,) = calibrated(_evaluation(scored), fit(_evaluation(scored))).outcomes
    assert all(0.5 < score < 0.9 for score in outcome.confidence)


def test_of_no_entity_nothing_is_fitted() -> None:
    assert fit(_evaluation([])) == UNCALIBRATED


def test_no_article_has_a_say_in_its_own_cross_fitted_scores(overconfident: Evaluation) -> None:
    first, *others = overconfident.outcomes
    flipped = Outcome(first.id, tuple(set(first.predicted) - set(first.gold)), first.predicted, first.confidence)
    one, other = (cross_fitted(Evaluation(("ORG",), (each, *others))) for each in (first, flipped))
    assert one.outcomes[0].confidence == other.outcomes[0].confidence
    assert one.outcomes[1].confidence != other.outcomes[1].confidence
    assert reliability(one).ece < 0.03


def test_no_further_temperature_is_better_than_one_after_fitting(overconfident: Evaluation) -> None:
    curve = temperature_curve(calibrated(overconfident, fit(overconfident)))
    best = min(range(len(curve["log_loss"])), key=curve["log_loss"].__getitem__)
    assert curve["temperature"][best] == 1
    assert curve["ece"][best] < min(curve["ece"][0], curve["ece"][-1])


def test_a_run_takes_what_is_given_else_fits_on_dev_else_leaves_it(overconfident: Evaluation) -> None:
    given = of_run(TrainingConfig(temperature=1.5, bias=-0.5), overconfident)
    assert given == (Calibration(1.5, -0.5), {"temperature": 1.5, "bias": -0.5})
    assert of_run(TrainingConfig(), None) == (UNCALIBRATED, {"temperature": 1, "bias": 0})
    assert of_run(TrainingConfig(), None, Calibration(1.5, -0.5)) == given
    fitted, facts = of_run(TrainingConfig(), overconfident)
    assert fitted == fit(overconfident)
    assert (facts["temperature"], facts["bias"]) == (fitted.temperature, fitted.bias)
    assert (facts["fitted_on"]["articles"], facts["fitted_on"]["entities"]) == (50, 5000)
    assert facts["fitted_on"]["ece_before"] == round(reliability(overconfident).ece, 4)
    assert facts["fitted_on"]["ece_after"] == round(reliability(cross_fitted(overconfident)).ece, 4)


@pytest.fixture
def model(tmp_path: Path, native_model: Path) -> Path:
    return Path(shutil.copytree(native_model, tmp_path / "model"))


@pytest.fixture
def data(tmp_path: Path, model: Path, seed_texts: list[str]) -> Path:
    """The seeds, labelled with every third entity that the model finds."""
    predictions = Extractor.load(model, threads=1).predict(seed_texts)
    path = tmp_path / "data.jsonl"
    articles.write(
        path,
        (
            Article(str(i), found.text, tuple(Span(e.start, e.end, e.label) for e in found.entities[::3]))
            for i, found in enumerate(predictions)
        ),
    )
    return path


def test_a_calibrated_folder_finds_the_same_and_says_how_often_it_is_right(
    tmp_path: Path, model: Path, data: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = articles.read([data])
    before, manifest = evaluate(Extractor.load(model), wanted), checkpoint.read(model).manifest
    assert command("calibrate", model, data) == 0
    written = checkpoint.read(model).manifest
    assert f"temperature {written.calibration.temperature:.4f}, bias {written.calibration.bias:.4f}" in capsys.readouterr().out
    assert written.facts["calibration"]["temperature"] == written.calibration.temperature
    assert written.facts["calibration"]["fitted_on"]["articles"] == len(wanted)
    assert (written.labels, written.window, written.segmenter) == (manifest.labels, manifest.window, manifest.segmenter)

    after = evaluate(Extractor.load(model), wanted)
    assert [outcome.predicted for outcome in after.outcomes] == [outcome.predicted for outcome in before.outcomes]
    scores, right = reliability(after).confidence, reliability(after).right
    assert np.mean(scores) == pytest.approx(np.mean(right), abs=0.01)
    assert scores == pytest.approx(reliability(calibrated(before, written.calibration)).confidence)

    assert command("calibrate", model, data, "--output", tmp_path / "again") == 0
    again = checkpoint.read(tmp_path / "again").manifest.calibration
    assert (again.temperature, again.bias) == pytest.approx((written.calibration.temperature, written.calibration.bias), abs=1e-3)
    assert checkpoint.read(model).manifest == written

    assert command("calibrate", model, data, "--min-score", "0.5") == 0
    stricter = checkpoint.read(model).manifest
    assert stricter.min_score == 0.5
    assert command("calibrate", model, data) == 0
    assert checkpoint.read(model).manifest.min_score == 0.5
    assert checkpoint.read(model).manifest.calibration.bias == pytest.approx(stricter.calibration.bias, abs=1e-3)


def test_where_nothing_is_found_nothing_is_written(
    tmp_path: Path, model: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    articles.write(tmp_path / "empty.jsonl", [Article("a", "\u200b", ())])
    before = (model / "nghiquyet.json").read_bytes()
    assert command("calibrate", model, tmp_path / "empty.jsonl") == 2
    assert "finds nothing in these 1 articles" in capsys.readouterr().err
    assert (model / "nghiquyet.json").read_bytes() == before
