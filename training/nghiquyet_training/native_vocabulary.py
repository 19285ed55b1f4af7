"""e5's own pieces, as many of its 250,000 as the words of a language need: their embeddings stay what they were learnt as.

A word of the model is then a syllable as it stands, and nothing has to segment the text.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tokenizers import normalizers

from nghiquyet.errors import InputError
from nghiquyet_training.e5 import E5, MASK, OPENING, SPECIAL, splitter, unigram

FILE: Final = "tokenizer.json"


@dataclass(frozen=True)
class NativeVocabulary:
    """Pieces by their ids in e5, in the order of the new ids, the special ones at both ends; and their `tokenizer.json`."""

    ids: tuple[int, ...]
    tokenizer_json: str


def keep(e5: E5, counts: Mapping[str, int], pieces: int) -> NativeVocabulary:
    """The pieces that words with their counts are spelt with: letters, then the most frequent; what is left out is spelt by these.

    Args:
        e5: whose pieces they are.
        counts: `{word: count}`; "_" in a word joins syllables.
        pieces: how many, with the five special ones.

    Raises:
        InputError: if `pieces` does not even hold the letters.
    """
    split = splitter(e5)
    frequency: Counter[int] = Counter()
    for word, count in counts.items():
        for piece in split(word.replace("_", " ")):
            frequency[piece] += count
    for name in SPECIAL:
        frequency.pop(e5.pieces.index(name), None)
    ranked = sorted(frequency, key=lambda piece: (len(e5.pieces[piece]) > 1, -frequency[piece], piece))
    least = len(SPECIAL) + sum(len(e5.pieces[piece]) == 1 for piece in ranked)
    if pieces < least:
        raise InputError(f"pieces must be at least {least}, as many as the letters of the words need; found {pieces}")
    return _vocabulary(e5, sorted(ranked[: pieces - len(SPECIAL)]))


def read(e5: E5, folder: Path) -> NativeVocabulary:
    """Take over the pieces of a folder that `keep` made, or of a model fine-tuned from it.

    Raises:
        InputError: if its tokenizer.json cannot be read, or its pieces are not e5's.
    """
    path = folder / FILE
    try:
        names = [str(name) for name, _ in json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: not a tokenizer.json with unigram pieces: {error!r}") from error
    ids = {name: index for index, name in enumerate(e5.pieces)}
    for name in names:
        if name not in ids:
            raise InputError(f"{path}: {name!r} is no piece of e5, so it has no embedding there")
    if tuple(names[: len(OPENING)]) != OPENING or names[-1:] != [MASK]:
        raise InputError(f"{path}: its pieces must begin with {' '.join(OPENING)} and end with {MASK}")
    return _vocabulary(e5, [ids[name] for name in names if name not in SPECIAL])


def _vocabulary(e5: E5, kept: Sequence[int]) -> NativeVocabulary:
    ids = (*map(e5.pieces.index, OPENING), *kept, e5.pieces.index(MASK))
    tokenizer = unigram(e5, ids)
    # SentencePiece's own normalisation (nmt_nfkc) is NFKC with a few signs more.
    tokenizer.normalizer = normalizers.NFKC()
    return NativeVocabulary(ids, tokenizer.to_str(pretty=True))
