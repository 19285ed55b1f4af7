"""The model folder: everything that turns text into entities, described by its own `nghiquyet.json` and verified by hash.

A folder holds `nghiquyet.json`, the vocabulary (`vocab.txt` and `bpe.codes`, or `tokenizer.json`), the weights
(`model.safetensors`, `config.json`) and, for ONNX Runtime, the graph `model.onnx`, whose weights are those of the safetensors file;
there may be another, `model.int8.onnx`, in 8-bit integers. Nothing in it is ever unpickled.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.resources import as_file
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, Final

from nghiquyet import hub
from nghiquyet.entities import UNCALIBRATED, Calibration
from nghiquyet.errors import CheckpointError
from nghiquyet.files import write_folder
from nghiquyet.pieces import PhobertPieces, Pieces, TokenizerPieces
from nghiquyet.segment import Segmenter, keep_syllables, segmenter
from nghiquyet.tags import TagSet
from nghiquyet.windows import WindowSize

MANIFEST: Final = "nghiquyet.json"
ONNX: Final = "model.onnx"
ONNX_INT8: Final = "model.int8.onnx"
WEIGHTS: Final = "model.safetensors"
FORMAT: Final = 1
# What a backend might read; any other file (README.md) may stand in the folder unlisted.
_READ: Final = frozenset({".bin", ".codes", ".data", ".json", ".onnx", ".py", ".safetensors", ".txt"})


@dataclass(frozen=True)
class Manifest:
    """What `nghiquyet.json` says.

    Entities with a score below `min_score` are left out, unless a caller wants them, and so are those with fewer words than
    `least_words` has for their label, which the articles of the training hardly ever had. `facts` tells where the model comes from
    (base, data, figures) and is not needed to run it.
    """

    labels: tuple[str, ...]
    segmenter: str
    window: WindowSize
    calibration: Calibration = UNCALIBRATED
    min_score: float = 0.0
    least_words: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A verified model folder."""

    path: Path
    manifest: Manifest

    @cached_property
    def tags(self) -> TagSet:
        return TagSet(self.manifest.labels)

    @cached_property
    def pieces(self) -> Pieces:
        return pieces_of(self.path)

    @cached_property
    def segmenter(self) -> Segmenter:
        return segmenter(self.manifest.segmenter)

    @cached_property
    def syllable_joiner(self) -> Segmenter:
        """Joins the words that the model reads where they are the syllables of one."""
        return segmenter("underthesea-crf") if self.manifest.segmenter == "none" else keep_syllables


def pieces_of(folder: Path) -> Pieces:
    """The vocabulary of a model folder, ours or of any Hugging Face encoder.

    Raises:
        CheckpointError: if there is neither `vocab.txt` with `bpe.codes` nor `tokenizer.json`.
    """
    if _is_phobert(folder):
        return PhobertPieces(folder / "vocab.txt", folder / "bpe.codes")
    if (folder / "tokenizer.json").is_file():
        return TokenizerPieces(folder / "tokenizer.json")
    raise CheckpointError(f"{folder}: no vocabulary; expected vocab.txt and bpe.codes (PhoBERT) or tokenizer.json")


def _is_phobert(folder: Path) -> bool:
    """Whether the folder's vocabulary is PhoBERT's kind, which reads segmented words."""
    return (folder / "vocab.txt").is_file() and (folder / "bpe.codes").is_file()


def segmenter_for(folder: Path) -> str:
    """The name of the segmenter whose words the folder's vocabulary reads."""
    return "underthesea-crf" if _is_phobert(folder) else "none"


def of(path_or_hub_id: str | os.PathLike[str] | None) -> Checkpoint:
    """The model folder of that path or, fetched once, of that name on the hub (see `hub.folder`); None is the package's own.

    Raises:
        CheckpointError: as `hub.folder` and `read` do.
    """
    if path_or_hub_id is not None:
        return read(hub.folder(path_or_hub_id))
    with as_file(resources("nghiquyet") / "model") as packaged:
        return read(packaged)


def read(folder: str | os.PathLike[str]) -> Checkpoint:
    """Open a model folder; every file is checked against the size and SHA-256 that its manifest gives.

    Raises:
        CheckpointError: if the folder is missing, incomplete, altered, or of a format this version cannot read.
    """
    path = Path(folder)
    if not path.is_dir():
        raise CheckpointError(f"{path}: no such model folder")
    manifest_path = path / MANIFEST
    try:
        content = json.loads(manifest_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"{path}: no {MANIFEST}, so this is not a model folder of nghiquyet, or one that was copied only in part"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{manifest_path}: cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{manifest_path}: not a manifest of format {FORMAT}; this version of nghiquyet cannot read it")
    try:
        files = {str(name): (_whole(entry["bytes"]), str(entry["sha256"])) for name, entry in content["files"].items()}
        labels = _labels(content["labels"])
        manifest = Manifest(
            labels=labels,
            segmenter=str(content["segmenter"]),
            window=WindowSize(**{str(name): _whole(value) for name, value in content["window"].items()}),
            # Folders of older versions know neither bias nor least score nor least words.
            calibration=Calibration(float(content["temperature"]), float(content.get("bias", 0))),
            min_score=_share(content.get("min_score", 0)),
            least_words=_least_words(content.get("least_words", {}), labels),
            facts=dict(content["facts"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"{manifest_path}: a value is missing or wrong: {error!r}") from error
    for name, (size, sha256) in files.items():
        _verify(path, name, size, sha256)
    for file in sorted(path.iterdir()):
        if file.suffix in _READ and file.name not in {*files, MANIFEST}:
            raise CheckpointError(f"{file}: {MANIFEST} does not list it, so it was added by someone else; remove it")
    return Checkpoint(path, manifest)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not between 0 and 1")
    return float(value)


def _labels(values: object) -> tuple[str, ...]:
    labels = tuple(values) if isinstance(values, list) else ()
    if not labels or not all(isinstance(label, str) and label for label in labels) or len({*labels}) < len(labels):
        raise ValueError(f"{values!r} is not a list of labels, each once")
    return labels


def _least_words(values: Mapping[str, object], labels: tuple[str, ...]) -> dict[str, int]:
    if not values.keys() <= {*labels}:
        raise ValueError(f"{values!r} has other labels than {', '.join(labels)}")
    return {label: _whole(value) for label, value in values.items()}


def write(folder: str | os.PathLike[str], manifest: Manifest, fill: Callable[[Path], object]) -> Checkpoint:
    """Write a model folder whole or not at all: `fill` writes the files into a new folder, which then takes its place.

    A model folder that stands there is replaced; anything else there is left alone.

    Raises:
        CheckpointError: if something other than a model folder stands at `folder`.
        InputError: if the disk does not take it.
    """
    path = Path(folder)
    if path.exists() and not (path / MANIFEST).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise CheckpointError(f"{path}: exists and is not a model folder; choose another place")

    def fill_and_describe(draft: Path) -> None:
        fill(draft)
        files = {file.name: {"bytes": file.stat().st_size, "sha256": _sha256(file)} for file in sorted(draft.iterdir())}
        described = asdict(manifest)
        content = {"format": FORMAT, **described.pop("calibration"), **described, "files": files}
        (draft / MANIFEST).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    write_folder(path, fill_and_describe)
    return read(path)


def rewrite(model: Checkpoint, manifest: Manifest, folder: str | os.PathLike[str]) -> Checkpoint:
    """Write the files of `model` with another manifest to `folder`, which may be its own; the same errors as `write`."""

    def copy(draft: Path) -> None:
        for file in model.path.iterdir():
            if file.name != MANIFEST:
                shutil.copyfile(file, draft / file.name)

    return write(folder, manifest, copy)


def _verify(folder: Path, name: str, size: int, sha256: str) -> None:
    path = folder / name
    if Path(name).name != name:
        raise CheckpointError(f"{folder / MANIFEST}: {name!r} is not a plain file name")
    if not path.is_file():
        raise CheckpointError(f"{path}: missing; the model folder is incomplete, fetch or train it again")
    if path.stat().st_size != size:
        raise CheckpointError(f"{path}: {path.stat().st_size} bytes instead of {size}; the model folder was copied only in part")
    if _sha256(path) != sha256:
        raise CheckpointError(f"{path}: the content is not what {MANIFEST} says; the file was altered or damaged")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
