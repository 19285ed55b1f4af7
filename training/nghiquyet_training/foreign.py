"""A token classifier that Transformers saved, or a model folder without a graph, as a whole model folder of ours."""

import dataclasses
import pickle
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import AutoModelForTokenClassification, PreTrainedModel
from transformers.utils import logging as transformers_logging

from nghiquyet import checkpoint, hub
from nghiquyet.checkpoint import MANIFEST, Checkpoint, Manifest
from nghiquyet.errors import CheckpointError, InputError
from nghiquyet.tags import OUTSIDE, TagSet
from nghiquyet.windows import WindowSize
from nghiquyet_training import bases
from nghiquyet_training.bases import OTHER_FORMATS, positions
from nghiquyet_training.train import fill_model_folder


def convert(
    source: str, output: Path, pieces: int | None = None, context: int | None = None, vocabulary: str | None = None
) -> Checkpoint:
    """Write the model folder `output`, with float16 weights and ONNX graph, that finds what `source` finds.

    Args:
        source: a folder or hub id: a Transformers checkpoint whose labels are BIO tags, or a model folder of ours.
        output: a new folder, or a model folder to replace.
        pieces: the window in word pieces; None is what a model folder says, or 256, or less where a checkpoint reads no more.
        context: of them, on each side, seen but not scored; None is what a model folder says, or 32.
        vocabulary: a folder or hub id that holds the vocabulary, where a checkpoint was saved without.

    Raises:
        InputError: if there is no such folder, or its model cannot be one of ours.
        CheckpointError: if the hub or a damaged folder does not give it, or something else stands at `output`.
    """
    folder = hub.folder(source, ignore=OTHER_FORMATS)
    words = bases.fetch(vocabulary) if vocabulary else folder
    if (folder / MANIFEST).is_file():
        manifest = checkpoint.read(folder).manifest
        model = classifier(folder)
    else:
        if not (folder / "config.json").is_file():
            raise InputError(f"{source}: no checkpoint; give a folder with a config.json, a model folder, or a hub id")
        try:
            checkpoint.pieces_of(words)
        except CheckpointError as error:
            raise InputError(f"{error}; name the encoder that it was fine-tuned from with --vocabulary") from error
        model = classifier(folder)
        tags = _in_our_order(model, folder)
        name = folder.name if Path(source).exists() else source
        pieces = pieces or min(WindowSize().pieces, positions(model) or WindowSize().pieces)
        manifest = Manifest(tags.labels, checkpoint.segmenter_for(words), WindowSize(), facts={"exported_from": name})
    manifest = dataclasses.replace(manifest, window=_window(model, manifest.window, pieces, context))
    return checkpoint.write(output, manifest, lambda draft: fill_model_folder(draft, model, words))


def tags_of(names: Sequence[str]) -> TagSet:
    """The tag set that has exactly these tags; its labels come in the order of their B- tags.

    >>> tags_of(["B-PER", "I-PER", "O"]).tags
    ('O', 'B-PER', 'I-PER')

    Raises:
        InputError: if they are not O, and B- and I- of each label.
    """
    labels = tuple(dict.fromkeys(name.removeprefix("B-") for name in names if name.startswith("B-") and name != "B-"))
    if not labels or sorted(TagSet(labels).tags) != sorted(names):
        raise InputError(f"its labels are not BIO tags: {', '.join(names)}; expected {OUTSIDE}, and B- and I- of each label")
    return TagSet(labels)


def classifier(folder: Path) -> PreTrainedModel:
    """The model of a folder in float32, all of whose weights are used and come from it.

    Raises:
        InputError: if it cannot be loaded, or is of another kind.
    """
    # It would report at length what does not fit.
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model, loading = AutoModelForTokenClassification.from_pretrained(
            folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError, pickle.UnpicklingError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{folder}: transformers cannot load it as a token classifier: {reason}") from error
    assert isinstance(model, PreTrainedModel)
    # Encoders carry left-overs, such as a pooling layer, that classifying tokens does not use; a head must fit whole.
    prefix = model.base_model_prefix + "."
    strange = sorted(loading["missing_keys"]) + sorted(key for key in loading["unexpected_keys"] if not key.startswith(prefix))
    if strange:
        kinds = ", ".join(model.config.architectures or ["unknown"])
        raise InputError(
            f"{folder}: a model of another kind ({kinds}): {', '.join(strange[:3])} do not fit one linear layer over each piece; "
            "only models of that kind (...ForTokenClassification) can be exported"
        )
    return model


def _in_our_order(model: PreTrainedModel, folder: Path) -> TagSet:
    """The model's tags, after its classifier's rows were put in their order."""
    by_row = {int(row): name for row, name in (model.config.id2label or {}).items()}
    names = [by_row.get(row, "none") for row in range(len(by_row))]
    try:
        tags = tags_of(names)
    except InputError as error:
        raise InputError(f"{folder}: {error}") from error
    head = getattr(model, "classifier", None)
    if not isinstance(head, torch.nn.Linear) or head.out_features != len(names):
        raise InputError(f"{folder}: the classifier of {type(model).__name__} is not one linear layer, and cannot be exported")
    order = [names.index(tag) for tag in tags.tags]
    with torch.no_grad():
        for weight in head.parameters():
            weight.copy_(weight[order].clone())
    model.config.id2label, model.config.label2id = dict(enumerate(tags.tags)), dict(tags.index)
    return tags


def _window(model: PreTrainedModel, size: WindowSize, pieces: int | None, context: int | None) -> WindowSize:
    wanted = (size.pieces if pieces is None else pieces, size.context if context is None else context)
    limit = positions(model)
    if limit is not None and wanted[0] > limit:
        raise InputError(f"--pieces is {wanted[0]}, but the model reads {limit} at a time; lower it")
    try:
        return WindowSize(*wanted)
    except ValueError as error:
        raise InputError(f"{error}; see --pieces and --context") from error
