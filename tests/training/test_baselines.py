import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nghiquyet.errors import InputError
from nghiquyet_training import articles
from nghiquyet_training.articles import Article
from nghiquyet_training.baselines import COUNTED, UNDERTHESEA, CountedBaseline, apart, baselines, unseen
from nghiquyet_training.labelled_sentences import Mention
from nghiquyet_training.outcomes import Evaluation

Labelled = Callable[[str, str], Article]


@pytest.fixture(scope="module")
def seeds(root: Path) -> list[Article]:
    return articles.read([root / "data" / "seeds.jsonl"])[:3]


@pytest.fixture(scope="module")
def written(root: Path) -> list[Article]:
    return articles.read([root / "data" / "written.jsonl"])[:12]


@pytest.fixture(scope="module")
def counted(written: list[Article]) -> CountedBaseline:
    return CountedBaseline.learn(written)


@pytest.fixture(scope="module")
def scored(written: list[Article], seeds: list[Article]) -> dict[str, Evaluation]:
    return baselines(written, seeds)


def test_both_are_scored_and_underthesea_on_its_own_labels(scored: dict[str, Evaluation]) -> None:
    assert {name: evaluation.labels for name, evaluation in scored.items()} == {
        COUNTED: ("ORG", "PERSON", "TARGET"),
        UNDERTHESEA: ("ORG", "PERSON"),
    }
    assert all(len(evaluation.outcomes) == 3 for evaluation in scored.values())


def test_counting_is_no_straw_man(scored: dict[str, Evaluation]) -> None:
    """A few written articles are enough to find half of the names in the real ones."""
    ours, theirs = scored[COUNTED].by_label, scored[UNDERTHESEA].by_label
    assert ours["PERSON"].f1 > 0.5
    assert ours["ORG"].f1 > 0.5
    assert ours["TARGET"].exact > 0
    assert theirs["PERSON"].exact > 0


def test_counting_keeps_to_the_laws_of_serving(counted: CountedBaseline, seeds: list[Article]) -> None:
    texts = [article.text for article in seeds]
    found = list(counted.stream(texts))
    assert found == [next(counted.stream([text])) for text in texts]
    for prediction in found:
        ends = [0, *(entity.end for entity in prediction.entities)]
        assert all(end <= entity.start for end, entity in zip(ends, prediction.entities, strict=False))
        for entity in prediction.entities:
            assert prediction.text[entity.start : entity.end] == entity.text == entity.text.strip() != ""
            assert 0 < entity.score <= 1


def test_labels_are_those_of_the_articles(few_articles: dict[str, Article]) -> None:
    learnt = CountedBaseline.learn(list(few_articles.values()))
    assert learnt.labels == ("ORG", "PERSON", "RESULT", "TARGET")
    (prediction,) = learnt.stream(["Năm nay xã đạt 19 tiêu chí; ĐẢNG ỦY XÃ SƠN TRUNG họp."])
    assert ("ĐẢNG ỦY XÃ SƠN TRUNG", "ORG") in [(entity.text, entity.label) for entity in prediction.entities]


def test_articles_to_score_are_not_learnt_from(few_articles: dict[str, Article]) -> None:
    every = list(few_articles.values())
    renamed = Article("other", few_articles["a"].text, ())
    changed = Article("b", "Một văn bản khác.", ())
    assert [article.id for article in unseen(every, [renamed, changed])] == ["c", "d", "e"]
    with pytest.raises(InputError, match="no article with a labelled span is left"):
        baselines(every, every)


def test_folds_have_the_same_labels(few_articles: dict[str, Article]) -> None:
    every = list(few_articles.values())
    parts = [baselines([article for article in every if article is not left_out], [left_out]) for left_out in every]
    assert {(name, found.labels) for part in parts for name, found in part.items()} == {
        (COUNTED, ("ORG", "PERSON", "RESULT", "TARGET")),
        (UNDERTHESEA, ("ORG", "PERSON")),
    }


def test_underthesea_is_left_out_where_no_label_is_its_own(labelled: Labelled) -> None:
    one, other = labelled("a", "Cầu [BRIDGE Long Biên]."), labelled("b", "Cầu [BRIDGE Long Biên] đẹp.")
    (evaluation,) = baselines([one], [other]).values()
    assert evaluation.labels == ("BRIDGE",)
    assert evaluation.micro.f1 == 1


_MENTIONS = st.builds(
    lambda first, length, label, score: Mention(first, first + length, label, score),
    st.integers(0, 12),
    st.integers(1, 6),
    st.sampled_from(["ORG", "PERSON"]),
    st.sampled_from([0.4, 0.9]),
)


@settings(max_examples=50)
@given(st.lists(_MENTIONS))
def test_of_mentions_that_overlap_the_longest_stays(mentions: list[Mention]) -> None:
    kept = apart(mentions)
    assert kept == sorted(kept)
    assert all(one.stop <= two.first for one, two in pairwise(kept))
    for mention in mentions:
        rivals = [other for other in kept if other.first < mention.stop and mention.first < other.stop]
        assert any(other.stop - other.first >= mention.stop - mention.first for other in rivals)
    assert kept == apart(reversed(mentions))


def test_the_command_prints_both_tables_and_writes_a_report(
    tmp_path: Path,
    few_articles: dict[str, Article],
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    every = list(few_articles.values())
    articles.write("train.jsonl", every)
    articles.write("test.jsonl", every[3:])
    options = ("--test", "test.jsonl", "--name", "held-out", "--output", "report.json")
    assert command("baseline", "train.jsonl", *options) == 0
    printed = capsys.readouterr().out
    for words in ("held-out: 2 articles", "gazetteer and cue words", "underthesea", "micro"):
        assert words in " ".join(printed.split())
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert list(report["scores"]) == ["held-out", f"held-out: {UNDERTHESEA}"]
    assert report["data"]["train"] == {"articles": 3, "sha256": articles.digest(every[:3])}
    assert set(report["scores"]["held-out"]["outcomes"]) == {"d", "e"}
