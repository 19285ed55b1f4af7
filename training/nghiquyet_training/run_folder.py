"""The folder of a run: what the run was started with, and the epochs saved in it while it is unfinished."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet.files import write_text

_IDENTITY = ("config", "base_sha256", "data")
_PACKAGES = ("nghiquyet", "accelerate", "numpy", "onnx", "safetensors", "tokenizers", "torch", "transformers", "underthesea")
_STATE = "trainer_state.json"
_PREFIX = "checkpoint-"


@dataclass(frozen=True)
class Saved:
    """The last epoch that an unfinished run has saved whole: its folder, where the run stood, and the weights if it has ended.

    `result` is None while there is more to train; else it is the folder of the epoch whose weights the training has come to.
    """

    path: Path
    step: int
    epoch: float
    result: Path | None


def checkpoints(output: Path) -> Path:
    """Where the Trainer saves epochs."""
    return output / "checkpoints"


def begin(output: Path, facts: Mapping[str, Any], console: Console) -> Saved | None:
    """Write `run.json`, and find the last epoch of an unfinished run of the same configuration, base and data.

    Raises:
        InputError: if the folder holds a run that differs; it is not overwritten.
    """
    started = output / "run.json"
    saved = _last(output)
    earlier = _read(started)
    is_same = earlier is not None and all(earlier.get(key) == facts[key] for key in _IDENTITY)
    if started.exists() and not is_same and (saved or (output / "model").exists()):
        raise refusal(output)
    if saved and earlier:
        known, here = earlier["environment"], facts["environment"]
        changed = [f"{key} {known.get(key)} then, {value} now" for key, value in here.items() if known.get(key) != value]
        if changed:
            console.print(f"this run goes on in another environment, which may change its result: {'; '.join(changed)}")
        return saved
    content = {key: facts[key] for key in (*_IDENTITY, "environment")}
    write_text(started, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return saved


def refusal(output: Path) -> InputError:
    """Why nothing is written over what stands in `output`."""
    return InputError(f"{output}: holds a run of another configuration or other data; choose another --output or remove it")


def environment(processes: int, precision: str) -> dict[str, Any]:
    """What besides configuration and data decides what a run gives and what it costs."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "gpu": torch.cuda.is_available(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "processes": processes,
        "precision": precision,
        **{name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _last(output: Path) -> Saved | None:
    # The Trainer writes its state last: an epoch without one, or with half of one, was cut short.
    found = ((folder, _read(folder / _STATE)) for folder in checkpoints(output).glob(f"{_PREFIX}*"))
    whole = [(folder, state) for folder, state in found if state]
    if not whole:
        return None
    folder, state = max(whole, key=lambda item: int(item[1]["global_step"]))
    ended = state["stateful_callbacks"]["TrainerControl"]["args"]["should_training_stop"]
    best = state["best_global_step"]
    result = folder.with_name(f"{_PREFIX}{best}") if best else folder
    return Saved(folder, state["global_step"], state["epoch"], result if ended else None)
