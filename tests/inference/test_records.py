"""Records: what the five real articles say, and what never changes whatever a text holds."""

import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nghiquyet import Entity, Prediction
from nghiquyet.records import Target, targets
from nghiquyet_training import articles, gold_records

TEXT = "ông Huấn, HUYỆN ỦY và Huyện  uỷ: giảm còn 30%. Ông Huấn, UBND huyện"


@pytest.fixture
def prediction(prediction_of: Callable[..., Prediction]) -> Prediction:
    return prediction_of(
        TEXT,
        ("PERSON", "Huấn"),
        ("ORG", "HUYỆN ỦY"),
        ("ORG", "Huyện  uỷ"),
        ("TARGET", "giảm còn 30%"),
        ("PERSON", "Huấn"),
        ("ORG", "UBND huyện"),
    )


def test_mentions_under_one_name_are_one_record(prediction: Prediction) -> None:
    assert [(person.name, len(person.mentions)) for person in prediction.people] == [("Huấn", 2)]
    assert [(org.name, len(org.mentions)) for org in prediction.organisations] == [("Huyện  uỷ", 2), ("UBND huyện", 1)]
    assert [(target.text, target.entity.start) for target in prediction.targets] == [("giảm còn 30%", TEXT.index("giảm"))]


def test_to_dict_is_ready_for_json(prediction: Prediction) -> None:
    found = prediction.to_dict()
    assert found["text"] == TEXT
    assert found["entities"][0] == {"label": "PERSON", "start": 4, "end": 8, "text": "Huấn", "score": 0.8765}
    assert len(found["entities"]) == 6


DATA = Path(__file__).parents[2] / "data"
ARTICLES = articles.read([DATA / "seeds.jsonl"])
Spans = list[tuple[str, int, int]]
# The real articles by id: text and labelled spans.
SEEDS = {a.id: (a.text, [(span.label, span.start, span.end) for span in a.entities]) for a in ARTICLES}


def _entities(text: str, spans: Iterable[tuple[str, int, int]]) -> list[Entity]:
    return [Entity(label, start, end, text[start:end], 1.0) for label, start, end in spans]


def _slots(target: Target) -> dict[str, Any]:
    return _folded(target.to_dict())


def _folded(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.casefold() if isinstance((value := slots[name]), str) else value for name in gold_records.TARGET_SLOTS}


def test_the_slots_of_the_real_articles_are_right() -> None:
    labelled = gold_records.read(DATA / "records" / "records.jsonl", ARTICLES, ["seeds"])
    assert {gold.article.id for gold in labelled} == set(SEEDS)
    for gold in labelled:
        text, spans = SEEDS[gold.article.id]
        for target, expected in zip(targets(text, _entities(text, spans)), gold.targets, strict=True):
            assert _slots(target) == _folded(expected.slots), (gold.article.id, target.raw)


def _respelled(text: str, spans: Spans, spell: Callable[[str], str]) -> list[Entity]:
    """The entities of a text every character of which is spelled otherwise."""
    parts = [spell(char) for char in text]
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return _entities("".join(parts), [(label, offsets[start], offsets[end]) for label, start, end in spans])


@pytest.mark.parametrize(
    "spell",
    [
        lambda char: char.replace(" ", "  "),
        lambda char: char.replace(" ", "\u00a0"),
        lambda char: unicodedata.normalize("NFD", char),
        lambda char: char.replace("-", "–"),
    ],
    ids=["doubled spaces", "no-break spaces", "decomposed", "dashes"],
)
@pytest.mark.parametrize("article", sorted(SEEDS))
def test_records_do_not_change_with_the_spelling(article: str, spell: Callable[[str], str]) -> None:
    text, spans = SEEDS[article]
    plain = targets(text, _entities(text, spans))
    respelled = targets("".join(map(spell, text)), _respelled(text, spans, spell))
    for one, other in zip(plain, respelled, strict=True):
        assert _slots(replace(one, indicator=None, owner=None)) == _slots(replace(other, indicator=None, owner=None))
        assert (one.indicator and one.indicator.replace("–", "-")) == (other.indicator and other.indicator.replace("–", "-"))
        assert one.owner == other.owner


def test_old_and_new_tone_marks_give_the_same_values(targets_of: Callable[[str], tuple[Target, ...]]) -> None:
    old, new = (targets_of(text)[0] for text in ("[[xóa 25 nhà tạm]] của {Huyện ủy}", "[[xoá 25 nhà tạm]] của {Huyện uỷ}"))
    assert _slots(replace(old, owner=None)) == _slots(replace(new, owner=None))


@settings(max_examples=25)
@given(st.sampled_from(sorted(SEEDS)), st.lists(st.tuples(st.integers(-15, 15), st.integers(-15, 15)), min_size=1, max_size=5))
def test_a_target_cut_anywhere_is_never_dropped(article: str, moves: list[tuple[int, int]]) -> None:
    text, spans = SEEDS[article]
    moved: Spans = []
    last = 0
    for n, (label, start, end) in enumerate(spans):
        before, behind = moves[n % len(moves)]
        start = min(max(last, start + before), len(text) - 1)
        last = min(max(start + 1, end + behind), len(text))
        moved.append((label, start, last))
    entities = [entity for entity in _entities(text, moved) if entity.label == "TARGET"]
    assert [(target.entity, target.raw) for target in targets(text, _entities(text, moved))] == [
        (entity, entity.text) for entity in entities
    ]


@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.lists(st.integers(0, 60), max_size=8),
    st.lists(st.sampled_from(["TARGET", "ORG", "X"])),
)
def test_no_text_crashes(text: str, places: list[int], labels: list[str]) -> None:
    bounds = sorted({min(place, len(text)) for place in places})
    spans = list(zip(labels, bounds[::2], bounds[1::2], strict=False))
    found = targets(text, _entities(text, spans))
    assert [target.raw for target in found] == [text[start:end] for label, start, end in spans if label == "TARGET"]


def test_what_cannot_be_read_stays_unsaid(targets_of: Callable[[str], tuple[Target, ...]]) -> None:
    (target,) = targets_of("[[...]]")
    assert target.raw == "..."
    assert set(_slots(target).values()) == {None, "reach", "=", "planned"}


def test_values_are_exact_decimals(targets_of: Callable[[str], tuple[Target, ...]]) -> None:
    (target,) = targets_of("[[thu 1.234,10 tỷ đồng]]")
    assert (target.value_min, target.value_max) == (Decimal("1234.1"), Decimal("1234.1"))


@pytest.mark.parametrize(
    "part", ["đến năm 2025, ", "100%, ", "giai đoạn 2021 - ", "nghị quyết ", "đạt chuẩn ", "mỗi năm ", "Đảng bộ sẽ ", "(", "\u0301"]
)
@pytest.mark.parametrize("one_span", [True, False])
def test_records_take_time_linear_in_length(part: str, one_span: bool) -> None:
    once, often = (min(_seconds(part, size, one_span) for _ in range(2)) for size in (400, 3_200))
    assert often < 40 * max(once, 0.001)


def _seconds(part: str, size: int, one_span: bool) -> float:
    text = part * (size // len(part))
    step = 20
    spans = (
        [("TARGET", 0, len(text))]
        if one_span
        else [("TARGET", start, start + step // 2) for start in range(0, len(text) - step, step)]
    )
    entities = _entities(text, spans)
    begin = time.process_time()
    targets(text, entities)
    return time.process_time() - begin
