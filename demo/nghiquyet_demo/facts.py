"""Records as the cells of tables: numbers, units, years, in Vietnamese and English. Pure, and without markup."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from nghiquyet import Entity, Organisation, Person, Target, rendering
from nghiquyet_demo.wording import Words

NOTHING: Final = "–"

_CHANGES: Final = {
    "increase": ("↑", Words.INCREASE),
    "decrease": ("↓", Words.DECREASE),
    "keep": ("↔", Words.KEEP),
    "eliminate": ("", Words.ELIMINATE),
}
_PER: Final = {"year": Words.PER_YEAR, "term": Words.PER_TERM, "month": Words.PER_MONTH, "quarter": Words.PER_QUARTER}
_STATUS: Final = {"planned": Words.PLANNED, "achieved": Words.ACHIEVED}
_LEVELS: Final = {
    "central": Words.CENTRAL,
    "province": Words.PROVINCE,
    "district": Words.DISTRICT,
    "commune": Words.COMMUNE,
    "village": Words.VILLAGE,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A target as the table shows it; what the text leaves unsaid is "" or None.

    `value` and `baseline` are in Vietnamese figures ("1.234,5"), which `rendering.turned` makes English; `amount` sorts.
    """

    entity: Entity
    indicator: str
    sign: str
    change: Words | None
    value: str
    amount: Decimal | None
    unit: str
    per: Words | None
    baseline: str
    year: int | None
    period: str
    owner: str
    status: Words


def fact(target: Target) -> Fact:
    sign, change = _CHANGES.get(target.change, ("", None))
    return Fact(
        entity=target.entity,
        indicator=target.indicator or target.raw,
        sign=sign,
        change=change,
        value=rendering.amount(target),
        amount=target.value_max if target.value_min is None else target.value_min,
        unit=target.unit or "",
        per=_PER[target.per] if target.per else None,
        baseline=_baseline(target),
        year=target.deadline_year,
        period=rendering.deadline(target) if target.period else "",
        owner=target.owner or "",
        status=_STATUS[target.status],
    )


def _baseline(target: Target) -> str:
    start = target.baseline
    if start is None:
        return ""
    amount = "" if start.value is None else rendering.number(start.value)
    unit = "" if start.value is None else start.unit or target.unit or ""
    year = f"({start.year})" if start.year else ""
    return " ".join(part for part in (amount + unit if unit == "%" else f"{amount} {unit}".strip(), year) if part)


@dataclass(frozen=True, slots=True)
class Named:
    """A person or an organisation as a table shows it, with its mentions in text order."""

    name: str
    about: str
    body: str
    level: Words | None
    mentions: tuple[Entity, ...]

    @property
    def score(self) -> float:
        """The best of the mentions."""
        return max(mention.score for mention in self.mentions)


def person(record: Person) -> Named:
    return Named(record.name, record.role or "", record.organisation or "", None, record.mentions)


def organisation(record: Organisation) -> Named:
    where = record.place.full_name if record.place else ""
    return Named(record.name, where, "", _LEVELS[record.level] if record.level else None, record.mentions)
