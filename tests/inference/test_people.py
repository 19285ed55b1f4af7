"""People and organisations as records: laws over any text and spans, and the seeds' gold."""

import json
import random
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.entities import Entity
from nghiquyet.records import LABELS, ORGANISATION, PERSON, Organisation, Person, organisations, people

PARTS = (
    *("Lê Ngọc Huấn", "Huấn", "ông", "bà", "đồng chí", "Bí thư", "Phó Chủ tịch", "Giám đốc", "TS.", "thầy giáo", "Trưởng thôn"),
    *("Huyện ủy Hương Khê", "Huyện ủy", "UBND", "xã", "huyện", "tỉnh", "Sơn Trung", "Hà Tĩnh", "MTTQ", "Mặt trận Tổ quốc"),
    *(",", ":", "(", ")", "-", ".", ";", "\n", "và", "của", "là", "tại", "người", "quê", "thôn 2", "Y", "H'", "2025", "B.L"),
    *("\u0301", "\u200b", "😀", ""),
)
TEXTS = st.text() | st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    """Any text with any spans that are not empty, which may overlap."""
    text = draw(TEXTS.filter(bool))
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda span: span[0] < span[1])
    spans = draw(st.lists(st.tuples(st.sampled_from(sorted(LABELS)), ends), max_size=12, unique=True))
    return text, [Entity(label, start, end, text[start:end], 1.0) for label, (start, end) in spans]


def _mentions(records: tuple[Person, ...] | tuple[Organisation, ...]) -> list[Entity]:
    return [mention for record in records for mention in record.mentions]


@given(documents())
def test_every_mention_is_in_one_record(document: tuple[str, list[Entity]]) -> None:
    text, entities = document
    for label, records in ((PERSON, people(text, entities)), (ORGANISATION, organisations(text, entities))):
        assert Counter(_mentions(records)) == Counter(entity for entity in entities if entity.label == label)


@given(documents())
def test_records_and_mentions_come_in_text_order(document: tuple[str, list[Entity]]) -> None:
    for records in (people(*document), organisations(*document)):
        firsts = [record.mentions[0] for record in records]
        for mentions in (firsts, *(record.mentions for record in records)):
            places = [(mention.start, mention.end) for mention in mentions]
            assert places == sorted(places)


@given(documents(), st.randoms())
def test_the_order_of_the_entities_given_does_not_matter(document: tuple[str, list[Entity]], chance: random.Random) -> None:
    text, entities = document
    shuffled = list(entities)
    chance.shuffle(shuffled)
    assert people(text, shuffled) == people(text, entities)
    assert organisations(text, shuffled) == organisations(text, entities)


@given(documents())
def test_what_is_said_stands_in_the_text(document: tuple[str, list[Entity]]) -> None:
    text, entities = document
    spelled = " ".join(text.split())
    for person in people(text, entities):
        assert person.name in {mention.text for mention in person.mentions}
        assert all(part in spelled for part in (person.role or "").split(", "))
        assert (person.organisation or "") in spelled
    for organisation in organisations(text, entities):
        assert organisation.name in {mention.text for mention in organisation.mentions}


def _calls(times: int, article: dict[str, Any]) -> int:
    """How many calls of Python functions an article takes that is repeated."""
    text = (article["text"] + "\n") * times
    shifts = [time * (len(article["text"]) + 1) for time in range(times)]
    entities = [
        Entity(entity["label"], entity["start"] + shift, entity["end"] + shift, text[entity["start"] : entity["end"]], 1.0)
        for shift in shifts
        for entity in article["entities"]
    ]
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        people(text, entities)
        organisations(text, entities)
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(scope="module")
def seeds(root: Path) -> dict[str, dict[str, Any]]:
    lines = (root / "data/seeds.jsonl").read_text(encoding="utf-8").splitlines()
    return {article["id"]: article for article in map(json.loads, lines)}


def test_the_work_is_linear_in_length(seeds: dict[str, dict[str, Any]]) -> None:
    for article in seeds.values():
        _calls(1, article)
        assert _calls(8, article) < 2.2 * _calls(4, article)


def test_the_people_of_the_seeds_are_as_a_reader_has_them(root: Path, seeds: dict[str, dict[str, Any]]) -> None:
    """All 16 of them, with every slot."""
    records = map(json.loads, (root / "data/records/records.jsonl").read_text(encoding="utf-8").splitlines())
    for gold in (record for record in records if record["half"] == "seeds"):
        article = seeds[gold["id"]]
        text = article["text"]
        entities = [Entity(e["label"], e["start"], e["end"], text[e["start"] : e["end"]], 1.0) for e in article["entities"]]
        assert [
            {
                "name": person.name,
                "mentions": [[mention.start, mention.end] for mention in person.mentions],
                "role": person.role,
                "organisation": person.organisation,
            }
            for person in people(text, entities)
        ] == gold["people"]


def test_the_organisations_of_a_seed(seeds: dict[str, dict[str, Any]]) -> None:
    article = seeds["004_244fb73881d2e008"]
    text = article["text"]
    entities = [Entity(e["label"], e["start"], e["end"], text[e["start"] : e["end"]], 1.0) for e in article["entities"]]
    found = {organisation.name: organisation for organisation in organisations(text, entities)}
    district = found["Đảng bộ huyện Hương Khê"]
    assert {mention.text for mention in district.mentions} == {
        "Đảng bộ huyện Hương Khê",
        "Đảng bộ huyện",
        "Đảng bộ",
        "Đảng bộ Hương Khê",
    }
    assert {mention.text for mention in found["HĐND huyện"].mentions} == {"HĐND huyện", "HĐND"}
    assert {name: organisation.level for name, organisation in found.items()} == {
        "Baohatinh.vn": None,
        "Huyện ủy Hương Khê": "district",
        "Báo Hà Tĩnh": "province",
        "Đảng bộ huyện Hương Khê": "district",
        "Ban Chấp hành Đảng bộ huyện Hương Khê": "district",
        "Ban Thường vụ Huyện ủy": "district",
        "HĐND huyện": "district",
        "UBND huyện": "district",
        "Bộ NN-PTNT": "central",
        "MTTQ": None,
    }
    for organisation in found.values():
        if organisation.level == "district":
            assert organisation.place is not None
            assert organisation.place.before is not None
            assert (organisation.place.before.code, organisation.place.after) == ("444", None)
