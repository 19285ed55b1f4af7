from collections.abc import Callable

import pytest

from nghiquyet.records import Target


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Huyện phấn đấu [[trồng 200 ha rừng]].", "planned"),
        ("Huyện đã [[trồng 200 ha rừng]].", "achieved"),
        ("Đến nay, toàn huyện [[có 5 xã đạt chuẩn]].", "achieved"),
        ("Tin\n\n5/5/2023\n\nNăm 2021, huyện [[trồng 200 ha rừng]].", "achieved"),
        ("Tin\n\n5/5/2023\n\nNăm 2023, huyện [[trồng 200 ha rừng]].", "planned"),
        ("Nghị quyết đã đề ra mục tiêu [[trồng 200 ha rừng]].", "planned"),
        ("[[đã trồng 200 ha rừng]]", "achieved"),
        ("[[200 ha rừng]]", "planned"),
    ],
)
def test_results_are_told_from_plans(targets_of: Callable[[str], tuple[Target, ...]], text: str, status: str) -> None:
    assert [target.status for target in targets_of(text)] == [status]
