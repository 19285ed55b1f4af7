from collections.abc import Callable

import pytest

from nghiquyet.records import Target


@pytest.mark.parametrize(
    ("text", "indicators"),
    [
        (
            "Cơ cấu kinh tế đến 2025: [[Nông nghiệp 37-38%]]; [[Dịch vụ 30%]].",
            ["Cơ cấu kinh tế: Nông nghiệp", "Cơ cấu kinh tế: Dịch vụ"],
        ),
        (
            "[[60% trường mầm non]], [[60% trường tiểu học]] và [[45% trường THCS đạt chuẩn quốc gia]]",
            [f"trường {level} đạt chuẩn quốc gia" for level in ("mầm non", "tiểu học", "THCS")],
        ),
        (
            "[[thêm 3 xã đạt chuẩn]], [[40 bản đạt chuẩn nông thôn mới]]",
            ["xã đạt chuẩn nông thôn mới", "bản đạt chuẩn nông thôn mới"],
        ),
        ("[[diện tích cà phê 720ha]], [[cao su tiểu điền 400ha]]", ["diện tích cà phê", "diện tích: cao su tiểu điền"]),
        (
            "[[tỷ lệ hộ nghèo giảm 2-3%]], [[vùng đồng bào dân tộc thiểu số giảm 4%]]",
            ["tỷ lệ hộ nghèo", "tỷ lệ hộ nghèo: vùng đồng bào dân tộc thiểu số"],
        ),
        ("[[Xây mới 82 trạm biến áp]] và [[2.900 km đường dây trung áp]]", ["Xây mới trạm biến áp", "Xây mới đường dây trung áp"]),
        (
            "[[kết nạp 50 đảng viên]], trong đó [[20 người dân tộc thiểu số]]",
            ["kết nạp đảng viên", "kết nạp đảng viên: người dân tộc thiểu số"],
        ),
        (
            "[[tăng trưởng giai đoạn 2021 - 2025 là 14-15%]] và [[giai đoạn 2026 - 2030 là 13-14%]]",
            ["tăng trưởng", "tăng trưởng"],
        ),
        ("[[10 bác sĩ]], [[33 giường bệnh/1 vạn dân]]", ["bác sĩ/vạn dân", "giường bệnh/1 vạn dân"]),
        ("[[diện tích tôm 1.500ha]], [[chiếm ba phần tư diện tích nuôi]]", ["diện tích tôm", "diện tích tôm"]),
        ("[[65% hộ phân loại rác, cao gấp đôi hiện tại]]", ["hộ phân loại rác"]),
        ("- [[BHYT (% dân số) — 2025: 95]]; [[2027: 96,5]]", ["BHYT", "BHYT"]),
        ("[[đạt 5%]]", [None]),
    ],
)
def test_indicators(targets_of: Callable[[str], tuple[Target, ...]], text: str, indicators: list[str | None]) -> None:
    assert [target.indicator for target in targets_of(text)] == indicators


def test_a_shared_denominator_counts_for_the_whole_list(targets_of: Callable[[str], tuple[Target, ...]]) -> None:
    assert [target.unit for target in targets_of("[[10 bác sĩ]], [[33 giường bệnh/1 vạn dân]]")] == [
        "bác sĩ/vạn dân",
        "giường bệnh/vạn dân",
    ]
