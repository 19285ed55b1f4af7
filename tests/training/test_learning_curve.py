import dataclasses
import io
import json
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet_training import articles as articles_module
from nghiquyet_training import train
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.config import Config, DataConfig
from nghiquyet_training.learning_curve import Point, learning_curve, subsets, table
from nghiquyet_training.outcomes import Evaluation, Outcome
from nghiquyet_training.train import Split


def _corpus(size: int) -> list[Article]:
    """Unlike texts of a word or two with ORG, and RESULT in one of five."""
    rng = random.Random(size)
    result = []
    for number in range(size):
        text = " ".join(f"w{rng.randrange(10**9)}" for _ in range(6))
        first, second = text.split()[:2]
        spans = [Span(0, len(first), "ORG")]
        if number % 5 == 0:
            spans.append(Span(len(first) + 1, len(first) + 1 + len(second), "RESULT"))
        result.append(Article(f"a{number}", text, tuple(spans)))
    return result


SHARES = st.lists(st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, unique=True).map(sorted)


@hypothesis_settings(max_examples=20)
@given(SHARES, st.integers(20, 40), st.integers(0, 3))
def test_each_subset_holds_those_before_it(shares: list[float], size: int, seed: int) -> None:
    corpus = _corpus(size)
    found = subsets(corpus, shares, seed)
    for smaller, larger in pairwise([[], *found, corpus]):
        assert smaller == [article for article in larger if article in smaller]
    for subset, share in zip(found, shares, strict=True):
        assert len(subset) == pytest.approx(share * size, abs=len(shares) + 1)
    assert subsets(corpus, shares, seed) == found
    if shares[-1] == 1:
        assert found[-1] == corpus


def test_labels_are_spread_and_another_seed_chooses_otherwise() -> None:
    corpus = _corpus(80)
    chosen = {seed: subsets(corpus, [0.25, 0.5, 1], seed) for seed in range(3)}
    for found in chosen.values():
        for subset in found:
            rare = sum(span.label == "RESULT" for article in subset for span in article.entities)
            assert rare == pytest.approx(len(subset) / 5, abs=1)
    assert len({frozenset(article.id for article in found[0]) for found in chosen.values()}) == 3


@pytest.mark.parametrize("shares", [[], [0.0, 1.0], [0.5, 0.5], [1.0, 0.5], [0.5, 1.1], [float("nan")]])
def test_shares_that_do_not_grow_to_one_are_refused(shares: list[float]) -> None:
    with pytest.raises(InputError, match="--sizes must be above 0, at most 1, and each larger than the one before"):
        subsets(_corpus(10), shares, 13)


@dataclasses.dataclass
class _Runs:
    """Stands for `train.run`: finds as many of the spans to find as it was trained on articles; is killed before run `deadly`."""

    asked: list[tuple[Config, Split]] = dataclasses.field(default_factory=list)
    deadly: int | None = None

    def __call__(self, config: Config, parts: Split, console: Console) -> tuple[Any, dict[str, Evaluation]]:
        if len(self.asked) == self.deadly:
            raise KeyboardInterrupt
        self.asked.append((config, parts))
        outcomes = []
        for number, article in enumerate(parts.test):
            found = article.entities if number < len(parts.train) else ()
            outcomes.append(Outcome(article.id, article.entities, found, (0.5,) * len(found)))
        return None, {"test": Evaluation(config.data.labels, tuple(outcomes))}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> _Runs:
    stand_in = _Runs()
    monkeypatch.setattr(train, "run", stand_in)
    return stand_in


CORPUS = _corpus(30)
TEST = [Article(f"t{article.id}", article.text, article.entities) for article in _corpus(25)]


def _config(base: Path, folder: Path) -> Config:
    articles_module.write(folder / "data.jsonl", [*CORPUS, *TEST[:5]])
    return Config(str(base), str(folder / "out"), DataConfig((str(folder / "data.jsonl"),), dev_fraction=0.2))


def _curve(config: Config, seeds: list[int]) -> list[Point]:
    return learning_curve(config, TEST, [0.25, 0.5, 1], seeds, Console(file=io.StringIO()))


def test_all_points_have_one_test_one_dev_and_one_set_of_labels(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    points = _curve(_config(native_base, tmp_path), [13, 14])
    assert [(point.share, point.seed) for point in points] == [(s, seed) for seed in (13, 14) for s in (0.25, 0.5, 1)]
    by_seed = {13: runs.asked[:3], 14: runs.asked[3:]}
    for seed, asked in by_seed.items():
        assert {config.training.seed for config, _ in asked} == {seed}
        assert all(parts.test == TEST and parts.dev == asked[0][1].dev for _, parts in asked)
        ids = {article.id for article in [*asked[-1][1].train, *asked[-1][1].dev]}
        assert ids == {article.id for article in CORPUS}
    assert {config.data.labels for config, _ in runs.asked} == {("ORG", "RESULT")}
    for point, (_, parts) in zip(points, runs.asked, strict=True):
        assert point.articles == len(parts.train)
        assert point.spans == sum(len(article.entities) for article in parts.train)


def test_the_curve_is_written_without_a_text(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    points = _curve(_config(native_base, tmp_path), [13])
    content = (tmp_path / "out/curve.json").read_text(encoding="utf-8")
    curve = json.loads(content)
    assert [set(point) for point in curve] == [{"share", "articles", "spans", "seed", "scores"}] * 3
    assert [point["articles"] for point in curve] == [point.articles for point in points]
    scores = [point["scores"]["micro"]["f1"] for point in curve]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]
    assert curve[-1]["scores"]["articles"] == len(TEST)
    assert not any(word in content for article in [*CORPUS, *TEST] for word in article.text.split())


@pytest.mark.parametrize("deadly", [1, 4])
def test_points_that_are_finished_are_not_trained_again(tmp_path: Path, native_base: Path, runs: _Runs, deadly: int) -> None:
    config = _config(native_base, tmp_path)
    runs.deadly = deadly
    with pytest.raises(KeyboardInterrupt):
        _curve(config, [13, 14])
    assert len(json.loads((tmp_path / "out/curve.json").read_text(encoding="utf-8"))) == deadly
    runs.deadly = None
    points = _curve(config, [13, 14])
    assert len(runs.asked) == len(points) == 6
    assert len({(asked.training.seed, len(parts.train)) for asked, parts in runs.asked}) == 6
    assert _curve(config, [13, 14]) == points
    # Another seed is added to what there is.
    assert _curve(config, [13, 14, 15])[:6] == points
    assert len(runs.asked) == 9


def test_nothing_to_test_on_is_refused(tmp_path: Path, native_base: Path) -> None:
    with pytest.raises(InputError, match="no article to score; name labelled files with --test"):
        learning_curve(_config(native_base, tmp_path), [], [1], [13], Console(file=io.StringIO()))


def test_the_table_has_a_row_a_share_over_all_seeds() -> None:
    outcome = Outcome("a", (Span(0, 1, "ORG"),), (Span(0, 1, "ORG"),), (1.0,))
    found, missed = (Evaluation(("ORG",), (item,)) for item in (outcome, Outcome("a", outcome.gold, (), ())))
    points = [Point(0.5, 4, 10, 13, found), Point(0.5, 5, 12, 14, missed), Point(1, 9, 30, 13, found)]
    file = io.StringIO()
    Console(file=file, width=100).print(table(points))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in file.getvalue().splitlines() if "│" in line]
    assert rows == [["0.5", "4", "11", "2", "50.0 ± 70.7", "50.0 ± 70.7"], ["1", "9", "30", "1", "100.0", "100.0"]]


@pytest.mark.usefixtures("without_graph")
def test_the_command_trains_and_prints(workplace: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str]) -> None:
    assert command("learning-curve", "mine.toml", "--test", "test.jsonl", "--sizes", "0.5,1") == 0
    out = capfd.readouterr().out
    for words in ("1 of 2: 2 articles, seed 13", "2 of 2: 4 articles", "exact F1 by articles trained on", "micro"):
        assert words in out
    curve = json.loads((workplace / "run/curve.json").read_text(encoding="utf-8"))
    assert [(point["articles"], point["seed"]) for point in curve] == [(2, 13), (4, 13)]
    assert curve[0]["scores"]["by_label"].keys() == {"ORG", "PERSON", "RESULT", "TARGET"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sizes", "half"], "--sizes must be numbers with commas between them, found 'half'"),
        (["--seeds", "1.5"], "--seeds must be numbers with commas between them, found '1.5'"),
        (["--sizes", "1,0.5"], "--sizes must be above 0, at most 1"),
        (["--seeds", "13,-1"], "training.seed must be at least 0"),
    ],
)
def test_bad_numbers_are_one_line_and_exit_code_2(
    workplace: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert command("learning-curve", "mine.toml", "--test", "test.jsonl", *arguments) == 2
    err = capfd.readouterr().err
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert not (workplace / "run").exists()
