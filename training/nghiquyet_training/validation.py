"""All that is wrong with labelled files, doubtful, or worth a look, each with its place and what to do about it."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from rich.console import Console
from rich.progress import track

from nghiquyet.segment import segmenter
from nghiquyet.words import Word, breaks_line, sentences
from nghiquyet_training import near_duplicates, surfaces
from nghiquyet_training.agreement import disagreements, text_change
from nghiquyet_training.articles import Article, Line, Span, scan

# Vietnamese in UTF-8 that was read as Latin-1 or Windows-1252, and the sign for what could not be read at all.
_DAMAGED: Final = re.compile(r"\ufffd|á»\S|Ä‘|Ã[\u00a0-\u00bf]")
_SEPARATORS: Final = ",;:"
_PLACES_NAMED: Final = 3
# What to do about a fault whose own message does not say it.
_ADVICE: Final = {
    "broken-json": "write each article as one line with a JSON library",
    "not-an-object": "write each article as one object",
    "missing-key": "add it; entities is [] where there is nothing to label",
    "bad-id": "give each article a name of its own",
    "bad-text": "put the article's raw text there, or remove the line",
    "bad-entities": 'write [{"start", "end", "label"}, ...]',
    "bad-entity": "add what is missing, or remove it",
    "bad-offset": "write both offsets as whole numbers",
    "empty-span": "remove it, or move its end behind its last character",
    "span-outside": "count from 0 in code points, with the end behind the last character",
    "unknown-label": "correct the label, or allow it",
}


class Severity(StrEnum):
    """An error makes the data unusable or the scores untrue; a warning is most likely a mistake; a hint is worth a look."""

    error = "error"
    warning = "warning"
    hint = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands where: `line` counts from 1, `start` is a code point of the article's text, `text` the span there."""

    severity: Severity
    kind: str
    message: str
    file: str
    line: int | None = None
    article: str | None = None
    start: int | None = None
    text: str | None = None

    @property
    def place(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.message}" if self.article is None else f"{self.place}: article {self.article!r}: {self.message}"
        )

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Report:
    """The findings about some files: errors first, then in the order of the files."""

    files: tuple[str, ...]
    articles: int
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        counts = {f"{severity}s": self.count(severity) for severity in Severity}
        findings = [finding.to_dict() for finding in self.findings]
        return {"files": list(self.files), "articles": self.articles, **counts, "findings": findings}


def validate(
    paths: Sequence[str | os.PathLike[str]],
    labels: Sequence[str] | None = None,
    *,
    fewest: int = 10,
    similarity: float = near_duplicates.SIMILARITY,
    before: Sequence[Article] | None = None,
) -> Report:
    """Look for every fault in some JSON Lines files, which together are one corpus or the splits of one.

    Args:
        paths: the files; an article that stands in two of them, or nearly so, is an error.
        labels: the labels that may occur; None allows any.
        fewest: a label with fewer spans is reported.
        similarity: the share of word runs from which on two articles are near-duplicates.
        before: the same articles as they were before somebody worked on them; what changed is then reported as well.

    Raises:
        InputError: for a file that cannot be read or holds nothing.
    """
    lines = list(scan(paths, labels))
    read = [line for line in lines if line.article is not None]
    findings = [finding for line in lines for finding in _faults(line)]
    for line in track(read, "reading", console=Console(stderr=True), transient=True):
        findings += _in_article(line)
    findings += _near_duplicates(read, similarity)
    findings += _rare_labels(read, labels or (), fewest, str(paths[0]))
    findings += _uneven_surfaces(read)
    if before is not None:
        findings += _changes(lines, before, str(paths[0]))
    files = tuple(map(str, paths))
    severities = list(Severity)
    # Stable: findings about one line keep the order in which they were made, hints the order of their weight.
    findings.sort(key=lambda finding: severities.index(finding.severity))
    return Report(files, len(read), tuple(findings))


def _finding(severity: Severity, kind: str, line: Line, message: str, start: int | None = None, text: str | None = None) -> Finding:
    return Finding(severity, kind, message, str(line.path), line.number, line.id, start, text)


def _article(line: Line) -> Article:
    assert line.article is not None
    return line.article


def _faults(line: Line) -> Iterator[Finding]:
    for fault in line.faults:
        # The place already says which article it is.
        message = "; ".join(filter(None, (fault.message.removeprefix(f"article {line.id!r} "), _ADVICE.get(fault.kind))))
        yield _finding(Severity.error, fault.kind, line, message, fault.start, fault.surface)


def _in_article(line: Line) -> Iterator[Finding]:
    article = _article(line)
    if damaged := _DAMAGED.search(article.text):
        message = f"{damaged[0]!r} at {damaged.start()} looks like damaged characters; fetch the text again and decode it as UTF-8"
        yield _finding(Severity.warning, "damaged-text", line, message, damaged.start(), damaged[0])
    if not article.entities and not line.faults:
        message = "no span; leave it out if nobody has labelled it, keep it if there is nothing to label"
        yield _finding(Severity.hint, "no-span", line, message)
    cut = list(sentences(article.text))
    joined = [word for sentence in cut for word in segmenter("underthesea-crf")(sentence)]
    single = [word for sentence in cut for word in sentence]
    for span in article.entities:
        yield from _on_span(line, span, single, joined)


def _on_span(line: Line, span: Span, single: Sequence[Word], joined: Sequence[Word]) -> Iterator[Finding]:
    surface = _article(line).text[span.start : span.end]
    where = f"span {surface!r} at {span.start}"

    def warning(kind: str, message: str) -> Finding:
        return _finding(Severity.warning, kind, line, f"{where} {message}", span.start, surface)

    if breaks_line(surface):
        yield warning("line-break", "runs over a line break, where every prediction ends; end it there, or join the lines")
    if surface[0] in _SEPARATORS or surface[-1] in _SEPARATORS:
        yield warning("separator", "begins or ends with a sign that only separates; leave the sign out")
    if not any(char.isalnum() for char in surface):
        yield warning("no-word", "holds no letter and no digit; remove it")
        return
    if cuts := _cut_by(span, single):
        yield warning("cut-word", f"cuts {_named(cuts, _article(line).text)}; move the border, or part the words in the text")
    elif not any(word.start == span.start for word in single) or not any(word.end == span.end for word in single):
        yield warning("loose-border", "begins or ends in characters that belong to no word; move the border to the word")
    elif cuts := _cut_by(span, joined):
        message = (
            f"{where} cuts {_named(cuts, _article(line).text)}, which the word segmentation takes for one word, so that a model of "
            "segmented words cannot find this border; check the border, and keep it if it is right"
        )
        yield _finding(Severity.hint, "cut-segmented-word", line, message, span.start, surface)


def _cut_by(span: Span, found: Iterable[Word]) -> list[Word]:
    return [word for word in found if word.start < span.start < word.end or word.start < span.end < word.end]


def _named(found: Iterable[Word], text: str) -> str:
    return " and ".join(repr(text[word.start : word.end]) for word in found)


def _near_duplicates(lines: Sequence[Line], similarity: float) -> Iterator[Finding]:
    for pair in near_duplicates.near_duplicates((_article(line).text for line in lines), similarity):
        one, other = lines[pair.first], lines[pair.second]
        if one.id == other.id:
            continue
        share = f"shares {pair.similarity:.0%} of the shorter text with article {one.id!r} at {one.place}"
        if one.path == other.path:
            message = f"{share}; keep one, or keep both on one side of every split"
            yield _finding(Severity.warning, "near-duplicate", other, message)
        else:
            message = f"{share}, so scores on one file would reward what was learnt from the other; keep both in one file"
            yield _finding(Severity.error, "leak", other, message)


def _rare_labels(lines: Sequence[Line], labels: Sequence[str], fewest: int, file: str) -> Iterator[Finding]:
    places: defaultdict[str, list[tuple[Line, Span]]] = defaultdict(list)
    for line in lines:
        for span in _article(line).entities:
            places[span.label].append((line, span))
    for label in sorted({*labels, *places}):
        found = places[label]
        if not found:
            message = f"label {label!r} has no span at all; label some, or leave it out of the labels"
            yield Finding(Severity.warning, "rare-label", message, file)
        elif len(found) < fewest:
            line, span = found[0]
            number = f"{len(found)} span{'s' * (len(found) > 1)} only, the first {_article(line).text[span.start : span.end]!r}"
            message = f"label {label!r} has {number}; label at least {fewest}, or correct the label if it is a slip"
            yield _finding(Severity.warning, "rare-label", line, message, span.start, _article(line).text[span.start : span.end])


def _uneven_surfaces(lines: Sequence[Line]) -> Iterator[Finding]:
    for surface in surfaces.uneven([_article(line) for line in lines]):
        labelled = " and ".join(f"{label} {number}x" for label, number in Counter(surface.labels).most_common())
        if surface.bare:
            position, start = surface.bare[0]
            more = [f"{lines[article].place} at {offset}" for article, offset in surface.bare[1 : 1 + _PLACES_NAMED]]
            others = f", also {', '.join(more)}" if more else ""
            rest = " and more" if len(surface.bare) > 1 + _PLACES_NAMED else ""
            message = (
                f"{surface.text!r} is labelled {labelled} and bare {len(surface.bare)}x: at {start}{others}{rest}; "
                "label it there too, or let it be where it means something else"
            )
            yield _finding(Severity.hint, "bare-surface", lines[position], message, start, surface.text)
        if len(surface.labels) > 1:
            position, start = surface.first
            message = f"{surface.text!r} is labelled {labelled}; check that it means different things"
            yield _finding(Severity.hint, "two-labels", lines[position], message, start, surface.text)


def _changes(lines: Sequence[Line], before: Iterable[Article], file: str) -> Iterator[Finding]:
    now = {line.id: line for line in lines}
    known: set[str | None] = set()
    for old in before:
        known.add(old.id)
        line = now.get(old.id)
        if line is None:
            message = "stood in the files of before and is missing; put it back, or leave it out on purpose"
            yield Finding(Severity.warning, "lost-article", message, file, article=old.id)
        elif line.article is None:
            continue
        elif line.article.text != old.text:
            message = f"{text_change(old.text, line.article.text)}; label the text as it was, or offsets mean other places"
            yield _finding(Severity.error, "changed-text", line, message)
        elif kinds := Counter(found.kind for found in disagreements(old, line.article)):
            names = {"only first": "removed", "only second": "added", "label": "relabelled", "border": "moved"}
            counts = ", ".join(f"{number} {names.get(kind, 'moved and relabelled')}" for kind, number in kinds.items())
            yield _finding(Severity.hint, "changed-spans", line, f"changed spans: {counts}")
    for line in lines:
        if line.article is not None and line.id not in known:
            yield _finding(Severity.hint, "new-article", line, "was not in the files of before")
