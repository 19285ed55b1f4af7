"""The Trainer of masked-language training: which windows, masked how, in which order, at which loss, and what it saves.

Everything that chance decides comes from seed, pass and window, never from what was drawn before. So a run that goes on, and any
number of processes, sees the same batches.
"""

import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset as Rows
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from safetensors import SafetensorError
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler
from transformers import PreTrainedModel, PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.modeling_outputs import BaseModelOutput
from transformers.trainer_pt_utils import get_length_grouped_indices

from nghiquyet.errors import InputError
from nghiquyet_training import trainer
from nghiquyet_training.config import TrainingConfig
from nghiquyet_training.examples import IGNORED
from nghiquyet_training.masking import Masking

Batch = dict[str, Tensor]


class MaskedWindows(Dataset[tuple[Tensor, Tensor]]):
    """Windows with words to guess, as ids and labels; item `n * len(self) + i` is window `i` as pass `n` masks it."""

    def __init__(self, windows: Rows, chosen: NDArray[np.int64], masking: Masking, seed: int) -> None:
        """Take the rows `chosen` of `windows`, which are as `shards.cut` makes them."""
        self._windows = windows.with_format("numpy", columns=["input_ids", "starts"])
        self._chosen, self._masking, self._seed = chosen, masking, seed
        self.lengths: list[int] = np.asarray(windows.with_format("numpy", columns=["length"])[:]["length"])[chosen].tolist()

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, key: int) -> tuple[Tensor, Tensor]:
        number, position = divmod(key, len(self))
        row = int(self._chosen[position])
        window = self._windows[row]
        draw = np.random.default_rng((self._seed, number, row))
        seen, labels = self._masking(window["input_ids"], window["starts"], draw)
        return torch.from_numpy(seen), torch.from_numpy(labels)


class Passes(Sampler[int]):
    """The items of `steps` batches, pass after pass: each shuffled, windows of like length together.

    One stream and no epochs: to go on half-way is to skip what was seen.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, steps: int, seed: int) -> None:
        self._lengths, self._batch_size, self._steps, self._seed = lengths, batch_size, steps, seed

    def __len__(self) -> int:
        return self._steps * self._batch_size

    def __iter__(self) -> Iterator[int]:
        return islice(self._all(), len(self))

    def _all(self) -> Iterator[int]:
        for number in count():
            (seed,) = np.random.SeedSequence((self._seed, number)).generate_state(1)
            generator = torch.Generator().manual_seed(int(seed))
            order = get_length_grouped_indices(  # type: ignore[no-untyped-call]
                self._lengths, self._batch_size, generator=generator
            )
            yield from (number * len(order) + position for position in order)


@dataclass(frozen=True)
class Collator:
    """Pads windows of a batch to the longest with the id `padding`."""

    padding: int

    def __call__(self, windows: Sequence[tuple[Tensor, Tensor]]) -> Batch:
        seen, labels = zip(*windows, strict=True)
        return {
            "input_ids": pad_sequence(list(seen), batch_first=True, padding_value=self.padding),
            "attention_mask": pad_sequence([torch.ones_like(ids) for ids in seen], batch_first=True),
            "labels": pad_sequence(list(labels), batch_first=True, padding_value=IGNORED),
        }


@contextmanager
def asked_alone(model: PreTrainedModel, asked: Tensor) -> Iterator[None]:
    """Let the head of a masked-language model see the pieces alone that are `asked` for, as one row of a batch of one.

    The projection on the whole vocabulary is half of the work of a small encoder, and is wanted for one piece in seven.

    Args:
        model: any whose head reads the last hidden state of its encoder.
        asked: true where a label is; shape (windows, pieces).
    """

    def choose(_module: torch.nn.Module, _inputs: object, output: BaseModelOutput) -> BaseModelOutput:
        assert output.last_hidden_state is not None
        output.last_hidden_state = output.last_hidden_state[asked].unsqueeze(0)
        return output

    hook = model.base_model.register_forward_hook(choose)
    try:
        yield
    finally:
        hook.remove()


class MaskedTrainer(Trainer):
    """A Trainer in the order of `Passes`, at the loss of the pieces asked for, whose savings are whole or not there."""

    def __init__(
        self, model: PreTrainedModel, arguments: TrainingArguments, windows: MaskedWindows, order: Passes, **options: Any
    ) -> None:
        self._order = order
        super().__init__(model=model, args=arguments, train_dataset=windows, **options)
        self.remove_callback(PrinterCallback)

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:  # noqa: ARG002
        return self._order

    def compute_loss(self, model: Any, inputs: Batch, *arguments: Any, **options: Any) -> Any:
        asked = inputs["labels"] != IGNORED
        assert isinstance(self.model, PreTrainedModel)
        with asked_alone(self.model, asked):
            return super().compute_loss(model, {**inputs, "labels": inputs["labels"][asked].unsqueeze(0)}, *arguments, **options)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        try:
            super()._save_checkpoint(model, trial)
        # torch calls a full disk a RuntimeError.
        except (OSError, RuntimeError, SafetensorError) as error:
            assert self.args.output_dir is not None
            folder = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
            shutil.rmtree(folder, ignore_errors=True)
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise InputError(
                f"{folder}: cannot be written: {reason}; make room and start it again: it goes on from the last saving"
            ) from error


class Epochs(TrainerCallback):
    """Counts passes over the windows as epochs, since a Trainer takes the one stream of `Passes` for one."""

    def __init__(self, steps_an_epoch: float) -> None:
        self._steps_an_epoch = steps_an_epoch

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **more: Any,  # noqa: ARG002
    ) -> None:
        state.epoch = state.global_step / self._steps_an_epoch


@dataclass(frozen=True)
class HeldOut:
    """The cross-entropy, in nats a masked piece, on held-out documents, and on how many such pieces it was measured."""

    loss: float
    pieces: int

    @property
    def perplexity(self) -> float:
        return math.exp(min(self.loss, 700))

    def to_dict(self) -> dict[str, Any]:
        return {"loss": round(self.loss, 4), "perplexity": round(self.perplexity, 2), "masked_pieces": self.pieces}


def held_out(
    model: PreTrainedModel, windows: MaskedWindows, collator: Collator, batch_size: int, bfloat16: bool, console: Console
) -> HeldOut:
    """How well a model guesses the windows as their first pass masks them."""
    longest_first = sorted(range(len(windows)), key=lambda i: windows.lengths[i], reverse=True)
    batches = DataLoader(windows, batch_size, sampler=longest_first, collate_fn=collator)
    total, pieces = 0.0, 0
    torch.nn.Module.eval(model)
    for batch in track(batches, "measuring on held-out documents", console=console, transient=True):
        batch = {name: values.to(model.device) for name, values in batch.items()}
        labels = batch.pop("labels")
        asked = labels != IGNORED
        with torch.no_grad(), torch.autocast(model.device.type, torch.bfloat16, bfloat16), asked_alone(model, asked):
            logits = model(**batch).logits[0].float()
        total += torch.nn.functional.cross_entropy(logits, labels[asked], reduction="sum").item()
        pieces += len(logits)
    return HeldOut(total / pieces, pieces)


def masked_trainer(
    model: PreTrainedModel,
    arguments: TrainingArguments,
    training: TrainingConfig,
    windows: MaskedWindows,
    order: Passes,
    collator: Collator,
    callbacks: Sequence[TrainerCallback],
) -> MaskedTrainer:
    """The Trainer of a masked-language model, with the optimiser and the loss of fine-tuning."""
    return MaskedTrainer(
        model,
        arguments,
        windows,
        order,
        data_collator=collator,
        compute_loss_func=trainer.cross_entropy,
        callbacks=list(callbacks),
        optimizers=(trainer.optimizer(model, training), None),
    )
