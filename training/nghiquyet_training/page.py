"""A report as a page: one HTML file that needs no network, with charts, and every mistake in its context to browse."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from statistics import fmean
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from nghiquyet import display
from nghiquyet.errors import InputError
from nghiquyet_training import articles as articles_module
from nghiquyet_training import lineage, plots, proportions, slices
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.mistakes import Kind, Mistake, frequent, mistakes
from nghiquyet_training.outcomes import outcomes_from_json
from nghiquyet_training.plots import Bars, Line, Point

# Shown as figures, not as facts of the run.
_FIGURES: Final = frozenset({"scores", "metrics", "folds", "spread", "curve"})
# Characters of text shown on each side of a mistake.
_CONTEXT: Final = 110
_MOST_FREQUENT: Final = 3
_EXAMPLES: Final = 3
_KINDS: Final = {
    Kind.MISSED: "there, and nothing of it marked",
    Kind.SPURIOUS: "marked where there is nothing",
    Kind.STARTS_EARLY: "marked from too far in front",
    Kind.STARTS_LATE: "marked without its beginning",
    Kind.ENDS_EARLY: "marked without its end",
    Kind.ENDS_LATE: "marked beyond its end",
    Kind.BOTH_BORDERS: "marked with neither border right",
    Kind.SPLIT: "one entity, marked as several",
    Kind.MERGED: "several entities, marked as one",
    Kind.REGROUPED: "several entities, cut up into others",
    Kind.LABEL: "right borders, another label",
    Kind.LABEL_AND_BORDER: "another label and other borders",
}
_MEASURES: Final = {
    "partial_f1": ("partial F1", "as exact F1, but an entity with its label and other borders counts half"),
    "type_f1": ("type F1", "as exact F1, but any overlap with an entity of the label counts whole, once"),
    "overlap_f1": ("overlap F1", "one character in common with an entity of the label is enough, however many share it"),
    "boundary_f1": ("boundary F1", "first and last character alone, whatever the label"),
}
_SLICINGS: Final = {
    "wording": ("Words met in training", "Whether the very words of the entity were labelled in the articles trained on"),
    "length": ("Length", "Words of the entity"),
    "position": (
        "Window border",
        "Long texts are read in windows: words between the entity's first word and the nearest border between two of them",
    ),
}


def render(report: Mapping[str, Any], articles: Iterable[Article]) -> str:
    """A report as one HTML page that needs nothing else: no network, no other file; the same report always gives the same page.

    Args:
        report: what a run recorded; under "scores", by name, what `report.analyse` returned.
        articles: those that were scored, for their texts.

    Raises:
        InputError: if an article that was scored is missing.
    """
    by_id = {article.id: article for article in articles}
    script = _file("report.js")
    return _template().render(
        title=_title(report),
        parts=[_part(f"part-{number}", name, report, by_id) for number, name in enumerate(report["scores"], 1)],
        curve=_curve(report["curve"]) if "curve" in report else None,
        spread=report.get("spread"),
        facts=list(_leaves(report)),
        kinds=_KINDS,
        measures=_MEASURES,
        slicings=_SLICINGS,
        style=_markup(_file("report.css")),
        script=_markup(script),
        # The page's own script may run, and nothing else, whatever an article holds.
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": _percent, "number": _number, "hue": plots.hue, "fill": display.colour}
    return environment.from_string(_file("report.html.jinja"))


def _file(name: str) -> str:
    return (files("nghiquyet_training") / "web" / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text, and the labels that people and the model gave to all of it."""

    text: str
    gold: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class _Surface:
    label: str
    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class _Case:
    """A mistake as the page shows it."""

    id: str
    article: str
    start: int
    label: str
    kind: Kind
    pieces: tuple[_Piece, ...]
    gold: tuple[_Surface, ...]
    found: tuple[_Surface, ...]


def _part(name: str, title: str, report: Mapping[str, Any], articles: Mapping[str, Article]) -> dict[str, Any]:
    """What the template shows of one set of scored articles; `name` is for links."""
    scores = report["scores"][title]
    outcomes = outcomes_from_json(scores["outcomes"])
    missing = next((outcome.id for outcome in outcomes if outcome.id not in articles), None)
    if missing is not None:
        raise InputError(f"article {missing!r} was scored and is missing; give the files that were scored")
    confidence = {
        (outcome.id, span): score for outcome in outcomes for span, score in zip(outcome.predicted, outcome.confidence, strict=True)
    }
    found = mistakes(outcomes)
    cases = {
        mistake: _case(f"{name}-{position}", mistake, articles[mistake.article].text, confidence)
        for position, mistake in enumerate(found, 1)
    }
    in_text = [label for label, figures in scores["by_label"].items() if figures["gold"]] or list(scores["by_label"])
    by_f1 = sorted(in_text, key=lambda label: scores["by_label"][label]["f1"])
    dev = report.get("data", {}).get("dev", {}).get("sha256")
    counts = {key: Counter(getattr(case, key) for case in cases.values()) for key in ("kind", "label", "article")}
    return {
        "id": name,
        "name": title,
        "scores": scores,
        "systems": {"model": scores, **scores["baselines"]},
        "hardest": by_f1[0],
        "best": by_f1[-1],
        "familiarity": list(_familiarity(scores)),
        "chosen_by": articles_module.digest(articles[outcome.id] for outcome in outcomes) == dev,
        "charts": _charts(title, scores),
        "cases": list(cases.values()),
        "frequent": [
            {
                "label": group.label,
                "kind": group.kind,
                "count": len(group.mistakes),
                "examples": _examples([cases[mistake] for mistake in group.mistakes]),
            }
            for group in frequent(found)[:_MOST_FREQUENT]
        ],
        "filters": [
            ("kind", "Kind", [(kind, counts["kind"][kind]) for kind in Kind if counts["kind"][kind]]),
            ("label", "Label", sorted(counts["label"].items())),
        ],
        "by_article": sorted(counts["article"].items()),
    }


def _familiarity(scores: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
    """For labels that have both, the recall of wordings never labelled in training and of those labelled so there."""
    found = {slicing["name"]: {part["value"]: part["by_label"] for part in slicing["slices"]} for slicing in scores["slices"]}
    unseen, seen = (found.get("wording", {}).get(value, {}) for value in (slices.NEVER_SEEN, slices.SEEN))
    for label in scores["by_label"]:
        if label in unseen and label in seen:
            yield label, unseen[label]["exact"], seen[label]["exact"]


def _charts(name: str, scores: Mapping[str, Any]) -> dict[str, Markup]:
    if not scores["micro"]["predicted"]:
        return {}
    charts = {
        "reliability": _reliability(name, scores["calibration"]["micro"]),
        "thresholds": _thresholds(name, scores["thresholds"]),
        "by_label": _thresholds_by_label(name, scores["thresholds"]),
    }
    return {key: _markup(svg) for key, svg in charts.items()}


def _reliability(name: str, figures: Mapping[str, Any]) -> str:
    bins = figures["equal_width"]
    points = []
    for found in bins:
        ends = proportions.interval(round(found["right"] * found["entities"]), found["entities"])
        points.append(Point(found["confidence"], found["right"], ends.low, ends.high))
    lines = [Line("right", points), Line("as right as sure", [Point(0, 0, 0, 0), Point(1, 1, 1, 1)], dashed=True)]
    behind = Bars("share of all", [(found["low"], found["high"], found["entities"] / figures["entities"]) for found in bins])
    return plots.chart(f"{name}: reliability", lines, "confidence", "share", behind=behind)


def _thresholds(name: str, curve: Mapping[str, Any]) -> str:
    shown = (("precision", "precision", 270), ("recall", "recall", 20), ("exact F1", "f1", None))
    lines = [Line(measure, _along(curve, curve["micro"][key]), shade) for measure, key, shade in shown]
    return plots.chart(f"{name}: thresholds", lines, "least confidence", "share")


def _thresholds_by_label(name: str, curve: Mapping[str, Any]) -> str:
    lines = [Line(label, _along(curve, figures["f1"]), plots.hue(label)) for label, figures in curve["by_label"].items()]
    return plots.chart(f"{name}: F1 by thresholds", lines, "least confidence", "exact F1")


def _curve(points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"chart": _markup(_learning_curve(points)), "seeds": len({point["seed"] for point in points})}


def _learning_curve(points: Sequence[Mapping[str, Any]]) -> str:
    """The mean over seeds at each share of the articles, and how far the seeds lie apart."""
    shares = sorted({point["share"] for point in points})
    groups = [[point for point in points if point["share"] == share] for share in shares]
    lines = []
    for label in (None, *points[0]["scores"]["by_label"]):
        drawn = []
        for group in groups:
            values = [(point["scores"]["by_label"][label] if label else point["scores"]["micro"])["f1"] for point in group]
            drawn.append(Point(fmean(point["articles"] for point in group), fmean(values), min(values), max(values)))
        lines.append(Line(label or "all labels", drawn, plots.hue(label) if label else None))
    return plots.chart("learning curve", lines, "articles trained on", "exact F1", shares_across=False)


def _along(curve: Mapping[str, Any], figures: Sequence[float]) -> list[Point]:
    return [Point(threshold, figure, figure, figure) for threshold, figure in zip(curve["thresholds"], figures, strict=True)]


def _case(name: str, mistake: Mistake, text: str, confidence: Mapping[tuple[str, Span], float]) -> _Case:
    return _Case(
        id=name,
        article=mistake.article,
        start=mistake.start,
        label=mistake.label,
        kind=mistake.kind,
        pieces=tuple(_pieces(text, mistake)),
        gold=tuple(_Surface(span.label, _on_one_line(text[span.start : span.end]), None) for span in mistake.gold),
        found=tuple(
            _Surface(span.label, _on_one_line(text[span.start : span.end]), confidence[mistake.article, span])
            for span in mistake.predicted
        ),
    )


def _pieces(text: str, mistake: Mistake) -> Iterator[_Piece]:
    """The place of a mistake with whole words around it, cut wherever a span begins or ends."""
    before, after = text[: mistake.start], text[mistake.end :]
    if len(before) > _CONTEXT:
        near = before[-_CONTEXT:]
        before = "…" + (near.partition(" ")[2] or near)
    if len(after) > _CONTEXT:
        near = after[:_CONTEXT]
        after = (near.rpartition(" ")[0] or near) + "…"
    yield _Piece(_on_one_line(before), None, None)
    borders = {border for span in (*mistake.gold, *mistake.predicted) for border in (span.start, span.end)}
    for start, end in pairwise(sorted(borders)):
        gold, found = (
            next((span.label for span in side if span.start <= start and end <= span.end), None)
            for side in (mistake.gold, mistake.predicted)
        )
        yield _Piece(_on_one_line(text[start:end]), gold, found)
    yield _Piece(_on_one_line(after), None, None)


def _on_one_line(text: str) -> str:
    return re.sub(r"\s*[\r\n]+\s*", " ⏎ ", text)


def _examples(cases: Sequence[_Case]) -> list[_Case]:
    """A few cases, of as many articles as there are, the first of each before the second of any."""
    met: Counter[str] = Counter()
    turns: list[tuple[int, _Case]] = []
    for case in cases:
        turns.append((met[case.article], case))
        met[case.article] += 1
    return [case for _, case in sorted(turns, key=lambda turn: turn[0])[:_EXAMPLES]]


def _title(report: Mapping[str, Any]) -> str:
    base = report.get("config", {}).get("base")
    return f"How well a fine-tuned {base} does" if base else "How well the model does"


def _leaves(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a run recorded besides figures, as names and values, and if several trainings led to the model, what each did."""
    facts = {name: value for name, value in report.items() if name not in _FIGURES}
    trainings = lineage.trainings(facts)
    groups = {"": facts, **{f"training {number}: ": each for number, each in enumerate(trainings, 1) if len(trainings) > 1}}
    for group, content in groups.items():
        for name, value in content.items():
            if name not in lineage.LINKS:
                yield from _flat(f"{group}{name}".replace("_", " "), value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}: {key}".replace("_", " "), inner)
    elif isinstance(value, list):
        yield name, ", ".join(map(str, value)) or "–"
    else:
        yield name, str(value)


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}"


def _number(count: int, one: str, more: str | None = None) -> str:
    """A count with its noun, in the plural where there is not one of it."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def _markup(own: str) -> Markup:
    """What goes into the page as it is, because it was made here and holds nothing of an article that is not escaped."""
    return Markup(own)  # noqa: S704
