"""The page as a whole in a real browser: languages, light and dark, a phone; a screenshot of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.demo.conftest import OpenPage, Served

EXAMPLE = "Đakrông (Quảng Trị)"
TABS = {"vi": ["Một bài báo", "Nhiều bài báo", "Sửa kết quả", "So sánh mô hình"]}
TABS["en"] = ["One article", "Many articles", "Corrections", "Compare models"]


def test_it_speaks_vietnamese_and_english_at_a_click_and_remembers(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    _speaks(page, "vi")
    page.locator("#nq-language").click()
    _speaks(page, "en")
    page.reload()
    _speaks(page, "en")
    page.locator("#nq-language").click()
    _speaks(page, "vi")


def _speaks(page: Page, language: str) -> None:
    extract, words = {"vi": ("Trích xuất", "Đọc tin tức"), "en": ("Extract", "Reads policy news")}[language]
    expect(page.get_by_role("button", name=extract, exact=True)).to_be_visible()
    expect(page.locator("#nq-head")).to_contain_text(words, use_inner_text=True)
    for name in TABS[language]:
        expect(page.get_by_role("tab", name=name, exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == language


def test_a_change_of_language_keeps_what_was_read(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    page.locator("#nq-article-text textarea").fill("Ông Cao Văn Bường nói sẽ giảm 2,5% hộ nghèo mỗi năm.")
    page.locator("#nq-extract").click()
    expect(page.locator("#nq-status")).to_contain_text("Tìm thấy 1 chỉ tiêu", use_inner_text=True)
    page.locator("#nq-language").click()
    expect(page.locator("#nq-status")).to_have_text("Found: targets 1, people 1, organisations 0.", use_inner_text=True)
    expect(page.locator(".nq-targets tbody td").nth(1)).to_contain_text("2.5", use_inner_text=True)


def test_dark_follows_the_system_until_someone_chooses(open_page: OpenPage, served: Served) -> None:
    dark = "document.body.classList.contains('dark')"
    assert open_page(served.address).evaluate(dark) is False
    page = open_page(served.address, dark=True)
    assert page.evaluate(dark) is True
    page.locator("#nq-dark").click()
    assert page.evaluate(dark) is False
    page.reload()
    page.locator("#nq-extract").wait_for()
    assert page.evaluate(dark) is False


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_result_fits_and_is_seen(open_page: OpenPage, served_model: Served, screenshots: Path, dark: bool, phone: bool) -> None:
    page = open_page(served_model.address, dark=dark, phone=phone)
    name = f"{'phone' if phone else 'laptop'}-{'dark' if dark else 'light'}"
    page.screenshot(path=screenshots / f"{name}-empty.png", full_page=True)
    page.get_by_role("button", name=EXAMPLE).click()
    page.locator("#nq-result .nq-article").wait_for()
    expect(page.locator("#nq-status")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=screenshots / f"{name}.png", full_page=True)
    expect(page.locator(".nq-filter")).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 1250} if phone else {"width": 1280, "height": 1250})
    page.locator("#nq-status" if phone else "#nq-head").evaluate("element => element.scrollIntoView()")
    page.screenshot(path=screenshots / f"{name}-view.png")
    page.locator(".nq-targets tbody button").first.click()
    expect(page.locator("mark.nq-flash").first).to_be_in_viewport()
    page.screenshot(path=screenshots / f"{name}-place.png")


def test_targets_are_cards_on_a_phone(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address, phone=True)
    page.locator("#nq-article-text textarea").fill("Xã sẽ giảm 2,5% hộ nghèo mỗi năm.")
    page.locator("#nq-extract").click()
    row = page.locator(".nq-targets tbody tr").first
    expect(row).to_contain_text("Giá trị", use_inner_text=True)
    assert row.evaluate("row => getComputedStyle(row).display") == "grid"
