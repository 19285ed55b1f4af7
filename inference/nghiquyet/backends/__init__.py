"""What runs the network. Only the modules here import onnxruntime, torch or transformers, and only when asked for."""

from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from nghiquyet.checkpoint import ONNX, Checkpoint
from nghiquyet.errors import CheckpointError, NghiquyetError

BackendName = Literal["auto", "onnx", "torch"]


class Backend(Protocol):
    """Scores a batch: `ids` and `mask` are int64 (windows, pieces), the result float32 (windows, pieces, tags)."""

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]: ...


def load(checkpoint: Checkpoint, name: BackendName = "auto", device: str = "cpu", threads: int | None = None) -> Backend:
    """The backend of that name; "auto" is ONNX Runtime on the CPU where the folder has a graph, else torch.

    Raises:
        MissingExtraError: if torch is needed and not installed.
        CheckpointError: if the folder lacks what the backend reads.
        NghiquyetError: for an unknown name.
    """
    if name == "auto":
        name = "onnx" if device == "cpu" and (checkpoint.path / ONNX).is_file() else "torch"
    if name == "onnx":
        if not (checkpoint.path / ONNX).is_file():
            raise CheckpointError(f"{checkpoint.path / ONNX}: missing; the folder can be used with backend='torch'")
        from nghiquyet.backends.onnx import OnnxBackend

        return OnnxBackend(checkpoint.path, device, threads)
    if name == "torch":
        from nghiquyet.backends.torch import TorchBackend

        return TorchBackend(checkpoint.path, device, threads)
    raise NghiquyetError(f"unknown backend {name!r}; known are 'auto', 'onnx' and 'torch'")
