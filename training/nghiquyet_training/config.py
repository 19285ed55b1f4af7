"""One TOML file that says what to train, on what, and how; every key is known and checked."""

import dataclasses
import math
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import tomli_w

from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet.windows import WindowSize

_PLURALS = {str: "strings", int: "whole numbers", float: "numbers"}


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
    """How the Trainer runs; `patience` epochs without a better dev F1 end it (0: never).

    `temperature` and `bias` are the calibration of the scores (0: fitted on dev, if there is dev, else that of the model that the
    run goes on from, if any); the model leaves out entities with a score below `min_score`.
    """

    epochs: float = 8.0
    batch_size: int = 8
    accumulation: int = 1
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.1
    patience: int = 3
    seed: int = 13
    temperature: float = 0.0
    bias: float = 0.0
    min_score: float = 0.0
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    tensorboard: bool = False

    def check(self) -> None:
        for name in ("epochs", "batch_size", "accumulation", "learning_rate", "head_learning_rate"):
            _require(0 < getattr(self, name) < math.inf, f"training.{name}", getattr(self, name), "above 0 and finite")
        for name in ("weight_decay", "patience", "seed", "temperature"):
            _require(0 <= getattr(self, name) < math.inf, f"training.{name}", getattr(self, name), "at least 0 and finite")
        for name in ("warmup", "dropout", "min_score"):
            _require(0 <= getattr(self, name) < 1, f"training.{name}", getattr(self, name), "at least 0 and below 1")
        _require(math.isfinite(self.bias), "training.bias", self.bias, "finite")
        _require(not self.bias or self.temperature > 0, "training.bias", self.bias, "0 unless training.temperature is given")


@dataclass(frozen=True)
class AugmentationConfig:
    """Which share of the articles an epoch shows in another form, drawn anew each epoch; the others it shows as given."""

    upper_case: float = 0.0
    lower_case: float = 0.0
    without_diacritics: float = 0.0
    other_names: float = 0.0

    @property
    def shares(self) -> dict[str, float]:
        """The shares above 0, by name."""
        return {name: share for name, share in dataclasses.asdict(self).items() if share}

    def check(self) -> None:
        for name, share in dataclasses.asdict(self).items():
            _require(0 <= share <= 1, f"augmentation.{name}", share, "from 0 to 1")
        together = sum(self.shares.values())
        _require(together <= 1, "augmentation", self.shares, "shares that come to 1 at most")


@dataclass(frozen=True)
class SearchConfig:
    """What a search varies under `training`, in so many trials; what is empty stays as it is there.

    Learning rates are drawn between two bounds on a logarithmic scale, the others evenly; `batch_size` is one of those given.
    """

    trials: int = 20
    learning_rate: tuple[float, ...] = (5e-5, 5e-4)
    head_learning_rate: tuple[float, ...] = (3e-4, 3e-3)
    batch_size: tuple[int, ...] = (4, 8, 16)
    epochs: tuple[int, ...] = ()
    weight_decay: tuple[float, ...] = ()
    warmup: tuple[float, ...] = ()
    dropout: tuple[float, ...] = (0.0, 0.2)

    def check(self) -> None:
        _require(self.trials > 0, "search.trials", self.trials, "above 0")
        for name in (option.name for option in dataclasses.fields(self) if option.name != "trials"):
            values = getattr(self, name)
            is_range = not values or (len(values) == 2 and values[0] < values[1])
            _require(
                is_range or name == "batch_size", f"search.{name}", list(values), "two numbers, the lower first, or an empty list"
            )
            for value in values:
                try:
                    dataclasses.replace(TrainingConfig(), **{name: value}).check()
                except InputError as error:
                    raise InputError(f"search: {error}") from error


@dataclass(frozen=True)
class Config:
    """The whole configuration: `base` is a folder (relative to the file) or a Hugging Face hub id."""

    base: str
    output: str
    data: DataConfig = field(default_factory=DataConfig)
    window: WindowConfig = field(default_factory=WindowConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    search: SearchConfig = field(default_factory=SearchConfig)


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
        for section in (config.data, config.window, config.training, config.augmentation, config.search):
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


def write(path: Path, config: Config, remark: str) -> None:
    """Write a configuration that `read` takes for the same, without its search; `remark` stands on top as a comment."""
    here = path.resolve().parent
    content = dataclasses.asdict(config)
    del content["search"]
    content["base"] = os.path.relpath(config.base, here) if Path(config.base).exists() else config.base
    content["output"] = os.path.relpath(config.output, here)
    content["data"] |= {key: [os.path.relpath(name, here) for name in content["data"][key]] for key in ("train", "dev")}
    comment = "".join(f"# {line}\n" for line in remark.splitlines())
    write_text(path, f"{comment}\n{tomli_w.dumps(content)}")


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
        (kind, _) = get_args(hint)
        accepted = (int, float) if kind is float else (kind,)
        right = isinstance(value, list) and all(type(item) in accepted for item in value)
        _require(right, place, value, f"a list of {_PLURALS[kind]}")
        return tuple(kind(item) for item in value)
    if hint is float and type(value) is int:
        return float(value)
    _require(type(value) is hint, place, value, f"of type {hint.__name__}")
    return value


def _require(condition: bool, place: str, value: Any, wanted: str) -> None:
    if not condition:
        raise InputError(f"{place} must be {wanted}, found {value!r}")
