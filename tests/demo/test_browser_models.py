"""Two models side by side in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.demo.conftest import ChooseTab, OpenPage, Served

TEXT = (
    "Sơn Trung đi lên\nÔng Cao Văn Bường, Đảng ủy xã Sơn Trung: giảm 2,5% hộ nghèo mỗi năm, điện đạt 98% vào năm 2030. <b>Hết</b>"
)
RESULT = "#nq-models-result"


Compare = Callable[[Page, str], Page]


@pytest.fixture
def compared(choose_tab: ChooseTab) -> Compare:
    """`compared(page, text)`: the page, with the text given to both models."""

    def compare(page: Page, text: str) -> Page:
        choose_tab(page, "Hai mô hình")
        page.locator("#nq-models-text textarea").fill(text)
        page.locator("#nq-models-compare").click()
        return page

    return compare


def test_differences_are_listed_and_stand_out_in_both_texts(open_page: OpenPage, compared: Compare, served: Served) -> None:
    page = compared(open_page(served.address), TEXT)
    expect(page.locator(RESULT)).to_contain_text("Giống nhau 1 chỗ, khác nhau 4 chỗ.")
    rows = page.locator(f"{RESULT} tbody tr")
    expect(rows).to_have_count(4)
    for n, words in enumerate(["chỉ mô hình B thấy", "chỉ mô hình A thấy", "loại", "chỗ đầu, chỗ cuối"]):
        expect(rows.nth(n)).to_contain_text(words)
    sides = page.locator(".nq-sides .nq-text")
    expect(sides).to_have_count(2)
    expect(sides.nth(0).locator(".nq-apart")).to_have_text(["Cao Văn Bường", "giảm 2,5% hộ nghèo mỗi năm", "đạt 98% vào năm 2030"])
    expect(sides.nth(1).locator(".nq-apart")).to_have_text(["Sơn Trung đi lên", "giảm 2,5% hộ nghèo mỗi năm", "đạt 98%"])
    assert page.locator(f"{RESULT} b").count() == 0
    rows.nth(3).locator("button").click()
    expect(page.locator(".nq-sides .nq-flash")).to_have_text(["đạt 98% vào năm 2030", "đạt 98%"])


def test_models_that_agree_are_said_to(open_page: OpenPage, compared: Compare, served: Served) -> None:
    page = compared(open_page(served.address), "Đảng ủy xã Sơn Trung")
    expect(page.locator(RESULT)).to_contain_text("Hai mô hình giống hệt nhau ở bài này: 1 chỗ.")


def test_an_empty_text_is_refused(open_page: OpenPage, compared: Compare, served: Served) -> None:
    page = compared(open_page(served.address), " ")
    expect(page.locator(f"{RESULT} .nq-refused")).to_contain_text("Chưa có văn bản")


def test_one_model_has_nothing_to_be_compared_with(open_page: OpenPage, served_model: Served) -> None:
    expect(open_page(served_model.address).get_by_role("tab", name="Hai mô hình")).to_have_count(0)


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_comparison_looks_right(
    open_page: OpenPage, compared: Compare, served: Served, screenshots: Path, dark: bool, phone: bool
) -> None:
    page = compared(open_page(served.address, dark=dark, phone=phone), TEXT)
    page.locator(".nq-sides").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    name = "phone" if phone else "dark" if dark else "light"
    page.screenshot(path=screenshots / f"models-{name}.png", full_page=True)
