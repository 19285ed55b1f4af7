"""Raw texts cut into windows on disk, once: any number of texts in little memory, by several processes, resumable.

The texts are cut in shards of some megabyte, each written whole or not at all, so that a run that was killed goes on where it was;
then all shards become one Arrow file, which is mapped into memory and never read whole.
"""

import hashlib
import math
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import pyarrow as pa
from datasets import Dataset
from rich.console import Console
from rich.progress import Progress

from nghiquyet import checkpoint, corpus
from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.documents import batched
from nghiquyet.errors import InputError
from nghiquyet.extractor import prepare
from nghiquyet.files import write_folder
from nghiquyet.processes import in_order
from nghiquyet.windows import WindowSize

# A second or two of work for a process; what a kill can cost.
_CHARACTERS_A_SHARD: Final = 500_000
_FILE: Final = "windows.arrow"
_SCHEMA: Final = pa.schema(
    {"document": pa.int64(), "length": pa.int32(), "input_ids": pa.list_(pa.int32()), "starts": pa.list_(pa.int32())}
)


@dataclass(frozen=True, slots=True)
class Survey:
    """How many texts there are and how long they are, in characters; the hash changes with any of them and with their order."""

    documents: int
    characters: int
    sha256: str


def survey(sources: Sequence[str]) -> Survey:
    """Read all documents of some files and folders once.

    Raises:
        InputError: at the first that cannot be read, is empty, or is not text; or for standard input, which cannot be read again.
    """
    if corpus.STANDARD_INPUT in sources:
        raise InputError("raw texts are read twice, so they cannot come from standard input; put them into a file")
    documents = characters = 0
    digest = hashlib.sha256()
    for document in corpus.stream(sources):
        documents += 1
        characters += len(document.text)
        digest.update(_hash(document.text))
    return Survey(documents, characters, digest.hexdigest())


@lru_cache(maxsize=1)
def window_plan(base: Path, pieces: int) -> Checkpoint:
    """How the texts are cut for a base encoder: as serving does, but each word in one window alone."""
    return Checkpoint(base, Manifest(labels=(), segmenter=checkpoint.segmenter_for(base), window=WindowSize(pieces, context=0)))


def cut(sources: Sequence[str], texts: Survey, base: Path, pieces: int, folder: Path, processes: int, console: Console) -> Dataset:
    """The windows of all documents of some files and folders, in order; what stands in `folder` already is not cut again.

    A row is a window: `input_ids`, the position of the first piece of each word (`starts`), the number of pieces (`length`), and
    a hash of the text that it is from (`document`), the same for the same text.

    Args:
        sources: files and folders of .txt and .jsonl, packed or not.
        texts: what `survey` found in them.
        base: the folder of an encoder.
        pieces: how many word pieces a window holds at most, both signs included.
        folder: where the windows are kept; the caller sees to it that it belongs to these texts, base and size.
        processes: how many to cut with.
        console: where progress is shown.

    Raises:
        NghiquyetError: if a text or the base cannot be used, or if the disk or the memory does not take it.
    """
    whole, parts = folder / "windows", folder / "shards"
    if not whole.exists():
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("cutting texts into windows", total=texts.characters)
            shards = []
            enough = math.ceil(texts.characters / _CHARACTERS_A_SHARD)
            for shard, characters in _shards(sources, base, pieces, parts, min(processes, enough)):
                shards.append(shard)
                progress.advance(task, characters)
        write_folder(whole, lambda draft: _save(draft, _batches(shards)))
    shutil.rmtree(parts, ignore_errors=True)
    return Dataset.from_file(str(whole / _FILE))


def _shards(sources: Sequence[str], base: Path, pieces: int, folder: Path, processes: int) -> Iterator[tuple[Path, int]]:
    """Each shard's folder once it is written, in order, and how many characters of text it holds."""
    together = batched(corpus.stream(sources), lambda document: len(document.text), None, _CHARACTERS_A_SHARD)
    jobs = ((folder / f"{number:06}", [document.text for document in documents]) for number, documents in enumerate(together))
    write = partial(_write, base, pieces)
    if processes == 1:
        yield from map(write, jobs)
        return
    with closing(in_order(write, jobs, processes, "--processes")) as written:
        yield from written


def _write(base: Path, pieces: int, job: tuple[Path, Sequence[str]]) -> tuple[Path, int]:
    shard, texts = job
    if not shard.exists():
        rows: list[tuple[int, int, tuple[int, ...], tuple[int, ...]]] = []
        for text in texts:
            document = int.from_bytes(_hash(text)[:8], "big", signed=True)
            windows = prepare(text, window_plan(base, pieces))
            rows.extend((document, len(window.ids), window.ids, window.first_pieces) for window in windows)
        columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
        table = pa.table(dict(zip(_SCHEMA.names, columns, strict=True)), _SCHEMA)
        write_folder(shard, lambda draft: _save(draft, table.to_batches()))
    return shard, sum(map(len, texts))


def _save(folder: Path, batches: Iterable[pa.RecordBatch]) -> None:
    with pa.OSFile(str(folder / _FILE), "wb") as file, pa.ipc.new_stream(file, _SCHEMA) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _batches(shards: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    for shard in shards:
        with pa.OSFile(str(shard / _FILE)) as file, pa.ipc.open_stream(file) as reader:
            yield from reader


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
