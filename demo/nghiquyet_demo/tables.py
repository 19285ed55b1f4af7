"""Tables of the page: sortable, and a row that can show its places in the text. Cells are HTML that is already escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from nghiquyet import Entity, rendering
from nghiquyet_demo.facts import NOTHING, Fact
from nghiquyet_demo.wording import Words


@dataclass(frozen=True, slots=True)
class Cell:
    """`html` is shown; `sort` is what the column is sorted by, a number or words, "" last."""

    html: str
    sort: str | float = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, the mentions that the row stands for, in text order, and its score (0..1)."""

    cells: Sequence[Cell]
    mentions: Sequence[Entity]
    score: float


def said(text: str) -> Cell:
    """Words of the article."""
    return Cell(escape(text), text)


def figures(text: str) -> str:
    """Vietnamese figures in both languages, as HTML."""
    turned = rendering.turned(text)
    if turned == text:
        return escape(text)
    return f'<span class="nq-w" lang="vi">{escape(text)}</span><span class="nq-w" lang="en">{escape(turned)}</span>'


def percent(score: float) -> Cell:
    return Cell(f"{score:.0%}", score)


def unit(fact: Fact) -> str:
    """The unit and the time that the value is per, as HTML; "" if there is neither."""
    return " ".join(part for part in (escape(fact.unit), fact.per.html() if fact.per else "") if part)


def amount(fact: Fact, html: str) -> Cell:
    """What is shown of a value, sorted by its number."""
    return Cell(html or NOTHING, "" if fact.amount is None else float(fact.amount))


def state(fact: Fact) -> Cell:
    return Cell(f'<span class="nq-state" data-status="{fact.status.name.lower()}">{fact.status.html()}</span>', fact.status.vi)


def status_line(html: str, kind: str = "idle") -> str:
    """One visible line that screen readers announce; `kind` is "idle", "found" or "refused"."""
    return f'<p class="nq-status nq-{kind}" role="status">{html}</p>'


def table(name: str, title: Words, columns: Sequence[Words], rows: Iterable[Row], nothing: Words) -> str:
    """A section with the class `nq-NAME`; the first cell of a row with mentions is a button that shows them (script.js)."""
    body = [_row(n, row, columns) for n, row in enumerate(rows)]
    sorters = (f'<button type="button" class="nq-sort">{column.html()}</button>' for column in columns)
    head = "".join(f'<th scope="col" aria-sort="none">{sorter}</th>' for sorter in sorters)
    heading = f'<h2 class="nq-heading" id="nq-{name}">{title.html()} <span class="nq-total">{len(body)}</span></h2>'
    if not body:
        return f'<section class="nq-section nq-{name}">{heading}<p class="nq-nothing">{nothing.html()}</p></section>'
    return (
        f'<section class="nq-section nq-{name}">{heading}<div class="nq-scroll"><table aria-labelledby="nq-{name}">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div></section>"
    )


def places(mentions: Iterable[Entity]) -> str:
    """The attribute that script.js reads: half-open code points of each mention."""
    return f'data-places="{" ".join(f"{mention.start}-{mention.end}" for mention in mentions)}"'


def _row(order: int, row: Row, columns: Sequence[Words]) -> str:
    first, *others = row.cells
    if row.mentions:
        first = Cell(f'<button type="button" class="nq-go" {places(row.mentions)}>{first.html}</button>', first.sort)
    cells = [_cell(column, cell) for column, cell in zip(columns, [first, *others], strict=True)]
    return f'<tr data-order="{order}" data-score="{row.score:.4f}">{"".join(cells)}</tr>'


def _cell(column: Words, cell: Cell) -> str:
    # The name of the column is shown where the table becomes cards, on phones.
    kind = ' class="nq-figure"' if isinstance(cell.sort, float) else ""
    shown = f'<span class="nq-value" lang="vi">{cell.html}</span>'
    return f'<td{kind} data-sort="{escape(str(cell.sort))}"><span class="nq-name">{column.html()}</span>{shown}</td>'
