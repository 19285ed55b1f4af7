import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nghiquyet import display
from nghiquyet_training import articles
from nghiquyet_training.articles import Article

LABELS = ("ORG", "PERSON", "TARGET")


@pytest.fixture(scope="module")
def seeds(root: Path) -> list[Article]:
    return articles.read([root / "data/seeds.jsonl"], LABELS)


@pytest.fixture(scope="module")
def written(root: Path) -> list[Article]:
    return articles.read([root / "data/written.jsonl"], LABELS)


def _counts(group: list[Article]) -> dict[str, int]:
    return {label: sum(span.label == label for article in group for span in article.entities) for label in LABELS}


def _row(articles: int, counts: dict[str, int]) -> str:
    """What the table of data/README.md says of a file."""
    return f"| {articles:,} | {counts['TARGET']:,} | {counts['PERSON']:,} | {counts['ORG']:,} |"


def test_the_seeds_are_labelled_as_they_stand(root: Path, seeds: list[Article]) -> None:
    assert {article.id: article.text for article in seeds} == {
        path.stem: path.read_bytes().decode("utf-8") for path in (root / "seeds").glob("*.txt")
    }
    assert _counts(seeds) == {"TARGET": 42, "PERSON": 24, "ORG": 96}


def test_the_bio_view_is_that_of_the_seeds(root: Path, seeds: list[Article]) -> None:
    expected = "".join(
        f"# document {article.id}\n"
        + display.conll(article.text, [(span.start, span.end, span.label) for span in article.entities], LABELS)
        for article in seeds
    )
    assert (root / "data/seeds.conll").read_text(encoding="utf-8") == expected


def test_the_bio_view_gives_the_gold_back(root: Path, seeds: list[Article]) -> None:
    texts = {article.id: article.text for article in seeds}
    found: dict[str, list[tuple[int, int, str]]] = {}
    for line in (root / "data/seeds.conll").read_text(encoding="utf-8").splitlines():
        if line.startswith("# document "):
            spans = found.setdefault(line.removeprefix("# document "), [])
        elif line:
            word, start, end, tag = line.split("\t")
            assert texts[list(found)[-1]][int(start) : int(end)] == word
            if tag.startswith("B-"):
                spans.append((int(start), int(end), tag[2:]))
            elif tag.startswith("I-"):
                spans[-1] = (spans[-1][0], int(end), tag[2:])
    assert found == {article.id: [(span.start, span.end, span.label) for span in article.entities] for article in seeds}


def test_the_data_loads_as_the_dataset_card_says(root: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    for name, count in (("seeds", 5), ("written", 889), ("test", 32)):
        file = root / f"data/{name}.jsonl"
        loaded = load_dataset("json", data_files=str(file), split="train", cache_dir=str(tmp_path))
        assert len(loaded) == count
        assert list(loaded["text"]) == [article.text for article in articles.read([file])]
        assert {"id", "text", "entities"} <= set(loaded.column_names)


def test_the_written_articles_are_marked_and_many(written: list[Article], root: Path) -> None:
    assert len(written) == 889
    assert all(article.more["synthetic"] is True for article in written)
    counts = _counts(written)
    assert counts["TARGET"] >= 8000
    assert counts["PERSON"] >= 6000
    assert counts["ORG"] >= 9000
    readme = (root / "data/README.md").read_text(encoding="utf-8")
    assert _row(len(written), counts) in readme


def test_what_is_scored_with_is_marked_and_learnt_by_none(root: Path, written: list[Article]) -> None:
    scored = articles.read([root / "data/test.jsonl"], LABELS)
    assert len(scored) == 32
    assert all(article.more["synthetic"] is True for article in scored)
    assert not {article.text for article in scored} & {article.text for article in written}
    assert not any("test.jsonl" in path.read_text(encoding="utf-8") for path in (root / "training").glob("*.toml"))
    assert _row(32, _counts(scored)) in (root / "data/README.md").read_text(encoding="utf-8")


def test_labels_without_texts_are_sound_and_of_no_article_that_is_here(
    seeds: list[Article], written: list[Article], root: Path
) -> None:
    rows = [json.loads(line) for line in (root / "data/undistributed/labels.jsonl").read_text(encoding="utf-8").splitlines()]
    here = {hashlib.sha256(article.text.encode()).hexdigest() for article in (*seeds, *written)}
    assert len({row["id"] for row in rows}) == len({row["text_sha256"] for row in rows} - here) == len(rows)
    assert not any("text" in row for row in rows)
    counts = dict.fromkeys(LABELS, 0)
    for row in rows:
        position = 0
        for start, end, label in row["entities"]:
            assert position <= start < end
            position = end
            counts[label] += 1
    readme = (root / "data/README.md").read_text(encoding="utf-8")
    assert _row(len(rows), counts) in readme


@pytest.fixture(scope="module")
def records(root: Path) -> list[dict[str, Any]]:
    lines = (root / "data/records/records.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_target_and_every_mention_has_its_record(
    records: list[dict[str, Any]], seeds: list[Article], written: list[Article]
) -> None:
    by_id = {article.id: article for article in (*seeds, *written)}
    assert {record["id"] for record in records} >= {article.id for article in seeds}
    for record in records:
        spans = by_id[record["id"]].entities
        targets = [(target["start"], target["end"]) for target in record["targets"]]
        mentions = sorted(tuple(mention) for person in record["people"] for mention in person["mentions"])
        assert targets == [(span.start, span.end) for span in spans if span.label == "TARGET"]
        assert mentions == [(span.start, span.end) for span in spans if span.label == "PERSON"]


def test_the_halves_are_as_large_as_the_guidelines_say(records: list[dict[str, Any]], root: Path) -> None:
    guidelines = (root / "data/records/GUIDELINES.md").read_text(encoding="utf-8")
    for half in ("seeds", "develop", "report"):
        group = [record for record in records if record["half"] == half]
        targets, people = (sum(len(record[kind]) for record in group) for kind in ("targets", "people"))
        assert f"| {half} | {len(group)} | {targets} | {people} |" in guidelines


def test_bounds_agree_with_their_comparator(records: list[dict[str, Any]]) -> None:
    for target in (target for record in records for target in record["targets"]):
        low, high = (None if target[end] is None else Decimal(target[end]) for end in ("value_min", "value_max"))
        match target["comparator"]:
            case ">" | ">=":
                assert low is not None
                assert high is None
            case "<" | "<=":
                assert low is None
                assert high is not None
            case "range":
                assert low is not None
                assert high is not None
                assert low < high
            case _:
                assert low == high
