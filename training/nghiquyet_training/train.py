"""Fine-tuning a token classifier with the Hugging Face Trainer, from labelled articles to a model folder."""

import dataclasses
import json
import platform
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from rich.console import Console
from safetensors import SafetensorError
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedModel,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.utils import logging as transformers_logging

from nghiquyet import checkpoint, hub
from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet.files import write_text
from nghiquyet.tags import TagSet
from nghiquyet.windows import WindowSize
from nghiquyet_training import articles as articles_module
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config, TrainingConfig
from nghiquyet_training.evaluate import evaluate, to_report
from nghiquyet_training.examples import IGNORED, Alignment, Example, examples
from nghiquyet_training.export import export
from nghiquyet_training.outcomes import Evaluation

_VOCABULARY = ("vocab.txt", "bpe.codes", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")


@dataclass(frozen=True)
class Split:
    """Articles to train on, to stop early by (may be empty), and to score at the end (never used for any choice)."""

    train: list[Article]
    dev: list[Article]
    test: list[Article]


def split(config: Config, held_out: Sequence[Article] = ()) -> Split:
    """The articles that a configuration names, by article: those held out are left out of training and dev.

    Raises:
        InputError: for faults in the files, or if nothing is left to train on.
    """
    labels = config.data.labels or None
    train = articles_module.read(config.data.train, labels)
    dev = articles_module.read(config.data.dev, labels) if config.data.dev else []
    away = {article.id for article in held_out}
    dev = [article for article in dev if article.id not in away]
    away |= {article.id for article in dev}
    train = [article for article in train if article.id not in away]
    if not dev and config.data.dev_fraction:
        shuffled = random.Random(config.training.seed).sample(train, len(train))  # noqa: S311
        size = round(len(shuffled) * config.data.dev_fraction)
        dev, chosen = shuffled[:size], {article.id for article in shuffled[:size]}
        train = [article for article in train if article.id not in chosen]
    if not train:
        raise InputError("no article is left to train on; name labelled files under data.train or with --data")
    if not articles_module.labels_of(train):
        raise InputError("the articles to train on have no labelled span at all")
    return Split(train, dev, list(held_out))


def run(config: Config, parts: Split, console: Console) -> tuple[Checkpoint, dict[str, Evaluation]]:
    """Train, export and score; returns the model folder `output/model` and the evaluations by the name of the articles scored.

    A run that was killed goes on from its last epoch when started again with the same configuration and data.
    """
    output = Path(config.output)
    settings = config.training
    set_seed(settings.seed)
    base = fetch(config.base)
    manifest = Manifest(
        labels=config.data.labels or articles_module.labels_of([*parts.train, *parts.dev]),
        segmenter="underthesea-crf" if checkpoint.is_phobert(base) else "none",
        window=WindowSize(config.window.pieces, config.window.context),
    )
    model_plan = Checkpoint(base, manifest)
    train_examples, alignment = examples(parts.train, model_plan)
    dev_examples, _ = examples(parts.dev, model_plan)
    _report_data(console, parts, train_examples, alignment)

    facts = _facts(config, parts, alignment)
    unfinished = _prepare_output(output, facts)
    trainer = _trainer(config, base, model_plan.tags, train_examples, dev_examples, output)
    trainer.train(resume_from_checkpoint=str(unfinished) if unfinished else None)

    facts["epochs_run"] = trainer.state.epoch
    facts["train_seconds"] = round(sum(entry.get("train_runtime", 0.0) for entry in trainer.state.log_history), 1)
    model = trainer.model
    assert isinstance(model, PreTrainedModel)
    with console.status("exporting and scoring"):
        draft = checkpoint.write(output / "draft", manifest, lambda folder: fill_model_folder(folder, model, base))
        extractor = Extractor.load(draft.path)
        scored = {name: evaluate(extractor, group) for name, group in (("dev", parts.dev), ("test", parts.test)) if group}
        facts["metrics"] = {name: evaluation.to_dict() for name, evaluation in scored.items()}
        scored_manifest = dataclasses.replace(manifest, facts=facts)
        final = checkpoint.write(output / "model", scored_manifest, lambda folder: _copy(draft.path, folder))
    shutil.rmtree(draft.path)
    report = {**facts, "scores": {name: to_report(evaluation) for name, evaluation in scored.items()}}
    write_text(output / "report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    shutil.rmtree(output / "checkpoints", ignore_errors=True)
    return final, scored


def fetch(base: str) -> Path:
    """The folder of an encoder: a folder as it is, a hub id downloaded once.

    Raises:
        InputError: if there is no such folder.
        CheckpointError: if the hub does not give it.
    """
    path = hub.folder(base, ignore=("*.msgpack", "*.h5", "*.ot", "onnx/*"))
    if not (path / "config.json").is_file():
        raise InputError(f"{base}: no such base encoder; give a folder with a config.json, or a hub id such as vinai/phobert-base")
    return path


def _trainer(config: Config, base: Path, tags: TagSet, train: Sequence[Example], dev: Sequence[Example], output: Path) -> Trainer:
    settings = config.training
    model = _classifier(config, base, tags)
    stop_early = bool(dev) and settings.patience > 0
    arguments = TrainingArguments(
        output_dir=str(output / "checkpoints"),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size * 2,
        gradient_accumulation_steps=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,
        lr_scheduler_type="linear",
        label_smoothing_factor=settings.label_smoothing,
        bf16=settings.precision == "bfloat16" or (settings.precision == "auto" and _fast_bfloat16()),
        use_cpu=not torch.cuda.is_available(),
        seed=settings.seed,
        data_seed=settings.seed,
        eval_strategy="epoch" if dev else "no",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=stop_early,
        metric_for_best_model="f1" if stop_early else None,
        # Else a run that goes on would count its patience from the start.
        restore_callback_states_from_checkpoint=True,
        logging_steps=20,
        report_to=[],
        remove_unused_columns=False,
        train_sampling_strategy="group_by_length",
        dataloader_pin_memory=torch.cuda.is_available(),
    )
    return Trainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(train),
        eval_dataset=_dataset(dev) if dev else None,
        data_collator=DataCollatorForTokenClassification(AutoTokenizer.from_pretrained(base), label_pad_token_id=IGNORED),
        compute_metrics=lambda prediction: _strict_f1(prediction, tags),
        callbacks=[EarlyStoppingCallback(settings.patience)] if stop_early else [],
        optimizers=(_optimizer(model, settings), None),
    )


def _classifier(config: Config, base: Path, tags: TagSet) -> PreTrainedModel:
    # It would report at length that the classifier on top is new.
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model_config = AutoConfig.from_pretrained(
            base,
            id2label=dict(enumerate(tags.tags)),
            label2id=tags.index,
            hidden_dropout_prob=config.training.dropout,
            # Drawing a number for every attention weight takes 40% of a step on a CPU, and eager attention is a third quicker.
            attention_probs_dropout_prob=0.0,
        )
        model = AutoModelForTokenClassification.from_pretrained(
            base, config=model_config, dtype=torch.float32, attn_implementation="eager"
        )
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"{base}: transformers cannot load this base encoder: {error}") from error
    assert isinstance(model, PreTrainedModel)
    positions = _positions(model)
    if positions is not None and config.window.pieces > positions:
        raise InputError(f"window.pieces is {config.window.pieces}, but {base} reads {positions} at a time; lower it")
    return model


def _positions(model: PreTrainedModel) -> int | None:
    """The pieces that an encoder with a table of positions can read at a time; RoBERTa's kind leaves its first rows unused."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            return module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
    return None


def _optimizer(model: PreTrainedModel, settings: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with a rate of its own for the new classifier, and no decay of biases and normalisation weights."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        is_head = not name.startswith(model.base_model_prefix + ".")
        groups.setdefault((is_head, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        {
            "params": parameters,
            "lr": settings.head_learning_rate if is_head else settings.learning_rate,
            "weight_decay": settings.weight_decay if decays else 0.0,
        }
        for (is_head, decays), parameters in groups.items()
    )


def _dataset(items: Sequence[Example]) -> Dataset:
    return Dataset.from_dict(
        {
            "input_ids": [item.input_ids for item in items],
            "attention_mask": [[1] * len(item.input_ids) for item in items],
            "labels": [item.labels for item in items],
        }
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
        return bool(torch.cuda.is_bf16_supported())
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def fill_model_folder(folder: Path, model: PreTrainedModel, base: Path) -> None:
    """Put into `folder` what a model folder holds besides its manifest: weights, graph, and the vocabulary of `base`."""
    export(model.cpu(), folder)
    for name in _VOCABULARY:
        if (base / name).is_file():
            shutil.copyfile(base / name, folder / name)


def _copy(source: Path, folder: Path) -> None:
    for file in source.iterdir():
        if file.name != checkpoint.MANIFEST:
            shutil.copyfile(file, folder / file.name)


def _prepare_output(output: Path, facts: dict[str, Any]) -> Path | None:
    """The last epoch of an unfinished run of the same configuration and data; one of others is refused, not overwritten.

    Raises:
        InputError: if the folder holds a run that differs.
    """
    started = output / "run.json"
    # The Trainer writes its state last: a checkpoint without it was cut short.
    epochs = [path.parent for path in (output / "checkpoints").glob("checkpoint-*/trainer_state.json")]
    plan = json.dumps({key: facts[key] for key in ("config", "data")}, ensure_ascii=False, indent=2) + "\n"
    if started.exists() and started.read_text(encoding="utf-8") != plan and (epochs or (output / "model").exists()):
        raise InputError(f"{output}: holds a run of another configuration or other data; choose another --output or remove it")
    write_text(started, plan)
    return max(epochs, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def shareable(config: Config) -> dict[str, Any]:
    """The configuration for reports: without the folders of this machine."""
    settings: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config)))
    settings["base"] = Path(config.base).name if Path(config.base).exists() else config.base
    settings["data"] |= {key: [Path(name).name for name in settings["data"][key]] for key in ("train", "dev")}
    del settings["output"]
    return settings


def _facts(config: Config, parts: Split, alignment: Alignment) -> dict[str, Any]:
    groups = (("train", parts.train), ("dev", parts.dev), ("test", parts.test))
    return {
        "config": shareable(config),
        "data": {
            name: {
                "articles": len(group),
                "sha256": articles_module.digest(group),
                "spans": {
                    label: sum(span.label == label for a in group for span in a.entities)
                    for label in articles_module.labels_of(group)
                },
            }
            for name, group in groups
            if group
        },
        "alignment": {"spans": alignment.spans, "straddled": alignment.straddled},
        "environment": {
            "python": platform.python_version(),
            "machine": platform.machine(),
            **{name: version(name) for name in ("nghiquyet", "torch", "transformers", "underthesea")},
        },
    }


def _report_data(console: Console, parts: Split, train: Sequence[Example], alignment: Alignment) -> None:
    console.print(
        f"{len(parts.train)} articles to train on ({len(train)} windows), {len(parts.dev)} for dev, {len(parts.test)} held out; "
        f"{alignment.straddled} of {alignment.spans} spans begin or end inside a word or cross a line break"
    )
    for place in alignment.places[:5]:
        console.print(f"  {place}", style="dim", markup=False, highlight=False)
