"""Many articles in a real browser: files of all kinds in, filters, charts and files out."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.demo.conftest import ChooseTab, OpenPage, Served

FIRST = "Đảng ủy xã Sơn Trung phấn đấu giảm 2,5% hộ nghèo mỗi năm."
SECOND = "Điện lưới: đạt 98% vào năm 2030."
HOSTILE = "kết nạp 25 đảng viên <script>alert(1)</script> ${1} {{value}} <img src=x onerror=alert(2)>"
FILES = "#nq-collection-files"
ROWS = "#nq-collection-table tbody tr"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Four articles, one of them hostile, in three files; beside them four that cannot be read."""
    text, lines, archive = tmp_path / "xã.txt", tmp_path / "nhiều.jsonl", tmp_path / "gói <b>.zip"
    text.write_text(FIRST, encoding="utf-8")
    lines.write_text(f"{json.dumps({'id': 'điện', 'text': SECOND})}\n{{broken\n", encoding="utf-8")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("<img src=x onerror=alert(3)>.txt", HOSTILE)
        packed.writestr("../../lên.txt", FIRST)
        packed.writestr("bom.txt", b"0" * 1_000_000)
        packed.writestr("lạ.exe", b"MZ")
        packed.writestr("không.txt", "Trời đẹp.")
    return [text, lines, archive]


@pytest.fixture
def read(open_page: OpenPage, choose_tab: ChooseTab, served: Served, files: list[Path]) -> Page:
    """The page, with the files read."""
    page = open_page(served.address)
    choose_tab(page, "Nhiều bài báo")
    give(page, files)
    page.locator("#nq-collection-read").click()
    page.locator(ROWS).first.wait_for()
    return page


def give(page: Page, files: list[Path]) -> None:
    """Choose files, and wait until all are there."""
    with page.expect_file_chooser() as chooser:
        page.locator(FILES).get_by_role("button").first.click()
    chooser.value.set_files(files)
    expect(page.locator(f"{FILES} tr.file")).to_have_count(len(files))


def chosen(page: Page, dropdown: str, option: str) -> None:
    page.locator(f"{dropdown} input").click()
    page.get_by_role("option", name=option).first.click()
    page.keyboard.press("Escape")


def test_what_can_be_read_is_in_the_table_and_what_cannot_has_its_reason(read: Page) -> None:
    expect(read.locator("#nq-collection-status")).to_contain_text("Đã đọc 4 bài, tìm thấy 3 chỉ tiêu.")
    expect(read.locator(ROWS)).to_have_count(3)
    expect(read.locator(ROWS).first).to_contain_text("xã Sơn Trung")
    faults = read.locator(".nq-faults li")
    expect(faults).to_have_count(4)
    for n, reason in enumerate(["không phải JSON", "trỏ ra ngoài", "bom nén", "lạ.exe"]):
        expect(faults.nth(n)).to_contain_text(reason)
    # Articles and names of files stay text.
    expect(read.locator("#nq-collection-table")).to_contain_text("kết nạp đảng viên <script>alert")
    expect(read.locator("#nq-collection-table")).to_contain_text("gói b.zip/<img src=x onerror=alert(3)>.txt")
    assert read.locator("#nq-collection-table :is(script, img, b)").count() == 0


def test_filters_narrow_table_and_charts_and_a_chosen_indicator_is_drawn(read: Page) -> None:
    chosen(read, "#nq-by-year", "2030")
    expect(read.locator(ROWS)).to_have_count(1)
    expect(read.locator(ROWS)).to_contain_text("98")
    expect(read.locator("#nq-collection-table")).to_contain_text("Đang xem 1 trong 3 chỉ tiêu.")
    expect(read.locator(".nq-of-years tr")).to_have_count(1)
    expect(read.locator(".nq-of-values .nq-number")).to_contain_text("98")
    read.locator("#nq-by-year .token-remove").first.click()
    expect(read.locator(ROWS)).to_have_count(3)
    chosen(read, "#nq-compared", "hộ nghèo")
    expect(read.locator(".nq-of-values figcaption")).to_contain_text("hộ nghèo")
    expect(read.locator(".nq-of-values tr")).to_have_count(1)
    expect(read.locator(".nq-of-values tr")).to_contain_text("2,5")


def test_downloads_hold_what_the_filters_let_through(read: Page, tmp_path: Path) -> None:
    chosen(read, "#nq-by-year", "2030")
    expect(read.locator(ROWS)).to_have_count(1)
    saved: dict[str, Path] = {}
    for kind in ("xlsx", "csv", "jsonl", "html"):
        with read.expect_download() as download:
            read.locator(f"#nq-save-{kind}").click()
        assert download.value.suggested_filename.startswith("chi-tieu-")
        saved[kind] = tmp_path / f"saved.{kind}"
        download.value.save_as(saved[kind])
    assert [row["text"] for row in csv.DictReader(saved["csv"].read_text(encoding="utf-8-sig").splitlines())] == [
        "đạt 98% vào năm 2030"
    ]
    assert json.loads(saved["jsonl"].read_text(encoding="utf-8"))["document"] == "điện"
    sheet = openpyxl.load_workbook(saved["xlsx"]).active
    assert sheet is not None
    assert sheet.max_row == 2
    report = saved["html"].read_text(encoding="utf-8")
    assert "Chỉ gồm: 2030." in report
    assert "đạt 98%" not in report.split("<h1>")[0]


def test_the_report_shows_one_language_at_a_time(read: Page, tmp_path: Path) -> None:
    with read.expect_download() as download:
        read.locator("#nq-save-html").click()
    download.value.save_as(tmp_path / "report.html")
    report = read.context.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    expect(report.get_by_role("heading", name="Báo cáo chỉ tiêu")).to_be_visible()
    report.get_by_label("English").check()
    expect(report.get_by_role("heading", name="Report on targets")).to_be_visible()
    expect(report.get_by_role("heading", name="Báo cáo chỉ tiêu")).to_be_hidden()


def test_a_reading_can_be_stopped_and_keeps_what_it_has(
    open_page: OpenPage, choose_tab: ChooseTab, served: Served, tmp_path: Path
) -> None:
    texts = [FIRST, "broken program", f"wait for {tmp_path / 'gate'}", SECOND]
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    page = open_page(served.address)
    choose_tab(page, "Nhiều bài báo")
    give(page, [lines])
    page.locator("#nq-collection-read").click()
    expect(page.locator("#nq-collection-status")).to_contain_text("Đã đọc 2/4 bài.")
    expect(page.locator("#nq-collection-status progress")).to_have_attribute("value", "2")
    page.locator("#nq-collection-stop").click()
    expect(page.locator("#nq-collection-status")).to_contain_text("Đã đọc 1 bài, tìm thấy 1 chỉ tiêu.")
    (tmp_path / "gate").touch()
    expect(page.locator(".nq-faults li")).to_contain_text("Máy không đọc được bài này.")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("#nq-collection-stop")).to_be_hidden()


def test_two_visitors_with_the_same_file_are_both_answered(
    open_page: OpenPage, choose_tab: ChooseTab, served: Served, files: list[Path]
) -> None:
    pages = [open_page(served.address) for _ in range(2)]
    for page in pages:
        choose_tab(page, "Nhiều bài báo")
        give(page, files[:1])
    for page in pages:
        page.locator("#nq-collection-read").click()
        expect(page.locator("#nq-collection-status")).to_contain_text("Đã đọc 1 bài, tìm thấy 1 chỉ tiêu.")
        expect(page.locator(".nq-faults")).to_have_count(0)


@pytest.mark.parametrize("kind", [".zip", ".jsonl"])
def test_hundreds_of_articles_are_read_together(
    open_page: OpenPage, choose_tab: ChooseTab, served: Served, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"nhiều{kind}"
    texts = [f"Xã thứ {n}: {FIRST}\nXã thứ {n}: {SECOND}" for n in range(300)]
    if kind == ".zip":
        with zipfile.ZipFile(file, "w") as packed:
            for n, text in enumerate(texts):
                packed.writestr(f"{n:03}.txt", text)
    else:
        file.write_text("\n".join(json.dumps({"id": f"{n:03}", "text": text}) for n, text in enumerate(texts)), encoding="utf-8")
    page = open_page(served.address)
    choose_tab(page, "Nhiều bài báo")
    give(page, [file])
    page.locator("#nq-collection-read").click()
    expect(page.locator("#nq-collection-status")).to_contain_text("Đã đọc 300 bài, tìm thấy 600 chỉ tiêu.")
    expect(page.locator(ROWS)).to_have_count(500)
    expect(page.locator("#nq-collection-table")).to_contain_text("Bảng dừng ở 500 dòng đầu; các tệp tải về có đủ 600 dòng.")
    with page.expect_download() as download:
        page.locator("#nq-save-jsonl").click()
    download.value.save_as(tmp_path / "saved.jsonl")
    assert len((tmp_path / "saved.jsonl").read_text(encoding="utf-8").splitlines()) == 600


def test_without_files_the_page_asks_for_some(open_page: OpenPage, choose_tab: ChooseTab, served: Served) -> None:
    page = open_page(served.address)
    choose_tab(page, "Nhiều bài báo")
    page.locator("#nq-collection-read").click()
    expect(page.locator("#nq-collection-status")).to_contain_text("Chưa có tệp nào")


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_samples_look_right(
    open_page: OpenPage, choose_tab: ChooseTab, served_model: Served, screenshots: Path, dark: bool, phone: bool
) -> None:
    page = open_page(served_model.address, dark=dark, phone=phone)
    choose_tab(page, "Nhiều bài báo")
    page.locator("#nq-collection-examples").click()
    page.locator(ROWS).first.wait_for()
    expect(page.locator("#nq-collection-stop")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    name = "phone" if phone else "dark" if dark else "light"
    page.screenshot(path=screenshots / f"collection-{name}.png", full_page=True)
