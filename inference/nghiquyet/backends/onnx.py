"""ONNX Runtime: the default on CPUs, small to install and quick to start."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from nghiquyet.backends import cores
from nghiquyet.checkpoint import ONNX, ONNX_INT8
from nghiquyet.errors import CheckpointError, NghiquyetError

# Windows on the way a thread: as one thread ends its share, few others are left waiting.
_PIECES_A_THREAD = 4096

# Fused, Add and LayerNormalization take three times as long as one after the other on the CPU.
_SLOW = ["SkipLayerNormFusion"]


class OnnxBackend:
    """A session over the graph of a precision; `device` is "cpu" or "cuda".

    On the CPU each window is scored alone, on one of `threads` threads (None: one a core): none waits for another, padding costs
    nothing, the values in flight fit the cache, and with "int8", where a scale is a window's, no window changes another.
    """

    def __init__(self, folder: Path, device: str = "cpu", threads: int | None = None, precision: str = "auto") -> None:
        providers = {"cpu": ["CPUExecutionProvider"], "cuda": ["CUDAExecutionProvider"]}.get(device)
        if providers is None or providers[0] not in ort.get_available_providers():
            raise NghiquyetError(
                f"device {device!r} is not available to this ONNX Runtime ({', '.join(ort.get_available_providers())})"
            )
        graph = _graph(folder, device, precision)
        self._alone = device == "cpu"
        threads = threads or cores()
        self._pool = ThreadPoolExecutor(threads, "nghiquyet-onnx") if self._alone and threads > 1 else None
        self.pieces_together = threads * _PIECES_A_THREAD
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1 if self._alone else threads
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(graph), options, providers=providers, disabled_optimizers=_SLOW)
        except Exception as error:  # onnxruntime's exceptions share no public base
            raise CheckpointError(f"{graph}: ONNX Runtime cannot load it: {error}") from error

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        if not self._alone:
            return self._run(ids, mask)
        lengths = mask.sum(axis=1)
        windows = [(ids[row : row + 1, :length], mask[row : row + 1, :length]) for row, length in enumerate(lengths)]
        run = map if self._pool is None or len(windows) == 1 else self._pool.map
        scored: list[npt.NDArray[np.float32]] = list(run(lambda window: self._run(*window)[0], windows))
        result = np.zeros((*ids.shape, scored[0].shape[-1]), dtype=np.float32)
        for row, logits in enumerate(scored):
            result[row, : len(logits)] = logits
        return result

    def _run(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        (logits,) = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(logits, dtype=np.float32)


def _graph(folder: Path, device: str, precision: str) -> Path:
    """The graph file of a precision: "auto" is "int8" on the CPU where the folder has it, else "fp32"."""
    if precision == "auto":
        precision = "int8" if device == "cpu" and (folder / ONNX_INT8).is_file() else "fp32"
    if precision not in {"fp32", "int8"}:
        raise NghiquyetError(f"ONNX Runtime has no precision {precision!r}; it has 'fp32' and 'int8'")
    path = folder / (ONNX_INT8 if precision == "int8" else ONNX)
    if not path.is_file():
        advice = "nghiquyet-train quantize writes it" if precision == "int8" else "the folder can be used with backend='torch'"
        raise CheckpointError(f"{path}: missing; {advice}")
    return path
