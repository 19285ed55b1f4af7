"""Leaving out one article after the other: every article is scored by a model that never saw it."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training import train
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config
from nghiquyet_training.evaluate import to_report
from nghiquyet_training.outcomes import Evaluation, pooled


def leave_one_out(config: Config, left_out: Sequence[Article], console: Console, name: str = "test") -> Evaluation:
    """Train once for each article of `left_out`, on everything else that the configuration names, and score it.

    Writes `output/report.json`, where `name` says what was scored; the runs stand in `output/fold-N`.

    Raises:
        InputError: if there is nothing to leave out.
    """
    if not left_out:
        raise InputError("there is no article to leave out")
    output = Path(config.output)
    evaluations: list[Evaluation] = []
    for number, article in enumerate(left_out, 1):
        console.rule(f"{number} of {len(left_out)}: without {article.id}")
        fold = dataclasses.replace(config, output=str(output / f"fold-{number}"))
        _, scored = train.run(fold, train.split(fold, [article]), console)
        evaluations.append(scored["test"])
    evaluation = pooled(evaluations)
    report = {"method": "leave one article out", "config": train.shareable(config), "scores": {name: to_report(evaluation)}}
    write_text(output / "report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    return evaluation
