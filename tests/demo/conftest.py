"""The page in a process of its own, as users run it (Gradio leaves event loops and sockets open in its own), and a browser."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from gradio_client import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from nghiquyet import Entity, Prediction
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.collection import Article
from nghiquyet_demo.wording import Words

STUB = Path(__file__).with_name("stub_page.py")
MODEL = ("-m", "nghiquyet_demo")
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# A busy machine takes its time; what is awaited comes in the end or never.
_PATIENCE = 180_000


@dataclass(frozen=True)
class Served:
    """Where the page is, the folder of its files (temporary ones in "server", corrections in "corrections"), and its process."""

    address: str
    folder: Path
    process: int


@contextmanager
def _serving(command: Sequence[str], folder: Path) -> Iterator[Served]:
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "server")}
    command = [sys.executable, *command, "--port", _free_port(), "--corrections", str(folder / "corrections")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"http://[\d.:]+/", server.stdout.readline())
            assert address, "the page did not start; its standard error says why"
            yield Served(address.group(), folder, server.pid)
        finally:
            server.terminate()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


Serve = Callable[[Sequence[str], Path], AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """`with serve([str(STUB), "--auth", ...], folder) as served:` for a page with other options than `served`."""
    return _serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page over the stub of a model, compared with itself."""
    with _serving([str(STUB), "--model", "one", "--model", "two"], tmp_path_factory.mktemp("page")) as served:
        yield served


@pytest.fixture(scope="session")
def served_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page over the model that comes with the package."""
    with _serving(MODEL, tmp_path_factory.mktemp("model-page")) as served:
        yield served


Connect = Callable[..., Client]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """`connect(served)`: a program of its own that uses the page, and waits as long as it takes."""
    clients: list[Client] = []

    def connect_(served: Served) -> Client:
        options = {"timeout": None}
        client = Client(
            served.address, verbose=False, analytics_enabled=False, download_files=tmp_path / "client", httpx_kwargs=options
        )
        clients.append(client)
        return client

    yield connect_
    for client in clients:
        client.close()


@pytest.fixture
def client(served: Served, connect: Connect) -> Client:
    return connect(served)


# The browser runs an event loop in this thread, in which tests of other modules could not begin theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if _CHROMIUM is None:
        pytest.skip("no chromium in PATH: apt-get install chromium")
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


MakeContext = Callable[[bool, bool, bool], BrowserContext]


@pytest.fixture(scope="module")
def make_context(browser: Browser) -> MakeContext:
    """Contexts by dark, phone, calm: each keeps what the page is made of, so that it is loaded once a module."""

    @cache
    def make(dark: bool, phone: bool, calm: bool) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if calm else "no-preference",
            has_touch=phone,
            accept_downloads=True,
        )
        context.set_default_timeout(_PATIENCE)
        return context

    return make


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(make_context: MakeContext) -> Iterator[OpenPage]:
    """`open_page(address, dark=False, phone=False, language="vi")`: a page of its own visitor, loaded.

    The test fails if the page asks for anything from elsewhere, or if one of its scripts throws.
    """
    pages: list[Page] = []
    faults: list[str] = []

    def open_(address: str, *, dark: bool = False, phone: bool = False, language: str = "vi", calm: bool = True) -> Page:
        page = make_context(dark, phone, calm).new_page()
        pages.append(page)
        page.on("request", lambda request: _note(faults, address, request.url))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.goto(address)
        page.locator("#nq-extract").wait_for()
        if language == "en":
            page.locator("#nq-language").click()
            page.get_by_role("button", name="Extract", exact=True).wait_for()
        return page

    yield open_
    for page in pages:
        page.context.set_offline(False)
        page.evaluate("localStorage.clear()")
        page.close()
    assert faults == []


def _note(faults: list[str], address: str, url: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        faults.append(f"request: {url}")


ChooseTab = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def choose_tab() -> ChooseTab:
    """`choose_tab(page, "Sửa kết quả")`."""

    def choose(page: Page, name: str) -> None:
        page.get_by_role("tab", name=name).click()

    return choose


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for screenshots: NGHIQUYET_SCREENSHOTS, or a temporary one."""
    folder = os.environ.get("NGHIQUYET_SCREENSHOTS")
    if folder is None:
        return tmp_path_factory.mktemp("screenshots")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture(scope="session")
def collected() -> Sequence[Article]:
    """Two articles that share an indicator, one that promises nothing, and one that could not be read."""
    return [
        _article("khánh-sơn.txt", KHANH_SON, "Huyện ủy Khánh Sơn", "giảm tỷ lệ hộ nghèo còn 5%", "kết nạp 25 đảng viên"),
        _article("ba-tơ.txt", BA_TO, "UBND huyện Ba Tơ", "tỷ lệ hộ nghèo còn 2 - 3%", "giữ rừng <b>xanh</b>"),
        _article("không.txt", "Trời hôm nay đẹp."),
        Article("<i>hỏng</i>.zip", Refused(Words.ZIP_DAMAGED)),
    ]


KHANH_SON = "Huyện ủy Khánh Sơn: đến năm 2025, giảm tỷ lệ hộ nghèo còn 5%; kết nạp 25 đảng viên."
BA_TO = "Dân làng cùng giữ rừng <b>xanh</b>.\nUBND huyện Ba Tơ: đến năm 2030, tỷ lệ hộ nghèo còn 2 - 3%."


def _article(name: str, text: str, body: str = "", *targets: str) -> Article:
    phrases = [("ORG", body)] if body else []
    phrases += [("TARGET", target) for target in targets]
    found = [Entity(label, text.index(phrase), text.index(phrase) + len(phrase), phrase, 0.9) for label, phrase in phrases]
    return Article(name, Prediction(text, tuple(found)))
