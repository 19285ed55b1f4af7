"""What a run would do, before it runs: its data, windows and steps, and the memory and time that they will take, as measured."""

import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from rich.table import Table
from transformers import PreTrainedModel, Trainer, set_seed

from nghiquyet_training import bases, run_folder, train, trainer
from nghiquyet_training.articles import Article, labels_of
from nghiquyet_training.config import Config
from nghiquyet_training.examples import IGNORED, Example
from nghiquyet_training.train import Split

# Weight, gradient and AdamW's two moments, in float32.
_BYTES_A_PARAMETER = 16
_TIMED_STEPS = 3
# A forward pass is a third of a step: the backward pass takes twice its work.
_FORWARD = 1 / 3


@dataclass(frozen=True)
class Part:
    """One side of the split: its articles and spans by label; windows and pieces where the training itself reads them."""

    name: str
    articles: int
    spans: Mapping[str, int]
    windows: int | None = None
    pieces: int | None = None


@dataclass(frozen=True)
class Plan:
    """A run that has not been made.

    `padded` counts the pieces of an epoch with the padding up to the longest window of each batch; `memory` is an estimate in
    bytes a process, of weights, optimiser and what the largest batch keeps for its backward pass; `step_seconds` and `seconds`
    (the whole training with its dev scores, without export and the scores at the end) come from real steps, timed.
    """

    parts: tuple[Part, ...]
    straddled: int
    base: str
    parameters: int
    environment: Mapping[str, Any]
    batch_size: int
    accumulation: int
    epochs: float
    steps_an_epoch: int
    steps: int
    padded: int
    memory: int
    step_seconds: float
    seconds: float

    @property
    def padding(self) -> float:
        """The share of an epoch's pieces that is padding."""
        return 1 - (self.parts[0].pieces or 0) / self.padded


def plan(config: Config, parts: Split) -> Plan:
    """Prepare a run as `train.run` does and time a few of its steps; nothing of it is kept.

    Raises:
        InputError, CheckpointError, MissingExtraError: for what would stop the run.
    """
    set_seed(config.training.seed)
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = replace(config, output=folder)
        arguments = trainer.arguments(elsewhere, has_dev=bool(parts.dev))
        with arguments.main_process_first(local=False):
            base = bases.fetch(config.base)
        material = train.prepare(config, parts, base)
        made = trainer.trainer(elsewhere, arguments, material.plan, material.train, material.dev)
        sampler = made.get_train_dataloader().batch_sampler
        assert sampler is not None
        batches = list(sampler)
        # The last batch is filled up with blank windows of one piece.
        assert isinstance(made.train_dataset, trainer.Windows)
        lengths = [*chain.from_iterable(made.train_dataset.lengths), 1]
        costs = [len(batch) * max(lengths[index] for index in batch) for batch in batches]
        memory, rate = _measure(made, batches, costs)
        assert isinstance(made.model, PreTrainedModel)
        parameters = made.model.num_parameters()
    settings = config.training
    steps_an_epoch = math.ceil(len(batches) / settings.accumulation)
    dev_pieces = sum(len(example.input_ids) for example in material.dev)
    return Plan(
        parts=(
            _part("train", parts.train, material.train[0]),
            *((_part("dev", parts.dev, material.dev),) if parts.dev else ()),
            *((_part("test", parts.test, None),) if parts.test else ()),
        ),
        straddled=material.alignment.straddled,
        base=Path(base).name if Path(config.base).exists() else bases.full_name(config.base),
        parameters=parameters,
        environment=run_folder.environment(arguments.world_size, trainer.precision(arguments)),
        batch_size=settings.batch_size,
        accumulation=settings.accumulation,
        epochs=settings.epochs,
        steps_an_epoch=steps_an_epoch,
        steps=math.ceil(settings.epochs * steps_an_epoch),
        padded=sum(costs) * arguments.world_size,
        memory=memory,
        step_seconds=rate * sum(costs) / steps_an_epoch,
        seconds=rate * settings.epochs * (sum(costs) + dev_pieces * _FORWARD / arguments.world_size),
    )


def _part(name: str, articles: Sequence[Article], windows: Sequence[Example] | None) -> Part:
    counts = {label: sum(span.label == label for a in articles for span in a.entities) for label in labels_of(articles)}
    if windows is None:
        return Part(name, len(articles), counts)
    return Part(name, len(articles), counts, len(windows), sum(len(window.input_ids) for window in windows))


def _measure(made: Trainer, batches: Sequence[Sequence[int]], costs: Sequence[int]) -> tuple[int, float]:
    """The memory of a step in bytes, and the seconds that a piece takes, padding included.

    The largest batch is the first step, which also warms up; then come batches of small, middling and large cost.
    """
    assert isinstance(made.model, PreTrainedModel)
    assert isinstance(made.train_dataset, trainer.Windows)
    windows = made.train_dataset
    model, optimizer = made.accelerator.prepare(made.model, made.optimizer)
    parameters = list(made.model.parameters())
    by_cost = sorted(range(len(batches)), key=lambda number: costs[number])
    timed = [by_cost[len(by_cost) * (2 * turn + 1) // (2 * _TIMED_STEPS)] for turn in range(_TIMED_STEPS)]
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    def step(number: int) -> float:
        inputs = made.data_collator([windows[index] for index in batches[number]])
        start = time.perf_counter()
        made.training_step(model, inputs, (inputs["labels"] != IGNORED).sum())
        made.accelerator.clip_grad_norm_(parameters, made.args.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return time.perf_counter() - start

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        step(by_cost[-1])
    own = {parameter.untyped_storage().data_ptr() for parameter in parameters}
    memory = _BYTES_A_PARAMETER * sum(parameter.numel() for parameter in parameters)
    memory += sum(size for place, size in kept.items() if place not in own)
    return memory, sum(map(step, timed)) / sum(costs[number] for number in timed)


def tables(plan: Plan) -> tuple[Table, Table]:
    """The plan for a terminal: its data, and what it takes."""
    labels = list(dict.fromkeys(label for part in plan.parts for label in part.spans))
    data = Table("articles", "number", *labels, "windows", "pieces", title="data")
    for part in plan.parts:
        numbers = [part.articles, *(part.spans.get(label, 0) for label in labels), part.windows, part.pieces]
        data.add_row(part.name, *("" if number is None else f"{number:,}" for number in numbers))
    work = Table("", "", title="run", show_header=False)
    where = plan.environment
    for name, value in (
        ("base encoder", f"{plan.base}, {plan.parameters / 1e6:.1f} million parameters"),
        ("device", f"{where['device']}, {where['precision']}"),
        ("processes, threads of each", f"{where['processes']}, {where['threads']}"),
        ("spans that cannot be learnt exactly", f"{plan.straddled:,}"),
        ("windows a step", f"{plan.batch_size * plan.accumulation}, {plan.batch_size} at a time over all processes"),
        ("padding", f"{100 * plan.padding:.1f}% of {plan.padded:,} pieces an epoch"),
        ("steps", f"{plan.steps:,} in {plan.epochs:g} epochs of {plan.steps_an_epoch:,}"),
        ("memory a process", f"about {plan.memory / 2**30:.1f} GiB besides libraries"),
        ("a step", f"{plan.step_seconds:.2f} s on average, from {_TIMED_STEPS} that were timed"),
        ("training", f"about {timedelta(seconds=round(plan.seconds))}, if nothing stops it early; then export and scores"),
    ):
        work.add_row(name, value)
    return data, work
