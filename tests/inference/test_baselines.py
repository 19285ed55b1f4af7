from collections.abc import Callable
from decimal import Decimal

import pytest

from nghiquyet.baselines import Baseline
from nghiquyet.records import Target


@pytest.mark.parametrize(
    ("text", "baseline"),
    [
        ("[[nâng thu nhập từ 34 triệu đồng lên 41 triệu đồng]]", Baseline(Decimal(34), "triệu đồng", None)),
        ("[[giảm từ 66,48% năm 2020 xuống còn 39%]]", Baseline(Decimal("66.48"), "%", None)),
        ("[[cắt giảm 15% phát thải so với năm 2020]]", Baseline(None, None, 2020)),
        ("[[thu nhập gấp 2 lần năm 2025]]", Baseline(None, None, 2025)),
        ("[[55% hộ có nước sạch]], hiện mới đạt 40%.", Baseline(Decimal(40), "%", None)),
        ("[[đón 1,2 triệu lượt khách, gấp đôi hiện nay]]", None),
        ("[[hộ nghèo dưới 2%]] vào năm 2025.", None),
    ],
)
def test_baselines(targets_of: Callable[[str], tuple[Target, ...]], text: str, baseline: Baseline | None) -> None:
    assert [target.baseline for target in targets_of(text)] == [baseline]
