"""The page as a whole in a real browser: languages, light and dark, a phone; a screenshot of each."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import pytest
from gradio_client.exceptions import AppError
from gradio_client.utils import QueueError, Status
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.demo.conftest import Connect, OpenPage, Serve, Served

STUB = Path(__file__).with_name("stub_page.py")
EXAMPLE = "Đakrông (Quảng Trị)"
TABS = {"vi": ["Một bài báo", "Nhiều bài báo", "Sửa kết quả", "Hai mô hình"]}
TABS["en"] = ["One article", "Many articles", "Corrections", "Two models"]


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


def test_what_gradio_draws_is_in_the_chosen_language_too(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    box, file = page.locator("#nq-article-text textarea"), page.locator("#nq-article-file")
    for words in (("Dán một bài báo vào đây", "Kéo tệp vào đây"), ("Paste an article here", "Drop a file here")) * 2:
        expect(box).to_have_attribute("placeholder", words[0])
        expect(file).to_contain_text(words[1])
        page.locator("#nq-language").click()
    # Drawn later, and given in neither language: a sentence of Gradio's own.
    page.evaluate("document.body.append(Object.assign(document.createElement('p'), { id: 'new', textContent: 'queue: 2/3 |' }))")
    expect(page.locator("#new")).to_have_text("chờ: thứ 2 trong 3 |")
    page.locator("#nq-language").click()
    expect(page.locator("#new")).to_have_text("queue: 2/3 |")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_phone_shows_all_tabs(open_page: OpenPage, served: Served, screenshots: Path, language: str) -> None:
    page = open_page(served.address, phone=True, language=language)
    for name in TABS[language]:
        tab = page.get_by_role("tab", name=name, exact=True)
        expect(tab).to_be_in_viewport(ratio=1)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
    page.screenshot(path=screenshots / f"phone-tabs-{language}.png")


def test_who_finds_the_line_full_is_told_and_the_others_are_answered(
    serve: Serve, connect: Connect, open_page: OpenPage, screenshots: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    with serve([str(STUB), "--waiting", "1", "--at-once", "1"], tmp_path) as served:
        page = open_page(served.address)
        client = connect(served)
        first = client.submit(f"wait for {gate}", api_name="/extract")
        while first.status().code != Status.PROCESSING:
            sleep(0.05)
        second = client.submit(f"wait for {gate} too", api_name="/extract")
        while second.status().code != Status.IN_QUEUE:
            sleep(0.05)
        with pytest.raises((AppError, QueueError), match="full"):
            client.predict("third", api_name="/extract")
        page.locator("#nq-article-text textarea").fill("Xã sẽ giảm 2,5% hộ nghèo mỗi năm.")
        page.locator("#nq-extract").click()
        told = page.get_by_test_id("toast-body")
        expect(told).to_contain_text("Trang đang có quá nhiều người dùng. Xin đợi một phút rồi bấm lại. · Too many people")
        expect(told).to_contain_text("Lỗi")
        expect(page.locator("#nq-status")).not_to_contain_text("Error")
        expect(told).to_be_in_viewport(ratio=1)
        expect(told).to_have_css("opacity", "1")
        page.screenshot(path=screenshots / "full.png")
        # Examples are read already: they have no line to wait in.
        page.get_by_role("button", name=EXAMPLE).click()
        expect(page.locator("#nq-status")).to_contain_text("Không tìm thấy gì")
        gate.touch()
        assert first.result()["text"] == f"wait for {gate}"
        assert second.result()["text"] == f"wait for {gate} too"


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
    expect(page.locator(".nq-filter")).to_be_in_viewport()
    page.mouse.move(0, 0)
    page.locator(".gradio-container").screenshot(path=screenshots / f"{name}.png")
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
