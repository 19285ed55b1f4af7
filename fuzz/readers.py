"""Any bytes as a file of any kind that is read: documents and stated failures come out, and nothing else.

python fuzz/readers.py -max_total_time=120
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["nghiquyet"]):
    from nghiquyet import corpus, predicted
    from nghiquyet.documents import Document, Failure
    from nghiquyet.errors import InputError
    from nghiquyet.text import is_unicode

SUFFIXES: Final = (".txt", ".jsonl", ".csv", ".tsv", ".html", ".docx", ".parquet", ".txt.gz", ".jsonl.xz")
_folder = tempfile.TemporaryDirectory()


def check(content: bytes, suffix: str) -> None:
    """The laws for one file.

    Raises:
        AssertionError: if one does not hold.
    """
    path = Path(_folder.name, "file" + suffix)
    path.write_bytes(content)
    try:
        for found in corpus.inputs([str(path)], max_characters=100_000):
            assert isinstance(found, Document | Failure)
            assert not isinstance(found, Document) or (found.text.strip() and is_unicode(found.text) and "\0" not in found.text)
        corpus.count([str(path)])
        assert all(name for name, _ in predicted.read([str(path)]))
    except InputError as error:
        if str(path) not in str(error):
            raise AssertionError("the file is not named") from error


def _one(content: bytes) -> None:
    if content:
        check(content[1:], SUFFIXES[content[0] % len(SUFFIXES)])


if __name__ == "__main__":
    atheris.Setup(sys.argv, _one)
    atheris.Fuzz()
