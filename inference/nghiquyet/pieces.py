"""Words to the sub-word pieces of a model's vocabulary, word by word, so that alignment is known and never recovered.

`PhobertPieces` gives exactly the ids of `transformers.PhobertTokenizer`; `TokenizerPieces` reads any `tokenizer.json`. Encoding
word by word also keeps a "<mask>" in an article from becoming a special token.
"""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer

from nghiquyet.errors import CheckpointError

# 96% of the words in news are found there; at some 200 bytes each the memo stays below 6 MB.
_MEMO = 30_000


class Pieces(Protocol):
    """The pieces of a vocabulary: ids of one word (never empty), and of the signs that open, close and pad a window."""

    opening: int
    closing: int
    padding: int

    def __call__(self, form: str) -> tuple[int, ...]: ...


class PhobertPieces:
    """Byte-pair encoding as fastBPE and PhoBERT write it: `vocab.txt` ("piece count" a line) and `bpe.codes`.

    A piece that does not end its word carries "@@". Merges apply best rank first (Sennrich et al. 2016).
    """

    opening, padding, closing, _unknown = 0, 1, 2, 3

    def __init__(self, vocab: Path, codes: Path) -> None:
        self._ids = {"<s>": self.opening, "<pad>": self.padding, "</s>": self.closing, "<unk>": self._unknown}
        for line in _lines(vocab):
            self._ids.setdefault(line.rpartition(" ")[0], len(self._ids))
        merges = [line.split() for line in _lines(codes)]
        for number, merge in enumerate(merges, 1):
            if len(merge) != 3:
                raise CheckpointError(f"{codes}:{number}: expected 'left right count', found {' '.join(merge)!r}")
        # A repeated merge keeps its last rank, as in transformers.
        self._ranks = {(left, right): rank for rank, (left, right, _) in enumerate(merges)}
        self._encode = lru_cache(maxsize=_MEMO)(self._encode_word)

    def __call__(self, form: str) -> tuple[int, ...]:
        return self._encode(form)

    def _encode_word(self, form: str) -> tuple[int, ...]:
        symbols = [*form[:-1], form[-1] + "</w>"]
        while len(symbols) > 1:
            pairs = pairwise(symbols)
            rank, best = min((self._ranks.get(pair, len(self._ranks)), pair) for pair in pairs)
            if rank == len(self._ranks):
                break
            symbols = _merged(symbols, best)
        names = [symbol + "@@" for symbol in symbols[:-1]] + [symbols[-1].removesuffix("</w>")]
        return tuple(self._ids.get(name, self._unknown) for name in names)


class TokenizerPieces:
    """The pieces of a `tokenizer.json` (BERT, XLM-R, DeBERTa, ...), each word encoded as if a space stood before it."""

    def __init__(self, path: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises bare Exception
            raise CheckpointError(f"{path}: not a tokenizer that the tokenizers library can read: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.opening = self._special(path, "<s>", "[CLS]")
        self.closing = self._special(path, "</s>", "[SEP]")
        self.padding = self._special(path, "<pad>", "[PAD]")
        self._unknown = self._special(path, "<unk>", "[UNK]")
        self._encode = lru_cache(maxsize=_MEMO)(self._encode_word)

    def __call__(self, form: str) -> tuple[int, ...]:
        return self._encode(form)

    def _special(self, path: Path, *names: str) -> int:
        for name in names:
            if (index := self._tokenizer.token_to_id(name)) is not None:
                return int(index)
        raise CheckpointError(f"{path}: the vocabulary has none of {', '.join(names)}")

    def _encode_word(self, form: str) -> tuple[int, ...]:
        if self._tokenizer.token_to_id(form) in {self.opening, self.closing, self.padding}:
            return (self._unknown,)
        ids = self._tokenizer.encode([form], is_pretokenized=True, add_special_tokens=False).ids
        return tuple(ids) or (self._unknown,)


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: cannot be read: {error}") from error


def _merged(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    result: list[str] = []
    i = 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            result.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            result.append(symbols[i])
            i += 1
    return result
