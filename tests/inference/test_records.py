"""Records: what the five real articles say, and what never changes whatever a text holds."""

import json
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nghiquyet import Entity, Prediction
from nghiquyet.records import Target, targets

TEXT = "ông Huấn, HUYỆN ỦY và Huyện  uỷ: giảm còn 30%. Ông Huấn, UBND huyện"


def _prediction() -> Prediction:
    spans = [
        ("PERSON", "Huấn"),
        ("ORG", "HUYỆN ỦY"),
        ("ORG", "Huyện  uỷ"),
        ("TARGET", "giảm còn 30%"),
        ("PERSON", "Huấn"),
        ("ORG", "UBND huyện"),
    ]
    entities, at = [], 0
    for label, surface in spans:
        at = TEXT.index(surface, at)
        entities.append(Entity(label, at, at + len(surface), surface, 0.87654))
        at += len(surface)
    return Prediction(TEXT, tuple(entities))


def test_mentions_under_one_name_are_one_record() -> None:
    found = _prediction()
    assert [(person.name, len(person.mentions)) for person in found.people] == [("Huấn", 2)]
    assert [(org.name, len(org.mentions)) for org in found.organisations] == [("Huyện  uỷ", 2), ("UBND huyện", 1)]
    assert [(target.text, target.entity.start) for target in found.targets] == [("giảm còn 30%", TEXT.index("giảm"))]


def test_to_dict_is_ready_for_json() -> None:
    found = _prediction().to_dict()
    assert found["text"] == TEXT
    assert found["entities"][0] == {"label": "PERSON", "start": 4, "end": 8, "text": "Huấn", "score": 0.8765}
    assert len(found["entities"]) == 6


ROOT = Path(__file__).parents[2]
Spans = list[tuple[str, int, int]]
SLOTS = (
    "indicator",
    "change",
    "comparator",
    "value_min",
    "value_max",
    "unit",
    "per",
    "baseline",
    "deadline_year",
    "period",
    "owner",
)


def _entities(text: str, spans: Iterable[tuple[str, int, int]]) -> list[Entity]:
    return [Entity(label, start, end, text[start:end], 1.0) for label, start, end in spans]


def _articles() -> Iterator[tuple[str, str, Spans]]:
    """The real articles: id, text and labelled spans."""
    for line in (ROOT / "data" / "seeds.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        yield article["id"], article["text"], [(span["label"], span["start"], span["end"]) for span in article["entities"]]


SEEDS = {article: (text, spans) for article, text, spans in _articles()}


def _slots(target: Target) -> dict[str, Any]:
    """The slots of a target as the labelled records write them."""
    values = {
        name: value if value is None else str(value)
        for name, value in (("value_min", target.value_min), ("value_max", target.value_max))
    }
    period = target.period and {"start": target.period.start, "end": target.period.end}
    start = target.baseline
    baseline = start and {"value": None if start.value is None else str(start.value), "unit": start.unit, "year": start.year}
    slots = {name: getattr(target, name) for name in (*SLOTS, "status")} | values | {"period": period, "baseline": baseline}
    return {name: value.casefold() if isinstance(value, str) else value for name, value in slots.items()}


def test_the_slots_of_the_real_articles_are_right() -> None:
    labelled = [json.loads(line) for line in (ROOT / "data" / "records" / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    seeds = [article for article in labelled if article["half"] == "seeds"]
    assert {article["id"] for article in seeds} == set(SEEDS)
    for article in seeds:
        text, spans = SEEDS[article["id"]]
        found = targets(text, _entities(text, spans))
        for target, gold in zip(found, article["targets"], strict=True):
            expected = {name: gold[name].casefold() if isinstance(gold[name], str) else gold[name] for name in (*SLOTS, "status")}
            assert _slots(target) == expected, (article["id"], target.raw)


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
