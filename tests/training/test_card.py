import dataclasses
from pathlib import Path
from typing import Any

from nghiquyet import checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.entities import Calibration
from nghiquyet_training import card


def _trained(facts: dict[str, Any], base: str, epochs: float, articles: int) -> dict[str, Any]:
    config = facts["config"]
    return {
        **{key: facts[key] for key in ("base_sha256", "licence", "alignment", "environment")},
        "config": {**config, "base": base, "training": {**config["training"], "epochs": epochs}},
        "data": {"train": {**facts["data"]["train"], "articles": articles}},
        "epochs_run": epochs,
        "train_seconds": 60.0,
    }


def test_the_trainings_that_a_mean_was_taken_of_stand_in_columns(root: Path) -> None:
    packaged = checkpoint.read(root / "inference/nghiquyet/model")
    facts = dict(packaged.manifest.facts)
    first = _trained(facts, "phobert-small", 3, 700)
    second = _trained(facts, "model", 2, 500) | {"began_from": first}
    alone = card.render(Checkpoint(packaged.path, dataclasses.replace(packaged.manifest, facts=first)), [])
    mean = dataclasses.replace(packaged.manifest, facts={**first, "train_seconds": 120.0, "mean_of": [first, second]})
    together = card.render(Checkpoint(packaged.path, mean), [])
    assert "| epochs | 3 |\n" in alone
    assert "| base | phobert-small |\n" in alone
    assert "3 epochs in\n1 minutes" in alone
    assert "Each column" not in alone
    assert "mean" not in alone.partition("## Training")[2].partition("##")[0].replace("world's mean", "")
    assert "| setting | 1 | 2 |\n|---|---|---|\n| base | phobert-small | the model of 1 |\n| articles | 700 | 500 |\n" in together
    assert "| epochs | 3 | 2 |\n" in together
    assert "3 and 2 epochs in\n2 minutes" in together
    assert "Each column is a training; the weights are the mean of those of 1 and 2" in together
    assert "| 1 | train | 700 |" in together
    assert "| 2 | train | 500 |" in together


def test_what_a_training_went_on_from_has_a_column_of_its_own(root: Path) -> None:
    packaged = checkpoint.read(root / "inference/nghiquyet/model")
    first = _trained(dict(packaged.manifest.facts), "phobert-small", 3, 700)
    second = _trained(first, "model", 2, 500) | {"began_from": first}
    mean = {**first, "mean_of": [first, second]}
    third = _trained(first, "model", 4, 300) | {"began_from": mean}
    rendered = card.render(Checkpoint(packaged.path, dataclasses.replace(packaged.manifest, facts=third)), [])
    assert "| base encoder | `phobert-small` |" in rendered
    assert "| base | phobert-small | the model of 1 | the mean of 1 and 2 |\n" in rendered
    assert "Each column is a training.\n" in rendered
    assert "3, 2 and 4 epochs in\n3 minutes" in rendered
    facts = {**first, "mean_of": [mean, third]}
    rendered = card.render(Checkpoint(packaged.path, dataclasses.replace(packaged.manifest, facts=facts)), [])
    assert "the weights are the mean of those of 1 (1/4), 2 (1/4) and 3 (1/2) (`" in rendered


def test_the_cost_is_that_of_each_training_on_what_it_ran_on(root: Path) -> None:
    packaged = checkpoint.read(root / "inference/nghiquyet/model")
    facts = dict(packaged.manifest.facts)
    one, two = ({**facts["environment"], "device": "X", "gpu": False, "threads": 1, "processes": number} for number in (1, 2))
    first = {**_trained(facts, "phobert-small", 3, 700), "environment": two, "train_seconds": 3600.0}
    second = {**_trained(facts, "model", 2, 500), "environment": one, "train_seconds": 3600.0, "began_from": first}
    rendered = card.render(Checkpoint(packaged.path, dataclasses.replace(packaged.manifest, facts=second)), [])
    assert "120 minutes on 2 core(s) of X and 1 core(s) of X" in rendered
    assert "\n47 Wh " in rendered


def test_the_model_is_said_to_leave_out_what_it_is_not_sure_of(root: Path) -> None:
    packaged = checkpoint.read(root / "inference/nghiquyet/model")
    calibration = Calibration(1.25, -0.5)
    for least, said in ((0.35, "; entities below 0.35 are left out unless asked for"), (0.0, "")):
        manifest = dataclasses.replace(packaged.manifest, calibration=calibration, min_score=least)
        rendered = card.render(Checkpoint(packaged.path, manifest), [])
        assert f"| scores | the network's log-odds / 1.25 -0.5, as probability{said} |\n" in rendered
        assert "| temperature |" not in rendered


def test_the_least_words_of_an_entity_stand_in_the_card_if_there_are_any(root: Path) -> None:
    packaged = checkpoint.read(root / "inference/nghiquyet/model")
    for least, said in (({"TARGET": 3}, "| words of an entity, at least | TARGET 3 (99 in 100"), ({}, None)):
        rendered = card.render(Checkpoint(packaged.path, dataclasses.replace(packaged.manifest, least_words=least)), [])
        assert said in rendered if said else "words of an entity" not in rendered
        assert "\n\n## Data\n" in rendered
