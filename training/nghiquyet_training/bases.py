"""Base encoders: what they are called, where they come from, under which licence, and as a token classifier."""

import copy
import hashlib
import pickle
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForTokenClassification, PreTrainedModel
from transformers.utils import logging as transformers_logging

from nghiquyet import hub
from nghiquyet.errors import InputError
from nghiquyet.tags import TagSet
from nghiquyet_training.config import Config

# Weights that hubs hold besides those that torch reads.
OTHER_FORMATS: Final = ("*.msgpack", "*.h5", "*.ot", "onnx/*")
VOCABULARY: Final = (
    "vocab.txt",
    "bpe.codes",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
_CONFIG = "config.json"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_HUB_IDS = {
    "phobert-base": "vinai/phobert-base",
    "phobert-large": "vinai/phobert-large",
    "phobert-base-v2": "vinai/phobert-base-v2",
    "xlm-roberta-base": "FacebookAI/xlm-roberta-base",
    "xlm-roberta-large": "FacebookAI/xlm-roberta-large",
}
# By the last part of the name, so that a folder into which the hub's was copied counts as well.
_COPYLEFT = {"phobert-base-v2": "agpl-3.0"}


def full_name(base: str) -> str:
    """The hub id that a short name stands for, unless a folder of that name is here.

    >>> full_name("phobert-base"), full_name("somebody/bert")
    ('vinai/phobert-base', 'somebody/bert')
    """
    return base if Path(base).exists() else _HUB_IDS.get(base, base)


def licence(base: str) -> str:
    """The licence, as an SPDX identifier in lower case, that a model fine-tuned from `base` comes under.

    >>> licence("phobert-base"), licence("vinai/phobert-base-v2")
    ('apache-2.0', 'agpl-3.0')
    """
    return _COPYLEFT.get(Path(base).name, "apache-2.0")


def notice(base: str) -> str | None:
    """What whoever fine-tunes `base` should know of its licence, if it binds what is made from it."""
    if Path(base).name not in _COPYLEFT:
        return None
    return (
        f"{base} is under AGPL-3.0: a model fine-tuned from it comes under it too, and so does a service that runs it; "
        "vinai/phobert-base and vinai/phobert-large are under the MIT licence"
    )


def fetch(base: str) -> Path:
    """The folder of an encoder: a folder as it is, a hub id or its short name downloaded once.

    Raises:
        InputError: if there is no such folder.
        CheckpointError: if the hub does not give it.
    """
    path = hub.folder(full_name(base), ignore=OTHER_FORMATS)
    if not (path / _CONFIG).is_file():
        raise InputError(f"{base}: no such base encoder; give a folder with a config.json, or a hub id such as vinai/phobert-base")
    return path


def digest(folder: Path) -> str:
    """SHA-256 over the configuration, weights and vocabulary of an encoder: what of it decides the result of a run."""
    names = {_CONFIG, *VOCABULARY, *(path.name for pattern in _WEIGHTS for path in folder.glob(pattern))}
    result = hashlib.sha256()
    for path in sorted(folder / name for name in names):
        if path.is_file():
            with path.open("rb") as file:
                result.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return result.hexdigest()


def classifier(config: Config, folder: Path, tags: TagSet) -> PreTrainedModel:
    """The encoder of a folder, in float32, with a classifier of words on top: a new one, unless the folder's own gives these tags.

    Raises:
        InputError: if transformers cannot load it, or it cannot read so long a window.
    """
    dropout = config.training.dropout
    if _own_tags(folder) in {None, tags.tags}:
        labels = {"id2label": dict(enumerate(tags.tags)), "label2id": tags.index}
        model, _ = load(AutoModelForTokenClassification, folder, dropout, **labels)
    else:
        model, _ = load(AutoModelForTokenClassification, folder, dropout)
        model = _with_tags(model, tags)
    limit = positions(model)
    if limit is not None and config.window.pieces > limit:
        raise InputError(f"window.pieces is {config.window.pieces}, but {folder} reads {limit} at a time; lower it")
    return model


def _own_tags(folder: Path) -> tuple[str, ...] | None:
    """The tags of a token classifier's folder, by index; None if it is none, or cannot be read, which loading it will tell."""
    try:
        config = AutoConfig.from_pretrained(folder)
    except (OSError, ValueError):
        return None
    is_classifier = any(name.endswith("ForTokenClassification") for name in config.architectures or ())
    return tuple(name for _, name in sorted(config.id2label.items())) if is_classifier else None


def _with_tags(model: PreTrainedModel, tags: TagSet) -> PreTrainedModel:
    """The same encoder under a new classifier."""
    config = copy.deepcopy(model.config)
    config.id2label, config.label2id = dict(enumerate(tags.tags)), dict(tags.index)
    kind: Any = AutoModelForTokenClassification
    result: PreTrainedModel = kind.from_config(config, dtype=torch.float32, attn_implementation="eager")
    result.base_model.load_state_dict(model.base_model.state_dict())
    return result


def load(kind: Any, folder: Path, dropout: float, **settings: Any) -> tuple[PreTrainedModel, bool]:
    """The encoder of a folder, in float32, under the head of `kind`, an auto class of transformers; and whether the head is new.

    Args:
        kind: AutoModelForTokenClassification and the like.
        folder: the encoder's.
        dropout: that of hidden states.
        settings: other keys of the configuration that differ from the folder's.

    Raises:
        InputError: if transformers cannot load it.
    """
    # It would report at length that a head is new.
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # Drawing a number for every attention weight takes 40% of a step on a CPU, and eager attention is a third quicker.
        config = AutoConfig.from_pretrained(folder, hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0, **settings)
        model, report = kind.from_pretrained(
            folder, config=config, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError, pickle.UnpicklingError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{folder}: transformers cannot load this base encoder: {reason}") from error
    assert isinstance(model, PreTrainedModel)
    return model, any(not name.startswith(f"{model.base_model_prefix}.") for name in report["missing_keys"])


def positions(model: PreTrainedModel) -> int | None:
    """The pieces that an encoder with a table of positions can read at a time; RoBERTa's kind leaves its first rows unused."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            return module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
    return None
