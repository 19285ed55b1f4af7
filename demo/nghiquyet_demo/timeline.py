"""When the targets of an article fall due: a column a year, a dot a target."""

from collections.abc import Iterable, Sequence
from html import escape

from nghiquyet_demo.facts import Fact
from nghiquyet_demo.tables import places
from nghiquyet_demo.wording import Words


def by_year(facts: Iterable[Fact]) -> dict[int | None, list[Fact]]:
    """The facts of each year, years in order, None for those without; only what occurs."""
    years: dict[int | None, list[Fact]] = {}
    for fact in facts:
        years.setdefault(fact.year, []).append(fact)
    return dict(sorted(years.items(), key=lambda item: (item[0] is None, item[0] or 0)))


def timeline(facts: Sequence[Fact]) -> str:
    """A section of buttons that show their target in the text (script.js); "" where no target has a year."""
    years = by_year(facts)
    if not years.keys() - {None}:
        return ""
    columns = "".join(
        f'<li><ol class="nq-dots">{"".join(_dot(fact) for fact in due)}</ol>'
        f'<span class="nq-year">{Words.NO_YEAR.html() if year is None else year}</span></li>'
        for year, due in years.items()
    )
    return (
        f'<section class="nq-section nq-years"><h2 class="nq-heading">{Words.BY_YEAR.html()}</h2>'
        f'<p class="nq-hint">{Words.BY_YEAR_HINT.html()}</p>'
        f'<div class="nq-scroll"><ol class="nq-axis">{columns}</ol></div></section>'
    )


def _dot(fact: Fact) -> str:
    hint = escape(f"{fact.indicator} {fact.value} {fact.unit}".strip())
    return (
        f'<li data-score="{fact.entity.score:.4f}"><button type="button" class="nq-dot" data-status="{fact.status.name.lower()}" '
        f'{places([fact.entity])} title="{hint}" aria-label="{hint}"></button></li>'
    )
