"""The README's way from a folder of texts to a model of one's own, command by command, on tiny inputs."""

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

import nghiquyet.cli
import nghiquyet_training.cli

PROGRAMS = {"nghiquyet": nghiquyet.cli.main, "nghiquyet-train": nghiquyet_training.cli.main}


def _commands(root: Path) -> list[list[str]]:
    section = (root / "README.md").read_text(encoding="utf-8").split("## Retrain")[1].split("\n## ")[0]
    block, *_ = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [shlex.split(line) for line in block.splitlines() if not line.startswith("#")]


def _corrected_by_a_person(folder: Path) -> None:
    """What Label Studio exports when the suggestions are taken over as they are, with a label of one's own added to each task."""
    tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    for number, task in enumerate(tasks, 1):
        (suggested,) = task.pop("predictions")
        text = task["data"]["text"]
        free = text.index("đã")
        own = {"start": free, "end": free + 2, "text": "đã", "labels": ["RESULT"]}
        regions = [
            region for region in suggested["result"] if region["value"]["end"] <= free or region["value"]["start"] >= own["end"]
        ]
        regions.append({"id": "own", "from_name": "label", "to_name": "text", "type": "labels", "value": own})
        task |= {"id": number, "annotations": [{"id": number, "was_cancelled": False, "result": regions}]}
    (folder / "export.json").write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def workplace(tmp_path: Path, root: Path, phobert_base: Path, phobert_model: Path) -> Path:
    """A folder as the README takes it for granted, with a tiny model and a tiny encoder."""
    lines = (root / "data/written.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for text in (json.loads(line)["text"] for line in lines) if "đã" in text and len(text) < 1500]
    (tmp_path / "my-texts").mkdir()
    for number, text in enumerate(texts[:10]):
        (tmp_path / f"my-texts/{number}.txt").write_bytes(text.encode())
    (tmp_path / "training").mkdir()
    (tmp_path / "inference/nghiquyet").mkdir(parents=True)
    (tmp_path / "inference/nghiquyet/model").symlink_to(phobert_model)
    (tmp_path / "training/default.toml").write_text(
        f'base = "{phobert_base}"\noutput = "runs"\n[window]\npieces = 128\n[training]\nepochs = 1\nhead_learning_rate = 0.1\n'
    )
    return tmp_path


def test_from_texts_to_a_model_of_ones_own(
    root: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workplace)
    for line in _commands(root):
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as caught:
            PROGRAMS[line[0]]()
        assert caught.value.code == 0, (line, *capfd.readouterr())
        if "prelabel" in line:
            _corrected_by_a_person(workplace)
    manifest = json.loads((workplace / "runs/mine/model/nghiquyet.json").read_text(encoding="utf-8"))
    assert "RESULT" in manifest["labels"]
    assert "<mark" in (workplace / "found.html").read_text(encoding="utf-8")
