"""The page is served by a process of its own, as users run it; Gradio leaves event loops and sockets open in the one it runs in."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import nghiquyet
from nghiquyet import Entity, InputError, Prediction
from nghiquyet_demo import view
from nghiquyet_demo.articles import MAX_CHARACTERS, examples, readable

STUB = Path(__file__).with_name("stub_page.py")
SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = 'Ông Cao Văn Bường:\nkết nạp 25 đảng viên <script>alert(1)</script> & <img src=x onerror="alert(2)"> ${1} {{value}}'
REFUSED = [
    ("", "Chưa có văn bản", "There is no text"),
    (" \n\t ", "Chưa có văn bản", "There is no text"),
    ("a" * (MAX_CHARACTERS + 1), "quá giới hạn 200.000", "over the limit of 200,000"),
    ("PK\x03\x04\x00\x00", "không phải văn bản thuần", "not plain text: character 3 is U+0003"),
    ("xã\x00", "không phải văn bản thuần", "not plain text: character 3 is U+0000"),
]


@contextmanager
def _served(command: Sequence[str], folder: Path) -> Iterator[Client]:
    """The page in a process of its own, and a client; the server's temporary files are in `folder`/server."""
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "server")}
    command = [sys.executable, *command, "--port", _free_port()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"http://[\d.:]+/", server.stdout.readline())
            assert address, "the page did not start; its standard error says why"
            client = Client(address.group(), verbose=False, analytics_enabled=False, download_files=folder / "client")
            try:
                yield client
            finally:
                client.close()
        finally:
            server.terminate()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with _served([str(STUB)], tmp_path_factory.mktemp("page")) as client:
        yield client


@pytest.fixture(scope="module")
def config(client: Client) -> Mapping[str, Any]:
    content: Mapping[str, Any] = httpx.get(f"{client.src}config").raise_for_status().json()
    return content


def test_the_endpoint_returns_exact_entities(client: Client) -> None:
    found = client.predict(TEXT, api_name="/extract")
    assert found["text"] == TEXT
    assert {e["label"] for e in found["entities"]} == {"TARGET", "PERSON", "ORG"}
    assert all(TEXT[e["start"] : e["end"]] == e["text"] for e in found["entities"])


def test_extract_is_the_one_documented_endpoint(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert isinstance(described, dict)
    assert list(described["named_endpoints"]) == ["/extract"]


@pytest.mark.parametrize(("text", "vietnamese", "english"), REFUSED)
def test_the_endpoint_says_in_both_languages_why_it_refuses(client: Client, text: str, vietnamese: str, english: str) -> None:
    with pytest.raises(AppError, match=vietnamese) as caught:
        client.predict(text, api_name="/extract")
    assert english in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(("text", "vietnamese", "english"), REFUSED)
def test_the_page_says_in_both_languages_why_it_refuses(client: Client, text: str, vietnamese: str, english: str) -> None:
    status, marked, tables, download = client.predict(text, api_name="/page")
    assert vietnamese in status
    assert english in status
    assert (marked, tables) == ("", "")
    assert not download["visible"]


def test_markup_in_an_article_stays_text(client: Client) -> None:
    status, marked, tables, _ = client.predict(TEXT, api_name="/page")
    html = status + marked + tables
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in marked
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in tables


def test_the_download_is_the_json_of_the_prediction(client: Client) -> None:
    paths = [Path(client.predict(TEXT, api_name="/page")[3]["value"]) for _ in range(2)]
    assert paths[0].name != paths[1].name
    contents = [path.read_text(encoding="utf-8") for path in paths]
    assert contents[0] == contents[1]
    assert "Cao Văn Bường" in contents[0]
    assert json.loads(contents[0]) == client.predict(TEXT, api_name="/extract")


def test_downloads_are_deleted_when_the_server_is_stopped(tmp_path: Path) -> None:
    with _served([str(STUB)], tmp_path) as client:
        client.predict(TEXT, api_name="/page")
        assert len(list((tmp_path / "server").rglob("*.json"))) == 1
    assert list((tmp_path / "server").rglob("*.json")) == []


def test_the_page_speaks_vietnamese_and_english(config: Mapping[str, Any]) -> None:
    said = json.dumps(config["components"], ensure_ascii=False)
    for words in ("Văn bản · Text", "Trích xuất · Extract", "Ví dụ · Examples", "Tải kết quả (JSON) · Download results (JSON)"):
        assert words in said
    for title in examples():
        assert title in said


def test_nothing_comes_from_elsewhere_and_nothing_is_reported(client: Client, config: Mapping[str, Any]) -> None:
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    assert config["stylesheets"] == []
    assert "@font-face" not in httpx.get(f"{client.src}theme.css").raise_for_status().text


def test_the_packaged_model_on_an_example(tmp_path: Path) -> None:
    text = examples()["Hương Khê (Hà Tĩnh)"]
    expected = nghiquyet.predict(text)
    with _served(["-m", "nghiquyet_demo"], tmp_path) as client:
        assert client.predict(text, api_name="/extract") == expected.to_dict()
    assert "Lê Ngọc Huấn" in {person.name for person in expected.people}
    assert expected.targets
    assert expected.organisations


def test_the_examples_are_the_seed_articles() -> None:
    assert len(examples()) == 5
    if not SEEDS.is_dir():  # the package is tested outside its repository
        return
    shipped = {item.name: item.read_bytes() for item in (files("nghiquyet_demo") / "examples").iterdir()}
    assert shipped == {path.name: path.read_bytes() for path in SEEDS.glob("*.txt")}
    assert sorted(examples().values()) == sorted(content.decode("utf-8") for content in shipped.values())


@pytest.mark.parametrize("text", ["a" * MAX_CHARACTERS, "a\r\n\tb\x0b\x0c\u2028\u200b\ufeff", "e\u0302\u0301", "\U0001f600"])
def test_readable_texts_come_back_untouched(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize("text", [None, "\ud800", "\x1b[0m", "\x7f"])
def test_unreadable_texts_are_refused(text: str | None) -> None:
    with pytest.raises(InputError, match=" · "):
        readable(text)


def test_people_are_counted_and_carry_their_best_score() -> None:
    mentions = Entity("PERSON", 0, 6, "Lê Huấn", 0.51), Entity("PERSON", 8, 14, "Lê Huấn", 0.94)
    rows = view.tables(Prediction("Lê Huấn Lê Huấn", mentions))
    assert "<td>Lê Huấn</td><td>2</td><td>94%</td>" in rows


def test_the_legend_is_drawn_like_the_marks_and_names_every_label() -> None:
    marked = view.marked(Prediction("Hà Nội", (Entity("PLACE<b>", 0, 6, "Hà Nội", 0.5),)))
    marks = dict(re.findall(r'<mark data-label="([^"]+)"[^>]* style="([^"]+)">[^<]+</mark>', marked))
    assert list(marks) == ["TARGET", "PERSON", "ORG", "PLACE&lt;b&gt;"]
    assert len(set(marks.values())) == 4


def _command(*arguments: str, program: Sequence[str] = ("-m", "nghiquyet_demo")) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


def test_help_teaches() -> None:
    shown = _command("--help")
    assert shown.returncode == 0
    for words in ("--host", "--port", "--model", "7860", "/extract"):
        assert words in shown.stdout


@pytest.mark.parametrize("model", ["nothing/here", "/nothing/here/at/all"])
def test_a_missing_model_folder_is_one_line_and_exit_code_2(model: str) -> None:
    done = _command("--model", model)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(rf"nghiquyet-demo: \S*{model}: no such model folder\n", done.stderr)


def test_a_taken_port_is_one_line_and_exit_code_2(client: Client) -> None:
    port = client.src.rstrip("/").rpartition(":")[2]
    done = _command("--port", port, program=(str(STUB),))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"nghiquyet-demo: cannot listen on 127.0.0.1:{port}; choose another --port or --host\n"
