import dataclasses
import io
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet_training import articles as articles_module
from nghiquyet_training import crossval, train
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.config import Config, DataConfig
from nghiquyet_training.crossval import CrossValidation, cross_validate, folds, one_by_one
from nghiquyet_training.outcomes import Evaluation, Outcome, outcomes_to_json
from nghiquyet_training.train import Split

SOURCES = ("daily", "daily", "weekly", None)


def _corpus(size: int, seed: int = 1) -> list[Article]:
    """Unlike texts, in which ORG is common and RESULT in one of four; half of them of one source, a quarter of none."""
    rng = random.Random(seed)
    result = []
    for number in range(size):
        words = [f"w{rng.randrange(10**9)}" for _ in range(20)]
        labels = ["ORG"] * rng.randrange(1, 5) + ["RESULT"] * (number % 4 == 0)
        text, spans = "", []
        for word, label in zip(words, labels + [""] * (len(words) - len(labels)), strict=True):
            if label:
                spans.append(Span(len(text), len(text) + len(word), label))
            text += word + " "
        source = SOURCES[number // 4 % 4]
        result.append(Article(f"a{number}", text, tuple(spans), {"source": source} if source else {}))
    return result


@hypothesis_settings(max_examples=15)
@given(st.integers(2, 8), st.integers(8, 25), st.integers(0, 5))
def test_every_article_is_in_one_fold(number: int, size: int, seed: int) -> None:
    corpus = _corpus(size, seed)
    parts = folds(corpus, number, ["source"])
    assert len(parts) == number
    assert all(parts)
    assert sorted(article.id for part in parts for article in part) == sorted(article.id for article in corpus)
    assert folds(corpus[::-1], number, ["source"]) == [part[::-1] for part in parts]


@pytest.mark.parametrize("number", [2, 4, 5])
def test_articles_labels_and_sources_are_spread(number: int) -> None:
    corpus = _corpus(80)
    for part in folds(corpus, number, ["source"]):
        assert len(part) == pytest.approx(80 / number, abs=2)
        assert sum(span.label == "RESULT" for article in part for span in article.entities) == pytest.approx(20 / number, abs=1)
        sources = Counter(article.more.get("source") for article in part)
        assert [sources["daily"], sources["weekly"], sources[None]] == pytest.approx([40 / number, 20 / number, 20 / number], abs=2)


def test_near_duplicates_are_not_trained_and_tested_on() -> None:
    corpus = _corpus(20)
    copies = [Article(f"copy-of-{article.id}", article.text.upper(), ()) for article in corpus]
    for part in folds([*corpus, *copies], 4):
        ids = {article.id for article in part}
        assert {f"copy-of-{name}" for name in ids if not name.startswith("copy")} == {n for n in ids if n.startswith("copy")}


def test_too_few_folds_or_articles_are_refused() -> None:
    with pytest.raises(InputError, match="--folds must be 2 or more, found 1"):
        folds(_corpus(5), 1)
    with pytest.raises(InputError, match="3 articles in 3 groups of near-duplicates cannot be parted into 4"):
        folds(_corpus(3), 4)
    with pytest.raises(InputError, match="no article to leave out"):
        one_by_one([])


def _fold(*articles: tuple[str, int, int, int]) -> Evaluation:
    """Articles as (label, spans right, missed, spurious)."""
    outcomes = []
    for label, right, missed, spurious in articles:
        gold = [Span(i, i + 1, label) for i in range(right + missed)]
        found = gold[:right] + [Span(100 + i, 101 + i, label) for i in range(spurious)]
        outcomes.append(Outcome(str((label, right, missed, spurious)), tuple(gold), tuple(found), (0.5,) * len(found)))
    return Evaluation(("ORG", "PERSON", "RESULT"), tuple(outcomes))


def test_folds_are_pooled_by_span_and_averaged_by_fold() -> None:
    result = CrossValidation((_fold(("ORG", 1, 0, 0)), _fold(("ORG", 3, 3, 3), ("PERSON", 0, 1, 0))))
    assert result.pooled.by_label["ORG"].f1 == pytest.approx(8 / 14)
    spread = result.spread
    assert spread.keys() == {"ORG", "PERSON", "micro"}
    assert spread["ORG"].values == (1.0, 0.5)
    assert (spread["ORG"].mean, spread["ORG"].deviation) == pytest.approx((0.75, 0.125**0.5))
    # One fold has no PERSON and finds none, of which no F1 can be told.
    assert spread["PERSON"].to_dict() == {"folds": 1, "mean": 0.0, "deviation": None}
    assert spread["micro"].values == pytest.approx((1.0, 6 / 13))


@dataclasses.dataclass
class _Runs:
    """Stands for `train.run`: finds ORG and misses the rest, notes what it was asked, and is killed before run `deadly`."""

    asked: list[tuple[Config, Split]] = dataclasses.field(default_factory=list)
    deadly: int | None = None

    def __call__(self, config: Config, parts: Split, console: Console) -> tuple[Any, dict[str, Evaluation]]:
        if len(self.asked) == self.deadly:
            raise KeyboardInterrupt
        self.asked.append((config, parts))
        labels = articles_module.labels_of([*parts.train, *parts.dev, *parts.test])
        outcomes = []
        for article in parts.test:
            found = tuple(span for span in article.entities if span.label == "ORG")
            outcomes.append(Outcome(article.id, article.entities, found, (1 / 3,) * len(found)))
        return None, {"test": Evaluation(labels, tuple(outcomes))}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> _Runs:
    stand_in = _Runs()
    monkeypatch.setattr(train, "run", stand_in)
    return stand_in


def _config(base: Path, folder: Path, corpus: list[Article]) -> Config:
    articles_module.write(folder / "data.jsonl", corpus)
    return Config(str(base), str(folder / "out"), DataConfig((str(folder / "data.jsonl"),), dev_fraction=0.2))


def _validate(config: Config, left_out: list[list[Article]]) -> CrossValidation:
    return cross_validate(config, left_out, Console(file=io.StringIO()), "mine")


def test_no_model_has_seen_what_it_is_scored_on(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    corpus = _corpus(12)
    parts = folds(corpus, 3)
    result = _validate(_config(native_base, tmp_path, corpus), parts)
    for (_, asked), part in zip(runs.asked, parts, strict=True):
        assert asked.test == part
        ids = [article.id for group in (asked.train, asked.dev, asked.test) for article in group]
        assert sorted(ids) == sorted(article.id for article in corpus)
        assert asked.dev
    assert sorted(outcome.id for outcome in result.pooled.outcomes) == sorted(article.id for article in corpus)


def test_the_report_says_what_was_found_and_holds_no_text(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    corpus = _corpus(8)
    result = _validate(_config(native_base, tmp_path, corpus), one_by_one(corpus))
    content = (tmp_path / "out/report.json").read_text(encoding="utf-8")
    report = json.loads(content)
    assert outcomes_to_json(result.pooled.outcomes) == report["scores"]["mine"]["outcomes"]
    assert report["scores"]["mine"]["scored_again"] == 0
    assert [slicing["name"] for slicing in report["scores"]["mine"]["slices"]] == ["wording", "length", "position"]
    assert report["scores"]["mine"]["by_label"]["ORG"]["f1"] == 1
    assert report["scores"]["mine"]["by_label"]["RESULT"]["recall"] == 0
    assert [fold["ids"] for fold in report["folds"]] == [[article.id] for article in corpus]
    assert report["spread"]["ORG"] == {"folds": 8, "mean": 1.0, "deviation": 0.0}
    assert report["spread"]["RESULT"]["folds"] == 2
    assert not any(word in content for article in corpus for word in article.text.split())


def test_folds_that_are_finished_are_not_trained_again(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    corpus = _corpus(9)
    parts = folds(corpus, 3)
    whole = tmp_path / "whole"
    whole.mkdir()
    expected = _validate(_config(native_base, whole, corpus), parts)
    config = _config(native_base, tmp_path, corpus)
    runs.asked, runs.deadly = [], 1
    with pytest.raises(KeyboardInterrupt):
        _validate(config, parts)
    runs.deadly = None
    assert _validate(config, parts) == expected
    assert [asked.test for _, asked in runs.asked] == parts
    assert _validate(config, parts) == expected
    assert len(runs.asked) == 3
    reports = [json.loads((folder / "out/report.json").read_text(encoding="utf-8")) for folder in (whole, tmp_path)]
    assert reports[0] == reports[1]


def test_folds_of_another_plan_are_refused(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    corpus = _corpus(9)
    config = _config(native_base, tmp_path, corpus)
    _validate(config, folds(corpus, 3))
    other_seed = dataclasses.replace(config, training=dataclasses.replace(config.training, seed=7))
    for other, number in ((other_seed, 3), (config, 2)):
        with pytest.raises(InputError, match="fold-1: holds a run of another configuration or other data"):
            _validate(other, folds(corpus, number))
    assert len(runs.asked) == 3


def test_a_label_that_one_fold_alone_knows_counts_in_all(tmp_path: Path, native_base: Path, runs: _Runs) -> None:
    corpus = _corpus(6)
    strange = Article("strange", "Huyện ủy", (Span(0, 8, "PLACE"),))
    result = _validate(_config(native_base, tmp_path, corpus), one_by_one([corpus[1], strange]))
    assert {fold.labels for fold in result.folds} == {("ORG", "PLACE", "RESULT")}
    assert result.pooled.by_label["PLACE"].recall == 0


@pytest.mark.usefixtures("without_graph")
def test_the_command_trains_and_prints(workplace: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str]) -> None:
    assert command("crossval", "mine.toml", "--folds", "2", "--name", "held") == 0
    out = capfd.readouterr().out
    for words in ("1 of 2", "2 of 2", "mean F1", "RESULT", "F1 over 2 folds"):
        assert words in out
    report = json.loads((workplace / "run/report.json").read_text(encoding="utf-8"))
    assert sorted(name for fold in report["folds"] for name in fold["ids"]) == ["a", "b", "c", "d"]
    assert report["scores"]["held"]["by_label"].keys() == {"ORG", "PERSON", "RESULT", "TARGET"}


def test_the_command_leaves_out_what_a_file_holds(
    workplace: Path, few_articles: dict[str, Article], command: Callable[..., int], runs: _Runs
) -> None:
    articles_module.write(workplace / "left.jsonl", [few_articles["b"], few_articles["a"]])
    assert command("crossval", "mine.toml", "--leave-out", "left.jsonl", "--output", "left-out") == 0
    assert [[article.id for article in asked.test] for _, asked in runs.asked] == [["b"], ["a"]]
    assert (workplace / "left-out/report.json").exists()


@pytest.mark.parametrize("arguments", [[], ["--folds", "2", "--leave-out", "data.jsonl"]])
def test_one_of_the_two_kinds_must_be_chosen(
    workplace: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert command("crossval", "mine.toml", *arguments) == 2
    assert "give either --folds or --leave-out" in capfd.readouterr().err
    assert not (workplace / "run").exists()


def test_the_tables_are_for_people() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(crossval.table(CrossValidation((_fold(("ORG", 1, 0, 0)), _fold(("ORG", 1, 1, 1))))))
    file = console.file
    assert isinstance(file, io.StringIO)
    row = next(line for line in file.getvalue().splitlines() if "ORG" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["ORG", "75.0", "35.4", "50.0", "100.0", "2"]
