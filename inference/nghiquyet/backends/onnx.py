"""ONNX Runtime: the default on CPUs, small to install and quick to start."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from nghiquyet.checkpoint import ONNX
from nghiquyet.errors import CheckpointError, NghiquyetError


class OnnxBackend:
    """A session over `model.onnx`; `device` is "cpu" or "cuda", `threads` the number of CPU threads (None: all cores)."""

    def __init__(self, folder: Path, device: str = "cpu", threads: int | None = None) -> None:
        providers = {"cpu": ["CPUExecutionProvider"], "cuda": ["CUDAExecutionProvider"]}.get(device)
        if providers is None or providers[0] not in ort.get_available_providers():
            raise NghiquyetError(
                f"device {device!r} is not available to this ONNX Runtime ({', '.join(ort.get_available_providers())})"
            )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(folder / ONNX), options, providers=providers)
        except Exception as error:  # onnxruntime's exceptions share no public base
            raise CheckpointError(f"{folder / ONNX}: ONNX Runtime cannot load it: {error}") from error

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        (logits,) = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(logits, dtype=np.float32)
