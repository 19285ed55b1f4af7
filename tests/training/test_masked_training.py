import copy
import math
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from rich.console import Console
from transformers import (
    AutoModelForMaskedLM,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    ModernBertConfig,
    PreTrainedConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

from nghiquyet_training.examples import IGNORED
from nghiquyet_training.masked_training import Collator, MaskedWindows, Passes, asked_alone, held_out
from nghiquyet_training.masking import Masking
from nghiquyet_training.trainer import cross_entropy

SIZES: dict[str, Any] = {
    "vocab_size": 50,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
}
CONFIGS = [
    RobertaConfig(**SIZES),
    XLMRobertaConfig(**SIZES),
    BertConfig(**SIZES),
    ElectraConfig(**SIZES, embedding_size=8),
    DebertaV2Config(**SIZES),
    DistilBertConfig(vocab_size=50, dim=8, n_layers=1, n_heads=2, hidden_dim=16),
    ModernBertConfig(**SIZES, pad_token_id=1, bos_token_id=0, eos_token_id=2, cls_token_id=0, sep_token_id=2),
]


def _windows(lengths: list[int], masking: Masking, seed: int = 0) -> MaskedWindows:
    rows = [[0, *range(3, length + 1), 2] for length in lengths]
    content = {"length": lengths, "input_ids": rows, "starts": [list(range(1, length - 1)) for length in lengths]}
    return MaskedWindows(Dataset.from_dict(content), np.arange(len(lengths)), masking, seed)


MASKING = Masking(0.3, 49, np.arange(3, 49))


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.model_type)
def test_the_loss_of_the_pieces_asked_for_is_that_of_all(config: PreTrainedConfig) -> None:
    torch.manual_seed(0)
    one = AutoModelForMaskedLM.from_config(config, attn_implementation="eager").eval()  # type: ignore[no-untyped-call]
    other = copy.deepcopy(one)
    windows = _windows([12, 5, 9], MASKING)
    batch = Collator(1)([windows[i] for i in range(3)])
    labels = batch.pop("labels")
    asked = labels != IGNORED
    full = cross_entropy(other(**batch), labels, None)
    with asked_alone(one, asked):
        output = one(**batch)
    assert output.logits.shape == (1, int(asked.sum()), config.vocab_size)
    alone = cross_entropy(output, labels[asked].unsqueeze(0), None)
    assert alone.item() == pytest.approx(full.item(), rel=1e-5)
    torch.autograd.backward([full, alone])
    for (name, known), found in zip(other.named_parameters(), one.parameters(), strict=True):
        torch.testing.assert_close(found.grad, known.grad, msg=name)
    assert one(**batch).logits.shape[:2] == labels.shape


def test_a_window_is_masked_anew_in_each_pass_and_the_same_in_the_same() -> None:
    windows, again = _windows([30, 20], MASKING), _windows([30, 20], MASKING)
    for key in (0, 3, 7):
        for one, other in zip(windows[key], again[key], strict=True):
            assert torch.equal(one, other)
    drawn = [windows[key][1] for key in (0, 2, 4)]
    assert len({tuple(labels.tolist()) for labels in drawn}) == 3
    assert not torch.equal(windows[0][1], _windows([30, 20], MASKING, seed=1)[0][1])


def test_every_pass_has_every_window_once_and_more_steps_only_go_on() -> None:
    lengths = [5, 9, 9, 12, 5, 7, 8]
    keys = list(Passes(lengths, 3, 10, seed=4))
    assert len(keys) == len(Passes(lengths, 3, 10, seed=4)) == 30
    for number in range(4):
        passed = keys[number * 7 : (number + 1) * 7]
        assert sorted(passed) == list(range(number * 7, (number + 1) * 7))
    orders = {tuple(key % 7 for key in keys[number * 7 : (number + 1) * 7]) for number in range(4)}
    assert len(orders) > 1
    assert list(islice(Passes(lengths, 3, 99, seed=4), 30)) == keys
    assert list(Passes(lengths, 3, 10, seed=5)) != keys


def test_windows_of_like_length_come_together() -> None:
    lengths = [10, 20] * 40
    keys = list(Passes(lengths, 4, 20, seed=0))
    mixed = sum(len({lengths[key] for key in keys[i : i + 4]}) > 1 for i in range(0, 80, 4))
    assert mixed <= 6


def test_padding_is_neither_seen_nor_asked_for() -> None:
    windows = _windows([7, 4], MASKING)
    batch = Collator(padding=1)([windows[0], windows[1]])
    assert batch["input_ids"].shape == batch["labels"].shape == (2, 7)
    assert batch["attention_mask"].tolist() == [[1] * 7, [1] * 4 + [0] * 3]
    assert batch["input_ids"][1, 4:].tolist() == [1] * 3
    assert batch["labels"][1, 4:].tolist() == [IGNORED] * 3


def test_held_out_loss_is_the_mean_over_all_masked_pieces_whatever_the_batch() -> None:
    torch.manual_seed(0)
    model = AutoModelForMaskedLM.from_config(RobertaConfig(**SIZES))  # type: ignore[no-untyped-call]
    windows = _windows([12, 5, 9, 30], MASKING)
    losses = [held_out(model, windows, Collator(1), size, False, Console(quiet=True)) for size in (1, 3)]
    total, pieces = 0.0, 0
    for position in range(4):
        batch = Collator(1)([windows[position]])
        count = int((batch["labels"] != IGNORED).sum())
        total += model(**batch).loss.item() * count
        pieces += count
    for found in losses:
        assert found.pieces == pieces
        assert found.loss == pytest.approx(total / pieces, rel=1e-5)
        assert found.perplexity == pytest.approx(math.exp(total / pieces), rel=1e-4)
