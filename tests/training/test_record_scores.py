import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from nghiquyet import Entity, Prediction
from nghiquyet_training import record_scores
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.gold_records import PERSON_SLOTS, TARGET_SLOTS, GoldArticle, GoldPerson, GoldTarget
from nghiquyet_training.record_scores import FIGURES, Judgement, Share, gold_prediction, judge, mistakes, shares, table

Labelled = Callable[[str, str], Article]
TEXT = (
    "Ông [PERSON Cao Văn Bường] - Bí thư [ORG Đảng ủy xã Sơn Trung]: đến năm 2025, [TARGET tỷ lệ hộ nghèo giảm còn 30%].\n"
    "Ông [PERSON Bường] và bà [PERSON Lê Ngọc Huấn] nói: [TARGET kết nạp 25 đảng viên trở lên]."
)


def _as_found(article: Article) -> GoldArticle:
    """Gold that is what the rules say of the labelled spans."""
    empty = GoldArticle(article, "develop", (), ())
    found = gold_prediction(empty)
    targets = tuple(
        GoldTarget((target.entity.start, target.entity.end), {slot: target.to_dict()[slot] for slot in TARGET_SLOTS})
        for target in found.targets
    )
    people = tuple(
        GoldPerson(
            frozenset((mention.start, mention.end) for mention in person.mentions),
            {slot: person.to_dict()[slot] for slot in PERSON_SLOTS},
        )
        for person in found.people
    )
    return replace(empty, targets=targets, people=people)


def _values(judgements: Sequence[Judgement]) -> dict[str, float]:
    return {figure: share.value for figure, share in shares(judgements).items()}


@pytest.fixture
def gold(labelled: Labelled) -> GoldArticle:
    return _as_found(labelled("a", TEXT))


def test_what_is_expected_is_all_right(gold: GoldArticle) -> None:
    judged = list(judge(gold, gold_prediction(gold)))
    assert _values(judged) == dict.fromkeys(FIGURES, 1.0)
    assert mistakes(judged) == []
    assert {figure: share.of for figure, share in shares(judged).items() if figure in ("unit", "mentions found", "role")} == {
        "unit": 2,
        "mentions found": 3,
        "role": 2,
    }


@pytest.mark.parametrize(
    ("slot", "expected", "right"),
    [
        ("indicator", "TỶ LỆ  hộ nghe\u0300o", True),
        ("indicator", "hộ nghèo", False),
        ("value_min", "30.0", True),
        ("value_min", "31", False),
        ("unit", None, False),
        ("baseline", {"value": None, "unit": None, "year": 2020}, False),
        ("deadline_year", 2025, True),
        ("period", {"start": 2020, "end": 2025}, False),
    ],
)
def test_a_slot_is_compared_as_what_it_means(gold: GoldArticle, slot: str, expected: Any, right: bool) -> None:
    first, second = gold.targets
    changed = replace(gold, targets=(replace(first, slots={**first.slots, slot: expected}), second))
    judged = list(judge(changed, gold_prediction(changed)))
    assert _values(judged)[slot] == (1.0 if right else 0.5)
    wrong = mistakes(judged)
    assert [(entry.start, entry.end, entry.figure, entry.expected, entry.found) for entry in wrong] == (
        [] if right else [(*first.place, slot, expected, first.slots[slot])]
    )


def test_a_nearly_right_indicator_is_nearly_alike(gold: GoldArticle) -> None:
    first, second = gold.targets
    changed = replace(gold, targets=(replace(first, slots={**first.slots, "indicator": "hộ nghèo"}), second))
    found = _values(list(judge(changed, gold_prediction(changed))))
    assert found["indicator"] == 0.5
    # 8 letters in common of 14 and 8: 16/22, and the other is right.
    assert found["indicator similarity"] == pytest.approx((16 / 22 + 1) / 2)


def test_of_what_a_model_misses_only_that_is_counted(gold: GoldArticle) -> None:
    whole = gold_prediction(gold)
    kept = [entity for entity in whole.entities if entity.text not in ("kết nạp 25 đảng viên trở lên", "Lê Ngọc Huấn", "Bường")]
    judged = list(judge(gold, Prediction(whole.text, tuple(kept))))
    found = shares(judged)
    assert (found["targets found"].value, found["unit"].of, found["unit"].value) == (0.5, 1, 1.0)
    assert (found["mentions found"].right, found["mentions found"].of, found["role"].of) == (1, 3, 1)
    # Bường was not found, and so not joined wrongly either.
    assert found["mentions exact"].value == 1.0
    assert [entry.figure for entry in mistakes(judged)] == ["targets found", "mentions found", "mentions found"]
    nothing = shares(judge(gold, Prediction(whole.text, ())))
    assert {figure: share.value for figure, share in nothing.items()} == {"targets found": 0.0, "mentions found": 0.0}


def test_b_cubed_is_that_of_its_definition(labelled: Labelled) -> None:
    article = labelled("a", "[PERSON Lê Văn An], [PERSON Lê Văn An], [PERSON Lê Văn An] và [PERSON Vũ Thị Hoa].")
    places = [(span.start, span.end) for span in article.entities]
    slots: dict[str, Any] = dict.fromkeys(PERSON_SLOTS)
    # Gold has the first two as one and the last two as another; found are the first three and the last.
    gold = GoldArticle(article, "develop", (), (GoldPerson(frozenset(places[:2]), slots), GoldPerson(frozenset(places[2:]), slots)))
    found = _values(list(judge(gold, gold_prediction(gold))))
    assert found["mentions B-cubed precision"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found["mentions B-cubed recall"] == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert found["mentions exact"] == 0.0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
def test_shares_do_not_depend_on_order(rights: list[tuple[str, bool]]) -> None:
    judged = [Judgement(article, 0, 1, "unit", "x", "x", float(right)) for article, right in rights]
    assert shares(judged) == shares(sorted(judged, key=lambda entry: (entry.article, entry.right)))
    for share in shares(judged).values():
        several = len({article for article, _ in rights}) > 1
        assert (share.interval is not None) == several
        assert share.interval is None or 0 <= share.interval.low <= share.interval.high <= 1


def test_entities_of_the_gold_are_the_labelled_spans() -> None:
    article = Article("a", "Ông An", (Span(4, 6, "PERSON"),))
    assert gold_prediction(GoldArticle(article, "seeds", (), ())).entities == (Entity("PERSON", 4, 6, "An", 1.0),)


def test_the_table_has_a_group_of_columns_for_each_kind_of_spans() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(table("seeds", {"gold spans": {"unit": Share(3, 4, None)}, "predicted spans": {"role": Share(1, 2, None)}}))
    assert isinstance(console.file, io.StringIO)
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in console.file.getvalue().splitlines()]
    rows = {line[0]: line[1:] for line in lines if line}
    assert rows == {"unit": ["75.0", "", "4", "", "", ""], "role": ["", "", "", "50.0", "", "2"]}
    assert record_scores.FIGURES.index("unit") < record_scores.FIGURES.index("role")
