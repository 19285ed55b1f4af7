"""The container and the Space start the command with options that it has, at the port that they say."""

import re
from pathlib import Path

import pytest
import typer
import yaml

from nghiquyet_demo import cli


@pytest.fixture
def dockerfile(root: Path) -> str:
    return (root / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def test_the_command_has_the_options_of_the_dockerfile(dockerfile: str) -> None:
    options = {option for parameter in typer.main.get_command(cli.app).params for option in parameter.opts}
    used = set(re.findall(r'"(--[\w-]+)"', dockerfile))
    assert "--host" in used
    assert used <= options


def test_the_container_runs_as_a_user_who_can_write_where_it_writes(dockerfile: str) -> None:
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE) == ["user"]
    written = re.findall(r"GRADIO_TEMP_DIR=(\S+)", dockerfile) + re.findall(r'"--corrections", "(.*?)"', dockerfile)
    assert len(written) == 2
    assert all(path.startswith("/tmp/") for path in written)


def test_nothing_in_the_container_reports_to_anybody(dockerfile: str) -> None:
    for setting in ("GRADIO_ANALYTICS_ENABLED=False", "HF_HUB_OFFLINE=1", "ORT_DISABLE_TELEMETRY=1"):
        assert setting in dockerfile


def test_the_space_looks_for_the_page_where_it_is(root: Path, dockerfile: str) -> None:
    space = yaml.safe_load((root / "deploy" / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert space["sdk"] == "docker"
    assert f"EXPOSE {space['app_port']}" in dockerfile
    assert f'"--port", "{space["app_port"]}"' in dockerfile
    assert len(space["short_description"]) <= 60  # the Hub takes no more


def test_what_the_dockerfile_copies_is_what_make_puts_beside_it(root: Path, dockerfile: str) -> None:
    (rule,) = re.findall(r"^space:.*\n((?:\t.*\n)+)", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    (copied,) = re.findall(r"^COPY (.*) \./$", dockerfile, re.MULTILINE)
    assert copied.split() == ["constraints.txt", "*.whl"]
    assert "constraints.txt out/space" in rule
    assert "--wheel" in rule
    assert "--outdir out/space" in rule
