from collections.abc import Callable

import pytest

from nghiquyet.records import Target


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("{Đảng bộ xã} phấn đấu [[kết nạp 25 đảng viên]]; [[trồng 5 ha]].", ["Đảng bộ xã", "Đảng bộ xã"]),
        ("{Đảng bộ xã} phấn đấu [[kết nạp 25 đảng viên]]. Cùng với đó, [[trồng 5 ha]].", ["Đảng bộ xã", "Đảng bộ xã"]),
        ("Bí thư {Đảng ủy xã} cam kết xã sẽ [[xóa hết nhà tạm]].", ["xã"]),
        ("Các bộ, ngành phải [[cắt giảm 20% thời gian]].", ["Các bộ, ngành"]),
        (
            "{Ủy ban A} phải [[thu 5 tỷ đồng]]. Các bộ, ngành phải [[cắt giảm 20%]]. Còn [[trồng 2 ha]].",
            ["Ủy ban A", "Các bộ, ngành", "Ủy ban A"],
        ),
        (
            "Giao: [[kết nạp 80 đảng viên]]; riêng {Thành ủy A} [[20 đảng viên]], {Huyện ủy B} [[15 đảng viên]].",
            [None, "Thành ủy A", "Huyện ủy B"],
        ),
        (
            "Nghị quyết Đại hội {Đảng bộ huyện} xác định:\n- [[trồng 5 ha]];\n- [[thu 2 tỷ đồng]].",
            ["Đảng bộ huyện", "Đảng bộ huyện"],
        ),
        ("TIỀN GIANG: GIAO CHỈ TIÊU\nHôm qua có cuộc họp.\nNăm 2023: [[trồng 5 ha]].", ["TIỀN GIANG"]),
        (
            "{BHXH Việt Nam} giao chỉ tiêu\nHôm qua có họp.\nSau đó thì nghỉ.\nRồi lại họp.\nĐến giờ.\nToàn ngành đạt: [[5%]].",
            ["BHXH Việt Nam"],
        ),
        ("Tin\n{Đảng ủy xã} họp. Trời đẹp.\nPhấn đấu [[đưa xã thoát nghèo]]\n", [None]),
        ("[[trồng 5 ha]]", [None]),
    ],
)
def test_owners(targets_of: Callable[[str], tuple[Target, ...]], text: str, owners: list[str | None]) -> None:
    assert [target.owner for target in targets_of(text)] == owners
