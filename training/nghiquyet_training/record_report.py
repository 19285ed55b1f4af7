"""The report on records: the figures of each half, on gold spans and on those of a model, without what stands in the articles."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet_training import record_scores
from nghiquyet_training.articles import Article
from nghiquyet_training.gold_records import GoldArticle
from nghiquyet_training.record_scores import Judgement, Share

GOLD_SPANS: Final = "gold spans"
PREDICTED_SPANS: Final = "predicted spans"
ALL: Final = "all"


@dataclass(frozen=True)
class Half:
    """Some articles, and every judgement on them, by whose spans the records were made of."""

    articles: Sequence[GoldArticle]
    judgements: Mapping[str, Sequence[Judgement]]

    @property
    def shares(self) -> dict[str, dict[str, Share]]:
        return {spans: record_scores.shares(judged) for spans, judged in self.judgements.items()}

    def to_dict(self) -> dict[str, Any]:
        return {
            "articles": len(self.articles),
            "targets": sum(len(gold.targets) for gold in self.articles),
            "people": sum(len(gold.people) for gold in self.articles),
            **{spans: {figure: share.to_dict() for figure, share in found.items()} for spans, found in self.shares.items()},
        }


def halves(gold: Sequence[GoldArticle], model: Extractor | None) -> dict[str, Half]:
    """Each half of the gold by its name, and where there are several also all of it."""
    predictions = {GOLD_SPANS: [record_scores.gold_prediction(item) for item in gold]}
    if model is not None:
        predictions[PREDICTED_SPANS] = model.predict([item.article.text for item in gold])
    judged = {
        spans: [list(record_scores.judge(item, prediction)) for item, prediction in zip(gold, found, strict=True)]
        for spans, found in predictions.items()
    }

    def part(chosen: Sequence[int]) -> Half:
        return Half(
            [gold[n] for n in chosen], {spans: [entry for n in chosen for entry in found[n]] for spans, found in judged.items()}
        )

    names = list(dict.fromkeys(item.half for item in gold))
    result = {name: part([n for n, item in enumerate(gold) if item.half == name]) for name in names}
    return result if len(names) == 1 else {**result, ALL: part(range(len(gold)))}


def to_report(path: Path, scored: Mapping[str, Half], model: Extractor | None, known: Sequence[Article]) -> dict[str, Any]:
    """All figures, ready for JSON, with what they are of: the digest of the file of gold and of what the model was trained on.

    Args:
        path: the file of gold.
        scored: the halves.
        model: whose spans were scored, if any.
        known: articles that it was trained on; how many of them are in a half is `seen` there, None if none are given.
    """
    trained_on = {article.text for article in known}
    facts = model and {"trained_on": model.checkpoint.manifest.facts.get("data", {}).get("train", {}).get("sha256")}
    found = {
        name: {**half.to_dict(), "seen": sum(gold.article.text in trained_on for gold in half.articles) if known else None}
        for name, half in scored.items()
    }
    return {"gold": hashlib.sha256(path.read_bytes()).hexdigest(), "model": facts, "halves": found}


def read(path: Path) -> Mapping[str, Any]:
    """A report that `evaluate-records --output` wrote.

    Raises:
        InputError: if the file is missing, is not JSON, or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a report on records: {error}") from error
    found = content.get("halves") if isinstance(content, dict) else None
    if (
        not found
        or not isinstance(found, dict)
        or not all(isinstance(half, dict) and GOLD_SPANS in half for half in found.values())
    ):
        raise InputError(f"{path}: holds no figures of records; give what nghiquyet-train evaluate-records --output wrote")
    return dict(content)


def mistake_lines(half: Half) -> Iterator[str]:
    """Every slot that is not right, a line each: where it stands, what was expected and what was found, and the text there."""
    texts = {gold.article.id: gold.article.text for gold in half.articles}
    for spans, judged in half.judgements.items():
        for entry in record_scores.mistakes(judged):
            expected, found, text = (
                json.dumps(value, ensure_ascii=False)
                for value in (entry.expected, entry.found, texts[entry.article][entry.start : entry.end])
            )
            place = f"{entry.article} {entry.start}..{entry.end} {text}"
            yield f"{spans}: {place} {entry.figure}: expected {expected}, found {found}"
