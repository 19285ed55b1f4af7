"""What a target starts from: "từ 34 triệu đồng lên 41 triệu đồng", "so với năm 2020", "hiện mới đạt 57%"."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from nghiquyet.periods import Role, Time
from nghiquyet.quantities import Quantity, quantities
from nghiquyet.reading import Reading, grammar, one_of

# How far behind or before a target its state of today is looked for, in characters.
_REACH: Final = 80
_NOW: Final = grammar(
    rf"[\s,;(]*+(?:trong[ ]khi[ ])?{one_of('hiện, hiện nay, hiện tại, hiện mới, nay mới, hiện chỉ')}[^.;\n]{{0,60}}"
)
_ONLY: Final = grammar(r"(?<!\w)mới[ ](?:chỉ[ ])?(?:đạt[ ]|có[ ])?(?=\d)[^.;\n]{1,120}trong[ ]khi[^.;\n]{0,60}$")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The value, unit and year that a target starts from, as far as the text says them."""

    value: Decimal | None
    unit: str | None
    year: int | None


def baseline(reading: Reading, start: int, end: int, stated: Quantity | None, times: list[Time]) -> Baseline | None:
    """The baseline of the target at two places; `stated` is the number that it names itself, `times` those within it."""
    year = next((time.year for time in times if time.role is Role.BASELINE), None)
    if stated:
        return Baseline(stated.value_max if stated.value_min is None else stated.value_min, stated.unit, year)
    if year is not None:
        return Baseline(None, None, year)
    behind = _NOW.match(reading.form, end, end + _REACH)
    before = _ONLY.search(reading.form, max(0, start - 2 * _REACH), start)
    for found in (behind, before):
        amounts = quantities(reading.part(*found.span())) if found else []
        if amounts:
            return Baseline(amounts[0].value_min, amounts[0].unit, None)
    return None
