"""One TOML file that says what to train, on what, and how; every key is known and checked."""

import dataclasses
import math
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from nghiquyet.errors import InputError
from nghiquyet.windows import WindowSize


@dataclass(frozen=True)
class DataConfig:
    """Labelled articles (JSON Lines); paths are relative to the configuration file."""

    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    dev_fraction: float = 0.1
    labels: tuple[str, ...] = ()

    def check(self) -> None:
        _require(0 <= self.dev_fraction < 1, "data.dev_fraction", self.dev_fraction, "at least 0 and below 1")


@dataclass(frozen=True)
class WindowConfig:
    """How much text the model reads at a time, in word pieces; `context` on each side is seen but not scored."""

    pieces: int = 256
    context: int = 32

    def check(self) -> None:
        try:
            WindowSize(self.pieces, self.context)
        except ValueError as error:
            raise InputError(f"window: {error}") from error


@dataclass(frozen=True)
class TrainingConfig:
    """How the Trainer runs; `patience` epochs without a better dev F1 end it (0: never)."""

    epochs: float = 8.0
    batch_size: int = 8
    accumulation: int = 1
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    label_smoothing: float = 0.0
    dropout: float = 0.1
    patience: int = 3
    seed: int = 13
    precision: Literal["auto", "float32", "bfloat16"] = "auto"

    def check(self) -> None:
        for name in ("epochs", "batch_size", "accumulation", "learning_rate", "head_learning_rate"):
            _require(0 < getattr(self, name) < math.inf, f"training.{name}", getattr(self, name), "above 0 and finite")
        for name in ("weight_decay", "patience", "seed"):
            _require(0 <= getattr(self, name) < math.inf, f"training.{name}", getattr(self, name), "at least 0 and finite")
        for name in ("warmup", "label_smoothing", "dropout"):
            _require(0 <= getattr(self, name) < 1, f"training.{name}", getattr(self, name), "at least 0 and below 1")


@dataclass(frozen=True)
class Config:
    """The whole configuration: `base` is a folder (relative to the file) or a Hugging Face hub id."""

    base: str
    output: str
    data: DataConfig = field(default_factory=DataConfig)
    window: WindowConfig = field(default_factory=WindowConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)


def read(path: Path) -> Config:
    """Read and check a configuration; paths in it become absolute.

    Raises:
        InputError: for a missing or broken file, an unknown key, or a value of the wrong type or range.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: broken TOML: {error}") from error
    try:
        config: Config = _build(Config, content, "")
        for section in (config.data, config.window, config.training):
            section.check()
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    folder = path.resolve().parent
    here = folder / config.base
    data = dataclasses.replace(
        config.data,
        train=tuple(str(folder / name) for name in config.data.train),
        dev=tuple(str(folder / name) for name in config.data.dev),
    )
    return dataclasses.replace(
        config, base=str(here) if here.exists() else config.base, output=str(folder / config.output), data=data
    )


def _build(kind: Any, content: Any, place: str) -> Any:
    if not isinstance(content, dict):
        raise InputError(f"{place.rstrip('.')}: expected a table, found {content!r}")
    hints = get_type_hints(kind)
    if unknown := content.keys() - hints.keys():
        raise InputError(f"unknown key {place}{min(unknown)}; known are {', '.join(place + name for name in hints)}")
    for option in dataclasses.fields(kind):
        no_default = option.default is dataclasses.MISSING and option.default_factory is dataclasses.MISSING
        if no_default and option.name not in content:
            raise InputError(f"missing key {place}{option.name}")
    return kind(**{name: _value(hints[name], value, place + name) for name, value in content.items()})


def _value(hint: Any, value: Any, place: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, place + ".")
    if get_origin(hint) is Literal:
        _require(value in get_args(hint), place, value, " or ".join(map(repr, get_args(hint))))
        return value
    if get_origin(hint) is tuple:
        _require(isinstance(value, list) and all(isinstance(item, str) for item in value), place, value, "a list of strings")
        return tuple(value)
    if hint is float and type(value) is int:
        return float(value)
    _require(type(value) is hint, place, value, f"of type {hint.__name__}")
    return value


def _require(condition: bool, place: str, value: Any, wanted: str) -> None:
    if not condition:
        raise InputError(f"{place} must be {wanted}, found {value!r}")
