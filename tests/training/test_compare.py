import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet_training.articles import Span
from nghiquyet_training.compare import compare, compare_reports, table
from nghiquyet_training.outcomes import Evaluation, Outcome, outcomes_to_json


def _evaluation(number: int, found: float, labels: tuple[str, ...] = ("ORG", "TARGET")) -> Evaluation:
    """Articles with a span of each label, of which the first is found in so large a share of the articles, the second always."""
    gold = tuple(Span(10 * i, 10 * i + 5, label) for i, label in enumerate(labels))
    return Evaluation(
        labels,
        tuple(
            Outcome(str(name), gold, predicted, (0.5,) * len(predicted))
            for name in range(number)
            for predicted in (gold if name < found * number else gold[1:],)
        ),
    )


def _write(path: Path, **parts: Evaluation) -> Path:
    scores = {name: {**part.to_dict(), "outcomes": outcomes_to_json(part.outcomes)} for name, part in parts.items()}
    content = {"scores": scores}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("a", "b", "articles", "beginning", "end"),
    [
        (0.2, 0.9, 30, "B is better on these 30 articles: exact F1 over all labels is 75.0 for A and 97.4 for B", ")."),
        (0.9, 0.2, 30, "A is better on these 30 articles: exact F1 over all labels is 97.4 for A and 75.0 for B", ")."),
        (0.5, 0.55, 30, "These 30 articles do not show which is better: exact F1", ")."),
        (
            0.5,
            0.5,
            30,
            "These 30 articles do not show which is better: exact F1",
            "a difference of +0.0 (95% interval +0.0 to +0.0, p = 1.0000).",
        ),
        (0.0, 1.0, 5, "B is better on these 5 articles: ", "On fewer than 20 articles p comes out too small: take it as a hint."),
        (0.0, 1.0, 1, "Nothing can be said: fewer than two of the articles have any span.", "any span."),
        (0.0, 1.0, 0, "Nothing can be said: fewer than two of the articles have any span.", "any span."),
    ],
)
def test_the_verdict_says_which_is_better_if_that_can_be_said(a: float, b: float, articles: int, beginning: str, end: str) -> None:
    comparison = compare([_evaluation(articles, a)], [_evaluation(articles, b)], samples=500)
    assert comparison.verdict.startswith(beginning)
    assert comparison.verdict.endswith(end)
    json.dumps(comparison.to_dict(), allow_nan=False)


def test_a_label_that_one_model_does_not_know_counts_as_not_predicted() -> None:
    one, other = _evaluation(3, 1), _evaluation(3, 1)
    extra = [Outcome(o.id, o.gold, (*o.predicted, Span(90, 95, "PERSON")), (0.5,) * 3) for o in other.outcomes]
    found = compare([one], [Evaluation(("ORG", "PERSON", "TARGET"), tuple(extra))], samples=10).differences
    assert list(found.by_label) == ["ORG", "PERSON", "TARGET"]
    assert [found.micro["precision"].a, found.micro["precision"].b] == pytest.approx([1, 2 / 3])


def test_parts_are_compared_by_name(tmp_path: Path) -> None:
    a = _write(tmp_path / "a.json", dev=_evaluation(4, 0.5), old=_evaluation(2, 1))
    b = _write(tmp_path / "b.json", new=_evaluation(2, 1), dev=_evaluation(4, 1))
    found = compare_reports([a], [b])
    assert (list(found.parts), found.only_a, found.only_b) == (["dev"], ("old",), ("new",))
    assert found.parts["dev"].differences.by_label["ORG"]["recall"].value == 0.5
    assert compare_reports([a], [a], "old").parts.keys() == {"old"}
    with pytest.raises(InputError) as caught:
        compare_reports([a], [b], "old")
    assert "have no scores 'old' in common: the first holds 'dev', 'old', the second 'new', 'dev'" in str(caught.value)


def _dropped(evaluation: Evaluation, number: int) -> Evaluation:
    return Evaluation(evaluation.labels, evaluation.outcomes[:number])


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (_evaluation(3, 1), _dropped(_evaluation(3, 1), 2), "article '2' is only in the first"),
        (_dropped(_evaluation(3, 1), 2), _evaluation(3, 1), "article '2' is only in the second"),
        (_evaluation(3, 1), _evaluation(3, 1, ("ORG",)), "article '0' has TARGET 10..15 only in the first"),
        (_evaluation(3, 1, ("ORG",)), _evaluation(3, 1, ("PERSON",)), "article '0' has ORG 0..5 only in the first"),
    ],
)
def test_other_articles_or_another_gold_are_refused(tmp_path: Path, a: Evaluation, b: Evaluation, message: str) -> None:
    one, other = _write(tmp_path / "a.json", dev=a), _write(tmp_path / "b.json", dev=b)
    with pytest.raises(InputError) as caught:
        compare_reports([one], [other])
    assert f"b.json are not of the same gold: {message}; score both models on the same files" in str(caught.value)


def test_the_table_shows_every_label_with_its_interval_and_p() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(table("dev [b]", compare([_evaluation(20, 0.5)], [_evaluation(20, 1)])))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
    assert [row[:2] for row in rows[:4]] == [["exact F1", label] for label in ("ORG", "TARGET", "micro")] + [["overlap F1", "ORG"]]
    assert rows[0][2:5] == ["66.7", "100.0", "+33.3"]
    assert rows[1][2:] == ["100.0", "100.0", "+0.0", "+0.0 to +0.0", "1.0000"]
    assert "dev [b]: 20 articles" in text


def test_the_command_prints_and_writes_the_comparison(
    tmp_path: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    _write(tmp_path / "run" / "report.json", dev=_evaluation(30, 0.2), test=_evaluation(3, 1))
    b, out = _write(tmp_path / "b.json", dev=_evaluation(30, 0.9)), tmp_path / "new" / "out.json"
    assert command("compare", tmp_path / "run", b, "--output", out) == 0
    printed = capfd.readouterr().out
    for words in ("exact F1", "micro", "dev: 30 articles", "B is better on these 30 articles", "only in A, not compared: test"):
        assert words in printed
    assert command("compare", tmp_path / "run", b, "--name", "dev", "--json") == 0
    content: dict[str, Any] = json.loads(capfd.readouterr().out)
    assert content["parts"] == json.loads(out.read_text(encoding="utf-8"))["parts"]
    assert content["parts"]["dev"]["by_label"]["ORG"]["recall"]["difference"] == 0.7
    assert (content["a"], content["only_a"]) == ([str(tmp_path / "run")], [])


def test_several_runs_a_side_are_compared_by_their_means(
    tmp_path: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    paths = [
        _write(tmp_path / f"{name}.json", dev=_evaluation(30, found)) for name, found in zip("abc", (0.2, 0.4, 0.9), strict=True)
    ]
    a, more, b = paths
    assert command("compare", a, b, "--also-a", more, "--json") == 0
    content: dict[str, Any] = json.loads(capfd.readouterr().out)
    dev = content["parts"]["dev"]
    assert (content["a"], content["b"], dev["runs_a"], dev["runs_b"]) == ([str(a), str(more)], [str(b)], 2, 1)
    recall = dev["by_label"]["ORG"]["recall"]
    assert (recall["a"], recall["b"], recall["difference"]) == (0.3, 0.9, 0.6)
    assert (recall["spread_a"], recall["spread_b"]) == (pytest.approx(0.1414, abs=1e-4), None)
    assert "for A and 97.4 for B" in dev["verdict"]
    assert "(2 runs, standard deviation " in dev["verdict"]
    assert command("compare", a, b, "--also-a", more) == 0
    assert " ± " in capfd.readouterr().out


def test_a_run_is_named_once_a_side_and_all_runs_have_one_gold(tmp_path: Path) -> None:
    a, b = (_write(tmp_path / f"{name}.json", dev=_evaluation(3, 1)) for name in "ab")
    other = _write(tmp_path / "c.json", dev=_evaluation(2, 1))
    with pytest.raises(InputError, match=r"a\.json: named twice on one side"):
        compare_reports([a, b, a], [b])
    with pytest.raises(InputError, match=r"a\.json and .*c\.json are not of the same gold"):
        compare_reports([a], [b, other])


def test_reports_that_cannot_be_compared_are_one_line_and_exit_code_2(
    tmp_path: Path, command: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    a, b = _write(tmp_path / "a.json", dev=_evaluation(3, 1)), _write(tmp_path / "b.json", test=_evaluation(3, 1))
    assert command("compare", a, b) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("nghiquyet-train: ")
    assert len(err.splitlines()) == 1
    assert "have no scores in common: the first holds 'dev', the second 'test'" in err
