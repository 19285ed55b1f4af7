"""What word segmentation reads, out of underthesea's model files: how `segmentation.tsv` and `dictionary.txt` were made.

`python -m nghiquyet_training.segmentation` writes both anew from the installed underthesea (9.5.0), of which nothing is imported
and nothing unpickled. The model is a conditional random field with two tags in CRFsuite's file format (Okazaki 2007), of which one
number a feature matters: by how much more it speaks for "goes on a word" than for "begins one".
"""

import pickletools
import struct
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from nghiquyet.errors import NghiquyetError
from nghiquyet.files import write_text

_FOLDER: Final = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727"
_BEGINS, _GOES_ON = "B-W", "I-W"


def of_underthesea(name: str) -> Path:
    """A file or folder in the installed underthesea, by its path there.

    Raises:
        NghiquyetError: if underthesea is not installed, or without it.
    """
    spec = find_spec("underthesea")
    path = (Path(spec.origin).parent if spec and spec.origin else Path("underthesea")) / name
    if not path.exists():
        raise NghiquyetError(f"{path} is missing; install it anew: pip install --force-reinstall underthesea==9.5.0")
    return path


def source() -> Path:
    """The folder of underthesea's segmentation model; the same error."""
    return of_underthesea(_FOLDER)


def weights(model: bytes) -> str:
    """`segmentation.tsv` of a CRFsuite model: the weights of B B, B I, I B and I I, then `template value weight`, sorted."""
    features_at, labels_at, attributes_at = struct.unpack_from("<3I", model, 28)
    labels = dict(_strings(model, labels_at))
    attributes = dict(_strings(model, attributes_at))
    signs = {number: {_BEGINS: -1, _GOES_ON: 1}[label] for number, label in labels.items()}
    (count,) = struct.unpack_from("<I", model, features_at + 8)
    states: dict[str, float] = {}
    transitions: dict[tuple[int, int], float] = {}
    for kind, left, right, weight in struct.iter_unpack("<IIId", model[features_at + 12 : features_at + 12 + 20 * count]):
        if kind:
            transitions[signs[left], signs[right]] = weight
        else:
            states[attributes[left]] = states.get(attributes[left], 0) + signs[right] * weight
    lines = ["\t".join(f"{transitions[pair]:.8g}" for pair in sorted(transitions))]
    for attribute in sorted(states):
        template, _, value = attribute.partition("=")
        lines.append(f"{template[2:].replace(']', '')}\t{value}\t{states[attribute]:.8g}")
    return "\n".join(lines) + "\n"


def words(pickled: bytes) -> str:
    """`dictionary.txt` of the pickled set of words: its strings, read off the file, which is never loaded."""
    strings = {"BINUNICODE", "SHORT_BINUNICODE"}
    found = {str(argument) for operation, argument, _ in pickletools.genops(pickled) if operation.name in strings}
    return "\n".join(sorted(found)) + "\n"


def _strings(model: bytes, start: int) -> Iterator[tuple[int, str]]:
    """The numbered strings of a constant database at `start`: an array of offsets to number, length and characters with a NUL."""
    size, offsets = struct.unpack_from("<2I", model, start + 16)
    for (offset,) in struct.iter_unpack("<I", model[start + offsets : start + offsets + 4 * size]):
        if offset:
            number, length = struct.unpack_from("<2I", model, start + offset)
            yield number, model[start + offset + 8 : start + offset + 7 + length].decode("utf-8")


def main() -> None:
    package = files("nghiquyet")
    write_text(Path(str(package / "segmentation.tsv")), weights((source() / "models.bin").read_bytes()))
    write_text(Path(str(package / "dictionary.txt")), words((source() / "dictionary.bin").read_bytes()))


if __name__ == "__main__":
    main()
