"""Any bytes as a file of a model folder whose hashes fit: it is read, or refused with a stated reason.

python fuzz/checkpoints.py -max_total_time=120
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["nghiquyet"]):
    from nghiquyet import checkpoint
    from nghiquyet.errors import NghiquyetError
    from nghiquyet.extractor import prepare

FILES: Final = {
    "vocab.txt": "Đảng 9\nuỷ@@ 8\nxã 7\n",
    "bpe.codes": "x ã</w> 9\nu ỷ 8\n",
}
MANIFEST: Final = {
    "format": 1,
    "temperature": 1.0,
    "bias": 0.0,
    "labels": ["ORG", "PERSON"],
    "segmenter": "underthesea-crf",
    "window": {"pieces": 32, "context": 4},
    "facts": {},
}
NAMES: Final = ("nghiquyet.json", "vocab.txt", "bpe.codes", "tokenizer.json")
_folder = tempfile.TemporaryDirectory()


def check(name: str, content: bytes) -> None:
    """The laws for a folder one of whose files has this content.

    Raises:
        AssertionError: if one does not hold.
    """
    folder = Path(_folder.name)
    files = {key: value.encode() for key, value in FILES.items()}
    if name == "tokenizer.json":
        files = {}
    if name != "nghiquyet.json":
        files[name] = content
    for old in folder.iterdir():
        old.unlink()
    for key, value in files.items():
        (folder / key).write_bytes(value)
    listed = {key: {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()} for key, value in files.items()}
    manifest = content if name == "nghiquyet.json" else json.dumps({**MANIFEST, "files": listed}).encode()
    (folder / "nghiquyet.json").write_bytes(manifest)
    try:
        model = checkpoint.read(folder)
        assert model.tags.tags
        assert all(len(window.first_pieces) == len(window.words) > 0 for window in prepare("Đảng ủy xã Sơn Trung.", model))
    except NghiquyetError as error:
        if not str(error):
            raise AssertionError("refused without a reason") from error


def _one(content: bytes) -> None:
    if content:
        check(NAMES[content[0] % len(NAMES)], content[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, _one)
    atheris.Fuzz()
