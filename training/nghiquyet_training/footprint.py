"""What a run costs the climate, estimated from how long it took on what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Watts of a busy core of a server with its share of memory, and of a GPU for training; they are of the order, not measured.
_WATTS_A_CORE: Final = 10.0
_WATTS_A_GPU: Final = 500.0
# What a data centre uses for each unit that its computers use (Uptime Institute, Global Data Center Survey 2023).
_OVERHEAD: Final = 1.58
# Grams of CO2 a kilowatt-hour, the world's mean of 2023 (Ember, Global Electricity Review 2024).
_GRAMS_A_KWH: Final = 480.0


@dataclass(frozen=True, slots=True)
class Footprint:
    kilowatt_hours: float

    @property
    def grams(self) -> float:
        """Grams of CO2 equivalent."""
        return self.kilowatt_hours * _GRAMS_A_KWH


def footprint(seconds: float, environment: Mapping[str, Any]) -> Footprint:
    """The energy of a run: time, power of what it ran on, and overhead of the place (the formula of Lacoste et al. 2019).

    Args:
        seconds: how long it trained.
        environment: as a run records it; `threads` and `processes` tell the cores in use, `gpu` whether a GPU did the work.
    """
    watts = _WATTS_A_GPU if environment["gpu"] else _WATTS_A_CORE * environment["threads"]
    return Footprint(seconds / 3600 * watts * environment["processes"] * _OVERHEAD / 1000)
