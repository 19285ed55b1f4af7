from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Entity, Prediction, rendering
from nghiquyet_demo import facts
from nghiquyet_demo.wording import Words


def _fact(text: str, phrase: str) -> facts.Fact:
    start = text.index(phrase)
    prediction = Prediction(text, (Entity("TARGET", start, start + len(phrase), phrase, 0.9),))
    return facts.fact(prediction.targets[0])


@pytest.mark.parametrize(
    ("text", "phrase", "value", "unit", "per", "year"),
    [
        ("Đến năm 2030, thu ngân sách đạt 1.234,5 tỷ đồng.", "thu ngân sách đạt 1.234,5 tỷ đồng", "1.234,5", "tỷ đồng", None, 2030),
        ("Xã giảm 2-3% hộ nghèo mỗi năm.", "giảm 2-3% hộ nghèo mỗi năm", "2–3", "%", Words.PER_YEAR, None),
        ("Kết nạp ít nhất 25 đảng viên.", "Kết nạp ít nhất 25 đảng viên", "≥ 25", "đảng viên", None, None),
        ("Xây dựng xã vững mạnh.", "Xây dựng xã vững mạnh", "", "", None, None),
    ],
)
def test_a_target_becomes_cells(text: str, phrase: str, value: str, unit: str, per: Words | None, year: int | None) -> None:
    fact = _fact(text, phrase)
    assert (fact.value, fact.unit, fact.per, fact.year) == (value, unit, per, year)
    assert fact.indicator


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_figures_keep_their_value_in_both_languages(amount: Decimal) -> None:
    vietnamese = rendering.number(amount)
    assert Decimal(rendering.turned(vietnamese).replace(",", "")) == amount
    assert rendering.turned(rendering.turned(vietnamese)) == vietnamese


def test_people_and_organisations_carry_their_best_score() -> None:
    mentions = Entity("PERSON", 0, 7, "Lê Huấn", 0.51), Entity("PERSON", 8, 15, "Lê Huấn", 0.94)
    named = facts.person(Prediction("Lê Huấn Lê Huấn", mentions).people[0])
    assert (named.name, len(named.mentions), named.score) == ("Lê Huấn", 2, 0.94)
    body = Prediction("UBND huyện Ba Tơ", (Entity("ORG", 0, 16, "UBND huyện Ba Tơ", 0.8),)).organisations[0]
    assert facts.organisation(body).level is Words.DISTRICT
