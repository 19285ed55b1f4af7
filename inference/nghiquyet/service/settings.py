"""What a service allows, in one place."""

import math
from dataclasses import dataclass
from typing import Final

from nghiquyet.errors import InputError

# JSON may spell a code point beyond the first 65,536 as two escapes of six bytes; the rest is quotes, commas, indentation.
_BYTES_A_CHARACTER: Final = 12
_BYTES_A_TEXT: Final = 32
_BYTES_AROUND: Final = 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of a service. `timeout` is in seconds, `batch_wait` too; characters are code points.

    Args:
        max_chars: characters of a request, all its texts together.
        max_texts: texts of a request.
        timeout: how long a request may take to arrive, and then to be answered.
        max_queue: texts that may wait for the model, over all requests.
        batch_wait: how long a request waits for others to share its batch, where the model is free.
        batch_texts: texts of a batch, where it is not one larger request.
        batch_chars: characters of a batch, where it is not one larger request.

    Raises:
        InputError: if one of them allows nothing, or a request may hold more texts than may wait.
    """

    max_chars: int = 200_000
    max_texts: int = 64
    timeout: float = 30.0
    max_queue: int = 256
    batch_wait: float = 0.005
    batch_texts: int = 32
    batch_chars: int = 32_000

    def __post_init__(self) -> None:
        for name in ("max_chars", "max_texts", "timeout", "max_queue", "batch_texts", "batch_chars"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise InputError(f"{name} {value}: must be above 0")
        if not 0 <= self.batch_wait < math.inf:
            raise InputError(f"batch_wait {self.batch_wait}: must not be below 0")
        if self.max_texts > self.max_queue:
            raise InputError(f"max_texts {self.max_texts}: a request of so many would never fit into max_queue {self.max_queue}")

    @property
    def max_bytes(self) -> int:
        """No body that keeps to the other limits is larger, however its characters are escaped."""
        return self.max_chars * _BYTES_A_CHARACTER + self.max_texts * _BYTES_A_TEXT + _BYTES_AROUND
