"""One model of several: the mean of their weights, which costs nothing in use and is often better than each.

Trainings that go on from one model, with other seeds or other articles, end around one valley, whose middle generalises better
than its edges (stochastic weight averaging, Izmailov et al. 2018; model soups, Wortsman et al. 2022). Models whose classifiers
began from different random numbers have nothing in common to be in the middle of.
"""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from nghiquyet import checkpoint
from nghiquyet.checkpoint import WEIGHTS, Checkpoint
from nghiquyet.entities import Calibration
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet_training import bases, foreign, lineage
from nghiquyet_training.train import fill_model_folder

# The cosine of two classifiers is above 0.9 if they began from the same one, whatever they have learnt since, and below 0.2 if not.
_LEAST_LIKENESS: Final = 0.5

Weights = Mapping[str, torch.Tensor]


def average(models: Sequence[Checkpoint], output: Path) -> Checkpoint:
    """Write the mean of some models, without a graph in 8-bit integers.

    Labels, windows and words are those of all; the calibration is the mean of theirs, and better fitted anew; too short for an
    entity is what all of them hold for it. The facts are those of the first but for its figures, with the time of all, and under
    `mean_of` those of each.

    Args:
        models: two or more, that began from one model, or from one encoder with the same seed.
        output: a new folder, or a model folder to replace.

    Raises:
        InputError: if there are fewer than two models, or they differ in more than their weights or have no start in common.
        CheckpointError: if weights cannot be read, or something else stands at `output`.
    """
    if len(models) < 2:
        raise InputError(f"the mean takes two models or more, found {len(models)}")
    first, *others = models
    weights = [_weights(each) for each in models]
    model = foreign.classifier(first.path)
    head = [name for name in weights[0] if not name.startswith(f"{model.base_model_prefix}.")]
    for other, more in zip(others, weights[1:], strict=True):
        _check_alike(first, other)
        if _shapes(more) != _shapes(weights[0]):
            raise InputError(f"{other.path}: its layers are not those of {first.path}; a mean takes models of one encoder")
        likeness = _cosine(*(torch.cat([each[name].float().flatten() for name in head]) for each in (weights[0], more)))
        if likeness < _LEAST_LIKENESS:
            raise InputError(
                f"{other.path}: its classifier did not begin from that of {first.path} (cosine {likeness:.2f}), and the mean of "
                "the two would be worse than either; take models that went on from one (run --base MODEL), or runs with one seed"
            )
    model.load_state_dict({name: torch.stack([each[name].float() for each in weights]).mean(0) for name in weights[0]})
    facts = [lineage.described(each.manifest.facts) for each in models]
    manifest = dataclasses.replace(
        first.manifest,
        calibration=_mean([each.manifest.calibration for each in models]),
        least_words=_least([each.manifest.least_words for each in models]),
        facts={
            **facts[0],
            "train_seconds": sum(each.get("train_seconds", 0) for each in facts),
            "mean_of": facts,
        },
    )
    return checkpoint.write(output, manifest, lambda draft: fill_model_folder(draft, model, first.path))


def _weights(model: Checkpoint) -> Weights:
    try:
        return load_file(model.path / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{model.path / WEIGHTS}: cannot be read: {error}") from error


def _mean(calibrations: Sequence[Calibration]) -> Calibration:
    return Calibration(
        statistics.mean(each.temperature for each in calibrations), statistics.mean(each.bias for each in calibrations)
    )


def _least(lengths: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """What all of them leave out."""
    shared = [label for label in lengths[0] if all(label in each for each in lengths)]
    return {label: min(each[label] for each in lengths) for label in shared}


def _check_alike(first: Checkpoint, other: Checkpoint) -> None:
    for name in ("labels", "segmenter", "window", "min_score"):
        here, there = getattr(other.manifest, name), getattr(first.manifest, name)
        if here != there:
            raise InputError(f"{other.path}: differs from {first.path} in {name} ({here}, {there}); a mean takes models alike")
    for name in bases.VOCABULARY:
        here, there = ((each.path / name).read_bytes() if (each.path / name).is_file() else None for each in (other, first))
        if here != there:
            raise InputError(f"{other.path}: its {name} is not that of {first.path}; a mean takes models of one vocabulary")


def _shapes(weights: Weights) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in weights.items()}


def _cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    return torch.nn.functional.cosine_similarity(one, other, dim=0).item()
