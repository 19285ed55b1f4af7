import pytest

from nghiquyet.quantities import stated
from nghiquyet.reading import Reading
from nghiquyet.wordings import Change, Wording, removal, wording


def _wording(text: str) -> Wording:
    reading = Reading.of(text)
    quantity = stated(reading)[0]
    return wording(reading, None if removal(reading, quantity) else quantity, (), yearly=False)


@pytest.mark.parametrize(
    ("text", "change", "own"),
    [
        ("tỷ lệ hộ nghèo giảm còn 30%", "decrease", "tỷ lệ hộ nghèo"),
        ("giảm tỷ lệ hộ nghèo xuống dưới 5%", "decrease", "tỷ lệ hộ nghèo"),
        ("còn 15% hộ nghèo", "decrease", "hộ nghèo"),
        ("100% thôn có đường ô tô", "reach", "thôn có đường ô tô"),
        ("kết nạp mới 25 đảng viên trở lên", "reach", "kết nạp mới đảng viên"),
        ("trồng 200 ha rừng", "reach", "trồng rừng"),
        ("đón 1,2 triệu lượt khách du lịch", "reach", "đón khách du lịch"),
        ("thêm 4-5 xã đạt chuẩn", "increase", "xã đạt chuẩn"),
        ("nâng độ che phủ rừng lên 61,5%", "increase", "độ che phủ rừng"),
        ("Kéo sĩ số xuống dưới 40 học sinh/lớp", "decrease", "sĩ số"),
        ("nâng tổng số lên 24 trường", "increase", "tổng số trường"),
        ("Tốc độ tăng trưởng 14-15%", "reach", "Tốc độ tăng trưởng"),
        ("giữ ổn định 6.000 ha lúa", "keep", "lúa"),
        ("duy trì độ che phủ rừng ở mức 67%", "keep", "độ che phủ rừng"),
        ("không còn hộ nghèo", "eliminate", "hộ nghèo"),
        ("không có chi bộ nào bị kỷ luật", "eliminate", "chi bộ bị kỷ luật"),
        ("xóa 25 căn nhà tạm", "eliminate", "nhà tạm"),
        ("0% tái nghiện", "reach", "tái nghiện"),
        ("mỗi xã có ít nhất một hợp tác xã", "reach", "mỗi xã có hợp tác xã"),
        ("Kinh tế số chiếm 20% GDP", "reach", "Kinh tế số"),
        ("kinh tế biển đóng góp 60% giá trị sản xuất toàn huyện", "reach", "kinh tế biển"),
        ("tỷ lệ đảng viên trên dân số đạt 5%", "reach", "tỷ lệ đảng viên"),
        ("phủ trên 80% hộ gia đình", "reach", "phủ hộ gia đình"),
        ("thu ngân sách vượt 5% dự toán tỉnh giao", "reach", "thu ngân sách vượt dự toán tỉnh giao"),
        ("9,96 bác sĩ/1 vạn dân", "reach", "bác sĩ/1 vạn dân"),
        ("120 giường bệnh", "reach", "giường bệnh"),
        ("tất cả các xã phải có trường mầm non", "reach", "xã có trường mầm non"),
        ("đạt tiêu chí đô thị loại IV", "reach", "đạt tiêu chí đô thị loại IV"),
        ("Thôn A duy trì chuẩn làng du lịch", "keep", "Thôn A duy trì chuẩn làng du lịch"),
        ("đạt", "reach", "đạt"),
        ("", "reach", ""),
    ],
)
def test_targets_taken_apart(text: str, change: Change, own: str) -> None:
    words = _wording(text)
    assert (words.change, words.own) == (change, own)


def test_an_amount_is_something_done_to_counted_things() -> None:
    assert _wording("trồng 850 ha rừng").is_amount
    assert not _wording("giữ ổn định 850 ha rừng").is_amount
    assert not _wording("phủ 80% hộ").is_amount
