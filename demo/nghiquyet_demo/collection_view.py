"""Many articles as HTML: filters in words, charts, the combined table, what could not be read; and all that as a page to print."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from importlib.resources import files
from typing import Final

from nghiquyet_demo import charts, facts
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.collection import Article, Choice, Row
from nghiquyet_demo.tables import Cell, amount, figures, said, state, status_line, table, unit
from nghiquyet_demo.tables import Row as TableRow
from nghiquyet_demo.wording import Words

# More would make the page slow; the downloads have them all.
MAX_ROWS: Final = 500
_COLUMNS: Final = (
    Words.INDICATOR,
    Words.LOCALITY,
    Words.VALUE,
    Words.COLUMN_YEAR,
    Words.OWNER,
    Words.STATUS,
    Words.TEXT,
)


def progress(done: int, total: int) -> str:
    words = Words.COLLECTION_PROGRESS
    told = escape(words.both(done=done, total=total))
    bar = f'<progress class="nq-progress" max="{total}" value="{done}" aria-label="{told}"></progress>'
    return status_line(f"{words.html(done=done, total=total)}{bar}")


def done(articles: Sequence[Article], targets: int) -> str:
    """How much was read and found, and what could not be read, with the reasons."""
    found = Words.COLLECTION_DONE.html(articles=_read(articles), targets=targets)
    return status_line(found, "found") + unread(articles)


def unread(articles: Iterable[Article]) -> str:
    """Those of some articles that could not be read, each with its reason; "" if there are none."""
    lines = [
        f'<li><span class="nq-source" lang="vi">{escape(article.name)}</span> {article.found.html()}</li>'
        for article in articles
        if isinstance(article.found, Refused)
    ]
    if not lines:
        return ""
    summary = Words.COLLECTION_FAULTS.html(count=len(lines))
    return f'<details class="nq-faults" open><summary>{summary}</summary><ul>{"".join(lines)}</ul></details>'


def overview(rows: Sequence[Row], indicator: str | None) -> str:
    """The charts of some rows; `indicator` is the one whose values are drawn."""
    drawn = [row for row in rows if row.indicator == indicator]
    compared = charts.values(drawn[0].indicator, drawn) if drawn else f'<p class="nq-nothing">{Words.CHART_CHOOSE.html()}</p>'
    return f'<div class="nq-charts">{charts.by_sector(rows)}{charts.by_year(rows)}<div class="nq-values">{compared}</div></div>'


def combined(rows: Sequence[Row], everything: int, most: int | None = MAX_ROWS) -> str:
    """The table of some rows, of which no more than `most` are shown."""
    shown = rows[:most]
    notes = [Words.COLLECTION_SHOWN.html(shown=len(rows), all=everything)] if len(rows) < everything else []
    notes += [Words.COLLECTION_CUT.html(limit=len(shown), all=len(rows))] if len(shown) < len(rows) else []
    note = f'<p class="nq-hint">{" ".join(notes)}</p>' if notes else ""
    return note + table("collection", Words.COLLECTION_TABLE, _COLUMNS, map(_row, shown), Words.NO_TARGETS)


def comparable(rows: Iterable[Row]) -> str | None:
    """The indicator that says most side by side: with numbers in the most localities, then in the most rows."""
    localities: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        if row.target.value_min is not None or row.target.value_max is not None:
            localities.setdefault(row.indicator, set()).add(row.locality or row.article.name)
            counts[row.indicator] += 1
    return max(counts, key=lambda name: (len(localities[name]), counts[name]), default=None)


def report(
    articles: Sequence[Article], rows: Sequence[Row], everything: int, choice: Choice, indicator: str | None, today: date
) -> str:
    """A page of its own that prints: the charts and the whole table of some rows of `everything`, and what could not be read."""
    made = Words.REPORT_MADE.html(date=f"{today:%d/%m/%Y}", articles=_read(articles))
    only = f"<p>{Words.REPORT_FILTERED.html(what=told(choice))}</p>" if choice != Choice() else ""
    style = "".join((files("nghiquyet_demo") / name).read_text(encoding="utf-8") for name in ("style.css", "report.css"))
    return (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(Words.REPORT_TITLE.both())}</title><style>{style}</style></head>"
        '<body class="nq"><div class="nq-language"><label><input type="radio" name="language" checked> Tiếng Việt</label> '
        '<label><input type="radio" name="language" id="english"> English</label></div>'
        f"<h1>{Words.REPORT_TITLE.html()}</h1><p>{made}</p>{only}{overview(rows, indicator)}"
        f"{combined(rows, everything, None)}{unread(articles)}</body></html>\n"
    )


def told(choice: Choice) -> str:
    """What a choice lets through, in words."""
    unknown = Words.UNKNOWN.vi
    localities = sorted(place or unknown for place in choice.localities)
    indicators = sorted(choice.indicators)
    years = sorted(str(year) if year else unknown for year in choice.years)
    return "; ".join(", ".join(values) for values in (localities, indicators, years) if values)


def _read(articles: Iterable[Article]) -> int:
    return sum(not isinstance(article.found, Refused) for article in articles)


def _row(row: Row) -> TableRow:
    fact = facts.fact(row.target)
    sector = Words[f"SECTOR_{row.sector.upper()}"].html()
    return TableRow(
        (
            Cell(f'{escape(fact.indicator)}<small class="nq-under">{sector}</small>', fact.indicator),
            said(row.locality) if row.locality else Cell(Words.UNKNOWN.html()),
            amount(fact, f"{figures(fact.value)} {unit(fact)}".strip()),
            Cell(str(row.year) if row.year else facts.NOTHING, float(row.year) if row.year else ""),
            said(fact.owner or facts.NOTHING),
            state(fact),
            said(row.article.name),
        ),
        (),
        fact.entity.score,
    )
