"""Whether a target is still planned, or a result that was taken for one."""

from typing import Final, Literal

from nghiquyet.periods import Time
from nghiquyet.reading import grammar, one_of

Status = Literal["planned", "achieved"]

_PLANS: Final = grammar(
    one_of(
        """
        phấn đấu, sẽ, phải, mục tiêu, chỉ tiêu, kế hoạch, dự kiến, quyết tâm, đặt ra, đề ra, xác định, cam kết, giao, yêu cầu,
        nghị quyết, đăng ký, tới, hướng tới, mong
        """
    )
)
# Directly before or at the beginning of a result.
_DONE: Final = grammar(
    rf"""
    {one_of("đã, vừa, đã được, đã có, hiện có, hiện đạt, ước đạt, đạt được, tính đến nay, đến nay, hiện nay")}
    (?:[ ,]++(?:là|đạt|có|được|toàn[ ]\w++|xã|huyện|tỉnh|phường))*+[ ,:]*+$
    """
)
_RESULT: Final = grammar(
    rf"""
    (?:[\W\d]|năm)*+{one_of("đã, vừa, hiện có, ước đạt, đạt được")}
    | {one_of("tính đến nay, đến nay đã, tính đến hết, tính đến cuối")}
    """
)
_REACH: Final = 40


def status(form: str, clause: int, start: int, end: int, time: Time | None, today: int | None) -> Status:
    """Whether the target at two places, whose clause begins at a third, is planned or achieved.

    A result is told by its verb ("đã trồng 200 ha"), or by a year that was over when the article was written, unless a word of
    planning stands between.
    """
    before = form[max(clause, start - _REACH) : start]
    if _PLANS.search(before) or _PLANS.search(form, start, end):
        return "planned"
    if _DONE.search(before) or _RESULT.match(form, start, end):
        return "achieved"
    over = time is not None and time.year is not None and today is not None and time.year < today
    return "achieved" if over else "planned"
