"""The command, as a process of its own with the sockets and signals of this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@contextmanager
def _serving(*options: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "nghiquyet", "serve", "--port", "0", "--threads", "1", *map(str, options)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.search(r"http://\S+", line):
                    break
            assert found
            yield process, found[0]
        finally:
            process.kill()


def test_fifty_clients_at_once_each_get_the_answer_for_their_own_text(root: Path, phobert_model: Path) -> None:
    command = [sys.executable, str(root / "benchmarks/load.py"), "--model", str(phobert_model), "--paragraphs"]
    options = ["--clients", "1", "50", "--requests", "100", "--characters", "120"]
    environment = os.environ | {"COLUMNS": "150", "PYTHONUTF8": "1"}
    result = subprocess.run([*command, *options], capture_output=True, encoding="utf-8", env=environment, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in result.stdout.splitlines() if "│" in line]
    assert [row[:3] for row in rows] == [["1", "100", "0"], ["50", "100", "0"]]
    assert float(rows[0][-1]) == 1 < float(rows[1][-1])


def test_a_service_that_is_stopped_finishes_what_it_has_begun(phobert_model: Path, seed_texts: list[str]) -> None:
    with _serving("--model", phobert_model, "--timeout", "600") as (process, address):
        assert httpx.get(f"{address}/ready", trust_env=False).json() == {"status": "ok"}
        answers: list[httpx.Response] = []
        body = {"text": "\n".join(seed_texts * 5)}
        client = Thread(target=lambda: answers.append(httpx.post(f"{address}/predict", json=body, timeout=None, trust_env=False)))
        client.start()
        while "\nnghiquyet_texts_total 1.0" not in httpx.get(f"{address}/metrics", trust_env=False).text:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        client.join()
        assert process.wait() == -signal.SIGTERM
        assert process.stderr is not None
        log = process.stderr.read()
    assert answers[0].status_code == 200
    assert answers[0].json()["text"] == body["text"]
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO nghiquyet\S*: POST /predict 200 [\d.]+ ms$", log, re.MULTILINE)
    assert "Traceback" not in log
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ \S+: ", line) for line in log.splitlines())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:"),
        (["--model", "nowhere"], "nowhere: no such model folder"),
        (["--backend", "jax"], "--backend jax: use auto, onnx or torch"),
        (["--backend", "torch", "--precision", "int8"], "torch has no precision 'int8'"),
        (["--max-texts", "300"], "max_texts 300: a request of so many would never fit into max_queue 256"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_exit_code_2(command: Command, options: list[str], message: str) -> None:
    _assert_refused(command("serve", "--port", "0", *options), message)


def test_a_port_that_is_taken_is_named(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        _assert_refused(command("serve", "--port", port), f"cannot listen on 127.0.0.1:{port}")


def _assert_refused(result: subprocess.CompletedProcess[str], message: str) -> None:
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_other_commands_do_not_wait_for_the_web() -> None:
    code = "import sys, nghiquyet.cli; print([name for name in ('fastapi', 'uvicorn', 'prometheus_client') if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
