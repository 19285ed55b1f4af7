"""Adaptation: the masked-language training of an encoder goes on on raw texts of a domain, before it is fine-tuned.

What Gururangan et al. 2020 (arXiv:2004.10964) call domain-adaptive pre-training, with whole-word masking. Texts are cut as serving
cuts them. A run that was broken off comes to the same encoder as one that was not.
"""

import dataclasses
import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from accelerate import PartialState
from datasets import Dataset as Rows
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer, PreTrainedModel, TrainingArguments, set_seed
from transformers.trainer_utils import SaveStrategy

from nghiquyet.errors import InputError
from nghiquyet.files import write_folder
from nghiquyet_training import bases, journal, run_folder, shards, trainer
from nghiquyet_training.config import Config, TrainingConfig
from nghiquyet_training.masked_training import Collator, Epochs, MaskedWindows, Passes, held_out, masked_trainer
from nghiquyet_training.masking import Masking
from nghiquyet_training.run_folder import Saved
from nghiquyet_training.shards import Survey

RECORD: Final = "adapt.json"
_UNFINISHED = "unfinished"
_ENCODER = "encoder"
_LOG = "log.jsonl"
# What of the configuration of a training has a part in an adaptation.
_DECISIVE = (
    "epochs",
    "batch_size",
    "accumulation",
    "learning_rate",
    "head_learning_rate",
    "weight_decay",
    "warmup",
    "dropout",
    "seed",
    "precision",
)
# More held-out documents would make the figures hardly surer, and cost time.
_MOST_HELD_OUT = 500


@dataclass(frozen=True)
class Settings:
    """What to adapt, to which texts, and how.

    Attributes:
        base: a folder or a hub id of an encoder.
        texts: files and folders of .txt and .jsonl, packed (.gz, .xz) or not.
        output: the folder to write the adapted encoder to.
        training: as for fine-tuning; `head_learning_rate` is for a masked-language head that is new.
        steps: how many; if None, as many as `training.epochs` passes over the texts take.
        save_every: steps between two savings, which are all that a break can cost.
        mask: the share of words to guess.
        pieces: what a window holds, both signs included.
        dev_fraction: the share of documents, but no more than 500 of them, that is held out to measure on.
        processes: how many cut the texts; the result does not depend on it.
    """

    base: str
    texts: tuple[str, ...]
    output: str
    # Masks differ in every pass, so there is little to overfit (Lan et al. 2020 do without); dropout takes a quarter of a step.
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(epochs=1.0, batch_size=16, learning_rate=1e-4, dropout=0.0)
    )
    steps: int | None = None
    save_every: int = 500
    mask: float = 0.15
    pieces: int = 256
    dev_fraction: float = 0.05
    processes: int = 1

    def check(self) -> None:
        """Refuse values out of range.

        Raises:
            InputError: at the first.
        """
        self.training.check()
        for name, least in (("steps", 1), ("save_every", 1), ("pieces", 3), ("processes", 1)):
            if (value := getattr(self, name)) is not None and value < least:
                raise InputError(f"{name} must be at least {least}, found {value}")
        if not 0 < self.mask < 1:
            raise InputError(f"mask must be above 0 and below 1, found {self.mask}")
        if not 0 <= self.dev_fraction < 1:
            raise InputError(f"dev_fraction must be at least 0 and below 1, found {self.dev_fraction}")


def adapt(settings: Settings, console: Console) -> dict[str, Any]:
    """Train, and write the encoder in the form of its base, its masked-language head with it; returns what its `adapt.json` says.

    A run that was broken off goes on from its last saving when started again with the same settings and texts. Of several
    processes that were started together the first alone writes and prints.

    Raises:
        NghiquyetError: if a text or the base cannot be used, something else stands at the output, or the disk is full.
    """
    settings.check()
    output = Path(settings.output)
    work = output / _UNFINISHED
    _require_room(output)
    arguments = _arguments(settings, work)
    console = console if arguments.should_save else Console(quiet=True)
    with arguments.main_process_first(local=False):
        base = bases.fetch(settings.base)
    if notice := bases.notice(settings.base):
        console.print(notice, style="yellow", markup=False, highlight=False)
    with console.status("reading the texts"):
        texts = shards.survey(settings.texts)
    facts = _facts(settings, base, texts)
    facts["environment"] = run_folder.environment(arguments.world_size, trainer.precision(arguments))
    with arguments.main_process_first(local=False):
        saved = run_folder.begin(work, facts, console)
    if not (work / _ENCODER).exists():
        _train(settings, arguments, base, texts, facts, saved, console)
    if arguments.should_save:
        _publish(output)
    PartialState().wait_for_everyone()
    result: dict[str, Any] = json.loads((output / RECORD).read_text(encoding="utf-8"))
    return result


def table(record: Mapping[str, Any]) -> Table:
    """The figures on held-out documents, before and after, for a terminal."""
    result = Table("held out", "loss a masked piece", "perplexity", "masked pieces")
    for name, figures in record["held_out_loss"].items():
        result.add_row(name, f"{figures['loss']:.4f}", f"{figures['perplexity']:.2f}", f"{figures['masked_pieces']:,}")
    return result


def _train(
    settings: Settings,
    arguments: TrainingArguments,
    base: Path,
    texts: Survey,
    facts: dict[str, Any],
    saved: Saved | None,
    console: Console,
) -> None:
    """Cut the texts, train, on from a saving or from the start, and write the encoder where `_publish` finds it."""
    work, training = Path(settings.output) / _UNFINISHED, settings.training
    set_seed(training.seed)
    model, head_is_new = _load(base, settings)
    if not head_is_new:
        training = dataclasses.replace(training, head_learning_rate=training.learning_rate)
    head = "new" if head_is_new else "that of the base"
    masking = _masking(base, model, settings.mask)
    # Windows of other texts may stand there, of a run that has saved nothing yet.
    cache = work / f"windows-{facts['data']['sha256'][:16]}-{facts['base_sha256'][:16]}-{settings.pieces}"
    with arguments.main_process_first(local=False):
        rows = shards.cut(settings.texts, texts, base, settings.pieces, cache, settings.processes, console)
    train, dev = (MaskedWindows(rows, side, masking, training.seed) for side in _sides(rows, settings.dev_fraction))
    batch = training.batch_size * training.accumulation
    steps = settings.steps or math.ceil(training.epochs * len(train) / batch)
    console.print(
        f"{texts.documents:,} documents: {len(train):,} windows to train on, {len(dev):,} held out; "
        f"{steps:,} steps of {batch} windows; masked-language head: {head}",
        highlight=False,
    )

    collator = Collator(shards.window_plan(base, settings.pieces).pieces.padding)

    def measure(model: PreTrainedModel) -> dict[str, Any] | None:
        if not len(dev):
            return None
        model.to(arguments.device)  # type: ignore[arg-type]
        return held_out(model, dev, collator, 2 * training.batch_size, arguments.bf16, console).to_dict()

    before = measure(model) if arguments.should_save else None
    record = journal.Journal(work / _LOG, saved.step if saved else 0)
    with journal.progress(console) as progress:
        callbacks = [Epochs(len(train) / batch), journal.Bar(progress), *([record] if arguments.should_save else [])]
        order = Passes(train.lengths, batch, steps, training.seed)
        made = masked_trainer(model, arguments, training, train, order, collator, callbacks)
        made.train(resume_from_checkpoint=str(saved.path) if saved else None)
    if not arguments.should_save:
        return
    facts |= {
        "head": head,
        "windows": {"train": len(train), "held_out": len(dev)},
        "pieces": {"train": sum(train.lengths), "held_out": sum(dev.lengths)},
        "steps": steps,
        "epochs_run": round(steps * batch / len(train), 4),
        "train_seconds": round(record.seconds, 1),
    }

    def fill(folder: Path) -> None:
        _save(model, base, folder)
        shutil.copyfile(work / _LOG, folder / _LOG)
        reread, _ = _load(folder, settings)
        facts["held_out_loss"] = {"before": before, "after": measure(reread)}
        (folder / RECORD).write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    write_folder(work / _ENCODER, fill)


def _require_room(output: Path) -> None:
    is_free = not output.exists() or (output.is_dir() and {path.name for path in output.iterdir()} <= {_UNFINISHED})
    # With the encoder written there, the last thing left to do is to move it.
    if not is_free and not (output / _UNFINISHED / _ENCODER).exists():
        raise InputError(f"{output}: exists already; choose another --output or remove it")


def _arguments(settings: Settings, work: Path) -> TrainingArguments:
    result = trainer.arguments(Config(settings.base, str(work), training=settings.training), has_dev=False)
    result.num_train_epochs = 1
    result.save_strategy = SaveStrategy.STEPS
    result.save_steps = settings.save_every
    # A GPU is quicker than one process can mask.
    result.dataloader_num_workers = 0 if result.use_cpu else 2
    return result


def _facts(settings: Settings, base: Path, texts: Survey) -> dict[str, Any]:
    """What decides the result, for reports: without the folders of this machine."""
    config = {name: getattr(settings, name) for name in ("steps", "mask", "pieces", "dev_fraction")}
    config["base"] = Path(settings.base).name if Path(settings.base).exists() else bases.full_name(settings.base)
    config["texts"] = [Path(name).name for name in settings.texts]
    config |= {name: getattr(settings.training, name) for name in _DECISIVE}
    return {
        "config": config,
        "base_sha256": bases.digest(base),
        "licence": bases.licence(settings.base),
        "data": dataclasses.asdict(texts),
    }


def _load(folder: Path, settings: Settings) -> tuple[PreTrainedModel, bool]:
    """The masked-language model of an encoder's folder, its output tied to its embeddings; and whether its head is new."""
    model, head_is_new = bases.load(AutoModelForMaskedLM, folder, settings.training.dropout)
    limit = bases.positions(model)
    if limit is not None and settings.pieces > limit:
        raise InputError(f"pieces is {settings.pieces}, but {folder} reads {limit} at a time; lower it")
    return model, head_is_new


def _masking(base: Path, model: PreTrainedModel, share: float) -> Masking:
    tokenizer = AutoTokenizer.from_pretrained(base)
    embeddings = model.get_input_embeddings()
    assert isinstance(embeddings, torch.nn.Embedding)
    known = embeddings.num_embeddings
    if tokenizer.mask_token_id is None or tokenizer.mask_token_id >= known:
        raise InputError(f"{base}: its vocabulary has no piece that stands for a masked one, so it cannot be trained to guess")
    replacements = sorted(set(range(min(known, len(tokenizer)))) - set(tokenizer.all_special_ids))
    return Masking(share, tokenizer.mask_token_id, np.array(replacements))


def _sides(rows: Rows, dev_fraction: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows to train on, and those of the documents held out: the ones of lowest hash, whatever the seed.

    Raises:
        InputError: if nothing is left to train on.
    """
    documents = np.asarray(rows.with_format("numpy", columns=["document"])[:]["document"])
    known = np.unique(documents)
    size = min(_MOST_HELD_OUT, max(1, round(len(known) * dev_fraction))) if dev_fraction else 0
    if size >= len(known):
        raise InputError(
            f"{len(known)} different documents with words in them, of which {size} are to be held out, leave nothing to train on; "
            "give more texts, or hold none out with --dev-fraction 0"
        )
    is_held_out = np.isin(documents, known[:size])
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def _save(model: PreTrainedModel, base: Path, folder: Path) -> None:
    """Write a model in the form of its base: type of numbers, vocabulary and what training changed in the configuration."""
    plain = AutoConfig.from_pretrained(base)
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob", "use_cache"):
        if hasattr(plain, name):
            setattr(model.config, name, getattr(plain, name))
    if plain.dtype is not None:
        torch.nn.Module.to(model, plain.dtype)
    try:
        model.save_pretrained(folder)
    except SafetensorError as error:
        raise OSError(str(error)) from error
    for name in bases.VOCABULARY:
        if (base / name).is_file():
            shutil.copyfile(base / name, folder / name)


def _publish(output: Path) -> None:
    """Move the encoder's files to their place; the configuration goes last, so that part of an encoder is not taken for one."""
    work = output / _UNFINISHED
    for file in sorted((work / _ENCODER).iterdir(), key=lambda file: file.name == "config.json"):
        file.replace(output / file.name)
    shutil.rmtree(work)
