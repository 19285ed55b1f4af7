"""The page as programs see it: its end points, why it refuses, what it hands out and what it keeps to itself."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import nghiquyet
from nghiquyet_demo.articles import MAX_CHARACTERS, examples

if TYPE_CHECKING:
    from tests.demo.conftest import Connect, Serve, Served

STUB = Path(__file__).with_name("stub_page.py")
TEXT = 'Ông Cao Văn Bường:\nkết nạp 25 đảng viên <script>alert(1)</script> & <img src=x onerror="alert(2)"> ${1} {{value}}'
REFUSED = [
    ("", "Chưa có văn bản", "There is no text"),
    (" \n\t ", "Chưa có văn bản", "There is no text"),
    ("a" * (MAX_CHARACTERS + 1), "quá giới hạn 200.000", "over the limit of 200,000"),
    ("PK\x03\x04\x00\x00", "không phải văn bản thuần", "not plain text: character 3 is U+0003"),
    ("xã\x00", "không phải văn bản thuần", "not plain text: character 3 is U+0000"),
]
USERS = 20


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
    status, download, result = _page(client, text)
    assert vietnamese in status
    assert english in status
    assert result == ""
    assert not download["visible"]


def test_markup_in_an_article_stays_text(client: Client) -> None:
    status, _, result = _page(client, TEXT)
    assert "<script" not in status + result
    assert "<img" not in status + result
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in result
    assert 'onerror="' not in result


@pytest.mark.parametrize("text", ["a broken model", "a broken program"])
def test_what_breaks_on_the_server_stays_there(client: Client, text: str) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(text, api_name="/extract")
    assert "/srv" not in str(caught.value)
    assert "RuntimeError" not in str(caught.value)
    status, _, result = _page(client, text)
    assert "Máy chủ gặp lỗi" in status
    assert "/srv" not in status + result


def test_the_download_is_the_json_of_the_prediction(client: Client) -> None:
    paths = [Path(_page(client, TEXT)[1]["value"]) for _ in range(2)]
    assert paths[0].name != paths[1].name
    contents = [path.read_text(encoding="utf-8") for path in paths]
    assert contents[0] == contents[1]
    assert "Cao Văn Bường" in contents[0]
    assert json.loads(contents[0]) == client.predict(TEXT, api_name="/extract")


def test_downloads_are_deleted_when_the_server_is_stopped(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    with serve([str(STUB)], tmp_path) as served:
        client = connect(served)
        _page(client, TEXT)
        assert len(list((tmp_path / "server").rglob("*.json"))) == 1
        client.close()
    assert list((tmp_path / "server").rglob("*.json")) == []


def test_what_is_sent_is_deleted_by_its_age(serve: Serve, tmp_path: Path) -> None:
    quick = "import runpy; from nghiquyet_demo import app; app._DELETE_FILES = (1, 1)"
    with serve(["-c", f"{quick}; runpy.run_path({str(STUB)!r}, run_name='__main__')"], tmp_path) as served:
        sent = httpx.post(f"{served.address}gradio_api/upload", files={"files": ("bài.txt", TEXT.encode())}).raise_for_status()
        (path,) = map(Path, sent.json())
        assert path.is_relative_to(tmp_path / "server")
        while path.exists():
            sleep(0.05)


def test_nothing_comes_from_elsewhere_and_nothing_is_reported(served: Served) -> None:
    config = httpx.get(f"{served.address}config").raise_for_status().json()
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    assert config["stylesheets"] == []
    assert "@font-face" not in httpx.get(f"{served.address}theme.css").raise_for_status().text
    policy = httpx.get(served.address).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../../../etc/passwd", "demo/nghiquyet_demo/cli.py", "server/../../corrections", "%2e%2e/etc/passwd"]
)
def test_no_file_of_the_machine_is_handed_out(served: Served, path: str) -> None:
    answer = httpx.get(f"{served.address}gradio_api/file={path}")
    assert answer.status_code in {403, 404}
    assert "root:" not in answer.text


def test_the_packaged_model_on_an_example(served_model: Served, connect: Connect) -> None:
    text = examples()["Hương Khê (Hà Tĩnh)"]
    expected = nghiquyet.predict(text)
    assert connect(served_model).predict(text, api_name="/extract") == json.loads(json.dumps(expected.to_dict()))
    assert "Lê Ngọc Huấn" in {person.name for person in expected.people}
    assert expected.targets
    assert expected.organisations


def test_twenty_people_at_once_each_get_their_own_answer(served_model: Served, connect: Connect) -> None:
    texts = [f"Ông Nguyễn Văn {chr(65 + n)}nh, Chủ tịch UBND xã: đến năm {2025 + n}, có {n + 40}% hộ dân." for n in range(USERS)]
    with ThreadPoolExecutor(USERS) as users:
        answers = list(users.map(lambda text: connect(served_model).predict(text, api_name="/extract"), texts))
    assert answers == [json.loads(json.dumps(found.to_dict())) for found in nghiquyet.predict(texts)]
    assert any(answer["entities"] for answer in answers)


def test_a_page_with_accounts_lets_only_them_in(serve: Serve, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.txt"
    accounts.write_text("lan:mật khẩu: dài\n\nminh:other\n", encoding="utf-8")
    with serve([str(STUB), "--auth", str(accounts)], tmp_path) as served:
        assert httpx.get(f"{served.address}config").status_code == 401
        for password, status in (("mật khẩu: dài", 200), ("other", 400)):
            assert httpx.post(f"{served.address}login", data={"username": "lan", "password": password}).status_code == status


def _page(client: Client, text: str) -> tuple[str, dict[str, Any], str]:
    """Status, download button and results."""
    status, result, download = client.predict(text, api_name="/page")
    return status, download, result


def test_the_example_for_programs_runs(root: Path, served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    documentation = root / "demo" / "README.md"
    if not documentation.is_file():  # the package is tested outside its repository
        return
    (code,) = re.findall(r"```python\n(.*?)```", documentation.read_text(encoding="utf-8"), re.DOTALL)
    exec(code.replace("http://127.0.0.1:7860", served.address), {})
    assert "ORG" in capsys.readouterr().out
