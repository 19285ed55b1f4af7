"""One article in a real browser: what a reader does, and what a hostile article tries."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.demo.conftest import OpenPage, Served

TEXT = (
    "Sơn Trung đi lên\n\n"
    "Ông Cao Văn Bường, Bí thư Đảng ủy xã Sơn Trung, cho biết 🌾:\n"
    "xã phấn đấu giảm 2,5% hộ nghèo mỗi năm và điện đạt 98% vào năm 2030.\n"
) + "\nMột đoạn không có gì để tìm, chỉ để bài báo dài ra." * 30
HOSTILE = (
    '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">\n'
    "kết nạp 25 đảng viên <script>alert(1)</script>\n"
    '[link](javascript:window.hacked=3) ![i](x) # **bold** {{constructor.constructor("window.hacked=4")()}} ${window.hacked = 5}\n'
    "</p></div></mark><style>body{display:none}</style><svg onload=window.hacked=6>\n"
)


@pytest.fixture
def read(open_page: OpenPage, served: Served) -> Page:
    """The page, with the article read."""
    page = open_page(served.address)
    paste(page, TEXT)
    return page


def paste(page: Page, text: str) -> None:
    page.locator("#nq-article-text textarea").fill(text)
    page.locator("#nq-extract").click()
    page.locator("#nq-status .nq-found, #nq-status .nq-refused").wait_for()


def test_facts_come_first_then_the_text_with_its_paragraphs(read: Page) -> None:
    expect(read.locator("#nq-status")).to_contain_text("Tìm thấy 2 chỉ tiêu, 1 người, 1 tổ chức.")
    rows = read.locator(".nq-targets tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("2,5")
    expect(rows.nth(0)).to_contain_text("mỗi năm")
    expect(rows.nth(1)).to_contain_text("2030")
    expect(read.locator("#nq-result .nq-text p")).to_have_count(sum(bool(line.strip()) for line in TEXT.splitlines()))
    shown = read.locator("#nq-result .nq-text p").evaluate_all("all => all.map(p => [+p.dataset.start, p.textContent])")
    assert all(TEXT[start : start + len(line)] == line for start, line in shown)
    marks = read.locator("#nq-result mark").evaluate_all("all => all.map(m => [+m.dataset.start, +m.dataset.end, m.textContent])")
    assert len(marks) == 4
    assert all(TEXT[start:end] == text for start, end, text in marks)
    expect(read.locator(".nq-scores")).to_contain_text("xác suất")


def test_a_row_shows_its_place_in_the_text_and_escape_leads_back(read: Page) -> None:
    button = read.locator(".nq-targets tbody tr").nth(1).locator("button")
    button.click()
    mark = read.locator("mark", has_text="đạt 98%")
    expect(mark).to_be_focused()
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_class("nq-mark nq-flash")
    read.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()


def test_a_square_of_the_time_line_shows_its_target(read: Page) -> None:
    expect(read.locator(".nq-year")).to_have_text(["2030", "không nêu năm"], use_inner_text=True)
    read.locator(".nq-axis > li").first.locator("button").click()
    expect(read.locator("mark", has_text="đạt 98%")).to_be_focused()


def test_the_slider_filters_without_asking_the_server(read: Page) -> None:
    read.context.set_offline(True)
    read.locator(".nq-least").fill("70")
    expect(read.locator(".nq-least-value")).to_have_text("70%")
    expect(read.locator(".nq-targets tbody tr:visible")).to_have_count(1)
    expect(read.locator(".nq-targets .nq-total")).to_have_text("1")
    expect(read.locator(".nq-dots li:visible")).to_have_count(1)
    expect(read.locator("mark.nq-off")).to_have_count(1)
    read.locator(".nq-least").fill("0")
    expect(read.locator(".nq-targets tbody tr:visible")).to_have_count(2)


def test_another_article_begins_with_nothing_filtered_or_sorted(read: Page) -> None:
    read.locator(".nq-least").fill("99")
    read.locator(".nq-toggle").first.click()
    read.locator(".nq-targets .nq-sort").first.click()
    expect(read.locator(".nq-targets tbody tr:visible")).to_have_count(0)
    paste(read, "Xã sẽ giảm 2,5% hộ nghèo mỗi năm.")
    expect(read.locator("#nq-status")).to_contain_text("Tìm thấy 1 chỉ tiêu, 0 người, 0 tổ chức.")
    expect(read.locator(".nq-targets tbody tr:visible")).to_have_count(1)
    expect(read.locator(".nq-least-value")).to_have_text("0%")
    expect(read.locator("mark.nq-off")).to_have_count(0)
    expect(read.locator(".nq-targets th").first).to_have_attribute("aria-sort", "none")
    read.locator(".nq-targets tbody button").click()
    expect(read.locator("mark", has_text="giảm 2,5%")).to_be_focused()


def test_the_legend_hides_and_shows_a_kind(read: Page) -> None:
    people = read.locator(".nq-toggle[data-label=PERSON]")
    expect(people).to_contain_text("Người")
    people.click()
    expect(people).to_have_attribute("aria-pressed", "false")
    expect(read.locator("mark.nq-off")).to_have_text(["Cao Văn Bường"])
    people.click()
    expect(read.locator("mark.nq-off")).to_have_count(0)


def test_a_table_is_sorted_up_down_and_back(read: Page) -> None:
    first = read.locator(".nq-targets tbody tr").first
    heading = read.locator(".nq-targets th").nth(1)
    for order, value in (("ascending", "2,5"), ("descending", "98"), ("none", "2,5")):
        heading.locator("button").click()
        expect(heading).to_have_attribute("aria-sort", order)
        expect(first.locator("td").nth(1)).to_contain_text(value)


def test_everything_is_reached_by_keyboard(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    page.locator("#nq-article-text textarea").focus()
    page.keyboard.insert_text(TEXT)
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        if reached[-1] == "nq-extract":
            break
    assert reached[-1] == "nq-extract"
    page.keyboard.press("Enter")
    button = page.locator(".nq-targets tbody button").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark", has_text="giảm 2,5%")).to_be_focused()
    page.locator(".nq-least").focus()
    for _ in range(99):
        page.keyboard.press("ArrowRight")
    expect(page.locator("mark.nq-off")).to_have_count(4)
    page.locator(".nq-sort").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".nq-targets th").first).to_have_attribute("aria-sort", "ascending")


def test_what_is_operated_has_a_name_and_a_language(read: Page) -> None:
    assert read.evaluate("document.documentElement.lang") == "vi"
    expect(read.locator("#nq-result .nq-text")).to_have_attribute("lang", "vi")
    nameless = read.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, select, [role=button]")]
          .filter((e) => e.checkVisibility() && !(e.innerText || e.ariaLabel || e.title || e.labels?.length || e.closest("label")))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []


def test_a_dropped_document_is_read(open_page: OpenPage, served: Served) -> None:
    document = docx.Document()
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    content = io.BytesIO()
    document.save(content)
    page = open_page(served.address)
    dropped = page.evaluate_handle(
        """([name, content]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(content), (char) => char.charCodeAt(0))], name));
          return transfer;
        }""",
        ["Bài <b>đậm.docx", b64encode(content.getvalue()).decode()],
    )
    page.locator("#nq-article-file button").first.dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#nq-status")).to_contain_text("Tìm thấy 2 chỉ tiêu")
    expect(page.locator("#nq-status")).to_contain_text("đậm.docx")
    expect(page.locator("#nq-status b")).to_have_count(0)
    expect(page.locator("#nq-article-text textarea")).to_have_value(re.compile("Bí thư Đảng ủy xã Sơn Trung"))


def test_a_file_that_is_no_text_is_refused_without_a_path(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    for name, content in (
        ("một.txt", b"PK\x03\x04\x00\xff"),
        ("hai.txt", b""),
        ("ba.txt", b"\x00" * 100),
        ("bốn.pdf", b"%PDF-1.4"),
    ):
        page.locator("#nq-article-file input[type=file]").set_input_files(
            {"name": name, "mimeType": "text/plain", "buffer": content}  # what a browser sends
        )
        expect(page.locator("#nq-status .nq-refused")).to_contain_text(f"Không đọc được {name}")
        assert "/" not in page.locator("#nq-status .nq-refused").inner_text()


def test_a_hostile_article_stays_text(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    paste(page, HOSTILE)
    shown = page.locator("#nq-result .nq-text p").all_text_contents()
    assert shown == [line for line in HOSTILE.splitlines() if line.strip()]
    assert page.evaluate("window.hacked") is None
    expect(page.locator("#nq-result :is(script, img, svg, style, a, iframe)")).to_have_count(0)


def test_a_line_of_five_megabytes_is_refused_in_words(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    page.evaluate("""() => { const box = document.querySelector("#nq-article-text textarea");
        box.value = "a".repeat(5_000_000); box.dispatchEvent(new Event("input", { bubbles: true })); }""")
    page.locator("#nq-extract").click()
    expect(page.locator("#nq-status .nq-refused")).to_contain_text("Văn bản dài 5.000.000 ký tự")


def test_what_cannot_be_read_is_said_in_words(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    for text, said in (
        (" ", "Chưa có văn bản"),
        ("a broken model", "Máy chủ gặp lỗi"),
        ("xã\x01", "không phải văn bản thuần"),
        ("a broken program", "Máy chủ gặp lỗi"),
    ):
        page.locator("#nq-article-text textarea").fill(text)
        page.locator("#nq-extract").click()
        expect(page.locator("#nq-status .nq-refused")).to_contain_text(said)
        assert "/srv" not in page.content()


def test_what_is_hardly_vietnamese_is_read_with_a_notice(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address)
    paste(page, "The district of Sơn Trung wants fewer poor households by the year 2030 and says so again and again.")
    expect(page.locator(".nq-notice")).to_contain_text("không phải tiếng Việt có dấu")
    expect(page.locator("#nq-result .nq-text")).to_be_visible()


def test_clear_begins_again(read: Page) -> None:
    read.locator("#nq-clear").click()
    expect(read.locator("#nq-article-text textarea")).to_have_value("")
    expect(read.locator("#nq-result .nq-article")).to_have_count(0)


def test_an_example_is_read_at_a_click(open_page: OpenPage, served_model: Served, screenshots: Path) -> None:
    page = open_page(served_model.address)
    page.get_by_role("button", name="Đakrông (Quảng Trị)").click()
    expect(page.locator("#nq-status .nq-found")).to_contain_text("Tìm thấy")
    expect(page.locator(".nq-targets tbody tr").first).to_contain_text("Đảng bộ huyện Đakrông")
    expect(page.locator("#nq-result .nq-text")).to_contain_text("đi vào cuộc sống")
    page.screenshot(path=screenshots / "article.png")
    page.screenshot(path=screenshots / "article-whole.png", full_page=True)
