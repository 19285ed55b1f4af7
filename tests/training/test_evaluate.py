import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nghiquyet import Extractor
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.evaluate import evaluate, table
from nghiquyet_training.outcomes import Evaluation, Outcome, outcomes_from_json, outcomes_to_json, pooled
from nghiquyet_training.scores import Counts


@pytest.fixture(scope="module")
def extractor(native_model: Path) -> Extractor:
    return Extractor.load(native_model, threads=1)


@pytest.fixture(scope="module")
def found(extractor: Extractor, seed_texts: list[str]) -> list[Article]:
    """The seeds, labelled as the model labels them."""
    predictions = extractor.predict(seed_texts)
    return [
        Article(str(number), prediction.text, tuple(Span(e.start, e.end, e.label) for e in prediction.entities))
        for number, prediction in enumerate(predictions)
    ]


def test_what_serving_returns_is_scored(extractor: Extractor, found: list[Article]) -> None:
    evaluation = evaluate(extractor, found)
    spans = sum(len(article.entities) for article in found)
    assert spans > 100
    assert evaluation.labels == extractor.labels
    assert [outcome.id for outcome in evaluation.outcomes] == [article.id for article in found]
    assert evaluation.micro == Counts(*[spans] * 7)
    assert all(counts.f1 == 1 for counts in evaluation.by_label.values() if counts.gold)


def test_every_lost_and_every_wrong_span_counts(extractor: Extractor, found: list[Article]) -> None:
    first, second, *_ = found
    fewer = Article("a", first.text, first.entities[1:])
    other = Article("b", second.text, (*second.entities[:-1], Span(0, 1, "TARGET")))
    micro = evaluate(extractor, [fewer, other]).micro
    spans = len(first.entities) + len(second.entities)
    assert (micro.predicted, micro.gold, micro.exact) == (spans, spans - 1, spans - 2)


def test_labels_can_be_chosen(extractor: Extractor, found: list[Article]) -> None:
    whole, part = evaluate(extractor, found), evaluate(extractor, found, ["ORG"])
    assert part.by_label == {"ORG": whole.by_label["ORG"]}
    assert part.micro == whole.by_label["ORG"]


def test_scoring_article_by_article_is_scoring_all(extractor: Extractor, found: list[Article]) -> None:
    assert pooled(evaluate(extractor, [article]) for article in found) == evaluate(extractor, found)


def _spans(*parts: tuple[int, int, str]) -> tuple[Span, ...]:
    return tuple(Span(*part) for part in parts)


EVALUATION = Evaluation(
    ("ORG", "TARGET"),
    (
        Outcome(
            "a",
            _spans((0, 4, "ORG"), (5, 9, "ORG"), (10, 14, "ORG"), (20, 24, "ORG"), (30, 50, "TARGET")),
            _spans((0, 4, "ORG"), (5, 9, "ORG"), (10, 13, "ORG")),
            (0.9, 0.8, 0.7),
        ),
        Outcome(
            "b",
            _spans((0, 4, "TARGET"), (5, 9, "TARGET")),
            _spans((0, 4, "TARGET"), (5, 9, "TARGET"), (10, 12, "ORG")),
            (0.9, 0.8, 0.12345),
        ),
    ),
)


def test_the_sums_are_the_articles() -> None:
    assert EVALUATION.by_label == {"ORG": Counts(4, 4, 2, 3, 3, 2, 2), "TARGET": Counts(3, 2, 2, 2, 2, 2, 2)}
    assert EVALUATION.micro == Counts(7, 6, 4, 5, 5, 4, 4)


def test_what_figures_come_from_is_read_back_from_a_report() -> None:
    read = Evaluation(EVALUATION.labels, outcomes_from_json(json.loads(json.dumps(outcomes_to_json(EVALUATION.outcomes)))))
    assert read.by_article == EVALUATION.by_article
    assert read.outcomes[1].confidence == (0.9, 0.8, 0.1235)


@pytest.mark.parametrize("content", [[], {"a": []}, {"a": {"gold": [[0, 1]], "predicted": []}}, {"a": {"gold": []}}])
def test_outcomes_of_another_form_are_refused(content: Any) -> None:
    with pytest.raises(ValueError, match=r"no outcomes|unpack"):
        outcomes_from_json(content)


def test_the_table_shows_every_figure() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(table("dev: 2 articles", EVALUATION))
    assert isinstance(console.file, io.StringIO)
    lines = [line.strip("│┃ ").split() for line in console.file.getvalue().splitlines()]
    rows = {line[0]: [cell for cell in line[1:] if cell != "│"] for line in lines if line}
    assert rows["ORG"] == ["50.0", "50.0", "50.0", "75.0", "4", "4"]
    assert rows["TARGET"] == ["100.0", "66.7", "80.0", "80.0", "3", "2"]
    assert rows["micro"] == ["66.7", "57.1", "61.5", "76.9", "7", "6"]
    assert rows["dev:"] == ["2", "articles"]
