import unicodedata
from collections.abc import Callable

import pytest

from nghiquyet.errors import NghiquyetError
from nghiquyet_training import underthesea_ner
from nghiquyet_training.articles import Article
from nghiquyet_training.evaluate import evaluate
from nghiquyet_training.underthesea_ner import UndertheseaNer

# What `underthesea.ner` of release 9.5.0 answers.
_ANSWERS = [
    (
        "Ông|Cao Văn Bường|-|Bí thư|Đảng|ủy|xã|Sơn Trung|cho|biết|,|đến|năm|2025|Ngân hàng|Thế giới|và|Sở|Nội vụ|giúp|Việt Nam|.",
        "O B-PER O O B-ORG B-LOC I-LOC I-LOC O O O O B-LOC I-LOC O O O O O O B-LOC O",
    ),
    (
        "Theo|bà|H'Lan|,|UBND|tỉnh|Khánh Hòa|đã|mời|Nguyễn Minh Trường|,|Phó|Giám đốc|Công ty|Sông Đà|.",
        "O O B-PER O O B-LOC I-LOC O O B-PER O O B-LOC I-LOC I-LOC O",
    ),
    ("Liên Hợp Quốc|,|Chính phủ", "B-PER O O"),
]


@pytest.fixture(scope="module")
def ner() -> UndertheseaNer:
    return UndertheseaNer()


@pytest.mark.parametrize(("forms", "tags"), _ANSWERS)
def test_the_tags_are_those_of_the_library(ner: UndertheseaNer, forms: str, tags: str) -> None:
    found, sure = ner.tags(forms.split("|"))
    assert found == tags.split()
    assert all(0 < probability <= 1 + 1e-9 for probability in sure)


def test_names_come_at_their_offsets_in_the_text_as_given(ner: UndertheseaNer) -> None:
    text = unicodedata.normalize("NFD", "\n  Ông Cao\u00a0Văn Bường nói.\n\nBà Lê Thị Hoa hỏi _ đáp.\n")
    (prediction,) = ner.stream([text])
    assert prediction.text == text
    assert [unicodedata.normalize("NFKC", entity.text) for entity in prediction.entities] == ["Cao Văn Bường", "Lê Thị Hoa"]
    assert all(text[entity.start : entity.end] == entity.text for entity in prediction.entities)
    assert all(entity.label == "PERSON" and 0 < entity.score <= 1 for entity in prediction.entities)


def test_texts_are_answered_one_by_one(ner: UndertheseaNer, seed_texts: list[str]) -> None:
    texts = ["", seed_texts[0], " \n", seed_texts[1]]
    together = list(ner.stream(texts))
    assert together == [prediction for text in texts for prediction in ner.stream([text])]
    for prediction in together:
        ends = [0, *(entity.end for entity in prediction.entities)]
        assert all(end <= entity.start < entity.end for end, entity in zip(ends, prediction.entities, strict=False))
        assert {entity.label for entity in prediction.entities} <= set(ner.labels) == {"ORG", "PERSON"}


def test_it_is_scored_as_a_model_is(ner: UndertheseaNer, labelled: Callable[[str, str], Article]) -> None:
    evaluation = evaluate(ner, [labelled("a", "Ông [PERSON Cao Văn Bường] nói với bà [PERSON Lê Thị Hoa].")])
    assert evaluation.micro.f1 == 1


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-A I-A O B-A B-A", [(0, 2, "A"), (3, 4, "A"), (4, 5, "A")]),
        ("I-A I-A O I-B", [(0, 2, "A"), (3, 4, "B")]),
        ("B-A I-B I-B O", [(0, 1, "A"), (1, 3, "B")]),
    ],
)
def test_an_inside_tag_after_nothing_of_its_kind_begins_a_name(tags: str, spans: list[tuple[int, int, str]]) -> None:
    assert underthesea_ner._spans(tags.split()) == spans


def test_a_missing_model_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(underthesea_ner, "_NAME_MODEL", "pipeline/ner/none.bin")
    with pytest.raises(NghiquyetError, match=r"none\.bin is missing; install it anew"):
        UndertheseaNer()
