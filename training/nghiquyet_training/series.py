"""Several runs that make one result, each trained once, however often what needs it is started."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from nghiquyet.files import write_text
from nghiquyet_training import articles as articles_module
from nghiquyet_training import bases, run_folder, train
from nghiquyet_training.config import Config
from nghiquyet_training.outcomes import Evaluation, outcomes_from_json, outcomes_to_json
from nghiquyet_training.train import Split

_RECORD = "outcomes.json"


def scored_once(config: Config, parts: Split, console: Console) -> Evaluation:
    """What a run finds in its test articles; where the same run has ended in `config.output` it is read, else `train.run` trains.

    Confidences have four places, read or trained.

    Raises:
        InputError: if a run of another configuration or other data stands there.
    """
    record = Path(config.output) / _RECORD
    identity = plan(config, parts)
    if record.exists():
        content = json.loads(record.read_text(encoding="utf-8"))
    else:
        _, scored = train.run(config, parts, console)
        content = {**identity, "labels": scored["test"].labels, "outcomes": outcomes_to_json(scored["test"].outcomes)}
        if train.is_main_process():
            write_text(record, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    if {key: content[key] for key in identity} != identity:
        raise run_folder.refusal(Path(config.output))
    return Evaluation(tuple(content["labels"]), outcomes_from_json(content["outcomes"]))


def plan(config: Config, parts: Split) -> dict[str, Any]:
    """What makes two runs the same: the configuration, and the encoder and the data by their hashes."""
    groups = {"train": parts.train, "dev": parts.dev, "test": parts.test}
    return {
        "config": train.shareable(config),
        "base_sha256": bases.digest(bases.fetch(config.base)),
        "data": {name: articles_module.digest(group) for name, group in groups.items() if group},
    }
