import json
from pathlib import Path
from typing import Any

import pytest

from nghiquyet import InputError
from nghiquyet_training import articles, gold_records
from nghiquyet_training.articles import Article
from nghiquyet_training.gold_records import PERSON_SLOTS, TARGET_SLOTS


def _record(article: Article, half: str = "develop") -> dict[str, Any]:
    spans = {label: [span for span in article.entities if span.label == label] for label in ("TARGET", "PERSON")}
    return {
        "id": article.id,
        "half": half,
        "targets": [{"start": span.start, "end": span.end, **dict.fromkeys(TARGET_SLOTS)} for span in spans["TARGET"]],
        "people": [{"mentions": [[span.start, span.end] for span in spans["PERSON"]], **dict.fromkeys(PERSON_SLOTS)}],
    }


def _written(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_the_gold_of_the_project_is_read_half_by_half(root: Path) -> None:
    labelled = articles.read([root / "data/seeds.jsonl", root / "data/written.jsonl"])
    path = root / "data/records/records.jsonl"
    counts = {"seeds": (5, 42, 16), "develop": (15, 190, 90), "report": (14, 171, 105)}
    for half, expected in counts.items():
        gold = gold_records.read(path, labelled, [half])
        found = (len(gold), sum(len(item.targets) for item in gold), sum(len(item.people) for item in gold))
        assert found == expected
        assert {item.half for item in gold} == {half}


def test_other_halves_are_not_looked_into(tmp_path: Path, few_articles: dict[str, Article]) -> None:
    path = _written(tmp_path / "gold.jsonl", {"id": "z", "half": "report"}, _record(few_articles["a"]))
    (gold,) = gold_records.read(path, few_articles.values(), ["develop"])
    assert gold.article == few_articles["a"]


def test_faults_name_file_line_and_place(tmp_path: Path, few_articles: dict[str, Article]) -> None:
    article = few_articles["a"]
    moved = _record(article)
    moved["targets"][0]["start"] += 1
    without = _record(article)
    without["people"] = []
    missing = _record(article)
    del missing["targets"][0]["unit"]
    cases = [
        (_record(Article("z", "y", ())), "gold.jsonl:1: article 'z' is in none of the labelled files; give its file with --data"),
        (moved, "TARGET .* has a label, but no record; mend either file"),
        (without, "PERSON 4..17 'Cao Văn Bường' has a label, but no record"),
        (missing, r"gold.jsonl:1: no records in the form of .* KeyError\('unit'\)"),
        ([], "gold.jsonl:1: no records in the form"),
        (_record(article, "report"), "gold.jsonl: holds no half 'develop'; it has report"),
    ]
    for content, message in cases:
        with pytest.raises(InputError, match=message):
            gold_records.read(_written(tmp_path / "gold.jsonl", content), few_articles.values(), ["develop"])
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        gold_records.read(tmp_path / "none.jsonl", few_articles.values(), ["develop"])
