"""What runs the network. Only the modules here import onnxruntime, torch or transformers, and only when asked for."""

import os
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from nghiquyet.checkpoint import ONNX, Checkpoint
from nghiquyet.errors import NghiquyetError

# Else ONNX Runtime, as it is imported, numbers the device in the home folder and reports to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

BackendName = Literal["auto", "onnx", "torch"]
Precision = Literal["auto", "fp32", "bf16", "int8"]


class Backend(Protocol):
    """Scores a batch: `ids` and `mask` are int64 (windows, pieces), the result float32 (windows, pieces, tags).

    `pieces_together` is how many pieces a batch should have at most, padding included.
    """

    pieces_together: int

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]: ...


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load(
    checkpoint: Checkpoint,
    name: BackendName = "auto",
    device: str = "cpu",
    threads: int | None = None,
    precision: Precision = "auto",
) -> Backend:
    """The backend of that name; "auto" is ONNX Runtime on the CPU where the folder has a graph, for all but bf16, else torch.

    Raises:
        MissingExtraError: if torch is needed and not installed.
        CheckpointError: if the folder lacks what the backend reads.
        NghiquyetError: for an unknown name, or a precision that the backend has not.
    """
    if precision not in get_args(Precision):
        raise NghiquyetError(f"unknown precision {precision!r}; known are 'auto', 'fp32', 'bf16' and 'int8'")
    if name == "auto":
        name = "onnx" if device == "cpu" and precision != "bf16" and (checkpoint.path / ONNX).is_file() else "torch"
    if name == "onnx":
        from nghiquyet.backends.onnx import OnnxBackend

        return OnnxBackend(checkpoint.path, device, threads, precision)
    if name == "torch":
        from nghiquyet.backends.torch import TorchBackend

        return TorchBackend(checkpoint.path, device, threads, precision)
    raise NghiquyetError(f"unknown backend {name!r}; known are 'auto', 'onnx' and 'torch'")
