import json
import unicodedata
from pathlib import Path

import pytest

from nghiquyet_demo.sectors import OTHER, SECTORS, sector
from nghiquyet_demo.wording import Words

RECORDS = Path(__file__).parents[2] / "data" / "records" / "records.jsonl"


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        ("tỷ lệ hộ nghèo", "welfare"),
        ("Cơ cấu kinh tế: Nông nghiệp", "economy"),
        ("xã đạt chuẩn nông thôn mới", "agriculture"),
        ("trường mầm non đạt chuẩn quốc gia", "education"),
        ("bác sĩ/1 vạn dân", "health"),
        ("cán bộ xã có trình độ đại học trở lên", "party"),
        ("đạt một số tiêu chí đô thị loại IV", "infrastructure"),
        ("độ che phủ rừng", "environment"),
        ("tân binh có trình độ cao đẳng", "defence"),
        ("doanh thu du lịch", "culture"),
        ("hồ sơ trực tuyến toàn trình", "administration"),
        ("xã còn lại đạt chuẩn", OTHER),
        ("", OTHER),
    ],
)
def test_the_cue_that_stands_first_decides(indicator: str, expected: str) -> None:
    assert sector(indicator) == expected


def test_spelling_makes_no_difference() -> None:
    for indicator in ("Đảng ủy hoàn thành tốt nhiệm vụ", "Gia đình văn hóa", "Tỷ lệ HỘ NGHÈO"):
        forms = {
            indicator,
            indicator.upper(),
            unicodedata.normalize("NFD", indicator),
            indicator.replace("ủy", "uỷ").replace("óa", "oá"),
        }
        assert len({sector(form) for form in forms}) == 1


def test_a_cue_inside_another_word_is_none() -> None:
    assert sector("hàng sao chép") == "agriculture"
    assert sector("saovàng") == OTHER


def test_every_sector_has_a_name() -> None:
    assert all(Words[f"SECTOR_{name.upper()}"] for name in SECTORS)


def test_few_indicators_of_real_articles_have_no_sector() -> None:
    records = [json.loads(line) for line in RECORDS.read_text(encoding="utf-8").splitlines()]
    indicators = [target["indicator"] for record in records for target in record["targets"] if target["indicator"]]
    assert sum(sector(indicator) == OTHER for indicator in indicators) < len(indicators) / 20
