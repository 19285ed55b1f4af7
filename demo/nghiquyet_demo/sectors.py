"""The sector that a target belongs to, by cue words of its indicator: for charts that show where the promises are.

In Vietnamese the head of a phrase stands first ("cán bộ xã có trình độ đại học" is about officials), so the cue that stands first
decides, the longest of those at one place. A sector is a guess for an overview, not a classification of record.
"""

import re
from typing import Final

from nghiquyet.text import model_form

OTHER: Final = "other"

# Cues of a line are separated by commas, matched as whole words in any case and spelling of the tone marks.
_CUES: Final = {
    "economy": """
        kinh tế, giá trị sản xuất, giá trị gia tăng, tổng giá trị, gtsx, grdp, gdp, tăng trưởng, thu nhập, thu ngân sách, nộp ngân
        sách, tổng thu, ngân sách, doanh thu, lợi nhuận, cổ tức, vốn, tổng vốn, vốn đầu tư, giải ngân, thu hút, bán lẻ, xuất khẩu,
        kim ngạch, thương mại, dịch vụ, công nghiệp, doanh nghiệp thành lập mới, thành lập mới doanh nghiệp, hợp tác xã, htx, năng
        suất lao động, sản lượng hàng, container, nợ xây dựng cơ bản, cụm công nghiệp, khu công nghiệp, tỷ trọng, thị trường, tàu,
        thu thuế
    """,
    "agriculture": """
        nông nghiệp, nông thôn mới, ntm, xã nâng cao, xã kiểu mẫu, bản kiểu mẫu, bản đạt chuẩn, tiêu chí, ocop, sao, trồng mới,
        trồng, cây trồng, cây ăn quả, cây ăn trái, cây dược liệu, lúa, mía, cà phê, cao su, hồ tiêu, quế, sâm, dừa, chè, sắn, thốt
        nốt, lương thực, năng suất, tái canh, đàn bò, đàn lợn, đàn trâu, chăn nuôi, gia súc, gia cầm, thủy sản, nuôi tôm, khai
        hoang, ruộng, vườn tạp, tổ hợp tác, vùng nguyên liệu, mắc ca, mã số vùng trồng, đất trồng trọt, canh tác, khu vực i, nội
        đồng, chủ thể, thủy lợi, tưới, đường thốt nốt, đường mía
    """,
    "education": """
        giáo dục, trường, trường học, phòng học, học sinh, giáo viên, trẻ mẫu giáo, mẫu giáo, mầm non, tiểu học, trung học, thcs,
        thpt, đến trường, đến lớp, ra lớp, nhà trẻ, huy động trẻ, phổ cập, xóa mù chữ, tốt nghiệp
    """,
    "health": """
        y tế, giường bệnh, bác sĩ, bác sỹ, bảo hiểm y tế, bhyt, sức khỏe, hồ sơ sức khỏe, suy dinh dưỡng, sốt rét, tiêm chủng,
        bệnh viện, trạm y tế, dân số tự nhiên, tăng dân số, bà mẹ, sinh con, tử vong, thẻ bhyt, khám bệnh, tuổi thọ
    """,
    "welfare": """
        hộ nghèo, huyện nghèo, xã nghèo, cận nghèo, giảm nghèo, thoát nghèo, tái nghèo, nghèo đa chiều, người nghèo, nhà tạm, nhà
        dột nát, nhà đại đoàn kết, nhà ở, an sinh, việc làm, lao động, lao động qua đào tạo, xuất khẩu lao động, đào tạo nghề,
        thất nghiệp, bhxh, bảo hiểm xã hội, bảo hiểm thất nghiệp, lương hưu, trợ cấp, người có công, di dời, tai nạn lao động
    """,
    "party": """
        đảng, đảng viên, tổ chức đảng, đảng bộ, đảng ủy, chi bộ, chi ủy, cấp ủy, kết nạp, bí thư, huyện ủy, tỉnh ủy, quần chúng ưu
        tú, kiểm tra, giám sát, cán bộ, công chức, viên chức, trưởng thôn, trưởng bản, đoàn thể, chính quyền, mttq, mặt trận tổ
        quốc, đoàn viên, hội viên, công đoàn, doanh nghiệp có tổ chức đảng, doanh nghiệp từ 50 lao động trở lên có tổ chức đảng
    """,
    "infrastructure": """
        hạ tầng, giao thông, đường, tuyến đường, cứng hóa, bê tông, vỉa hè, bến phà, cảng, cẩu bờ, cần trục, nạo vét, đô thị,
        thành phố trực thuộc, thị xã, lưới điện, bãi đỗ xe, nhà công nhân, nhà lưu trú, quy hoạch, xưởng, nhà máy, truyền hình,
        băng rộng, hạ tầng mạng, tiêu chí đô thị, đô thị loại, cây cầu, xây cầu, cầu dân sinh, có điện, dùng điện, điện lưới
    """,
    "environment": """
        môi trường, rừng, trồng rừng, che phủ rừng, độ che phủ, quản lý rừng, nước sạch, hợp vệ sinh, rác, rác thải, chất thải,
        nước thải, phát thải, cây xanh, nhà tiêu, biến đổi khí hậu, thiên tai
    """,
    "defence": """
        quốc phòng, an ninh, an ninh trật tự, trật tự, quân sự, tuyển quân, tuyển công dân, nhập ngũ, nghĩa vụ quân sự, tân binh,
        dân quân, tự vệ, tội phạm, ma túy, trốn khám, tai nạn giao thông, khiếu nại, tố cáo
    """,
    "culture": """
        văn hóa, gia đình văn hóa, thiết chế, thể thao, du lịch, làng du lịch, doanh thu du lịch, mô hình du lịch, đón khách,
        khách du lịch, khách quốc tế, lưu trú, thời gian lưu trú, cơ sở lưu trú, di tích, lễ hội, tổ dân phố có thiết chế
    """,
    "administration": """
        hồ sơ, thủ tục hành chính, cải cách hành chính, trực tuyến, dịch vụ công, hài lòng, mức độ hài lòng, chuyển đổi số, kinh
        tế số, xã hội số, chính phủ điện tử, chính quyền số, chính quyền điện tử, tài khoản định danh, tài khoản thanh toán điện
        tử, dữ liệu, an toàn thông tin, số hóa, chỉ số, an ninh mạng
    """,
}
SECTORS: Final = (*_CUES, OTHER)


def _form(text: str) -> str:
    return model_form(text).lower()


_SECTOR_OF: Final = {_form(cue.strip()): sector for sector, cues in _CUES.items() for cue in cues.split(",")}
_CUE: Final = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, _SECTOR_OF), key=len, reverse=True))})(?!\w)")


def sector(indicator: str) -> str:
    """One of `SECTORS`; `OTHER` where no cue stands in the indicator.

    >>> sector("Tỷ lệ hộ nghèo"), sector("Cơ cấu kinh tế: Nông nghiệp"), sector("hoàn thành")
    ('welfare', 'economy', 'other')
    """
    found = _CUE.search(_form(indicator))
    return _SECTOR_OF[found[0]] if found else OTHER
