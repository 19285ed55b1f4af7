"""Label Studio's JSON: tasks with the text under `data.text`, and annotations or predictions as lists of regions.

Since 2022 (label-studio-frontend pull request 308) Label Studio counts code points, as this project does; before, it counted UTF-16
code units, two for an emoji. A region mostly repeats its text, so an annotation is read in the way in which all its regions say
what stands in the text, code points first. That text serves for nothing else, as Label Studio writes a line break in it as
backslash and n and may lose spaces. Regions of a <HyperText> have an XPath for `start` and give their place in the visible text as
`globalOffsets`, in code points.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from nghiquyet import display
from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training.articles import Article
from nghiquyet_training.formats import spans
from nghiquyet_training.formats.content import read_json
from nghiquyet_training.formats.notes import Notes

UNFINISHED = "task without a submitted annotation left out"
SEVERAL = "task with several annotations: the ground truth, else the newest, read"
OTHER = "result that labels no text ignored"

# What `configuration` calls the labels and the text; also the names in Label Studio's own template.
_LABELS: Final = "label"
_TEXT: Final = "text"


def read(path: Path, notes: Notes) -> list[Article]:
    """The articles of an export as "JSON"; `Article.more` holds the other keys of `data`, the id is `data.id` or else the task's.

    Only submitted annotations count: cancelled ones, drafts and predictions are nobody's word, and a task with nothing else is
    left out and noted.

    Raises:
        InputError: if the file is no such export, no task has an annotation, or regions and text do not agree.
    """
    content = read_json(path)
    tasks = content if isinstance(content, list) else [content]
    found = [_article(task, f"{path}: task {number}", notes) for number, task in enumerate(tasks, 1)]
    articles = [article for article in found if article is not None]
    if not articles:
        raise InputError(
            f"{path}: none of {len(tasks)} tasks has a submitted annotation; predictions and cancelled ones are not read"
        )
    return articles


def write(path: Path, articles: Iterable[Article]) -> None:
    """Write tasks with one annotation each, to import; whole or not at all."""
    write_tasks(path, ({**task(article), "annotations": [{"result": regions(article)}]} for article in articles))


def write_tasks(path: Path, tasks: Iterable[dict[str, Any]]) -> None:
    """Write tasks as one JSON file, whole or not at all."""
    write_text(path, json.dumps(list(tasks), ensure_ascii=False, indent=1) + "\n")


def task(article: Article) -> dict[str, Any]:
    """A task without annotations."""
    return {"data": {"id": article.id, _TEXT: article.text, **article.more}}


def regions(article: Article, scores: Sequence[float] | None = None) -> list[dict[str, Any]]:
    """The article's spans as results of an annotation, or with scores as those of a prediction."""
    result = []
    for number, span in enumerate(article.entities):
        region: dict[str, Any] = {
            "id": f"e{number + 1}",
            "from_name": _LABELS,
            "to_name": _TEXT,
            "type": "labels",
            "value": {
                "start": span.start,
                "end": span.end,
                "text": article.text[span.start : span.end],
                "labels": [span.label],
            },
        }
        if scores is not None:
            region["score"] = round(scores[number], 4)
        result.append(region)
    return result


def configuration(labels: Iterable[str]) -> str:
    """The labelling configuration of a project that tasks written here fit; spaces are shown as they are.

    >>> configuration(["ORG"]).splitlines()[2].strip()
    '<Label value="ORG" background="#b7e6d3"/>'
    """
    choices = "".join(f"    <Label value={quoteattr(label)} background={quoteattr(display.colour(label))}/>\n" for label in labels)
    return (
        f'<View>\n  <Labels name="{_LABELS}" toName="{_TEXT}">\n{choices}  </Labels>\n'
        f'  <Style>.htx-text{{ white-space: pre-wrap; }}</Style>\n  <Text name="{_TEXT}" value="${_TEXT}"/>\n</View>\n'
    )


def _article(given: Any, place: str, notes: Notes) -> Article | None:
    if not isinstance(given, dict) or not isinstance(given.get("data"), dict):
        raise InputError(f'{place}: expected an object with "data"; export from Label Studio as "JSON", not as JSON-MIN or CSV')
    data = given["data"]
    name = data.get("id", given.get("id"))
    name = str(name) if type(name) is int else name
    place = f"{place} ({name})"
    text = data.get(_TEXT)
    if not isinstance(text, str):
        raise InputError(f'{place}: no "data.{_TEXT}"; export a project whose configuration says <Text value="${_TEXT}">')
    annotation = _annotation(given, place, notes)
    if annotation is None:
        notes.add(UNFINISHED, place)
        return None
    found = list(_regions(annotation, place, notes))
    labels = [label for _, label in found]
    located = _located([value for value, _ in found], text, place)
    triples = ((start, end, label) for (start, end), label in zip(located, labels, strict=True))
    more = {key: value for key, value in data.items() if key not in {"id", _TEXT}}
    return spans.article(name, text, triples, more, place, notes)


def _annotation(given: dict[str, Any], place: str, notes: Notes) -> dict[str, Any] | None:
    annotations = given.get("annotations") or []
    if not isinstance(annotations, list) or not all(isinstance(one, dict) for one in annotations):
        raise InputError(f'{place}: "annotations" must be a list of objects; export the whole annotations')
    submitted = [one for one in annotations if not one.get("was_cancelled")]
    if len(submitted) > 1:
        notes.add(SEVERAL, place)
    return max(submitted, key=lambda one: (bool(one.get("ground_truth")), str(one.get("updated_at", ""))), default=None)


def _regions(annotation: dict[str, Any], place: str, notes: Notes) -> Iterator[tuple[dict[str, Any], str]]:
    """The value and the label of each region of text."""
    results = annotation.get("result")
    if not isinstance(results, list):
        raise InputError(f'{place}: an annotation has no list "result"')
    for result in results:
        value = result.get("value") if isinstance(result, dict) else None
        kind = result.get("type") if isinstance(result, dict) else None
        if not isinstance(value, dict) or kind not in {"labels", "hypertextlabels"}:
            notes.add(OTHER, f"{place}: {kind}")
            continue
        labels = value.get(kind)
        if not isinstance(labels, list) or len(labels) != 1:
            raise InputError(f"{place}: the region {value.get('text')!r} has the labels {labels!r}; give it exactly one")
        yield value, labels[0]


def _located(values: Sequence[dict[str, Any]], text: str, place: str) -> list[tuple[int, int]]:
    """The regions in code points, by the way of counting under which all of them say what stands in the text."""
    given = [_offsets(value, place) for value in values]
    wrong = _contradicted(values, given, text)
    if wrong is None:
        return given
    nowhere = len(text) + 1
    points = {units: point for point, units in enumerate(spans.utf16_positions(text))}
    from_utf16 = [(points.get(start, nowhere), points.get(end, nowhere)) for start, end in given]
    if _contradicted(values, from_utf16, text) is None:
        return from_utf16
    start, end = given[wrong]
    raise InputError(
        f"{place}: a region says {values[wrong]['text']!r}, but {text[start:end]!r} stands at {start}..{end} of the text; "
        "was the text changed after it was annotated?"
    )


def _contradicted(values: Sequence[dict[str, Any]], offsets: Sequence[tuple[int, int]], text: str) -> int | None:
    """The first region that says another text than stands at its offsets."""
    for number, (value, (start, end)) in enumerate(zip(values, offsets, strict=True)):
        if "text" in value and _visible(str(value["text"])) != _visible(text[start:end]):
            return number
    return None


def _offsets(value: dict[str, Any], place: str) -> tuple[int, int]:
    offsets = value if type(value.get("start")) is int else value.get("globalOffsets")
    if not isinstance(offsets, dict) or type(offsets.get("start")) is not int or type(offsets.get("end")) is not int:
        raise InputError(
            f'{place}: the region {value.get("text")!r} has no whole "start" and "end"; annotate in a <Text>, not in HTML'
        )
    return offsets["start"], offsets["end"]


def _visible(text: str) -> str:
    return "".join(text.replace("\\n", " ").split())
