"""What can be watched of a training: the figures a step in `log.jsonl`, the bar in the terminal, and TensorBoard."""

import json
import math
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from nghiquyet.files import write_text

_FIGURES = {
    "loss": "loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "eval_loss": "dev_loss",
    "eval_f1": "dev_f1",
}


class Journal(TrainerCallback):
    """Writes what the Trainer logs to a file as it comes, one JSON object a line, and counts the seconds of training.

    Each line has `step`, `epoch`, `seconds` (of training from the start of the run, over all its parts, what was lost to a break
    included) and some of `loss`, `learning_rate` (of the encoder), `grad_norm`, `dev_loss`, `dev_f1`; the last one has `ended`.
    """

    def __init__(self, path: Path, step: int) -> None:
        """The journal of a run that goes on after `step`: lines of later steps are dropped when it does, their seconds kept.

        At step 0, lines of a run that has ended are those of another one.
        """
        entries = _read(path)
        if step == 0 and any("ended" in entry for entry in entries):
            entries = []
        self._path = path
        self._kept = [entry for entry in entries if entry["step"] <= step]
        self._earlier = max((entry["seconds"] for entry in entries), default=0.0)
        self._start: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds of training so far, over all parts of the run."""
        return self._earlier + (0.0 if self._start is None else time.perf_counter() - self._start)

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        self._start = time.perf_counter()
        write_text(self._path, "".join(map(_line, self._kept)))

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        logs = more["logs"]
        figures = {name: logs[key] for key, name in _FIGURES.items() if key in logs}
        if figures:
            self._append(state, figures)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        self._append(state, {"ended": True})
        self._earlier, self._start = self.seconds, None

    def _append(self, state: TrainerState, figures: dict[str, Any]) -> None:
        entry = {"step": state.global_step, "epoch": state.epoch, **figures, "seconds": round(self.seconds, 2)}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(entry))


def _read(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal; a last line that was cut short by a break is left out."""
    entries: list[dict[str, Any]] = []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entries.append(json.loads(line))
            except ValueError:
                break
    return entries


def _line(entry: dict[str, Any]) -> str:
    finite = {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in entry.items()}
    return json.dumps(finite) + "\n"


class Bar(TrainerCallback):
    """Shows how far a training is on a progress bar, and a line of figures for each epoch that was scored on dev."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        self._task = self._progress.add_task("training", total=state.max_steps, completed=state.global_step, loss="")

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        assert self._task is not None
        self._progress.update(self._task, completed=state.global_step)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        logs = more["logs"]
        assert self._task is not None
        if "loss" in logs:
            self._progress.update(self._task, loss=f"loss {logs['loss']:.4f}")
        if "eval_f1" in logs:
            self._progress.print(
                f"epoch {state.epoch:g}: dev loss {logs['eval_loss']:.4f}, dev F1 within windows {100 * logs['eval_f1']:.1f}"
            )


def progress(console: Console) -> Progress:
    """The bar of a training in steps, for `Bar`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"))
    return Progress(*columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=console)


def tensorboard(folder: Path, step: int) -> TrainerCallback:
    """Writes what the Trainer logs for TensorBoard, without what an earlier part of the run wrote of steps after `step`."""
    from torch.utils.tensorboard import SummaryWriter
    from transformers.integrations import TensorBoardCallback  # type: ignore[attr-defined]

    writer = SummaryWriter(str(folder), purge_step=step + 1 if step else None)
    return TensorBoardCallback(writer)  # type: ignore[no-untyped-call]
