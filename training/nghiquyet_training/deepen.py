"""A trained model with more layers that say nothing at first, to be trained on as a deeper one.

A layer that is put in is a copy of the one before it whose two branches end in zeros, so that they add nothing until they have
learnt to (as in Net2Net, Chen et al. 2016, a network grows without forgetting; zero branches as in Fixup, Zhang et al. 2019).
Layers of BERT's kind normalise behind each branch, which would still change what comes in: so the first normalisation of the new
layer is left plain, and scale and shift of the second are fitted, column by column, to give back what came in.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from torch.nn.functional import layer_norm
from transformers import PreTrainedModel
from transformers.models.bert.modeling_bert import BertLayer
from transformers.models.roberta.modeling_roberta import RobertaLayer
from transformers.models.xlm_roberta.modeling_xlm_roberta import XLMRobertaLayer

from nghiquyet import checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import InputError
from nghiquyet.extractor import prepare
from nghiquyet.windows import WindowInput
from nghiquyet_training import foreign, lineage
from nghiquyet_training.train import fill_model_folder

# Windows that scale and shift are fitted on: some ten thousand rows for each column's two numbers.
_WINDOWS: Final = 64

# Of Transformers, which types it as any module: attention.output and output, each with dense and LayerNorm.
Layer = Any


@dataclass(frozen=True, slots=True)
class Deepened:
    """The model folder written, and the share of words, in 0..1, whose most probable tag is another than before."""

    model: Checkpoint
    changed: float


def deepen(source: Checkpoint, layers: int, texts: Iterable[str], output: Path) -> Deepened:
    """Write `output`, what `source` is with `layers` layers; those put in stand evenly among its own.

    Args:
        source: a model folder.
        layers: of the model to write, more than `source` has and at most twice as many.
        texts: some articles of the kind the model is for, on which the new layers are fitted to say nothing.
        output: a new folder, or a model folder to replace.

    Raises:
        InputError: if `layers` is out of range, the model is of a kind without such layers, or there is no word in the texts.
        CheckpointError: if something else stands at `output`.
    """
    windows = list(islice((window for text in texts for window in prepare(text, source)), _WINDOWS))
    if not windows:
        raise InputError("no text to fit the new layers on: give some articles of the kind the model is for")
    model = foreign.classifier(source.path).train(False)
    own = _layers(model, source.path)
    if not len(own) < layers <= 2 * len(own):
        raise InputError(f"{source.path} has {len(own)} layers and can be given {len(own) + 1} to {2 * len(own)}, found {layers}")
    before = _tags(model, windows)
    added = layers - len(own)
    behind = {(number + 1) * len(own) // added - 1 for number in range(added)}
    seen = _outputs(model, {place: own[place] for place in behind}, windows)
    grown = [
        each for place, layer in enumerate(own) for each in ([layer, _silent(layer, seen[place])] if place in seen else [layer])
    ]
    model.base_model.encoder.layer = nn.ModuleList(grown)
    model.config.num_hidden_layers = layers
    changed = (before != _tags(model, windows)).float().mean().item()
    manifest = replace(source.manifest, facts=lineage.described(source.manifest.facts))
    return Deepened(checkpoint.write(output, manifest, lambda draft: fill_model_folder(draft, model, source.path)), changed)


def _layers(model: PreTrainedModel, path: Path) -> Sequence[Layer]:
    layers = getattr(getattr(model.base_model, "encoder", None), "layer", [])
    if not layers or not all(isinstance(layer, BertLayer | RobertaLayer | XLMRobertaLayer) for layer in layers):
        raise InputError(f"{path}: {type(model).__name__} has no layers of BERT's kind; only of such more can be put in")
    return list(layers)


def _outputs(model: PreTrainedModel, layers: Mapping[int, Layer], windows: Iterable[WindowInput]) -> dict[int, torch.Tensor]:
    """What comes out of each of the layers, a row a piece of the windows."""
    seen: dict[int, list[torch.Tensor]] = {place: [] for place in layers}

    def keep(place: int, output: torch.Tensor | tuple[torch.Tensor, ...]) -> None:
        seen[place].append((output if isinstance(output, torch.Tensor) else output[0])[0])

    hooks = [layer.register_forward_hook(lambda _, __, output, place=place: keep(place, output)) for place, layer in layers.items()]
    _tags(model, windows)
    for hook in hooks:
        hook.remove()
    return {place: torch.cat(rows) for place, rows in seen.items()}


def _silent(layer: Layer, rows: torch.Tensor) -> Layer:
    """A layer that gives back rows as they come in, as nearly as a scale and a shift a column can."""
    silent = copy.deepcopy(layer)
    first, second = silent.attention.output, silent.output
    plain = layer_norm(rows, rows.shape[1:], eps=second.LayerNorm.eps)
    centred = plain - plain.mean(0)
    scale = (centred * rows).mean(0) / centred.square().mean(0)
    with torch.no_grad():
        for part in (first, second):
            part.dense.weight.zero_()
            part.dense.bias.zero_()
        first.LayerNorm.weight.fill_(1)
        first.LayerNorm.bias.zero_()
        second.LayerNorm.weight.copy_(scale)
        second.LayerNorm.bias.copy_(rows.mean(0) - scale * plain.mean(0))
    return silent


@torch.inference_mode()
def _tags(model: PreTrainedModel, windows: Iterable[WindowInput]) -> torch.Tensor:
    """The number of the most probable tag of each word of the windows."""
    rows = [model(input_ids=torch.tensor([window.ids])).logits[0, list(window.first_pieces)] for window in windows]
    return torch.cat(rows).argmax(-1)
