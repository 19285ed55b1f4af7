"""The model that comes with the package."""

from pathlib import Path

import pytest

from nghiquyet import Extractor, predict
from nghiquyet_training import articles
from nghiquyet_training.evaluate import evaluate


def test_the_sentence_of_the_documentation() -> None:
    found = predict("Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên.")
    assert [(entity.label, entity.text) for entity in found.entities] == [
        ("PERSON", "Cao Văn Bường"),
        ("ORG", "Đảng ủy xã Sơn Trung"),
        ("TARGET", "kết nạp mới 25 đảng viên trở lên"),
    ]


def test_a_sentence_it_never_saw() -> None:
    found = predict(
        "Theo bà Lò Thị Khuyên, Phó Chủ tịch UBND huyện Mù Cang Chải, phấn đấu đến năm 2030 tỷ lệ che phủ rừng đạt 68,5%."
    )
    assert ("PERSON", "Lò Thị Khuyên") in [(entity.label, entity.text) for entity in found.entities]
    assert ("ORG", "UBND huyện Mù Cang Chải") in [(entity.label, entity.text) for entity in found.entities]
    assert any(target.text.endswith("68,5%") for target in found.targets)


def test_it_finds_what_is_in_the_seeds_and_both_backends_agree(root: Path) -> None:
    seeds = articles.read([root / "data/seeds.jsonl"])
    scores = [evaluate(Extractor.load(backend=backend, precision="fp32"), seeds) for backend in ("onnx", "torch")]
    assert scores[0].by_article == scores[1].by_article
    for one, other in zip(*(evaluation.outcomes for evaluation in scores), strict=True):
        assert one.confidence == pytest.approx(other.confidence, abs=1e-3)
    assert scores[0].micro.f1 > 0.9


def test_nothing_is_found_in_nothing() -> None:
    assert predict("").entities == ()
    assert [prediction.entities for prediction in predict(["\n", "!!!", "🎉"])] == [(), (), ()]
