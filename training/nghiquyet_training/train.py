"""Fine-tuning a token classifier with the Hugging Face Trainer, from labelled articles to a model folder."""

import dataclasses
import json
import math
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from rich.console import Console
from transformers import PreTrainedModel, TrainerCallback, TrainingArguments, set_seed

from nghiquyet import checkpoint
from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.entities import UNCALIBRATED
from nghiquyet.errors import InputError
from nghiquyet.extractor import Extractor
from nghiquyet.windows import WindowSize
from nghiquyet_training import articles as articles_module
from nghiquyet_training import augment, bases, calibration, journal, lineage, report, run_folder, trainer
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config
from nghiquyet_training.evaluate import evaluate
from nghiquyet_training.examples import Alignment, Example, examples
from nghiquyet_training.export import export
from nghiquyet_training.outcomes import Evaluation
from nghiquyet_training.thresholds import above


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


@dataclass(frozen=True)
class Material:
    """What a run works on: the folder of its encoder with the manifest of the model to come, and the windows of the articles.

    `train` holds those of each epoch, or of one epoch that stands for all.
    """

    plan: Checkpoint
    train: list[list[Example]]
    dev: list[Example]
    alignment: Alignment


def prepare(config: Config, parts: Split, base: Path) -> Material:
    """Cut the articles into the windows that the model will be served with.

    Raises:
        CheckpointError: if the encoder in `base` has no vocabulary that can be read.
    """
    plan = untrained(config, base, config.data.labels or articles_module.labels_of([*parts.train, *parts.dev]))
    settings = config.training
    train, alignment = augment.epochs(parts.train, plan, config.augmentation, math.ceil(settings.epochs), settings.seed)
    dev, _ = examples(parts.dev, plan)
    described = dataclasses.replace(plan.manifest, least_words=alignment.least_words(plan.manifest.least_words))
    return Material(dataclasses.replace(plan, manifest=described), train, dev, alignment)


def untrained(config: Config, base: Path, labels: Sequence[str]) -> Checkpoint:
    """The model to come, as far as cutting up texts goes: the vocabulary of the encoder in `base`, and the windows.

    Of a model in `base` it takes over how many words an entity has at least.
    """
    earlier = lineage.manifest(base)
    manifest = Manifest(
        labels=tuple(labels),
        segmenter=checkpoint.segmenter_for(base),
        window=WindowSize(config.window.pieces, config.window.context),
        least_words={label: least for label, least in earlier.least_words.items() if label in labels} if earlier else {},
    )
    return Checkpoint(base, manifest)


def run(config: Config, parts: Split, console: Console) -> tuple[Checkpoint, dict[str, Evaluation]]:
    """Train, export and score; returns the model folder `output/model` and the evaluations by the name of the articles scored.

    A run that was killed goes on from its last epoch when started again with the same configuration, base and data. Of several
    processes that were started together the first alone writes and prints; all return the same.
    """
    output = Path(config.output)
    set_seed(config.training.seed)
    arguments = trainer.arguments(config, has_dev=bool(parts.dev))
    console = console if arguments.should_save else Console(quiet=True)
    with arguments.main_process_first(local=False):
        base = bases.fetch(config.base)
    material = prepare(config, parts, base)
    _report_data(console, config, parts, material)

    facts = _facts(config, parts, material)
    facts["environment"] = run_folder.environment(arguments.world_size, trainer.precision(arguments))
    with arguments.main_process_first(local=False):
        saved = run_folder.begin(output, facts, console)
    record = journal.Journal(output / "log.jsonl", saved.step if saved else 0)
    if saved and saved.result:
        model, facts["epochs_run"] = bases.classifier(config, saved.result, material.plan.tags), saved.epoch
    else:
        model, facts["epochs_run"] = _train(config, arguments, material, saved, record, console)
    facts["train_seconds"] = round(record.seconds, 1)
    scored = _finish(config, model, material.plan, parts, facts, console) if arguments.should_save else {}
    (scored,) = broadcast_object_list([scored])
    return checkpoint.read(output / "model"), scored


def is_main_process() -> bool:
    """Whether this process is the only one, or the one of several started together that writes and prints."""
    return bool(PartialState().is_main_process)


def _train(
    config: Config,
    arguments: TrainingArguments,
    material: Material,
    saved: run_folder.Saved | None,
    record: journal.Journal,
    console: Console,
) -> tuple[PreTrainedModel, float]:
    """Train, on from a saved epoch or from the start; returns the model and the epochs that it has seen."""
    output = Path(config.output)
    with journal.progress(console) as progress:
        callbacks: list[TrainerCallback] = [journal.Bar(progress)]
        if arguments.should_save:
            callbacks.append(record)
            if config.training.tensorboard:
                callbacks.append(journal.tensorboard(output / "tensorboard", saved.step if saved else 0))
        made = trainer.trainer(config, arguments, material.plan, material.train, material.dev, callbacks)
        made.train(resume_from_checkpoint=str(saved.path) if saved else None)
    model = made.model
    assert isinstance(model, PreTrainedModel)
    assert made.state.epoch is not None
    return model, made.state.epoch


def _finish(
    config: Config, model: PreTrainedModel, plan: Checkpoint, parts: Split, facts: dict[str, Any], console: Console
) -> dict[str, Evaluation]:
    """Export the trained model, score what serving makes of it, and write both down."""
    output = Path(config.output)
    with console.status("exporting and scoring"):
        draft = checkpoint.write(output / "draft", plan.manifest, lambda folder: fill_model_folder(folder, model, plan.path))
        extractor = Extractor.load(draft.path)
        groups = {name: group for name, group in (("dev", parts.dev), ("test", parts.test)) if group}
        scored = {name: evaluate(extractor, group) for name, group in groups.items()}
        began_from = lineage.manifest(plan.path)
        earlier = began_from.calibration if began_from and began_from.labels == plan.manifest.labels else UNCALIBRATED
        fitted, facts["calibration"] = calibration.of_run(config.training, scored.get("dev"), earlier)
        least = config.training.min_score
        scored = {name: above(calibration.calibrated(evaluation, fitted), least) for name, evaluation in scored.items()}
        facts["metrics"] = {name: evaluation.to_dict() for name, evaluation in scored.items()}
        manifest = dataclasses.replace(plan.manifest, calibration=fitted, min_score=least, facts=facts)
        checkpoint.rewrite(draft, manifest, output / "model")
        scores = {
            name: report.analyse([report.Scored(evaluation, groups[name], parts.train)], plan)
            for name, evaluation in scored.items()
        }
        report.write(output, {**facts, "scores": scores}, [*parts.dev, *parts.test])
    shutil.rmtree(draft.path)
    shutil.rmtree(run_folder.checkpoints(output), ignore_errors=True)
    return scored


def fill_model_folder(folder: Path, model: PreTrainedModel, base: Path) -> None:
    """Put into `folder` what a model folder holds besides its manifest: weights, graph, and the vocabulary of `base`."""
    export(model.cpu(), folder)
    for name in bases.VOCABULARY:
        if (base / name).is_file():
            shutil.copyfile(base / name, folder / name)


def shareable(config: Config) -> dict[str, Any]:
    """The configuration for reports: without the folders of this machine."""
    settings: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config)))
    settings["base"] = Path(config.base).name if Path(config.base).exists() else bases.full_name(config.base)
    settings["data"] |= {key: [Path(name).name for name in settings["data"][key]] for key in ("train", "dev")}
    # What a search would vary says nothing of a run.
    del settings["output"], settings["search"]
    return settings


def _facts(config: Config, parts: Split, material: Material) -> dict[str, Any]:
    groups = (("train", parts.train), ("dev", parts.dev), ("test", parts.test))
    began_from = lineage.of_base(material.plan.path)
    return {
        "config": shareable(config),
        "base_sha256": bases.digest(material.plan.path),
        "licence": began_from.get("licence", bases.licence(config.base)),
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
        "alignment": {"spans": material.alignment.spans, "straddled": material.alignment.straddled},
        **({"began_from": began_from} if began_from else {}),
    }


def _report_data(console: Console, config: Config, parts: Split, material: Material) -> None:
    alignment = material.alignment
    if notice := bases.notice(config.base):
        console.print(notice, style="yellow", markup=False, highlight=False)
    console.print(
        f"{len(parts.train)} articles to train on ({len(material.train[0])} windows), {len(parts.dev)} for dev, "
        f"{len(parts.test)} held out; "
        f"{alignment.straddled} of {alignment.spans} spans begin or end inside a word or cross a line break"
    )
    for place in alignment.places[:5]:
        console.print(f"  {place}", style="dim", markup=False, highlight=False)
    for label, words in material.plan.manifest.least_words.items():
        console.print(f"{label} of fewer than {words} words will be left out: hardly any span learnt from has fewer", markup=False)
