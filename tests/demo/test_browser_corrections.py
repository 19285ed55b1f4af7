"""Corrections in a real browser; each is on the disk, as training reads it, as soon as the page says that it is saved."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect
from typer.testing import CliRunner

from nghiquyet_training.data_cli import app as data

if TYPE_CHECKING:
    from tests.demo.conftest import ChooseTab, OpenPage, Serve, Served

STUB = Path(__file__).with_name("stub_page.py")
# Emoji are two units of JavaScript and one code point; an accent that stands alone is a code point of its own.
TEXT = (
    "🙂🌾 Ông Cao Văn Bường,\n\nBí thư Đảng ủy xã Sơn Trung 🙂: giảm 2,5% hộ nghèo mỗi năm.\n"
    "Ba\u0300 con <b>Ba Tơ</b> & ${1} {{value}} làm theo."
)
STATUS = "#nq-corrections-status"
DELETE = "all => all.forEach((mark) => mark.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true })))"
SELECT = """([from, to]) => {
  const walker = document.createTreeWalker(document.querySelector("#nq-editor .nq-text"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node; (node = walker.nextNode()); ) {
    if (node.data.includes(from)) range.setStart(node, node.data.indexOf(from));
    if (node.data.includes(to)) range.setEnd(node, node.data.indexOf(to) + to.length);
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture
def text(request: pytest.FixtureRequest) -> str:
    """An article of this test alone: corrections of all visitors go to one folder."""
    return f"{TEXT}\n{request.node.name}"


Paste = Callable[[Page, str], None]


@pytest.fixture
def paste(choose_tab: ChooseTab) -> Paste:
    """`paste(page, text)`: read a text, and bring it up for correction."""

    def paste_(page: Page, text: str) -> None:
        choose_tab(page, "Một bài báo")
        page.locator("#nq-article-text textarea").fill(text)
        page.locator("#nq-extract").click()
        _expect_text(page.locator("#nq-result .nq-text"), text)
        choose_tab(page, "Sửa kết quả")
        _expect_text(page.locator("#nq-editor .nq-text"), text)

    return paste_


def _expect_text(shown: Locator, text: str) -> None:
    """Two articles of a test may share all lines but one."""
    lines = [line for line in text.splitlines() if line]
    expect(shown.locator("p")).to_have_count(len(lines))
    expect(shown).to_contain_text(lines[-1])


@pytest.fixture
def page(open_page: OpenPage, paste: Paste, served: Served, text: str) -> Page:
    """The page with the article ready to be corrected."""
    page = open_page(served.address)
    paste(page, text)
    return page


def marks(page: Page) -> Locator:
    return page.locator("#nq-editor .nq-mark")


def button(page: Page, name: str) -> Locator:
    return page.locator(".nq-panel").get_by_role("button", name=name, exact=True)


def saved(served: Served, text: str) -> list[tuple[str, str]]:
    """The spans of an article as they stand on the disk."""
    lines = [
        line for path in (served.folder / "corrections").glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()
    ]
    (record,) = [record for record in map(json.loads, lines) if record["text"] == text]
    return [(text[span["start"] : span["end"]], span["label"]) for span in record["entities"]]


FOUND = [("Cao Văn Bường", "PERSON"), ("Đảng ủy xã Sơn Trung", "ORG"), ("giảm 2,5% hộ nghèo mỗi năm", "TARGET")]


def test_the_article_is_shown_as_it_is(page: Page) -> None:
    shown = page.locator("#nq-editor .nq-text p").evaluate_all("found => found.map(p => p.textContent)")
    assert shown[:3] == [line for line in TEXT.splitlines() if line]
    assert page.locator("#nq-editor .nq-text b").count() == 0
    expect(page.locator(STATUS)).to_contain_text("Bài có 3 chỗ đánh dấu. Chưa sửa gì.")


def test_a_selection_becomes_a_mark(page: Page, served: Served, text: str) -> None:
    page.evaluate(SELECT, ["Ba\u0300 con", "Ba Tơ"])
    expect(page.locator(".nq-quoted")).to_have_text("Ba\u0300 con <b>Ba Tơ")
    button(page, "Tổ chức").click()
    expect(page.locator(STATUS)).to_contain_text("Đã lưu: 1 thay đổi, 4 chỗ đánh dấu.")
    assert saved(served, text) == [*FOUND, ("Ba\u0300 con <b>Ba Tơ", "ORG")]


def test_a_selection_over_lines_and_marks_takes_their_place(page: Page, served: Served, text: str) -> None:
    page.evaluate(SELECT, ["Văn Bường", "giảm"])
    button(page, "Chỉ tiêu").click()
    expect(page.locator(STATUS)).to_contain_text("1 chỗ đánh dấu")
    assert saved(served, text) == [("Văn Bường,\n\nBí thư Đảng ủy xã Sơn Trung 🙂: giảm", "TARGET")]


def test_a_mark_gets_another_label_other_borders_and_goes(page: Page, served: Served, text: str) -> None:
    marks(page).nth(0).click()
    button(page, "Tổ chức").click()
    expect(marks(page).nth(0)).to_have_attribute("data-label", "ORG")
    assert saved(served, text)[0] == ("Cao Văn Bường", "ORG")
    marks(page).nth(1).click()
    starts, ends = page.locator('[data-side="start"]'), page.locator('[data-side="end"]')
    starts.nth(1).click()
    expect(page.locator(".nq-quoted")).to_have_text("ủy xã Sơn Trung")
    ends.nth(0).click()
    expect(page.locator(".nq-quoted")).to_have_text("ủy xã Sơn")
    ends.nth(1).click()
    expect(page.locator(".nq-quoted")).to_have_text("ủy xã Sơn Trung")
    assert saved(served, text)[1] == ("ủy xã Sơn Trung", "ORG")
    button(page, "Bỏ đánh dấu").click()
    expect(marks(page)).to_have_count(2)
    assert saved(served, text) == [("Cao Văn Bường", "ORG"), FOUND[2]]
    for _ in range(5):
        page.locator("#nq-undo").click()
    expect(page.locator("#nq-undo")).to_be_disabled()
    assert saved(served, text) == FOUND


def test_all_of_it_works_from_the_keyboard(page: Page, served: Served, text: str) -> None:
    mark = marks(page).nth(0)
    mark.focus()
    page.keyboard.press("Enter")
    expect(button(page, "Chỉ tiêu")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".nq-panel")).to_be_hidden()
    expect(mark).to_be_focused()
    page.keyboard.press("Delete")
    expect(marks(page)).to_have_count(2)
    page.get_by_role("button", name="Thêm bằng cách gõ").click()
    page.locator("#nq-phrase textarea, #nq-phrase input").fill("Văn Bường")
    page.keyboard.press("Enter")
    expect(marks(page)).to_have_count(3)
    assert saved(served, text) == [("Văn Bường", "TARGET"), *FOUND[1:]]
    page.locator("#nq-phrase textarea, #nq-phrase input").fill("không có ở đây")
    page.locator("#nq-add").click()
    expect(page.locator(STATUS)).to_contain_text("Không thấy “không có ở đây”")


def test_what_is_right_is_kept_too_and_the_file_is_training_data(
    page: Page, paste: Paste, served: Served, text: str, tmp_path: Path
) -> None:
    page.locator("#nq-agree").click()
    expect(page.locator(STATUS)).to_contain_text("Đã lưu bài này là đúng")
    other = f"Ông Cao Văn Bường nói.\n{text}"
    paste(page, other)
    page.evaluate(SELECT, ["nói", "nói"])
    button(page, "Chỉ tiêu").click()
    expect(page.locator(STATUS)).to_contain_text("Đã lưu: 1 thay đổi")
    assert saved(served, text) == FOUND
    with page.expect_download() as download:
        page.locator("#nq-save-corrections").click()
    download.value.save_as(tmp_path / "mine.jsonl")
    records = [json.loads(line) for line in (tmp_path / "mine.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["text"] for record in records] == [text, other]
    result = CliRunner().invoke(
        data, ["validate", str(tmp_path / "mine.jsonl"), "--labels", "ORG,PERSON,TARGET", "--similarity", "1"]
    )
    assert result.exit_code == 0, result.output
    paste(page, text)
    expect(page.locator(STATUS)).to_contain_text("3 chỗ đánh dấu")


def test_what_was_saved_outlives_a_server_that_is_killed(
    serve: Serve, open_page: OpenPage, paste: Paste, text: str, tmp_path: Path
) -> None:
    with serve([str(STUB)], tmp_path) as served:
        page = open_page(served.address)
        paste(page, text)
        page.evaluate(SELECT, ["Ba\u0300 con", "Ba Tơ"])
        button(page, "Tổ chức").click()
        expect(page.locator(STATUS)).to_contain_text("Đã lưu: 1 thay đổi, 4 chỗ đánh dấu.")
        # Further changes are on their way when the server dies: they are there whole, or not at all.
        marks(page).evaluate_all(DELETE)
        os.kill(served.process, signal.SIGKILL)
        assert set(saved(served, text)) <= {*FOUND, ("Ba\u0300 con <b>Ba Tơ", "ORG")}
        (file,) = (served.folder / "corrections").glob("*.jsonl")
        result = CliRunner().invoke(data, ["validate", str(file), "--labels", "ORG,PERSON,TARGET"])
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_editor_looks_right(
    open_page: OpenPage, paste: Paste, served: Served, text: str, screenshots: Path, dark: bool, phone: bool
) -> None:
    page = open_page(served.address, dark=dark, phone=phone)
    paste(page, text)
    marks(page).nth(1).click()
    expect(page.locator(".nq-panel")).to_be_visible()
    box = page.locator(".nq-panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    name = "phone" if phone else "dark" if dark else "light"
    page.screenshot(path=screenshots / f"corrections-{name}.png")
