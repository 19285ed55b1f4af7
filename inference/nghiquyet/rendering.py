"""A target's value, time and status in Vietnamese, as people write them: "≥ 85 %", "14–15 %", "giảm 2–3 %/năm"."""

from decimal import Decimal
from typing import Final

from nghiquyet.quantities import Comparator, Per
from nghiquyet.reading import Reading, grammar, one_of
from nghiquyet.records import Target
from nghiquyet.status import Status
from nghiquyet.wordings import Change

STATUSES: Final[dict[Status, str]] = {"planned": "kế hoạch", "achieved": "đã đạt"}

_SIGNS: Final[dict[Comparator, str]] = {"=": "", "range": "", ">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "approx": "≈ "}
_TURNED: Final = str.maketrans(",.", ".,")
_PERS: Final[dict[Per, str]] = {"year": "/năm", "term": "/nhiệm kỳ", "month": "/tháng", "quarter": "/quý"}
_VERBS: Final[dict[Change, str]] = {"increase": "tăng ", "decrease": "giảm ", "keep": "giữ ", "eliminate": "xoá ", "reach": ""}
_ARRIVING: Final[dict[Change, str]] = {"increase": "tăng lên ", "decrease": "giảm còn "}
_STATES: Final[dict[Change, str]] = {"keep": "giữ vững", "eliminate": "không còn"}
# Before the number they tell a value to arrive at from an amount: "giảm còn 30%" from "giảm 30%".
_ARRIVES: Final = grammar(rf"(?<!trở[ ]){one_of('còn, xuống, lên, về, đạt')}[^\d,;.()]{{0,24}}\d")


def number(value: Decimal) -> str:
    """A number with a comma before its decimals and points between its thousands.

    >>> number(Decimal("1234.50")), number(Decimal(9))
    ('1.234,50', '9')
    """
    return turned(f"{value:,f}")


def turned(figures: str) -> str:
    """Points for commas and commas for points: English figures from Vietnamese ones, and the other way round.

    >>> turned("1.234,5")
    '1,234.5'
    """
    return figures.translate(_TURNED)


def value(target: Target) -> str:
    """What a target shall come to; empty where there is neither a number nor more to say than what the indicator says."""
    bounds = _bounds(target)
    if not bounds or (target.change == "eliminate" and not any(bounds)):
        return _STATES.get(target.change, "")
    return f"{_verb(target)}{amount(target)}{_unit(target)}"


def amount(target: Target) -> str:
    """The number that a target names, with its bounds and nothing else: "≥ 85", "14–15"; empty where there is none."""
    bounds = _bounds(target)
    return _SIGNS[target.comparator] + "–".join(dict.fromkeys(map(number, bounds))) if bounds else ""


def deadline(target: Target) -> str:
    """The years of the plan, or the one year, by whose end a target shall be reached; empty where the text says none."""
    if target.period is not None:
        return f"{target.period.start}–{target.period.end}"
    return "" if target.deadline_year is None else str(target.deadline_year)


def _bounds(target: Target) -> list[Decimal]:
    return [bound for bound in (target.value_min, target.value_max) if bound is not None]


def _verb(target: Target) -> str:
    if target.change == "increase" and target.unit == "lần":
        return "gấp "
    if target.change in _ARRIVING and _ARRIVES.search(Reading.of(target.raw).form):
        return _ARRIVING[target.change]
    return _VERBS[target.change]


def _unit(target: Target) -> str:
    unit = target.unit or ""
    space = " " if unit and not unit.startswith("/") else ""
    return space + unit + ("" if target.per is None else _PERS[target.per])
