"""The commands under nghiquyet-train data: labelled articles checked, counted, parted, and carried to and from other tools."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from nghiquyet.errors import InputError
from nghiquyet_training.formats import Format

if TYPE_CHECKING:
    from nghiquyet_training.agreement import Agreement
    from nghiquyet_training.formats import Notes
    from nghiquyet_training.validation import Report

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Check, measure, part and convert labelled articles.")
_console = Console()
_IDS_NAMED: Final = 10


class Tool(StrEnum):
    """What `prelabel` writes for."""

    labelstudio = Format.labelstudio.value
    doccano = Format.doccano.value


Files = Annotated[list[Path], typer.Argument(metavar="FILES", help="Labelled articles, JSON Lines.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs instead of tables.")]
Similarity = Annotated[
    float, typer.Option(min=0.05, max=1, help="Share of four-word runs from which on two articles are near-duplicates.")
]


@app.command()
def validate(
    files: Files,
    labels: Annotated[str | None, typer.Option(help="The labels that may occur, such as ORG,PERSON,TARGET. Default: any.")] = None,
    before: Annotated[
        list[Path] | None,
        typer.Option(help="The same articles before they were worked on: says what changed; may be repeated."),
    ] = None,
    fewest: Annotated[int, typer.Option(min=0, help="Warn of labels with fewer spans.")] = 10,
    similarity: Similarity = 0.5,
    hints: Annotated[int, typer.Option(min=0, help="Hints of each kind to print.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Find every fault in labelled files, with file, line, article, span and what to do.

    Errors make data unusable or scores untrue, warnings are most likely
    mistakes, hints are worth a look. Files given together are taken as
    splits of one corpus: an article that stands in two, or nearly so, is an
    error. Exit code 0: no error; 1: errors; 2: a file that cannot be read.

    [dim]nghiquyet-train data validate my-train.jsonl my-dev.jsonl --labels ORG,PERSON,TARGET[/dim]
    [dim]nghiquyet-train data validate corrected.jsonl --before suggested.jsonl[/dim]
    """
    from nghiquyet_training import articles
    from nghiquyet_training.validation import Severity, validate

    known = None if labels is None else [label.strip() for label in labels.split(",") if label.strip()]
    old = articles.read(before) if before else None
    report = validate(files, known, fewest=fewest, similarity=similarity, before=old)
    if as_json:
        _print_json(report.to_dict())
    else:
        _print_report(report, hints)
    if report.count(Severity.error):
        raise typer.Exit(1)


@app.command()
def stats(
    files: Files,
    by: Annotated[
        list[str] | None, typer.Option(help="Group by this key of the lines; may be repeated. Default: keys with 2 to 20 values.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count articles, words, spans and their lengths a label, and for each value of further keys.

    [dim]nghiquyet-train data stats data/written.jsonl --by kind --by level[/dim]
    """
    from nghiquyet_training import articles
    from nghiquyet_training.corpus_statistics import describe, tables

    figures = describe(articles.read(files), by)
    if as_json:
        _print_json(figures.to_dict())
        return
    _console.print(f"{figures.whole.articles:,} articles, {figures.whole.words:,} words, {figures.characters:,} characters")
    for table in tables(figures):
        _console.print(table)


@app.command()
def split(
    files: Files,
    out: Annotated[Path, typer.Option(help="Folder for train.jsonl, dev.jsonl and test.jsonl.")],
    dev: Annotated[float, typer.Option(min=0, max=1, help="Share of the articles for development; 0 writes no dev.jsonl.")] = 0.1,
    test: Annotated[float, typer.Option(min=0, max=1, help="Share of the articles for the test; 0 writes no test.jsonl.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Another seed parts the articles otherwise.")] = 13,
    similarity: Similarity = 0.5,
    as_json: AsJson = False,
) -> None:
    """Part articles into train, dev and test, with about the same share of every label; near-duplicates stay together.

    The same articles and seed give the same parts, whatever the order of files and lines.

    [dim]nghiquyet-train data split my-articles.jsonl --out splits --dev 0.1 --test 0.2[/dim]
    """
    from nghiquyet_training import articles, splits
    from nghiquyet_training.corpus_statistics import group, group_table, length

    if dev + test >= 1 or not dev + test:
        raise InputError(f"--dev {dev} and --test {test} must be together above 0 and below 1; the rest is for training")
    shares = {part: share for part, share in (("train", 1 - dev - test), ("dev", dev), ("test", test)) if share}
    targets = {part: out / f"{part}.jsonl" for part in ("train", "dev", "test")}
    sources = {path.resolve() for path in files}
    for part, path in targets.items():
        if path.resolve() in sources:
            raise InputError(f"{path}: would be overwritten by a part of itself; choose another folder with --out")
        if part not in shares and path.exists():
            raise InputError(f"{path}: is left of another split, and its articles would stand in two parts; remove it first")
    found = articles.read(files)
    parts = splits.split(found, shares, seed, similarity)
    for part, chosen in parts.items():
        articles.write(targets[part], chosen)
    lengths = {article.id: length(article.text) for article in found}
    groups = {str(targets[part]): group(chosen, lengths) for part, chosen in parts.items()}
    if as_json:
        _print_json({path: {"articles": part.articles, "words": part.words, "spans": part.spans} for path, part in groups.items()})
    else:
        _console.print(group_table("written", groups))


@app.command()
def agree(
    first: Annotated[Path, typer.Argument(metavar="A", help="Labelled articles, JSON Lines.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The same articles labelled by somebody else.")],
    limit: Annotated[int, typer.Option(min=0, help="Disagreements to print; JSON has all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Say how far two annotations agree, and list where they do not.

    F1 counts spans: exact has the same borders and label, overlap shares a
    character and the label. Cohen's kappa counts words and takes off what
    chance alone would give.

    [dim]nghiquyet-train data agree first-annotator.jsonl second-annotator.jsonl[/dim]
    """
    from nghiquyet_training import articles
    from nghiquyet_training.agreement import compare

    agreement = compare(articles.read([first]), articles.read([second]))
    if as_json:
        _print_json(agreement.to_dict())
    else:
        _print_agreement(agreement, limit)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="A file, or for brat a folder.")],
    target: Annotated[Path, typer.Argument(help="What to write: .jsonl, .conll, .json (Label Studio), or for brat a folder.")],
    source_form: Annotated[
        Format | None, typer.Option("--from", help="Format of SOURCE. Default: as its name or lines tell.")
    ] = None,
    target_form: Annotated[Format | None, typer.Option("--to", help="Format of TARGET. Default: as its name tells.")] = None,
    texts: Annotated[
        Path | None,
        typer.Option(help="The raw texts that CoNLL columns or stand-off labels belong to: JSON Lines, or a folder of .txt files."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Carry labelled articles from one format to another; what had to be changed on the way is counted and named.

    [dim]nghiquyet-train data convert label-studio-export.json corrected.jsonl[/dim]
    [dim]nghiquyet-train data convert my-articles.jsonl for-doccano.jsonl --to doccano[/dim]
    [dim]nghiquyet-train data convert columns.conll my-articles.jsonl --texts raw/[/dim]

    Articles that may not be passed on can be shared as their labels alone;
    whoever has the texts puts them together again.

    [dim]nghiquyet-train data convert my-articles.jsonl labels.jsonl --to standoff[/dim]
    [dim]nghiquyet-train data convert labels.jsonl my-articles.jsonl --texts raw/[/dim]
    """
    from nghiquyet_training import formats

    done = formats.convert(source, target, source_form=source_form, target_form=target_form, texts=texts)
    if as_json:
        _print_json({"articles": done.articles, "spans": done.spans, "changes": done.notes.places})
        return
    _print_plain(f"wrote {target}: {done.articles:,} articles, {done.spans:,} spans")
    _print_notes(done.notes)


@app.command()
def prelabel(
    model: Annotated[str, typer.Argument(help="Model folder or hub id.")],
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="ARTICLES", help=".txt files, JSON Lines with id and text, or folders of both."),
    ],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    to: Annotated[Tool, typer.Option(help="The tool to label with.")] = Tool.labelstudio,
    keep: Annotated[
        Path | None, typer.Option(help="Also write the suggestions as JSON Lines, for `validate --before` when they come back.")
    ] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Write only so many articles, the most uncertain.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a model suggest labels to correct, the articles it is least sure of first.

    Correct them in the tool; then `convert` brings its export back, and
    `validate --before` says what changed.

    [dim]nghiquyet-train data prelabel runs/mine/model raw/ --out tasks.json --keep suggested.jsonl[/dim]
    [dim]nghiquyet-train data convert export.json corrected.jsonl[/dim]
    [dim]nghiquyet-train data validate corrected.jsonl --before suggested.jsonl[/dim]
    """
    from nghiquyet.extractor import Extractor
    from nghiquyet_training import articles, formats, pool, prelabels

    unlabelled = pool.read(sources)
    notes = formats.Notes()
    suggestions = prelabels.rank(Extractor.load(model, min_score=0), unlabelled)[:first]
    prelabels.write(out, suggestions, Format(to), notes=notes)
    if keep:
        articles.write(keep, [suggestion.article for suggestion in suggestions])
    if as_json:
        rows = [{"id": one.article.id, "uncertainty": round(one.uncertainty, 4), "spans": len(one.scores)} for one in suggestions]
        _print_json({"articles": rows, "changes": notes.places})
        return
    _print_plain(f"wrote {out}: {len(suggestions):,} articles, {sum(len(found.scores) for found in suggestions):,} spans")
    _print_notes(notes)


def _print_json(content: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def _print_plain(line: str, style: str | None = None) -> None:
    _console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def _print_report(report: "Report", hints: int) -> None:
    from collections import Counter

    from nghiquyet_training.validation import Severity

    styles = {Severity.error: "red", Severity.warning: "yellow", Severity.hint: "cyan"}
    counts = Counter((finding.severity, finding.kind) for finding in report.findings)
    printed: Counter[str] = Counter()
    for finding in report.findings:
        printed[finding.kind] += 1
        if finding.severity is not Severity.hint or printed[finding.kind] <= hints:
            _console.print(f"[{styles[finding.severity]}]{finding.severity}[/]", end=" ")
            _print_plain(f"{finding} ({finding.kind})")
    if counts:
        summary = Table("severity", "kind", "found", "printed")
        for (severity, kind), number in counts.items():
            shown = min(number, hints) if severity is Severity.hint else number
            summary.add_row(f"[{styles[severity]}]{severity}[/]", kind, f"{number:,}", f"{shown:,}")
        _console.print(summary)
    totals = ", ".join(f"{report.count(severity):,} {severity}s" for severity in Severity)
    _print_plain(f"{report.articles:,} articles in {len(report.files)} files: {totals}")


def _print_agreement(agreement: "Agreement", limit: int) -> None:
    figures = Table("label", "exact F1", "overlap F1", "kappa", "A", "B", "same", title=f"{agreement.articles:,} articles")
    rows = [(label, counts, agreement.kappa(label)) for label, counts in agreement.counts.items()]
    for label, counts, kappa in [*rows, ("all", agreement.micro, agreement.kappa())]:
        shares = (f"{100 * counts.f1:.1f}", f"{100 * counts.overlap_f1:.1f}", f"{kappa:.3f}")
        figures.add_row(label, *shares, *(f"{number:,}" for number in (counts.gold, counts.predicted, counts.exact)))
    _console.print(figures)
    for side, ids in (("A", agreement.only_first), ("B", agreement.only_second)):
        if ids:
            rest = " and more" if len(ids) > _IDS_NAMED else ""
            _print_plain(f"{len(ids):,} articles only in {side}, not scored: {', '.join(ids[:_IDS_NAMED])}{rest}")
    for found in agreement.disagreements[:limit]:
        kind = found.kind.replace("first", "A").replace("second", "B")
        _print_plain(f"\n{found.article.id} at {found.start}: {kind}", style="bold")
        _print_plain(f"  A  {found.in_context(found.first)}")
        _print_plain(f"  B  {found.in_context(found.second)}")
    if len(agreement.disagreements) > limit:
        _print_plain(f"\n{len(agreement.disagreements) - limit:,} disagreements more; --limit or --json shows them")


def _print_notes(notes: "Notes") -> None:
    for change, places in notes.places.items():
        _print_plain(f"{change}: {len(places):,}, the first at {places[0]}", style="yellow")
