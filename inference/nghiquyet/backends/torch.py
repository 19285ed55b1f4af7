"""torch and transformers: for GPUs, and for model folders without an ONNX graph."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from nghiquyet.checkpoint import WEIGHTS
from nghiquyet.errors import CheckpointError, MissingExtraError, NghiquyetError

try:
    import torch
    from transformers import AutoModelForTokenClassification
except ImportError as error:
    raise MissingExtraError("the torch backend", "torch") from error


class TorchBackend:
    """`model.safetensors` on `device` ("cpu", "cuda", "cuda:1", "mps"); `threads` is a setting of the whole process.

    `precision` is "fp32", which "auto" is too, or "bf16": matrix products in bfloat16, for which newer processors have units.
    """

    pieces_together = 2048

    def __init__(self, folder: Path, device: str = "cpu", threads: int | None = None, precision: str = "auto") -> None:
        if precision not in {"auto", "fp32", "bf16"}:
            raise NghiquyetError(f"torch has no precision {precision!r}; it has 'fp32' and 'bf16'")
        self._rounded = precision == "bf16"
        if not (folder / WEIGHTS).is_file():
            raise CheckpointError(f"{folder / WEIGHTS}: missing; the torch backend reads weights from safetensors only")
        if threads:
            torch.set_num_threads(threads)
        try:
            self._device = torch.device(device)
            model = AutoModelForTokenClassification.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
            self._model = model.to(self._device).eval()
        except (RuntimeError, AssertionError) as error:
            raise NghiquyetError(f"device {device!r} cannot be used: {error}") from error
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{folder}: transformers cannot load it: {error}") from error

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._rounded):
            output = self._model(
                input_ids=torch.from_numpy(ids).to(self._device), attention_mask=torch.from_numpy(mask).to(self._device)
            )
        return np.asarray(output.logits.float().cpu().numpy())
