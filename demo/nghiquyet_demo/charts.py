"""Charts as HTML tables with bars: they say their numbers to a screen reader, fit a phone, print, and need no library.

What comes in as text is escaped here; labels in two languages come in as HTML of `Words`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from nghiquyet import Target, rendering
from nghiquyet_demo.collection import Row
from nghiquyet_demo.tables import figures
from nghiquyet_demo.wording import Words


@dataclass(frozen=True, slots=True)
class Measured:
    """The rows of one indicator that can stand on one scale: those with a number in the unit that most of them have."""

    rows: tuple[Row, ...]
    unit: str | None
    left_out: int

    @property
    def top(self) -> Decimal:
        return max((_top(row.target) for row in self.rows), default=Decimal(0))


def measured(rows: Iterable[Row]) -> Measured:
    """The rows with a number in the most frequent unit, the greatest first."""
    found = list(rows)
    numbered = [row for row in found if row.target.value_min is not None or row.target.value_max is not None]
    units = Counter(row.target.unit for row in numbered)
    unit = units.most_common(1)[0][0] if units else None
    kept = sorted((row for row in numbered if row.target.unit == unit), key=lambda row: _top(row.target), reverse=True)
    return Measured(tuple(kept), unit, len(found) - len(kept))


def by_sector(rows: Iterable[Row]) -> str:
    """How many targets each sector has, the most first."""
    counts = Counter(row.sector for row in rows)
    return bars(Words.CHART_SECTORS.html(), [(Words[f"SECTOR_{name.upper()}"].html(), n) for name, n in counts.most_common()])


def by_year(rows: Iterable[Row]) -> str:
    """How many targets shall be reached by each year; those without a year at the end."""
    counts = Counter(row.year for row in rows)
    order = sorted(counts, key=lambda year: (year is None, year or 0))
    return bars(
        Words.BY_YEAR.html(), [(str(year) if year else Words.UNKNOWN.html(), counts[year]) for year in order], "nq-of-years"
    )


def values(indicator: str, rows: Iterable[Row]) -> str:
    """The values of one indicator, a bar a row: "at least" fades out at its end, and what is open below is pale."""
    chart = measured(rows)
    unit = f" <small>({escape(chart.unit)})</small>" if chart.unit else ""
    title = f'{Words.CHART_VALUES.html()}: <span lang="vi">{escape(indicator)}</span>{unit}'
    lines = [
        _line(
            f"{escape(row.locality) if row.locality else escape(row.article.name)}{_year(row)}",
            _range(row.target, chart.top),
            figures(rendering.amount(row.target)),
        )
        for row in chart.rows
    ]
    note = f'<p class="nq-hint">{Words.CHART_HINT.html()}</p>' if any(_is_open(row.target) for row in chart.rows) else ""
    note += f'<p class="nq-hint">{Words.CHART_LEFT_OUT.html(count=chart.left_out)}</p>' if chart.left_out else ""
    return _figure(title, lines, "nq-of-values") + note


def bars(title: str, counts: Sequence[tuple[str, int]], kind: str = "") -> str:
    """A bar for each label; title and labels are HTML, `kind` is a class."""
    most = max((count for _, count in counts), default=0)
    return _figure(title, [_line(label, f'<i style="width:{count / most:.1%}"></i>', str(count)) for label, count in counts], kind)


def _figure(title: str, lines: Sequence[str], kind: str = "") -> str:
    body = "".join(lines) or f'<tr><td colspan="3">{Words.NO_TARGETS.html()}</td></tr>'
    return f'<figure class="nq-chart {kind}"><figcaption>{title}</figcaption><table><tbody>{body}</tbody></table></figure>'


def _line(label: str, bar: str, number: str) -> str:
    """The bar says nothing that the number beside it does not, so it is hidden from screen readers."""
    return (
        f'<tr><th scope="row">{label}</th><td class="nq-bar" aria-hidden="true">{bar}</td><td class="nq-number">{number}</td></tr>'
    )


def _range(target: Target, top: Decimal) -> str:
    low, high = target.value_min, target.value_max
    if high is None:
        return f'<i class="nq-from" style="width:{_share(low, top):.1%}"></i>'
    if low is None or low != high:
        return f'<i class="nq-range" style="width:{_share(high, top):.1%};--nq-low:{_share(low, high):.1%}"></i>'
    return f'<i style="width:{_share(high, top):.1%}"></i>'


def _share(value: Decimal | None, top: Decimal) -> float:
    """What part a value is of the top, 0 to 1."""
    return float(min(max(value / top, Decimal(0)), Decimal(1))) if value is not None and top > 0 else 0.0


def _is_open(target: Target) -> bool:
    return target.value_min != target.value_max


def _top(target: Target) -> Decimal:
    return max((value for value in (target.value_min, target.value_max) if value is not None), default=Decimal(0))


def _year(row: Row) -> str:
    return f" · {row.year}" if row.year else ""
