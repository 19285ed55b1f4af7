import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import nghiquyet_demo.cli as cli
from nghiquyet import InputError

STUB = Path(__file__).with_name("stub_page.py")


def _command(*arguments: str, program: Sequence[str] = ("-m", "nghiquyet_demo")) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


def test_help_teaches() -> None:
    shown = _command("--help")
    assert shown.returncode == 0
    for words in ("--host", "--port", "--auth", "--model", "--corrections", "--threads", "--at-once", "7860", "/extract"):
        assert words in shown.stdout


@pytest.mark.parametrize("model", ["nothing/here", "/nothing/here/at/all"])
def test_a_missing_model_folder_is_one_line_and_exit_code_2(model: str) -> None:
    done = _command("--model", model)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(rf"nghiquyet-demo: \S*{model}: no such model folder\n", done.stderr)


def test_a_taken_port_is_one_line_and_exit_code_2(client: object, served: object) -> None:
    port = str(getattr(served, "address", "")).rstrip("/").rpartition(":")[2]
    done = _command("--port", port, program=(str(STUB),))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"nghiquyet-demo: cannot listen on 127.0.0.1:{port}; choose another --port or --host\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"lan:secret\nminh\n", ":2: expected name:password"),
        (b":secret\n", ":1: expected name:password"),
        (b"lan:\n", ":1: expected name:password"),
        (b"\n \n", ": holds no line with name:password, so nobody could come in"),
        (b"\xff\xfe\x00", ": cannot be read as UTF-8 text"),
    ],
)
def test_accounts_that_cannot_be_used_are_refused_with_their_line(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "accounts.txt"
    file.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{file}{message}")):
        cli.accounts(file)


def test_a_password_may_hold_colons_and_spaces(tmp_path: Path) -> None:
    file = tmp_path / "accounts.txt"
    file.write_text("\ufefflan:a: b \n\nminh:c\n", encoding="utf-8")
    assert cli.accounts(file) == [("lan", "a: b "), ("minh", "c")]


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        ([None], ["nghiquyet"]),
        (["runs/a/model"], ["model"]),
        (["runs/old", "runs/new"], ["old", "new"]),
        (["runs/a/model", "runs/b/model"], ["a/model", "b/model"]),
        (["runs/a/x/model", "runs/b/x/model"], ["a/x/model", "b/x/model"]),
    ],
)
def test_models_are_called_by_what_tells_them_apart(folders: list[str | None], names: list[str]) -> None:
    assert cli.names([Path(folder).absolute() if folder else None for folder in folders]) == names


def test_a_model_is_not_compared_with_itself_nor_with_two_others() -> None:
    same = Path("model").absolute()
    with pytest.raises(InputError, match="given twice"):
        cli.names([same, same])
    with pytest.raises(InputError, match="given 3 times"):
        cli.names([Path(name).absolute() for name in "abc"])
