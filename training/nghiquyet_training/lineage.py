"""The trainings that led to a model: its own, and those of the models that it went on from or is the mean of.

A run's facts hold those of the model that it went on from under `began_from`, a mean's those of each of its models under `mean_of`.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from nghiquyet import checkpoint
from nghiquyet.checkpoint import Manifest

LINKS: Final = frozenset({"began_from", "mean_of"})
# They are of a model, and not of what becomes of it.
_FIGURES: Final = frozenset({"metrics", "calibration"})

Facts = Mapping[str, Any]


def described(facts: Facts) -> dict[str, Any]:
    """The facts of a model as those that come of it keep them: without its figures."""
    return {name: fact for name, fact in facts.items() if name not in _FIGURES}


def manifest(base: Path) -> Manifest | None:
    """What a base says of itself if it is a model folder; None if it is a bare encoder.

    Raises:
        CheckpointError: if it is a model folder and cannot be read.
    """
    return checkpoint.read(base).manifest if (base / checkpoint.MANIFEST).is_file() else None


def of_base(folder: Path) -> dict[str, Any]:
    """What a base says of its trainings if it is a model folder; nothing if it is a bare encoder, or was trained by others.

    Raises:
        CheckpointError: if it is a model folder and cannot be read.
    """
    known = manifest(folder)
    return described(known.facts) if known and "config" in known.facts else {}


def trainings(facts: Facts) -> list[Facts]:
    """The facts of each training, once each, every one behind those that it went on from."""
    found: list[Facts] = []
    for last, _ in shares(facts):
        earlier = trainings(last["began_from"]) if "began_from" in last else []
        found += [each for each in [*earlier, last] if each not in found]
    return found


def shares(facts: Facts) -> list[tuple[Facts, Fraction]]:
    """The last trainings whose weights a model has, or is the mean of, each with its share; a mean may be one of means."""
    if "mean_of" not in facts:
        return [(described(facts), Fraction(1))]
    parts = [(training, share / len(facts["mean_of"])) for each in facts["mean_of"] for training, share in shares(each)]
    found: list[Facts] = []
    for training, _ in parts:
        if training not in found:
            found.append(training)
    return [(training, sum((share for other, share in parts if other == training), Fraction())) for training in found]


def seconds(facts: Facts) -> float:
    """How long all of them took."""
    return sum(float(training["train_seconds"]) for training in trainings(facts))
