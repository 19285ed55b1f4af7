from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest
import torch
from accelerate.data_loader import BatchSamplerShard
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import BatchSampler
from transformers import TrainingArguments
from transformers.trainer_pt_utils import LabelSmoother

from nghiquyet.errors import InputError, MissingExtraError
from nghiquyet_training import trainer
from nghiquyet_training.config import Config, TrainingConfig
from nghiquyet_training.examples import IGNORED, Example


def _config(**training: Any) -> Config:
    return Config("base", "output", training=TrainingConfig(**{"precision": "float32", **training}))


def _order(lengths: Sequence[int], settings: TrainingConfig, epoch: int = 0) -> list[int]:
    order = trainer._Order([lengths], settings)
    order.set_epoch(epoch)
    return list(order)


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=80),
    share=st.integers(1, 5),
    processes=st.integers(1, 4),
    accumulation=st.integers(1, 3),
    seed=st.integers(0, 2**31),
    epoch=st.integers(0, 20),
)
def test_any_number_of_processes_sees_the_same_batches(
    lengths: list[int], share: int, processes: int, accumulation: int, seed: int, epoch: int
) -> None:
    settings = TrainingConfig(batch_size=share * processes, accumulation=accumulation, seed=seed)
    order = _order(lengths, settings, epoch)
    shards = [
        BatchSamplerShard(BatchSampler(order, share, drop_last=False), processes, process, even_batches=True)
        for process in range(processes)
    ]
    together = [list(chain.from_iterable(parts)) for parts in zip(*shards, strict=True)]
    assert together == list(BatchSampler(order, settings.batch_size, drop_last=False))


@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=80), batch_size=st.integers(1, 9), epoch=st.integers(0, 9))
def test_an_epoch_has_every_window_once_then_blanks_to_the_end_of_the_last_batch(
    lengths: list[int], batch_size: int, epoch: int
) -> None:
    order = _order(lengths, TrainingConfig(batch_size=batch_size), epoch)
    windows, blanks = order[: len(lengths)], order[len(lengths) :]
    assert sorted(windows) == list(range(len(lengths)))
    assert blanks == [len(lengths)] * (-len(lengths) % batch_size)


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    batch_size=st.integers(1, 9),
    epoch=st.integers(0, 9),
    seed=st.integers(0, 99),
)
def test_each_epoch_has_its_own_windows_and_as_many_batches_as_the_longest(
    sizes: list[int], batch_size: int, epoch: int, seed: int
) -> None:
    order = trainer._Order([[*range(1, size + 1)] for size in sizes], TrainingConfig(batch_size=batch_size, seed=seed))
    order.set_epoch(epoch)
    shown = list(order)
    turn = epoch % len(sizes)
    first = sum(sizes[:turn])
    assert len(shown) == len(order) == -(-max(sizes) // batch_size) * batch_size
    assert sorted(shown[: sizes[turn]]) == list(range(first, first + sizes[turn]))
    assert set(shown[sizes[turn] :]) <= {sum(sizes)}


@given(noise=st.integers(0, 2**31))
def test_the_order_is_decided_by_seed_and_epoch_alone(noise: int) -> None:
    lengths = list(range(1, 101))
    before = {(seed, epoch): _order(lengths, TrainingConfig(seed=seed), epoch) for seed in (13, 14) for epoch in (0, 1)}
    torch.manual_seed(noise)
    assert {(seed, epoch): _order(lengths, TrainingConfig(seed=seed), epoch) for seed, epoch in before} == before
    assert len({tuple(order) for order in before.values()}) == len(before)


def test_a_blank_window_has_no_label_and_other_windows_are_as_they_were() -> None:
    examples = [Example([0, 7, 2], [IGNORED, 1, IGNORED]), Example([0, 2], [IGNORED, IGNORED])]
    windows = trainer.Windows([examples[:1], examples[1:]])
    assert len(windows) == 2
    assert windows.lengths == [[3], [2]]
    assert [(windows[index]["input_ids"], windows[index]["labels"]) for index in range(2)] == [
        (example.input_ids, example.labels) for example in examples
    ]
    assert windows[2] == {"input_ids": [0], "attention_mask": [1], "labels": [IGNORED]}
    batch = trainer._collator(9)([windows[index] for index in range(3)])
    assert batch["input_ids"].tolist() == [[0, 7, 2], [0, 2, 9], [0, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 0]]
    assert batch["labels"].tolist() == [[IGNORED, 1, IGNORED], [IGNORED] * 3, [IGNORED] * 3]


@given(
    seed=st.integers(0, 2**31),
    cut=st.integers(0, 6),
    labels=st.lists(st.sampled_from([IGNORED, 0, 1, 2, 3]), min_size=23, max_size=23),
)
def test_the_loss_of_a_step_is_the_same_however_it_is_cut(seed: int, cut: int, labels: list[int]) -> None:
    logits = torch.randn(6, 4, 4, generator=torch.Generator().manual_seed(seed))
    gold = torch.tensor([*labels, 3]).view(6, 4)
    whole = trainer.cross_entropy({"logits": logits}, gold, None)
    words = (gold != IGNORED).sum()
    parts = [trainer.cross_entropy({"logits": logits[rows]}, gold[rows], words) for rows in (slice(0, cut), slice(cut, 6))]
    torch.testing.assert_close(sum(parts), whole)
    torch.testing.assert_close(LabelSmoother(0.0)({"logits": logits}, gold.clone()), whole)


def test_what_the_hardware_or_the_install_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        InputError, match=r"training\.precision is 'float16', which takes a GPU; on a CPU choose 'auto', 'bfloat16'"
    ):
        trainer.arguments(_config(precision="float16"), has_dev=False)
    monkeypatch.setattr(trainer, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"training\.tensorboard needs .*: pip install 'nghiquyet\[tensorboard\]'"):
        trainer.arguments(_config(tensorboard=True), has_dev=False)


def test_processes_share_a_batch_evenly_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrainingArguments, "world_size", property(lambda _: 3))
    with pytest.raises(InputError, match=r"batch_size is 8, which 3 processes cannot share evenly; make it a multiple of 3"):
        trainer.arguments(_config(batch_size=8), has_dev=False)
    assert trainer.arguments(_config(batch_size=12), has_dev=False).per_device_train_batch_size == 4


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_precision_is_what_was_asked_for(precision: str) -> None:
    assert trainer.precision(trainer.arguments(_config(precision=precision), has_dev=False)) == precision
