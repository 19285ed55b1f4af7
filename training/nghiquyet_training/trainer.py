"""The Hugging Face Trainer of a run: its arguments, optimiser and loss, the order of windows, and what early stopping looks at.

Several processes (`torchrun`, `accelerate launch`) share each batch among them, and come to the result of one.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset, Sampler
from transformers import (
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.trainer_pt_utils import get_length_grouped_indices

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import InputError, MissingExtraError
from nghiquyet.tags import TagSet
from nghiquyet_training import bases, run_folder
from nghiquyet_training.config import Config, TrainingConfig
from nghiquyet_training.examples import IGNORED, Example


def arguments(config: Config, has_dev: bool) -> TrainingArguments:
    """The Trainer's arguments; making them also joins the processes that were started together.

    Raises:
        InputError: if the hardware lacks the precision, or the processes cannot share a batch evenly.
        MissingExtraError: if TensorBoard is wanted and not installed.
    """
    settings = config.training
    on_gpu = torch.cuda.is_available()
    if settings.precision == "float16" and not on_gpu:
        raise InputError("training.precision is 'float16', which takes a GPU; on a CPU choose 'auto', 'bfloat16' or 'float32'")
    if settings.precision == "bfloat16" and on_gpu and not _fast_bfloat16():
        raise InputError("training.precision is 'bfloat16', which this GPU lacks; choose 'float16' or 'float32'")
    if settings.tensorboard and find_spec("tensorboard") is None:
        raise MissingExtraError("training.tensorboard", "tensorboard")
    stop_early = has_dev and settings.patience > 0
    result = TrainingArguments(
        # The Trainer keeps it as it is: a run must go on from any working directory.
        output_dir=str(run_folder.checkpoints(Path(config.output)).absolute()),
        num_train_epochs=settings.epochs,
        gradient_accumulation_steps=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,
        lr_scheduler_type="linear",
        bf16=settings.precision == "bfloat16" or (settings.precision == "auto" and _fast_bfloat16()),
        fp16=settings.precision == "float16",
        use_cpu=not on_gpu,
        seed=settings.seed,
        data_seed=settings.seed,
        eval_strategy="epoch" if has_dev else "no",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=stop_early,
        metric_for_best_model="f1" if stop_early else None,
        # Else a run that goes on would count its patience from the start.
        restore_callback_states_from_checkpoint=True,
        # A mean over several steps would differ where a run goes on between them.
        logging_steps=1,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=on_gpu,
        # Every weight of a token classifier has its part in every score; looking for idle ones would cost time.
        ddp_find_unused_parameters=False,
    )
    if settings.batch_size % result.world_size:
        raise InputError(
            f"training.batch_size is {settings.batch_size}, which {result.world_size} processes cannot share evenly; "
            f"make it a multiple of {result.world_size}"
        )
    result.per_device_train_batch_size = settings.batch_size // result.world_size
    result.per_device_eval_batch_size = 2 * result.per_device_train_batch_size
    # One process would split its batches over all GPUs in threads, which is slow; several GPUs are for several processes.
    result._n_gpu = min(result.n_gpu, 1)
    return result


def precision(arguments: TrainingArguments) -> str:
    """In which numbers matrices are multiplied; weights and optimiser are in float32."""
    return "bfloat16" if arguments.bf16 else "float16" if arguments.fp16 else "float32"


def trainer(
    config: Config,
    arguments: TrainingArguments,
    plan: Checkpoint,
    train: Sequence[Sequence[Example]],
    dev: Sequence[Example],
    callbacks: Sequence[TrainerCallback] = (),
) -> Trainer:
    """The Trainer of a run that starts from the encoder in the folder of `plan`, and makes what the manifest of `plan` says.

    Args:
        config: how to train.
        arguments: the Trainer's.
        plan: the model to come.
        train: the windows of each epoch, from the first again after the last.
        dev: the windows to stop early by.
        callbacks: others than the Trainer's own.

    Raises:
        InputError: if the encoder cannot be used.
    """
    settings = config.training
    model = bases.classifier(config, plan.path, plan.tags)
    stopping = [EarlyStoppingCallback(settings.patience)] if arguments.load_best_model_at_end else []
    result = _Trainer(
        settings,
        model=model,
        args=arguments,
        train_dataset=Windows(train),
        eval_dataset=Windows([dev]) if dev else None,
        data_collator=_collator(plan.pieces.padding),
        compute_loss_func=cross_entropy,
        compute_metrics=lambda prediction: _strict_f1(prediction, plan.tags),
        callbacks=[*stopping, *callbacks],
        optimizers=(optimizer(model, settings), None),
    )
    result.remove_callback(PrinterCallback)
    return result


class Windows(Dataset[dict[str, list[int]]]):
    """The windows of epoch after epoch as the collator takes them; the one after the last is blank: one piece that no loss comes
    from.

    `lengths` are those of the windows of each epoch, in pieces.
    """

    def __init__(self, epochs: Sequence[Sequence[Example]]) -> None:
        self.lengths = [[len(example.input_ids) for example in examples] for examples in epochs]
        self._rows = list(chain.from_iterable(epochs))
        self._rows.append(Example(self._rows[0].input_ids[:1], [IGNORED]))

    def __len__(self) -> int:
        return len(self._rows) - 1

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        row = self._rows[index]
        return {"input_ids": row.input_ids, "attention_mask": [1] * len(row.input_ids), "labels": row.labels}


def _collator(padding: int) -> Callable[[Sequence[Mapping[str, list[int]]]], dict[str, torch.Tensor]]:
    """Windows of a batch as tensors, padded at the end to the length of the longest with the piece `padding`."""
    fillings = {"input_ids": padding, "attention_mask": 0, "labels": IGNORED}

    def collate(windows: Sequence[Mapping[str, list[int]]]) -> dict[str, torch.Tensor]:
        return {
            name: pad_sequence([torch.tensor(window[name]) for window in windows], batch_first=True, padding_value=filling)
            for name, filling in fillings.items()
        }

    return collate


class _Order(Sampler[int]):
    """The windows of an epoch: shuffled, those of like length together, then blank ones until it has as many batches as the
    longest epoch, each full.

    Decided by seed and epoch alone, so that a run that goes on, and any number of processes, sees the same batches.
    """

    def __init__(self, lengths: Sequence[Sequence[int]], settings: TrainingConfig) -> None:
        self._lengths, self._settings, self._epoch = lengths, settings, 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return math.ceil(max(map(len, self._lengths)) / self._settings.batch_size) * self._settings.batch_size

    def __iter__(self) -> Iterator[int]:
        *before, lengths = self._lengths[: self._epoch % len(self._lengths) + 1]
        first, blank = sum(map(len, before)), sum(map(len, self._lengths))
        (seed,) = np.random.SeedSequence((self._settings.seed, self._epoch)).generate_state(1)
        order = get_length_grouped_indices(  # type: ignore[no-untyped-call]
            lengths,
            self._settings.batch_size * self._settings.accumulation,
            generator=torch.Generator().manual_seed(int(seed)),
        )
        yield from (first + index for index in order)
        yield from [blank] * (len(self) - len(order))


class _Trainer(Trainer):
    """A Trainer whose batches do not depend on the number of processes."""

    def __init__(self, settings: TrainingConfig, **options: Any) -> None:
        self._settings = settings
        super().__init__(**options)

    def _get_train_sampler(self, _: Any = None) -> Sampler[int]:
        assert isinstance(self.train_dataset, Windows)
        return _Order(self.train_dataset.lengths, self._settings)


def cross_entropy(
    output: Mapping[str, torch.Tensor], labels: torch.Tensor, num_items_in_batch: torch.Tensor | None
) -> torch.Tensor:
    """Cross-entropy a word over the words of a whole optimiser step, however it is cut into batches and over processes.

    The models' own loss is the mean over a batch, and would give each batch of an accumulated step the weight of the whole.
    """
    total = torch.nn.functional.cross_entropy(
        output["logits"].flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return total / (labels != IGNORED).sum() if num_items_in_batch is None else total / num_items_in_batch


def optimizer(model: PreTrainedModel, settings: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with a rate of its own for the new classifier, and no decay of biases and normalisation weights."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        is_head = not name.startswith(model.base_model_prefix + ".")
        groups.setdefault((is_head, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": settings.head_learning_rate if is_head else settings.learning_rate,
                "weight_decay": settings.weight_decay if decays else 0.0,
            }
            for (is_head, decays), parameters in groups.items()
        ],
        # One pass over each weight instead of a dozen: a tenth of a step on a CPU.
        fused=True,
    )


def _strict_f1(prediction: EvalPrediction, tags: TagSet) -> dict[str, float]:
    """Strict IOB2 F1 over the core words of each window: what early stopping looks at between epochs."""
    chosen = np.asarray(prediction.predictions).argmax(axis=-1)
    gold, found = [], []
    for row, labels in zip(chosen, np.asarray(prediction.label_ids), strict=True):
        kept = labels != IGNORED
        gold.append([tags.tags[tag] for tag in labels[kept]])
        found.append([tags.tags[tag] for tag in row[kept]])
    return {"f1": float(f1_score(gold, found, mode="strict", scheme=IOB2, zero_division=0))}


def _fast_bfloat16() -> bool:
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
