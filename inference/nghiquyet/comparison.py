"""The targets of several documents side by side: a row an indicator, a column a document, so that one sees who promises what.

Two indicators are one row when they say the same measure. Words that carry no measure ("tỷ lệ", "đạt") and the document's own
place are left out, abbreviations are written one way, and of the words that are left two measures must share at least `SAME` (the
Dice coefficient over words). The words that tell measures apart ("xã" from "huyện", "nâng cao", "không", every number) must be
the same, and a share is no amount and no state. Every two measures of a row are so alike (complete linkage), and two measures
that one document names are never one row.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations
from pathlib import Path, PurePath
from typing import Final, Literal

import regex

from nghiquyet import rendering, sheets, tables
from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet.places import Place
from nghiquyet.prediction import Prediction
from nghiquyet.quantities import canonical
from nghiquyet.reading import Reading, grammar, one_of, phrases
from nghiquyet.records import Organisation, Target

# The best of 0.60, 0.62, ... 0.90 by F1 on 338 pairs of unlike wordings from seeds and written articles, which a language model
# judged one by one: of the pairs taken for one measure 85% are, and of those that are 82% are found; of 107 of the pairs, after
# which the words below were not changed any more, 84% and 84%.
SAME: Final = 0.72

_SPELLINGS: Final = {
    "ntm": phrases("nông thôn mới"),
    "bhyt": phrases("bảo hiểm y tế"),
    "bhxh": phrases("bảo hiểm xã hội"),
    "thcs": phrases("trung học cơ sở"),
    "thpt": phrases("trung học phổ thông"),
    "htx": phrases("hợp tác xã"),
    "vạn dân": phrases("1 vạn dân, 10.000 dân"),
    "thôn": phrases("bản, buôn, bon, làng, ấp, khóm, xóm, sóc, phum"),
    "hoàn_thành_tốt": phrases("hoàn thành tốt nhiệm vụ"),
    "không hoàn_thành": phrases("không hoàn thành nhiệm vụ"),
    "tỷ": phrases("tỉ"),
}
_EMPTY: Final = grammar(
    one_of(
        """tỷ lệ, tỷ trọng, số, số lượng, tổng, tổng số, mức, của, và, các, những, được, có, là, mới, trên, trên địa bàn, về,
        tại, theo, ở, trong, đối với, cấp, đưa, trở thành, xây dựng, phát triển, thành công, công nhận, đạt, đạt chuẩn, chuẩn,
        về đích, cán đích, hoàn thành, sử dụng, dùng, trở lên"""
    )
)
_TELLING: Final = grammar(
    one_of(
        """không, bộ, tỉnh, huyện, xã, phường, thị trấn, thôn, nâng cao, kiểu mẫu, cận nghèo, mầm non, tiểu học, thcs, thpt,
        nội địa, nữ"""
    )
    + r"|\d+|(?<!\w)[ivx]+(?!\w)"
)
_SPELLED: Final = {name: grammar(one_of(spellings)) for name, spellings in _SPELLINGS.items()}
_NO_WORD: Final = grammar(r"\W++")
_SHARES: Final = ("%", "‰", "điểm %")

Kind = Literal["share", "amount", "state", "nothing"]
# Nothing at all ("không còn hộ nghèo") goes with a share and with an amount.
_TOGETHER: Final = frozenset(
    frozenset(pair) for pair in (("share",), ("amount",), ("state",), ("nothing",), ("nothing", "share"), ("nothing", "amount"))
)


@dataclass(frozen=True, slots=True)
class Column:
    """A document by its name, and the place that it is about; see `locality`."""

    document: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Row:
    """Targets of one measure under its most frequent wording: for each column those of its document, in text order.

    `shown` are the same cells for people: value, time, and the target's own wording where that is not quite the row's.
    """

    indicator: str
    cells: tuple[tuple[Target, ...], ...]
    shown: tuple[str, ...]

    @property
    def documents(self) -> int:
        """How many documents have such a target."""
        return sum(map(bool, self.cells))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Columns in the order of the documents; rows by how many documents they have, then in text order."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """A heading a column: its place, or the end of the document's name; both where the place alone would stand twice."""
        places = [column.place.full_name if column.place else None for column in self.columns]
        names = [PurePath(column.document).stem or column.document for column in self.columns]
        return tuple(
            name if place is None else place if places.count(place) == 1 else f"{place} ({name})"
            for place, name in zip(places, names, strict=True)
        )

    def shared(self) -> "Comparison":
        """The rows of several documents alone."""
        return replace(self, rows=tuple(row for row in self.rows if row.documents > 1))


@dataclass(frozen=True, slots=True, order=True)
class _Measure:
    """What an indicator measures: its words, sorted, those of them that tell it from others, and what kind of value it has."""

    words: tuple[str, ...]
    telling: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Named:
    """A target, the column it stands in, and what it measures."""

    target: Target
    column: int
    measure: _Measure


def compare(documents: Iterable[tuple[str, Prediction]]) -> Comparison:
    """Line up the targets of some documents, given by name; each target stands in exactly one row.

    Which targets share a row does not depend on the order of the documents.
    """
    columns: list[Column] = []
    named: list[_Named] = []
    for name, prediction in documents:
        targets, place = prediction.targets, locality(prediction.organisations)
        named += [_Named(target, len(columns), _measure(target, place)) for target in targets]
        columns.append(Column(name, place))
    rows: dict[_Measure, list[_Named]] = defaultdict(list)
    row_of = _rows_of(named)
    for item in named:
        rows[row_of[item.measure]].append(item)
    ordered = sorted((_row(items, len(columns)) for items in rows.values()), key=lambda row: -row.documents)
    return Comparison(tuple(columns), tuple(ordered))


def locality(organisations: Iterable[Organisation]) -> Place | None:
    """The place that most mentions of some organisations belong to, the first of equals; None if they belong to none.

    Judged by hand beside the place that the owners of most targets name: better in 20 of 24 articles.
    """
    named: Counter[Place] = Counter()
    for body in organisations:
        if body.place:
            named[body.place] += len(body.mentions)
    return max(named, key=lambda place: named[place], default=None)


def writer(path: Path) -> Callable[[Comparison], None]:
    """What writes a comparison to a file, whole or not at all, as its suffix says: .csv, .xlsx, .html or .jsonl.

    To be asked for before the work, so that what cannot be written is said then; only a file that the disk does not take is said
    by the writer, as an InputError.

    Raises:
        MissingExtraError: if the format needs a library that is not installed.
        InputError: if the suffix names no format.
    """
    tables.require(path.suffix)
    match path.suffix:
        case ".csv":
            return lambda comparison: write_text(path, sheets.BYTE_ORDER_MARK + "".join(csv_lines(comparison)))
        case ".xlsx":
            return lambda comparison: write_excel(path, comparison)
        case ".html":
            return lambda comparison: write_text(path, html_page(comparison))
        case ".jsonl":
            return lambda comparison: write_text(path, "".join(json_lines(comparison)))
    raise InputError(f"{path}: the suffix names no format; use .csv, .xlsx, .html or .jsonl")


def csv_lines(comparison: Comparison) -> Iterator[str]:
    """Header and rows; a file for Excel begins with `sheets.BYTE_ORDER_MARK`. See `sheets.csv_lines`."""
    return sheets.csv_lines(*_sheet(comparison))


def write_excel(path: Path, comparison: Comparison) -> None:
    """Write a workbook of one sheet; see `excel.write`.

    Raises:
        MissingExtraError: if openpyxl is not installed.
        InputError: if there are more rows than Excel opens, or the file cannot be written.
    """
    from nghiquyet import excel

    columns, rows = _sheet(comparison)
    excel.write(path, {_TITLE: columns}, ((_TITLE, row) for row in rows))


def json_lines(comparison: Comparison) -> Iterator[str]:
    """An object a row: the indicator, and the documents that have it, each with its place and targets (`Target.to_dict`)."""
    for row in comparison.rows:
        documents = [
            {
                "document": column.document,
                "place": column.place and {"kind": column.place.kind, "name": column.place.name},
                "targets": [target.to_dict() for target in targets],
            }
            for column, targets in zip(comparison.columns, row.cells, strict=True)
            if targets
        ]
        yield json.dumps({"indicator": row.indicator, "documents": documents}, ensure_ascii=False) + "\n"


def html_page(comparison: Comparison) -> str:
    """A self-contained page with the table; whatever the documents say is escaped."""
    head = "".join(
        f'<th scope="col" title="{escape(column.document)}">{escape(heading)}</th>'
        for column, heading in zip(comparison.columns, comparison.headings, strict=True)
    )
    body = "\n".join(
        f'<tr><th scope="row">{escape(row.indicator)}</th>{"".join(map(_html_cell, row.cells, row.shown))}</tr>'
        for row in comparison.rows
    )
    return (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>nghiquyet: so sánh chỉ tiêu</title>'
        "<style>body{font:15px/1.5 system-ui,sans-serif;margin:1rem}table{border-collapse:collapse}"
        "th,td{border:1px solid #ccc;padding:4px 8px;text-align:left;vertical-align:top}"
        "thead th{position:sticky;top:0;background:#f3f3f3}tbody th{font-weight:normal;max-width:24rem}</style></head>"
        f'<body><table><thead><tr><th scope="col">Chỉ tiêu · Indicator</th>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'
        "</body></html>\n"
    )


_TITLE: Final = "So sánh"


def _sheet(comparison: Comparison) -> tuple[tuple[sheets.Column, ...], Iterator[sheets.Row]]:
    headings = [sheets.Column(heading, heading, width=32) for heading in comparison.headings]
    columns = (sheets.Column("indicator", "Chỉ tiêu", width=48), *headings)
    return columns, ((row.indicator, *row.shown) for row in comparison.rows)


def _html_cell(targets: Sequence[Target], shown: str) -> str:
    hint = escape("\n".join(target.raw for target in targets))
    return f'<td title="{hint}">{escape(shown)}</td>' if targets else "<td></td>"


def _row(items: Sequence[_Named], columns: int) -> Row:
    wordings = Counter(_wording(item.target) for item in items)
    indicator = min(wordings, key=lambda wording: (-wordings[wording], len(wording), wording))
    words = next(item.measure.words for item in items if _wording(item.target) == indicator)
    cells: list[list[Target]] = [[] for _ in range(columns)]
    shown: list[dict[str, None]] = [{} for _ in range(columns)]
    for item in items:
        cells[item.column].append(item.target)
        shown[item.column][_shown(item, words)] = None
    return Row(indicator, tuple(map(tuple, cells)), tuple(map("; ".join, shown)))


def _shown(item: _Named, words: tuple[str, ...]) -> str:
    target = item.target
    remarks = (rendering.deadline(target), rendering.STATUSES["achieved"] if target.status == "achieved" else "")
    wording = "" if item.measure.words == words else f"{_wording(target)}: "
    remark = ", ".join(filter(None, remarks))
    return wording + (rendering.value(target) or "có") + (f" ({remark})" if remark else "")


def _wording(target: Target) -> str:
    return target.indicator or target.raw


def _measure(target: Target, place: Place | None) -> _Measure:
    return _Measure(*_words(_wording(target), place), _kind(target))


def _words(wording: str, place: Place | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    form = Reading.of(wording).form
    if place:
        form = regex.sub(rf"\b{regex.escape(Reading.of(place.name).form)}\b", " ", form)
    for name, spellings in _SPELLED.items():
        form = spellings.sub(name, form)
    telling = sorted(set(_TELLING.findall(form)))
    form = _NO_WORD.sub(" ", form)
    words = _EMPTY.sub(" ", form).split() or form.split() or [wording]
    return tuple(sorted(words)), tuple(telling)


def _kind(target: Target) -> Kind:
    if target.value_min is None and target.value_max is None:
        return "state"
    if target.unit is None and not target.value_min and not target.value_max:
        return "nothing"
    return "share" if target.unit and canonical(target.unit)[1] in _SHARES else "amount"


def _rows_of(named: Iterable[_Named]) -> dict[_Measure, _Measure]:
    """For each measure the least of its row: from the most alike on, two rows become one if all of both are alike."""
    columns: dict[_Measure, set[int]] = defaultdict(set)
    for item in named:
        columns[item.measure].add(item.column)
    bags = {measure: _bag(measure.words) for measure in columns}
    alike = {
        (one, other): likeness
        for one, other in _pairs(columns)
        if columns[one].isdisjoint(columns[other]) and (likeness := _likeness(bags[one], bags[other])) >= SAME
    }
    row = {measure: {measure} for measure in columns}
    for one, other in sorted(alike, key=lambda pair: (-alike[pair], pair)):
        mine, others = row[one], row[other]
        if mine is not others and all((min(a, b), max(a, b)) in alike for a in mine for b in others):
            mine |= others
            row.update(dict.fromkeys(others, mine))
    return {measure: min(members) for measure, members in row.items()}


def _pairs(measures: Iterable[_Measure]) -> Iterator[tuple[_Measure, _Measure]]:
    """Every two that may be alike, each pair once, the lesser first."""
    by_telling: dict[tuple[str, ...], list[_Measure]] = defaultdict(list)
    for measure in sorted(measures):
        by_telling[measure.telling].append(measure)
    for candidates in by_telling.values():
        yield from (pair for pair in combinations(candidates, 2) if frozenset(measure.kind for measure in pair) in _TOGETHER)


def _bag(words: Sequence[str]) -> frozenset[tuple[str, int]]:
    """Words as a set, in which one that stands twice is two."""
    return frozenset((word, n) for word, count in Counter(words).items() for n in range(count))


def _likeness(one: frozenset[tuple[str, int]], other: frozenset[tuple[str, int]]) -> float:
    """The share of both bags of words that they have in common, in 0..1 (Dice 1945)."""
    return 2 * len(one & other) / (len(one) + len(other))
